#include "projections/statistics/range.h"

#include <algorithm>
#include <vector>

#include "projections/statistics/cut.h"
#include "projections/statistics/flags.h"

namespace fiscus::projections {

namespace {

// A cell over several days.
struct Union {
    Sums sums{};
    Bitmap asked;
    Bitmap received;
    Bitmap consumers;
    Bitmap consumers_net;
    Bitmap merchants;
    Bitmap merchants_net;

    // False when more was refunded than redeemed.
    bool add(DayCell& cell) {
        for (std::size_t at = 0; at < sum_count; ++at) {
            sums[at] += cell.sums[at];
        }
        cell.received.unite_into(received);
        cell.received.unite_into(asked);
        cell.asked_in_vain.unite_into(asked);
        cell.consumers.unite_gross_into(consumers);
        cell.merchants.unite_gross_into(merchants);
        return cell.consumers.unite_net_into(consumers_net) &&
               cell.merchants.unite_net_into(merchants_net);
    }

    [[nodiscard]] DistinctCounts counts() const {
        DistinctCounts counts{};
        counts[index(Distinct::claiming_consumers_asked)] = asked.cardinality();
        counts[index(Distinct::claiming_consumers_received)] = received.cardinality();
        counts[index(Distinct::redeeming_consumers)] = consumers.cardinality();
        counts[index(Distinct::redeeming_consumers_net)] = consumers_net.cardinality();
        counts[index(Distinct::redeeming_merchants)] = merchants.cardinality();
        counts[index(Distinct::redeeming_merchants_net)] = merchants_net.cardinality();
        return counts;
    }
};

class Range {
public:
    Range(Store& store, ProgrammeState& programme, Grouping grouping)
        : store_(store), programme_(programme), grouping_(grouping) {}

    Status add_day(std::int32_t day) {
        if (programme_.is_cut(day)) {
            CellDirectory directory;
            DayCells cells;
            FISCUS_TRY(cells.load(store_, programme_.id(), day, directory, grouping_));
            FISCUS_TRY(fold_late(store_, programme_, day, directory, cells));
            return add_cells(cells, directory);
        }
        FISCUS_ASSIGN(DayCells* const cells, programme_.find_open_day(day));
        return cells == nullptr ? Status(Done{}) : add_cells(*cells, programme_.directory);
    }

    // Sums of all days up to `last_day`: those of the days that were cut lie in the totals.
    Status add_to_date(std::int32_t last_day) {
        for (CellNumber cell = 0; cell < programme_.totals.size(); ++cell) {
            if (programme_.totals[cell].days > 0) {
                add(programme_.directory.key(cell), programme_.totals[cell]);
            }
        }
        for (std::int32_t day = last_day + 1; day <= programme_.last_cut_day; ++day) {
            FISCUS_ASSIGN(const auto reported, load_figures(store_, programme_.id(), day,
                                                            programme_.latest_revision(day)));
            for (const auto& [key, stored] : reported) {
                if (stored.active) {
                    take_away(key, stored.figures.day);
                }
            }
        }
        for (const std::int32_t day : programme_.open_days()) {
            if (day <= last_day) {
                FISCUS_ASSIGN(DayCells* const cells, programme_.open_day(day));
                for (const CellNumber cell : cells->numbers()) {
                    add(programme_.directory.key(cell),
                        {.sums = cells->find(cell)->sums, .days = 1});
                }
            }
        }
        for (const auto& [day, late] : programme_.late) {
            if (day <= last_day) {
                CellDirectory directory;
                DayCells cells;
                FISCUS_TRY(fold_late(store_, programme_, day, directory, cells));
                for (const CellNumber cell : cells.numbers()) {
                    add(directory.key(cell), {.sums = cells.find(cell)->sums, .days = 1});
                }
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
    Status add_cells(DayCells& cells, const CellDirectory& directory) {
        for (const CellNumber cell : cells.numbers()) {
            const CellKey& key = directory.key(cell);
            if (key.grouping == grouping_ && !unions_[key].add(*cells.find(cell))) {
                return Error{.code = ErrorCode::corrupt,
                             .what = "more redemptions were refunded than there were",
                             .why = "cell " + path_of(key),
                             .hint = "compare the journal with a replay of the events"};
            }
        }
        return Done{};
    }

    void add(const CellKey& key, const CellTotal& more) {
        if (key.grouping == grouping_) {
            CellTotal& total = to_date_[key];
            for (std::size_t at = 0; at < sum_count; ++at) {
                total.sums[at] += more.sums[at];
            }
            total.days += more.days;
        }
    }

    void take_away(const CellKey& key, const Sums& sums) {
        if (key.grouping == grouping_) {
            CellTotal& total = to_date_[key];
            for (std::size_t at = 0; at < sum_count; ++at) {
                total.sums[at] -= sums[at];
            }
            --total.days;
        }
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
