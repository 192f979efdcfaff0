#include "projections/statistics/day_values.h"

#include <algorithm>
#include <optional>

#include "projections/distinct/members.h"
#include "projections/statistics/grouping.h"

namespace fiscus::projections {

namespace {

auto counter(std::uint32_t* counts) {
    return [counts](std::uint32_t cell, std::uint32_t) { ++counts[cell]; };
}

// The members of every cell, of two kinds at once.
class Counts {
public:
    explicit Counts(std::size_t cells) : first_(cells), second_(cells) {}

    auto first() { return counter(first_.data()); }
    auto second() { return counter(second_.data()); }
    void put(std::span<CellValues> to, Distinct first, Distinct second) const {
        for (std::size_t cell = 0; cell < to.size(); ++cell) {
            to[cell].distinct[index(first)] = first_[cell];
            to[cell].distinct[index(second)] = second_[cell];
        }
    }

private:
    std::vector<std::uint32_t> first_;
    std::vector<std::uint32_t> second_;
};

Status count_members(const DaySteps& steps, const GroupedFacts& grouped, std::span<CellValues> to) {
    Counts claimants(to.size());
    for_each_claimant(steps.claims, grouped.claims, to.size(), claimants.first(),
                      claimants.second());
    claimants.put(to, Distinct::claiming_consumers_asked, Distinct::claiming_consumers_received);
    Counts consumers(to.size());
    auto wrong = for_each_redeemer(steps.consumers, grouped.consumers, to.size(), consumers.first(),
                                   consumers.second());
    consumers.put(to, Distinct::redeeming_consumers, Distinct::redeeming_consumers_net);
    Counts merchants(to.size());
    if (!wrong) {
        wrong = for_each_redeemer(steps.merchants, grouped.merchants, to.size(), merchants.first(),
                                  merchants.second());
    }
    merchants.put(to, Distinct::redeeming_merchants, Distinct::redeeming_merchants_net);
    return wrong ? Status(too_many_refunds(grouped.keys[*wrong])) : Status(Done{});
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
        for (std::size_t sum = 0; sum < sum_count; ++sum) {
            values[at].sums[sum] += cell.sums[sum];
        }
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
