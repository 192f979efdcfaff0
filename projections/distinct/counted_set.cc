#include "projections/distinct/counted_set.h"

#include <algorithm>

namespace fiscus::projections {

namespace {

constexpr std::size_t first_capacity = 4;
constexpr std::size_t waiting_min = 256;
constexpr std::size_t waiting_max = 4'096;

// Calls visit(ordinal, repeats) for each run of equal numbers.
template <typename Visit>
void for_each_run(const std::vector<std::uint32_t>& sorted, Visit visit) {
    for (std::size_t from = 0; from < sorted.size();) {
        std::size_t to = from + 1;
        while (to < sorted.size() && sorted[to] == sorted[from]) {
            ++to;
        }
        visit(sorted[from], static_cast<std::uint32_t>(to - from));
        from = to;
    }
}

}  // namespace

CountedSet::Settled& CountedSet::settled() {
    if (settled_ == nullptr) {
        settled_ = std::make_unique<Settled>();
    }
    return *settled_;
}

void CountedSet::remove(std::uint32_t ordinal) {
    Settled& body = settled();
    body.removed.push_back(ordinal);
    body.removed_sorted = false;
}

// Moves what waits into members and extra counts.
void CountedSet::settle() {
    if (pending_.empty()) {
        return;
    }
    std::sort(pending_.begin(), pending_.end());
    Settled& body = settled();
    std::vector<std::uint32_t> newcomers;
    std::vector<Count> raised;
    body.members.settle();
    for_each_run(pending_, [&](std::uint32_t ordinal, std::uint32_t repeats) {
        const bool is_new = !body.members.contains_settled(ordinal);
        if (is_new) {
            newcomers.push_back(ordinal);
        }
        const std::uint32_t above = is_new ? repeats - 1 : repeats;
        if (above > 0) {
            raised.push_back({.ordinal = ordinal, .count = above});
        }
    });
    body.members.add_sorted(newcomers);
    if (!raised.empty()) {
        std::vector<Count> merged;
        merged.reserve(body.extra.size() + raised.size());
        auto left = body.extra.begin();
        for (const Count& count : raised) {
            while (left != body.extra.end() && left->ordinal < count.ordinal) {
                merged.push_back(*left++);
            }
            merged.push_back(count);
            if (left != body.extra.end() && left->ordinal == count.ordinal) {
                merged.back().count += left++->count;
            }
        }
        merged.insert(merged.end(), left, body.extra.end());
        body.extra = std::move(merged);
    }
    pending_.clear();
}

void CountedSet::make_room() {
    if (pending_.capacity() < small_max && (settled_ == nullptr || settled_->members.empty())) {
        pending_.reserve(std::max(first_capacity, pending_.capacity() * 2));
        return;
    }
    settle();
    const auto members = static_cast<std::size_t>(settled_->members.cardinality());
    const std::size_t weight = members / 4 + settled_->extra.size() / 4;
    pending_.reserve(std::clamp(weight, waiting_min, waiting_max));
}

void CountedSet::sort_removed() {
    if (settled_ != nullptr && !settled_->removed_sorted) {
        std::sort(settled_->removed.begin(), settled_->removed.end());
        settled_->removed_sorted = true;
    }
}

std::uint64_t CountedSet::gross() {
    settle();
    return settled_ == nullptr ? 0 : settled_->members.cardinality();
}

std::optional<std::vector<std::uint32_t>> CountedSet::gone() {
    std::vector<std::uint32_t> result;
    settle();
    if (settled_ == nullptr || settled_->removed.empty()) {
        return result;
    }
    sort_removed();
    const std::vector<std::uint32_t> members = settled_->members.to_vector();
    bool consistent = true;
    auto member = members.begin();
    auto extra = settled_->extra.begin();
    for_each_run(settled_->removed, [&](std::uint32_t ordinal, std::uint32_t refunds) {
        member = std::lower_bound(member, members.end(), ordinal);
        while (extra != settled_->extra.end() && extra->ordinal < ordinal) {
            ++extra;
        }
        std::uint64_t redemptions = member != members.end() && *member == ordinal ? 1 : 0;
        if (extra != settled_->extra.end() && extra->ordinal == ordinal) {
            redemptions += extra->count;
        }
        consistent = consistent && refunds <= redemptions;
        if (refunds == redemptions) {
            result.push_back(ordinal);
        }
    });
    if (!consistent) {
        return std::nullopt;
    }
    return result;
}

std::optional<std::uint64_t> CountedSet::net() {
    const auto without = gone();
    if (!without) {
        return std::nullopt;
    }
    return gross() - without->size();
}

void CountedSet::unite_gross_into(Bitmap& all) {
    settle();
    if (settled_ != nullptr) {
        settled_->members.unite_into(all);
    }
}

bool CountedSet::unite_net_into(Bitmap& all) {
    const auto without = gone();
    if (!without) {
        return false;
    }
    if (settled_ == nullptr) {
        return true;
    }
    if (without->empty()) {
        settled_->members.unite_into(all);
        return true;
    }
    Bitmap left;
    settled_->members.unite_into(left);
    for (const std::uint32_t ordinal : *without) {
        left.remove(ordinal);
    }
    all.unite(left);
    return true;
}

void CountedSet::append_to(std::string& out) {
    settle();
    sort_removed();
    if (settled_ == nullptr) {
        out.append(3, '\0');
        return;
    }
    settled_->members.append_to(out);
    const auto put_count = [&out, before = std::uint32_t{0}](std::uint32_t ordinal,
                                                             std::uint32_t count) mutable {
        put_varint(out, ordinal - before);
        put_varint(out, count);
        before = ordinal;
    };
    put_varint(out, settled_->extra.size());
    for (auto put = put_count; const Count& count : settled_->extra) {
        put(count.ordinal, count.count);
    }
    std::uint64_t runs = 0;
    for_each_run(settled_->removed, [&runs](std::uint32_t, std::uint32_t) { ++runs; });
    put_varint(out, runs);
    for_each_run(settled_->removed, put_count);
}

bool CountedSet::parse(Reader& reader) {
    pending_.clear();
    settled_.reset();
    OrdinalSet members;
    if (!members.parse(reader)) {
        return false;
    }
    std::vector<Count> lists[2];
    for (std::vector<Count>& list : lists) {
        const std::uint64_t size = reader.varint();
        std::uint64_t ordinal = 0;
        for (std::uint64_t index = 0; index < size && reader.ok(); ++index) {
            ordinal += reader.varint32();
            const std::uint32_t count = reader.varint32();
            if (ordinal > UINT32_MAX || count == 0) {
                return false;
            }
            list.push_back({.ordinal = static_cast<std::uint32_t>(ordinal), .count = count});
        }
    }
    if (!reader.ok()) {
        return false;
    }
    if (members.empty() && lists[0].empty() && lists[1].empty()) {
        return true;
    }
    Settled& body = settled();
    body.members = std::move(members);
    body.extra = std::move(lists[0]);
    for (const Count& count : lists[1]) {
        body.removed.insert(body.removed.end(), count.count, count.ordinal);
    }
    return true;
}

std::size_t CountedSet::memory() const {
    const std::size_t waiting = pending_.capacity() * sizeof(std::uint32_t);
    if (settled_ == nullptr) {
        return waiting;
    }
    return waiting + sizeof(Settled) + settled_->members.memory() +
           settled_->extra.capacity() * sizeof(Count) +
           settled_->removed.capacity() * sizeof(std::uint32_t);
}

}  // namespace fiscus::projections
