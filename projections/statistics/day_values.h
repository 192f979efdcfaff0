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
#include "projections/distinct/members.h"
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

// More redemptions of a cell were refunded than there were.
Error too_many_refunds(const CellKey& cell);

// Tells every member of every cell, ascending, for each distinct count: visit(which) gives what is
// called with (cell, ordinal).
template <typename Visit>
Status for_each_member(const DaySteps& steps, const GroupedFacts& grouped, Visit visit) {
    const std::size_t cells = grouped.keys.size();
    for_each_claimant(steps.claims, grouped.claims, cells,
                      visit(Distinct::claiming_consumers_asked),
                      visit(Distinct::claiming_consumers_received));
    auto wrong = for_each_redeemer(steps.consumers, grouped.consumers, cells,
                                   visit(Distinct::redeeming_consumers),
                                   visit(Distinct::redeeming_consumers_net));
    if (!wrong) {
        wrong = for_each_redeemer(steps.merchants, grouped.merchants, cells,
                                  visit(Distinct::redeeming_merchants),
                                  visit(Distinct::redeeming_merchants_net));
    }
    return wrong ? Status(too_many_refunds(grouped.keys[*wrong])) : Status(Done{});
}

// What is said by two parts of a day in which nobody is twice.
void add_values(DayValues& values, const DayValues& more);

// Sums alone, of one grouping set or all of them: also of facts that refund what is not among them.
Result<DayValues> sum_day(std::span<const Fact> facts, std::optional<Grouping> only);

}  // namespace fiscus::projections
