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
#include "projections/statistics/gathered_facts.h"
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

// Of facts whose steps are sorted.
Result<DayValues> values_of(const GatheredFacts& day);

// More redemptions of a cell were refunded than there were.
Error too_many_refunds(const CellKey& cell);

struct CellsOfStep {
    const GroupedFacts& grouped;
    const FinePlace* places;

    template <typename Visit>
    void operator()(const Step& step, Visit visit) const {
        grouped.for_each_cell(places[step.item()], visit);
    }
    void prepare(const Step& step) const { __builtin_prefetch(places + step.item()); }
};

// Tells every member of every cell, ascending, for each distinct count: visit(which) gives what is
// called with (cell, ordinal, is), and take(which) what may take steps that are alone (members.h),
// for this count and the net one after it.
template <typename Take, typename Visit>
Status for_each_member(const GatheredFacts& day,
                       const GroupedFacts& grouped,
                       Take take,
                       Visit visit) {
    const std::size_t cells = grouped.keys.size();
    const CellsOfStep cells_of{.grouped = grouped, .places = day.places().data()};
    for_each_claimant(day.claims(), cells, cells_of, take(Distinct::claiming_consumers_asked),
                      visit(Distinct::claiming_consumers_asked),
                      visit(Distinct::claiming_consumers_received));
    auto wrong = for_each_redeemer(
        day.consumers(), cells, cells_of, take(Distinct::redeeming_consumers),
        visit(Distinct::redeeming_consumers), visit(Distinct::redeeming_consumers_net));
    if (!wrong) {
        wrong = for_each_redeemer(
            day.merchants(), cells, cells_of, take(Distinct::redeeming_merchants),
            visit(Distinct::redeeming_merchants), visit(Distinct::redeeming_merchants_net));
    }
    // Most days have none, and then nothing is made ready for them.
    if (!day.submitters().empty()) {
        for_each_doer(day.submitters(), cells, cells_of, take(Distinct::invoice_consumers),
                      visit(Distinct::invoice_consumers));
    }
    if (!day.sellers().empty()) {
        for_each_doer(day.sellers(), cells, cells_of, take(Distinct::invoice_merchants),
                      visit(Distinct::invoice_merchants));
    }
    if (!day.requesters().empty()) {
        for_each_doer(day.requesters(), cells, cells_of, take(Distinct::draw_consumers),
                      visit(Distinct::draw_consumers));
    }
    return wrong ? Status(too_many_refunds(grouped.keys[*wrong])) : Status(Done{});
}

// What is said by two parts of a day in which nobody is twice.
void add_values(DayValues& values, const DayValues& more);
// The distinct counts of a part; all its cells are among the values.
void take_away_distinct(DayValues& values, const DayValues& part);

// Sums alone, of one grouping set or all of them: also of facts that refund what is not among them.
DayValues sums_of(const GatheredFacts& day, std::optional<Grouping> only);

}  // namespace fiscus::projections
