// Sums of cells over several days, by key: what stands in every "to date". Days are added and taken
// away whole.
// Thread: one. Fails: parse on damaged bytes.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "projections/statistics/day_values.h"
#include "projections/statistics/grouping.h"
#include "projections/statistics/measures.h"
#include "projections/store/store.h"

namespace fiscus::projections {

// Of a cell over several days, and on how many of them something happened.
struct CellTotal {
    CellKey key;
    Sums sums{};
    std::uint32_t days = 0;
};

class CellTotals {
public:
    void add(const DayValues& values);
    // Of a day that was added.
    void subtract(const DayValues& values);

    // By key; those that were taken away whole have no days left.
    [[nodiscard]] const std::vector<CellTotal>& cells() const { return cells_; }
    [[nodiscard]] std::size_t memory() const { return cells_.capacity() * sizeof(CellTotal); }

    Status load(const Store& store, std::uint32_t programme);
    // Everything, if anything changed.
    void save(Store& store, std::uint32_t programme);

private:
    std::vector<CellTotal> cells_;
    bool dirty_ = false;
};

}  // namespace fiscus::projections
