// The cut: a ClockAdvanced closes business days (docs/domain.md §5). Each day that is over gets its
// first revision, also a silent one; each day to which entries came since its last cut gets the
// next one, with what changed and why; the first cut after the programme's close gives every day a
// final one. Nothing that was reported is overwritten.
// Thread: that of the fold. Fails: corrupt when refunds exceed redemptions or the state is damaged.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "projections/statistics/programme_state.h"
#include "projections/statistics/rows.h"
#include "projections/statistics/state_tables.h"
#include "projections/store/store.h"

namespace fiscus::projections {

class RowOutlet;

// What the cells of one day say, by position; only cells in which something happened.
struct DayValues {
    std::vector<CellNumber> cells;
    std::vector<Sums> sums;
    std::vector<DistinctCounts> distinct;
};

class Cut {
public:
    struct Parts {
        ProgrammeState& programme;
        Store& store;
        RowOutlet& outlet;
        const CodeNames& code_names;
        std::uint64_t as_of;
        std::int64_t now_us;
    };
    explicit Cut(const Parts& parts);

    Status run();
    // Revisions made.
    [[nodiscard]] std::uint64_t revisions() const { return revisions_; }

private:
    // The programme is closed: days whose latest revision does not say so join the late ones.
    Status add_days_to_close(std::map<std::int32_t, LateDay>& late);
    // Nothing when the day was not cut yet.
    Result<std::optional<CutRecord>> latest_cut(std::int32_t day) const;
    // Puts what came late into the cells of a day that was cut, and tells its new values.
    Result<DayValues> revise(std::int32_t day);
    Status revise_days(const std::map<std::int32_t, LateDay>& late);
    Status cut_open_day(std::int32_t day);
    // Totals of all days before `day` as they were reported.
    Result<CellTotals> totals_before(std::int32_t day);
    Result<DayValues> reported_values(std::int32_t day);
    Result<DayValues> values_of(DayCells& cells);
    Status emit(std::int32_t day,
                const DayValues& values,
                const CellTotals& to_date,
                const LateDay* late);
    // Stores and publishes the cells of a revision.
    Status emit_cells(const RowHead& head,
                      const DayValues& values,
                      const CellTotals& to_date,
                      CutRecord& record);
    Status emit_changes(const RowHead& head,
                        const std::map<CellKey, StoredFigures>& before,
                        const CellKey& cell,
                        const Figures& after,
                        CutRecord& record);
    Status emit_rest(const RowHead& head, const CutRecord& record, const LateDay* late);
    Status reconcile(std::int32_t day);
    Status load_day_before();

    ProgrammeState& programme_;
    Store& store_;
    RowOutlet& outlet_;
    RowWriter rows_;
    std::uint64_t as_of_;
    std::int64_t now_us_;
    std::uint64_t revisions_ = 0;
    CellTotals before_;  // of the days before the programme's first
};

// Figures of one revision, by cell.
Result<std::map<CellKey, StoredFigures>> load_figures(const Store& store,
                                                      std::uint32_t programme,
                                                      std::int32_t day,
                                                      std::uint32_t revision);

// Adds what came to a day after its last cut, and the refunds of its redemptions since then, to the
// cells of that day. The keys of the records that it took.
Result<std::vector<std::string>> fold_late(const Store& store,
                                           const ProgrammeState& programme,
                                           std::int32_t day,
                                           CellDirectory& directory,
                                           DayCells& cells);

// The last day that a clock at `now_us` cuts.
std::int32_t last_day_to_cut(std::int64_t now_us, std::uint16_t cut_minute);

}  // namespace fiscus::projections
