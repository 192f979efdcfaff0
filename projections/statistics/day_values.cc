#include "projections/statistics/day_values.h"

#include <algorithm>
#include <array>
#include <optional>

#include "engine/base/check.h"
#include "projections/statistics/grouping.h"

namespace fiscus::projections {

namespace {

// Steps that are alone count once in each cell: by fine cells, of which each step has fewer.
class AloneCount {
public:
    explicit AloneCount(const GatheredFacts& day) : places_(day.places().data()) {
        for (std::size_t set = 0; set < fine_set_count; ++set) {
            counts_[set].resize(day.cells(set).keys.size());
        }
    }

    void add(const Step& step) {
        const FinePlace& place = places_[step.item()];
        for (std::size_t set = 0; set < fine_set_count; ++set) {
            ++counts_[set].data()[place[set]];
        }
    }
    void add_to(std::span<CellValues> cells, std::size_t distinct, const GroupedFacts& grouped) {
        for (std::size_t set = 0; set < fine_set_count; ++set) {
            const GroupedFacts::Coarser& coarser = grouped.coarser[set];
            for (std::size_t fine = 0; fine < counts_[set].size(); ++fine) {
                for (std::size_t at = 0; at < coarser.width; ++at) {
                    cells[coarser.cells[fine][at]].distinct[distinct] += counts_[set][fine];
                }
            }
        }
    }

private:
    const FinePlace* places_;
    std::array<std::vector<std::uint32_t>, fine_set_count> counts_;
};

// Which walk through steps serves a distinct count: gross and net have the same steps that are
// alone.
constexpr std::array<std::size_t, distinct_count> walk_of = {0, 0, 1, 1, 2, 2, 3, 4, 5};
constexpr std::size_t voucher_walks = 3;
constexpr std::size_t all_walks = 6;

Status count_members(const GatheredFacts& day,
                     const GroupedFacts& grouped,
                     std::span<CellValues> to) {
    std::array<std::vector<std::uint32_t>, distinct_count> counts;
    const bool rare =
        !day.submitters().empty() || !day.sellers().empty() || !day.requesters().empty();
    std::vector<AloneCount> alone(rare ? all_walks : voucher_walks, AloneCount(day));
    FISCUS_TRY(for_each_member(
        day, grouped,
        [&](Distinct which) {
            return [&count = alone[walk_of[index(which)]]](const Step& step) {
                count.add(step);
                return true;
            };
        },
        [&](Distinct which) {
            auto& of_cells = counts[index(which)];
            of_cells.resize(to.size());
            return [count = of_cells.data()](std::uint32_t cell, std::uint32_t, bool is) {
                count[cell] += is ? 1U : 0U;
            };
        }));
    for (std::size_t at = 0; at < distinct_count; ++at) {
        if (counts[at].empty()) {
            continue;
        }
        for (std::size_t cell = 0; cell < to.size(); ++cell) {
            to[cell].distinct[at] = counts[at][cell];
        }
        alone[walk_of[at]].add_to(to, at, grouped);
    }
    return Done{};
}

DayValues cells_of(const GroupedFacts& grouped) {
    DayValues values;
    values.reserve(grouped.keys.size());
    for (std::size_t cell = 0; cell < grouped.keys.size(); ++cell) {
        values.push_back({.key = grouped.keys[cell], .sums = grouped.sums[cell]});
    }
    return values;
}

}  // namespace

Error too_many_refunds(const CellKey& cell) {
    return {.code = ErrorCode::corrupt,
            .what = "more redemptions were refunded than there were",
            .why = "cell " + path_of(cell),
            .hint = "compare the journal with a replay of the events"};
}

Result<DayValues> values_of(const GatheredFacts& day) {
    const GroupedFacts grouped = group(day, std::nullopt);
    DayValues values = cells_of(grouped);
    FISCUS_TRY(count_members(day, grouped, values));
    std::ranges::sort(values, {}, &CellValues::key);
    return values;
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

void take_away_distinct(DayValues& values, const DayValues& part) {
    auto at = values.begin();
    for (const CellValues& cell : part) {
        at = std::ranges::lower_bound(at, values.end(), cell.key, {}, &CellValues::key);
        FISCUS_CHECK(at != values.end() && at->key == cell.key, "a part has no cell of its own");
        for (std::size_t count = 0; count < distinct_count; ++count) {
            at->distinct[count] -= cell.distinct[count];
        }
    }
}

DayValues sums_of(const GatheredFacts& day, std::optional<Grouping> only) {
    DayValues values = cells_of(group(day, only));
    std::ranges::sort(values, {}, &CellValues::key);
    return values;
}

}  // namespace fiscus::projections
