// Ordinals with the number of their redemptions that are not fully refunded, for gross and net
// counts of consumers and merchants. Gross members, the counts above one and the refunds are kept
// apart, because most consumers redeem once a day: a set costs little more than an OrdinalSet.
// Adding and removing commute, so the order in which they are settled does not matter.
// Thread: one. Fails: net counts are nothing when more was removed than added (a broken journal).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "projections/distinct/bitmap.h"
#include "projections/distinct/ordinal_set.h"
#include "projections/store/codec.h"

namespace fiscus::projections {

class CountedSet {
public:
    // A redemption.
    void add(std::uint32_t ordinal) {
        if (pending_.size() == pending_.capacity()) [[unlikely]] {
            make_room();
        }
        pending_.push_back(ordinal);
    }
    // A redemption was fully refunded.
    void remove(std::uint32_t ordinal);

    [[nodiscard]] bool empty() const { return pending_.empty() && settled_ == nullptr; }
    std::uint64_t gross();
    std::optional<std::uint64_t> net();
    void unite_gross_into(Bitmap& all);
    // False when more was removed than added.
    bool unite_net_into(Bitmap& all);

    // The bytes depend on the counts only.
    void append_to(std::string& out);
    bool parse(Reader& reader);
    [[nodiscard]] std::size_t memory() const;

private:
    struct Count {
        std::uint32_t ordinal;
        std::uint32_t count;
        friend bool operator==(const Count&, const Count&) = default;
    };
    struct Settled {
        OrdinalSet members;
        std::vector<Count> extra;            // by ordinal: redemptions above the first
        std::vector<std::uint32_t> removed;  // with repeats; sorted by sort_removed()
        bool removed_sorted = true;
    };

    // A vector of this many redemptions still needs no members and counts of its own.
    static constexpr std::size_t small_max = 64;

    void settle();
    void make_room();
    Settled& settled();
    void sort_removed();
    // Members whose every redemption was refunded; nothing when the counts contradict each other.
    std::optional<std::vector<std::uint32_t>> gone();

    std::vector<std::uint32_t> pending_;  // with repeats
    std::unique_ptr<Settled> settled_;
};

}  // namespace fiscus::projections
