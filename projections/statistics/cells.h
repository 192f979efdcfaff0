// The cells of one programme: a directory that numbers them in memory, and for each open day the
// sums and distinct sets of every cell that something happened in. The hot path of the fold.
// Thread: one. Fails: load on damaged records.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <tsl/robin_map.h>

#include "engine/base/result.h"
#include "projections/distinct/counted_set.h"
#include "projections/distinct/ordinal_set.h"
#include "projections/statistics/grouping.h"
#include "projections/statistics/measures.h"
#include "projections/store/store.h"

namespace fiscus::projections {

// 0, 1, 2 … in order of first appearance in this process; never stored.
using CellNumber = std::uint32_t;
// The cells of all grouping sets that one entry belongs to.
using CellNumbers = std::array<CellNumber, grouping_count>;

class CellDirectory {
public:
    CellNumber number(const CellKey& key);
    CellNumbers numbers(const DimensionValues& values);
    [[nodiscard]] const CellKey& key(CellNumber number) const { return keys_[number]; }
    [[nodiscard]] std::size_t size() const { return keys_.size(); }

private:
    struct Mix {
        std::size_t operator()(std::uint64_t value) const {
            // The map looks at the low bits; districts and batches differ in others.
            value *= 0x9e3779b97f4a7c15ULL;
            return static_cast<std::size_t>(value ^ (value >> 32));
        }
    };
    std::array<tsl::robin_map<std::uint64_t, CellNumber, Mix>, grouping_count> index_;
    std::vector<CellKey> keys_;
};

// One cell on one day.
struct DayCell {
    Sums sums{};
    OrdinalSet received;       // consumers of accepted claims
    OrdinalSet asked_in_vain;  // consumers of refused claims
    CountedSet consumers;      // of redemptions
    CountedSet merchants;

    std::uint64_t asked() { return received.united_cardinality(asked_in_vain); }
    // Nothing when more redemptions were refunded than there were.
    std::optional<DistinctCounts> counts();
    void append_to(std::string& out);
    bool parse(std::string_view bytes);
    [[nodiscard]] std::size_t memory() const;
};

// All cells of one day of a programme.
class DayCells {
public:
    // The cell, made when it is new, and marked as to be saved.
    DayCell& touch(CellNumber number) {
        if (number >= slot_of_.size() || slot_of_[number] == 0) [[unlikely]] {
            add_slot(number);
        }
        const std::uint32_t slot = slot_of_[number] - 1;
        if (dirty_[slot] == 0) {
            dirty_[slot] = 1;
            dirty_slots_.push_back(slot);
        }
        return cells_[slot];
    }
    DayCell* find(CellNumber number) {
        return number < slot_of_.size() && slot_of_[number] != 0 ? &cells_[slot_of_[number] - 1]
                                                                 : nullptr;
    }
    // Numbers of the cells that exist, in no particular order.
    [[nodiscard]] std::span<const CellNumber> numbers() const { return numbers_; }

    // Only the grouping set `only`, if given. Adds to what is there.
    Status load(const Store& store,
                std::uint32_t programme,
                std::int32_t day,
                CellDirectory& directory,
                std::optional<Grouping> only);
    // Puts every touched cell.
    void save(Store& store,
              std::uint32_t programme,
              std::int32_t day,
              const CellDirectory& directory);
    [[nodiscard]] bool dirty() const { return !dirty_slots_.empty(); }
    // About; exact for cells that were saved or loaded.
    [[nodiscard]] std::size_t memory() const { return memory_; }

private:
    void add_slot(CellNumber number);
    void weigh(std::uint32_t slot);

    std::vector<std::uint32_t> slot_of_;  // by cell number: slot + 1, 0 for none
    std::vector<CellNumber> numbers_;     // by slot, like the rest
    std::vector<DayCell> cells_;
    std::vector<std::uint8_t> dirty_;
    std::vector<std::uint32_t> weights_;
    std::vector<std::uint32_t> dirty_slots_;
    std::size_t memory_ = 0;
};

// Key of a cell's record of a day.
std::string day_cell_key(std::uint32_t programme, std::int32_t day, const CellKey& cell);

}  // namespace fiscus::projections
