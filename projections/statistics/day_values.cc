#include "projections/statistics/day_values.h"

#include <algorithm>
#include <array>
#include <optional>

#include "projections/statistics/grouping.h"

namespace fiscus::projections {

namespace {

Status count_members(const DaySteps& steps, const GroupedFacts& grouped, std::span<CellValues> to) {
    std::array<std::vector<std::uint32_t>, distinct_count> counts;
    FISCUS_TRY(for_each_member(steps, grouped, [&](Distinct which) {
        auto& of_cells = counts[index(which)];
        of_cells.resize(to.size());
        return [count = of_cells.data()](std::uint32_t cell, std::uint32_t) { ++count[cell]; };
    }));
    for (std::size_t at = 0; at < distinct_count; ++at) {
        for (std::size_t cell = 0; cell < to.size(); ++cell) {
            to[cell].distinct[at] = counts[at][cell];
        }
    }
    return Done{};
}

void append_cells(DayValues& values, const GroupedFacts& grouped) {
    for (std::size_t cell = 0; cell < grouped.keys.size(); ++cell) {
        values.push_back({.key = grouped.keys[cell], .sums = grouped.sums[cell]});
    }
}

}  // namespace

Error too_many_refunds(const CellKey& cell) {
    return {.code = ErrorCode::corrupt,
            .what = "more redemptions were refunded than there were",
            .why = "cell " + path_of(cell),
            .hint = "compare the journal with a replay of the events"};
}

Status append_values(DayValues& values, const GroupedFacts& grouped, const DaySteps& steps) {
    const std::size_t before = values.size();
    append_cells(values, grouped);
    return count_members(steps, grouped, std::span(values).subspan(before));
}

void add_values(DayValues& values, const DayValues& more) {
    const std::size_t known = values.size();
    std::size_t at = 0;
    for (const CellValues& cell : more) {
        while (at < known && values[at].key < cell.key) {
            ++at;
        }
        if (at == known || values[at].key != cell.key) {
            values.push_back(cell);
            continue;
        }
        add(values[at].sums, cell.sums);
        for (std::size_t count = 0; count < distinct_count; ++count) {
            values[at].distinct[count] += cell.distinct[count];
        }
    }
    const auto newcomers = values.begin() + static_cast<std::ptrdiff_t>(known);
    std::ranges::inplace_merge(values, newcomers, {}, &CellValues::key);
}

Result<DayValues> sum_day(std::span<const Fact> facts, std::optional<Grouping> only) {
    const DaySteps nobody({});
    DayValues values;
    FISCUS_TRY(for_each_grouping(facts, nobody, only, [&](const GroupedFacts& grouped) -> Status {
        append_cells(values, grouped);
        return Done{};
    }));
    std::ranges::sort(values, {}, &CellValues::key);
    return values;
}

}  // namespace fiscus::projections
