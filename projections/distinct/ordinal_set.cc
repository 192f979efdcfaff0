#include "projections/distinct/ordinal_set.h"

#include <algorithm>

namespace fiscus::projections {

namespace {

constexpr std::size_t first_capacity = 4;
constexpr std::size_t waiting_min = 256;
constexpr std::size_t waiting_max = 4'096;

}  // namespace

void OrdinalSet::settle() {
    if (!std::is_sorted(pending_.begin(), pending_.end(), std::less_equal<>())) {
        std::sort(pending_.begin(), pending_.end());
        pending_.erase(std::unique(pending_.begin(), pending_.end()), pending_.end());
    }
    if (bitmap_ == nullptr && pending_.size() <= small_max) {
        return;
    }
    if (bitmap_ == nullptr) {
        bitmap_ = std::make_unique<Bitmap>();
    }
    bitmap_->add_many(pending_);
    pending_.clear();
}

void OrdinalSet::make_room() {
    settle();
    if (bitmap_ == nullptr) {
        // Settling may have made room enough; growing only then keeps repeats from inflating the
        // vector.
        if (pending_.size() * 2 > pending_.capacity() || pending_.capacity() == 0) {
            pending_.reserve(std::max(first_capacity, pending_.capacity() * 2));
        }
        return;
    }
    // The more members, the more newcomers are settled at once.
    const auto members = static_cast<std::size_t>(bitmap_->cardinality());
    pending_.reserve(std::clamp(members / 16, waiting_min, waiting_max));
}

void OrdinalSet::add_sorted(const std::vector<std::uint32_t>& ordinals) {
    for (const std::uint32_t ordinal : ordinals) {
        add(ordinal);
    }
}

bool OrdinalSet::contains_settled(std::uint32_t ordinal) const {
    return bitmap_ == nullptr ? std::binary_search(pending_.begin(), pending_.end(), ordinal)
                              : bitmap_->contains(ordinal);
}

std::uint64_t OrdinalSet::cardinality() {
    settle();
    return bitmap_ == nullptr ? pending_.size() : bitmap_->cardinality();
}

std::uint64_t OrdinalSet::united_cardinality(OrdinalSet& other) {
    if (other.empty()) {
        return cardinality();
    }
    settle();
    other.settle();
    if (bitmap_ != nullptr && other.bitmap_ != nullptr) {
        return bitmap_->united_cardinality(*other.bitmap_);
    }
    if (bitmap_ == nullptr && other.bitmap_ == nullptr) {
        std::vector<std::uint32_t> all;
        std::set_union(pending_.begin(), pending_.end(), other.pending_.begin(),
                       other.pending_.end(), std::back_inserter(all));
        return all.size();
    }
    const OrdinalSet& large = bitmap_ != nullptr ? *this : other;
    const OrdinalSet& small = bitmap_ != nullptr ? other : *this;
    const auto new_members =
        std::count_if(small.pending_.begin(), small.pending_.end(),
                      [&](std::uint32_t ordinal) { return !large.bitmap_->contains(ordinal); });
    return large.bitmap_->cardinality() + static_cast<std::uint64_t>(new_members);
}

void OrdinalSet::unite_into(Bitmap& all) {
    settle();
    if (bitmap_ != nullptr) {
        all.unite(*bitmap_);
    } else {
        all.add_many(pending_);
    }
}

std::vector<std::uint32_t> OrdinalSet::to_vector() {
    settle();
    return bitmap_ == nullptr ? pending_ : bitmap_->to_vector();
}

void OrdinalSet::append_to(std::string& out) {
    const std::uint64_t members = cardinality();
    put_varint(out, members);
    if (members <= small_max) {
        append_sorted(out, bitmap_ == nullptr ? pending_ : bitmap_->to_vector());
        return;
    }
    std::string bytes;
    bitmap_->append_to(bytes);
    put_text(out, bytes);
}

bool OrdinalSet::parse(Reader& reader) {
    pending_.clear();
    bitmap_.reset();
    const std::uint64_t members = reader.varint();
    if (members <= small_max) {
        return parse_sorted(reader, members, pending_);
    }
    bitmap_ = std::make_unique<Bitmap>();
    const std::string_view bytes = reader.text();
    return reader.ok() && Bitmap::parse(bytes, *bitmap_) && bitmap_->cardinality() == members;
}

std::size_t OrdinalSet::memory() const {
    // A bitmap's members take about two bytes each, and its containers something too.
    return pending_.capacity() * sizeof(std::uint32_t) +
           (bitmap_ == nullptr ? 0 : 512 + static_cast<std::size_t>(bitmap_->cardinality()) * 2);
}

void append_sorted(std::string& out, const std::vector<std::uint32_t>& sorted) {
    std::uint32_t before = 0;
    for (const std::uint32_t ordinal : sorted) {
        put_varint(out, ordinal - before);
        before = ordinal;
    }
}

bool parse_sorted(Reader& reader, std::uint64_t count, std::vector<std::uint32_t>& out) {
    if (count > reader.left()) {
        return false;
    }
    out.reserve(static_cast<std::size_t>(count));
    std::uint64_t value = 0;
    for (std::uint64_t index = 0; index < count; ++index) {
        const std::uint64_t gap = reader.varint32();
        value += gap;
        if (!reader.ok() || value > UINT32_MAX || (index > 0 && gap == 0)) {
            return false;
        }
        out.push_back(static_cast<std::uint32_t>(value));
    }
    return true;
}

}  // namespace fiscus::projections
