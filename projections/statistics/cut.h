// The cut: a ClockAdvanced closes business days (docs/domain.md §5). Each day that is over gets its
// first revision, also a silent one; each day to which entries came since its last cut gets the
// next one, with what changed and why; the first cut after the programme's close gives every day a
// final one. Nothing that was reported is overwritten. The summaries of batches that ended follow
// the days (batch_summary.h).
// Thread: that of the fold. Fails: corrupt when refunds exceed redemptions or the state is damaged.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "engine/base/result.h"
#include "projections/statistics/batch_summary.h"
#include "projections/statistics/day_counter.h"
#include "projections/statistics/day_values.h"
#include "projections/statistics/figures.h"
#include "projections/statistics/programme_state.h"
#include "projections/statistics/rows.h"
#include "projections/store/store.h"

namespace fiscus::projections {

class RowOutlet;

class Cut {
public:
    struct Parts {
        ProgrammeState& programme;
        Store& store;
        RowOutlet& outlet;
        const CodeNames& code_names;
        DayCounter& counter;
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
    // What a day says with what came late, which joins its facts; `before` when nothing did.
    Result<DayValues> revise(std::int32_t day, const DayValues& before);
    Status revise_days(const std::map<std::int32_t, LateDay>& late);
    Status cut_open_day(std::int32_t day);
    // Totals of all days before `day` as they were reported.
    Result<CellTotals> totals_before(std::int32_t day);
    Result<std::vector<CellFigures>> reported_figures(std::int32_t day) const;
    [[nodiscard]] FactSource source_of(const DayFacts& facts) const;
    // An error names the programme.
    template <typename Outcome>
    [[nodiscard]] Outcome named(Outcome outcome) const;
    // What came late joins the facts of the day.
    Status join(std::int32_t day, const DayFacts& late, DayFacts& facts);

    // One revision of a day: its values, what is to date with them, what came late, and what the
    // revision before it said.
    struct Revision {
        const DayValues& values;
        const CellTotals& to_date;
        const LateDay* late;
        const std::vector<CellFigures>& before;
    };
    Status emit(std::int32_t day, const Revision& revision);
    // Stores and publishes the cells of a revision.
    Status emit_cells(const RowHead& head, const Revision& revision, CutRecord& record);
    void emit_changes(const RowHead& head,
                      const CellKey& cell,
                      const Figures& before,
                      const Figures& after,
                      CutRecord& record);
    Status emit_rest(const RowHead& head, const CutRecord& record, const LateDay* late);
    Status reconcile(std::int32_t day);

    ProgrammeState& programme_;
    Store& store_;
    RowOutlet& outlet_;
    RowWriter rows_;
    DayCounter& counter_;
    std::uint64_t as_of_;
    std::int64_t now_us_;
    std::uint64_t revisions_ = 0;
    const CellTotals* before_ = nullptr;  // of the days before the programme's first
    SummaryCut summaries_;
};

// The last day that a clock at `now_us` cuts.
std::int32_t last_day_to_cut(std::int64_t now_us, std::uint16_t cut_minute);

}  // namespace fiscus::projections
