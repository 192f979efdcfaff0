#include "projections/statistics/gathered_facts.h"

#include <algorithm>

#include "engine/base/check.h"

namespace fiscus::projections {

KindAmounts& FineCells::sums_of(std::uint32_t cell, FactKind kind) {
    if (!is_of_prizes(kind)) [[likely]] {
        return sums.data()[cell].data()[static_cast<std::size_t>(kind)];
    }
    if (cell >= prize_sums.size()) {
        prize_sums.resize(cell + std::size_t{1});
    }
    return prize_sums[cell][static_cast<std::size_t>(kind) - voucher_fact_kinds];
}

inline std::uint32_t FineCells::add(const Fact& fact, const FineSet& set) {
    const std::uint32_t cell =
        numbering.number({.first = std::uint64_t{fact.value(set[0])} << 32 | fact.value(set[1]),
                          .second = fact.value(set[2])});
    if (cell == keys.size()) [[unlikely]] {
        keys.push_back({fact.value(set[0]), fact.value(set[1]), fact.value(set[2])});
        sums.emplace_back();
    }
    // All places of a kind that has most of them: those beyond its own are 0.
    KindAmounts& to = sums_of(cell, fact.kind);
    for (std::size_t at = 0; at < kind_amounts_max; ++at) {
        to[at] += fact.amounts[at];
    }
    return cell;
}

void FineCells::clear() {
    numbering.clear();
    keys.clear();
    sums.clear();
    prize_sums.clear();
}

void GatheredFacts::add(const Fact& fact, Counted who) {
    ++facts_;
    FinePlace place;
    for (std::size_t set = 0; set < fine_set_count; ++set) {
        place[set] = cells_[set].add(fact, fine_sets[set]);
    }
    const bool refused = fact.kind == FactKind::refused_claim;
    const bool claims = fact.own_day && (refused || fact.kind == FactKind::claim);
    const bool redeems = fact.own_day && fact.kind == FactKind::redemption;
    const bool submits = fact.own_day && fact.kind == FactKind::submission;
    const bool requests = fact.own_day && fact.kind == FactKind::request;
    if (who == Counted::nobody || !(claims || redeems || submits || requests || fact.removes)) {
        return;
    }
    const auto item = static_cast<std::uint32_t>(places_.size());
    append(places_, place);
    if (claims && who != Counted::merchants) {
        append(claims_, {fact.consumer, item, refused});
    }
    if (submits) [[unlikely]] {
        begin_rare_steps();
        if (who != Counted::merchants) {
            append(submitters_, {fact.consumer, item, false});
        }
        if (who != Counted::consumers) {
            append(sellers_, {fact.merchant, item, false});
        }
    }
    if (requests && who != Counted::merchants) [[unlikely]] {
        begin_rare_steps();
        append(requesters_, {fact.consumer, item, false});
    }
    for (const bool second : {false, true}) {
        if (!(second ? fact.removes : redeems)) {
            continue;
        }
        if (who != Counted::merchants) {
            append(consumers_, {fact.consumer, item, second});
        }
        if (who != Counted::consumers) {
            append(merchants_, {fact.merchant, item, second});
        }
    }
}

template <typename Item>
void GatheredFacts::append(std::vector<Item>& items, const Item& item) {
    if (items.size() == items.capacity()) [[unlikely]] {
        FISCUS_CHECK(items.size() < Step::item_end, "the facts of a day are numbered");
        constexpr std::size_t first_room = 512;
        std::size_t room = facts_max_;
        while (room / 2 > std::max(items.size(), first_room)) {
            room /= 2;
        }
        items.reserve(room);
    }
    items.push_back(item);
}

// What days before needed goes, so that all steps together take no more than they would anyway.
void GatheredFacts::begin_rare_steps() {
    if (!submitters_.empty() || !sellers_.empty() || !requesters_.empty()) {
        return;
    }
    for (Steps* const steps : {&claims_, &consumers_, &merchants_}) {
        steps->shrink_to_fit();
    }
}

void GatheredFacts::sort() {
    for (Steps* const steps :
         {&claims_, &consumers_, &merchants_, &submitters_, &sellers_, &requesters_}) {
        room_.reserve(steps->capacity());
        sort_steps(*steps, room_);
    }
}

void GatheredFacts::clear() {
    facts_ = 0;
    for (FineCells& cells : cells_) {
        cells.clear();
    }
    places_.clear();
    for (Steps* const steps : {&claims_, &consumers_, &merchants_}) {
        steps->clear();
    }
    submitters_ = {};
    sellers_ = {};
    requesters_ = {};
}

std::size_t GatheredFacts::memory() const {
    return places_.capacity() * sizeof(FinePlace) +
           (claims_.capacity() + consumers_.capacity() + merchants_.capacity() +
            submitters_.capacity() + sellers_.capacity() + requesters_.capacity() +
            room_.capacity()) *
               sizeof(Step);
}

}  // namespace fiscus::projections
