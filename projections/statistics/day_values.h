// What the cells of one day say, counted from the day's facts: sums and exact distinct counts of
// every cell in which something happened. A DayCounter (day_counter.h) counts days of any size.
// Thread: values. Fails: corrupt when more redemptions were refunded than there were, or on damaged
// records.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/base/result.h"
#include "projections/statistics/facts.h"
#include "projections/statistics/grouped_facts.h"
#include "projections/statistics/grouping.h"
#include "projections/statistics/measures.h"

namespace fiscus::projections {

struct CellValues {
    CellKey key;
    Sums sums{};
    DistinctCounts distinct{};
};
// By key.
using DayValues = std::vector<CellValues>;

// Appends the cells of one grouping set, in no order.
Status append_values(DayValues& values, const GroupedFacts& grouped, const DaySteps& steps);

// What is said by two parts of a day in which nobody is twice.
void add_values(DayValues& values, const DayValues& more);

// Sums alone, of one grouping set or all of them: also of facts that refund what is not among them.
Result<DayValues> sum_day(std::span<const Fact> facts, std::optional<Grouping> only);

// More redemptions of a cell were refunded than there were.
Error too_many_refunds(const CellKey& cell);

}  // namespace fiscus::projections
