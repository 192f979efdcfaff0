#include "projections/statistics/range.h"

#include <algorithm>
#include <array>
#include <vector>

#include "projections/distinct/bitmap.h"
#include "projections/statistics/day_values.h"
#include "projections/statistics/figures.h"
#include "projections/statistics/gathered_facts.h"
#include "projections/statistics/grouped_facts.h"
#include "projections/statistics/state_tables.h"

namespace fiscus::projections {

namespace {

// A cell over several days.
struct Union {
    Sums sums{};
    std::array<Bitmap, distinct_count> members{};

    [[nodiscard]] DistinctCounts counts() const {
        DistinctCounts counts{};
        for (std::size_t at = 0; at < distinct_count; ++at) {
            counts[at] = members[at].cardinality();
        }
        return counts;
    }
};

// The members of one day's cells, by cell number, ascending.
using Members = std::vector<std::array<std::vector<std::uint32_t>, distinct_count>>;

Result<Members> members_of(const GatheredFacts& day, const GroupedFacts& grouped) {
    Members members(grouped.keys.size());
    FISCUS_TRY(for_each_member(
        day, grouped, [](Distinct) { return take_none; },
        [&members](Distinct which) {
            return [&members, which](std::uint32_t cell, std::uint32_t ordinal, bool is) {
                if (is) {
                    members[cell][index(which)].push_back(ordinal);
                }
            };
        }));
    return members;
}

class Range {
public:
    Range(Store& store, ProgrammeState& programme, Grouping grouping)
        : store_(store), programme_(programme), grouping_(grouping) {}

    Status add_day(std::int32_t day) {
        GatheredFacts gathered;
        if (programme_.is_cut(day)) {
            DayFacts of_day(table::day_facts, programme_.id(), day);
            FISCUS_TRY(of_day.load(store_));
            FISCUS_TRY(gather(&of_day, gathered));
            FISCUS_TRY(gather(programme_.find_late_facts(day), gathered));
        } else {
            FISCUS_TRY(gather(programme_.find_open_day(day), gathered));
        }
        gathered.sort();
        return unite(gathered, group(gathered, grouping_));
    }

    // Sums of all days up to `last_day`: those of the days that were cut lie in the totals.
    Status add_to_date(std::int32_t last_day) {
        for (const CellTotal& total : programme_.totals.cells()) {
            if (total.days > 0 && total.key.grouping == grouping_) {
                to_date_[total.key] = total;
            }
        }
        for (std::int32_t day = last_day + 1; day <= programme_.last_cut_day; ++day) {
            FISCUS_ASSIGN(
                const std::vector<CellFigures> reported,
                load_figures(store_,
                             figures_of_day(programme_.id(), day, programme_.latest_revision(day)),
                             grouping_));
            for (const CellFigures& cell : reported) {
                if (cell.active) {
                    take_away(cell.key, cell.figures.day);
                }
            }
        }
        for (const std::int32_t day : programme_.open_days()) {
            if (day <= last_day) {
                FISCUS_TRY(add_sums(programme_.find_open_day(day)));
            }
        }
        for (const auto& [day, late] : programme_.late) {
            if (day <= last_day) {
                FISCUS_TRY(add_sums(programme_.find_late_facts(day)));
            }
        }
        return Done{};
    }

    std::map<CellKey, Figures> figures() {
        std::map<CellKey, Figures> result;
        for (const auto& [key, total] : to_date_) {
            if (total.days > 0) {
                result[key].to_date = total.sums;
            }
        }
        for (const auto& [key, all] : unions_) {
            result[key].day = all.sums;
            result[key].distinct = all.counts();
        }
        if (grouping_ == Grouping::programme) {
            result[{}];
        }
        return result;
    }

private:
    Status gather(const DayFacts* from, GatheredFacts& gathered) const {
        if (from == nullptr) {
            return Done{};
        }
        return from->visit(store_, [&gathered](std::span<const Fact> facts) -> Status {
            for (const Fact& fact : facts) {
                gathered.add(fact);
            }
            return Done{};
        });
    }

    Status unite(const GatheredFacts& day, const GroupedFacts& grouped) {
        FISCUS_ASSIGN(const Members members, members_of(day, grouped));
        for (std::size_t cell = 0; cell < grouped.keys.size(); ++cell) {
            Union& all = unions_[grouped.keys[cell]];
            add(all.sums, grouped.sums[cell]);
            for (std::size_t at = 0; at < distinct_count; ++at) {
                all.members[at].add_many(members[cell][at]);
            }
        }
        return Done{};
    }

    Status add_sums(const DayFacts* from) {
        GatheredFacts gathered;
        FISCUS_TRY(gather(from, gathered));
        for (const CellValues& cell : sums_of(gathered, grouping_)) {
            CellTotal& total = to_date_[cell.key];
            add(total.sums, cell.sums);
            ++total.days;
        }
        return Done{};
    }

    void take_away(const CellKey& key, const Sums& sums) {
        CellTotal& total = to_date_[key];
        subtract(total.sums, sums);
        --total.days;
    }

    Store& store_;
    ProgrammeState& programme_;
    Grouping grouping_;
    std::map<CellKey, Union> unions_;
    std::map<CellKey, CellTotal> to_date_;
};

}  // namespace

Result<std::map<CellKey, Figures>> figures_now(Store& store,
                                               ProgrammeState& programme,
                                               std::int32_t first_day,
                                               std::int32_t last_day,
                                               Grouping grouping) {
    Range range(store, programme, grouping);
    // Days before the programme are never reported, and after the last open one there is nothing.
    const std::vector<std::int32_t> open = programme.open_days();
    const std::int32_t end =
        std::max(programme.last_cut_day, open.empty() ? INT32_MIN : open.back());
    for (std::int32_t day = std::max(first_day, programme.first_day());
         day <= std::min(last_day, end); ++day) {
        FISCUS_TRY(range.add_day(day));
    }
    FISCUS_TRY(range.add_to_date(last_day));
    return range.figures();
}

}  // namespace fiscus::projections
