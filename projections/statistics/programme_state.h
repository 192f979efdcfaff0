// Everything that the statistics keep of one programme: reference data, facts of the open days,
// totals of the days that were cut, the fund, prizes, draws, batches and their summaries, sources,
// refusals and the reconciliation. A day is open until its first cut; after it the day's facts lie
// on disk, those that come late wait beside them, and the next cut makes a new revision. Days
// before the programme's first day are one day, the day before it, which is never cut: its figures
// count in everything to date.
// Thread: one. Fails: corrupt on damaged records, state when the disk says no.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "engine/base/result.h"
#include "projections/reconcile/reconcile.h"
#include "projections/statistics/batch_life.h"
#include "projections/statistics/batch_summary.h"
#include "projections/statistics/day_counter.h"
#include "projections/statistics/day_facts.h"
#include "projections/statistics/draws.h"
#include "projections/statistics/fund.h"
#include "projections/statistics/prizes.h"
#include "projections/statistics/reference.h"
#include "projections/statistics/sources.h"
#include "projections/statistics/totals.h"
#include "projections/store/store.h"

namespace fiscus::projections {

// Entries that came to a day after its last cut.
struct LateDay {
    NumberRanges sequences;
    std::uint64_t accepted = 0;
    std::uint64_t refused = 0;
    std::uint64_t gap_fills = 0;
    bool dirty = false;
};

class ProgrammeState {
public:
    ProgrammeState(std::uint32_t programme, const Store& store)
        : programme_(programme), store_(&store) {}

    [[nodiscard]] std::uint32_t id() const { return programme_; }
    [[nodiscard]] std::int32_t first_day() const { return reference.first_day; }
    // The day that stands for all days before the programme's first.
    [[nodiscard]] std::int32_t day_before() const { return reference.first_day - 1; }
    [[nodiscard]] std::int32_t counted_day(std::int32_t business_day) const {
        return business_day < day_before() ? day_before() : business_day;
    }
    // The day has a revision: nothing changes its cells but the next cut.
    [[nodiscard]] bool is_cut(std::int32_t day) const {
        return day >= reference.first_day && day <= last_cut_day;
    }

    // The facts of a day that is not cut, made when the day is new.
    DayFacts& open_day(std::int32_t day) {
        return day == last_day_ ? *last_facts_ : look_up_open_day(day);
    }
    // Where a fact of the day belongs.
    DayFacts& facts_of(std::int32_t day) { return is_cut(day) ? late_facts(day) : open_day(day); }
    // Facts of the days that were cut, those that wait for a revision, and those of the days before
    // the programme's first: their bytes, which grow with every fact.
    [[nodiscard]] std::uint64_t fact_bytes_of(std::uint32_t batch) const;
    // Nothing happened there: nullptr.
    [[nodiscard]] const DayFacts* find_open_day(std::int32_t day) const;
    [[nodiscard]] std::vector<std::int32_t> open_days() const;
    // The day's cut: its facts are put into the store and stay there only.
    void close_day(std::int32_t day, Store& store);
    // Facts of a day that was cut, which its next revision counts; made when there are none yet.
    DayFacts& late_facts(std::int32_t day);
    [[nodiscard]] const DayFacts* find_late_facts(std::int32_t day) const;
    // They were added to the day's own.
    void erase_late_facts(std::int32_t day, Store& store);
    // Sums of the days before the programme's first.
    Result<const CellTotals*> totals_of_day_before(DayCounter& counter);
    // Saved facts leave memory, oldest days first, until about `memory_max` is left.
    void trim(std::size_t memory_max);
    [[nodiscard]] std::size_t memory() const;

    [[nodiscard]] std::uint32_t latest_revision(std::int32_t day) const;
    // Revision 0 when the batch has no summary.
    [[nodiscard]] BatchSummary latest_summary(std::uint32_t batch) const;
    // The latest one from now on.
    void keep_summary(Store& store, std::uint32_t batch, const BatchSummary& summary);

    Status load();
    // Everything that changed; facts of open days too.
    void save(Store& store);

    Reference reference;
    bool closed = false;
    std::int32_t last_cut_day = 0;                    // day_before() when none was
    Sums lifetime{};                                  // of all entries: bounds every other sum
    CellTotals totals;                                // of the days that were cut
    std::map<std::int32_t, LateDay> late;             // the next cut makes a revision of these days
    std::map<std::int32_t, std::uint32_t> revisions;  // latest of each day that was cut
    FundLedger fund;
    PrizeLedger prizes;
    DrawHours draws;
    BatchLives batches;
    Sources sources;
    Reconciliation reconciliation;
    std::map<std::int32_t, std::map<std::uint16_t, std::uint64_t>> refusals;  // by day and reason
    std::set<std::pair<std::int32_t, std::uint16_t>> dirty_refusals;

private:
    DayFacts& look_up_open_day(std::int32_t day);
    // The facts joined those of the days that were cut.
    void note_batches(std::int32_t day, const DayFacts& facts);
    Status load_head();
    Status load_references();
    Status load_open_days();
    Status load_late_facts();
    Status load_late();
    Status load_revisions();
    Status load_batches();
    Status load_small_tables();

    std::uint32_t programme_;
    const Store* store_;
    std::map<std::int32_t, DayFacts> open_;
    std::map<std::int32_t, DayFacts> late_;
    std::int32_t last_day_ = INT32_MIN;  // the open day that was asked for last
    DayFacts* last_facts_ = nullptr;
    std::map<std::uint32_t, BatchSummary> summaries_;  // the latest of each batch that has one
    CellTotals day_before_;
    std::uint64_t day_before_bytes_ = 0;  // of the facts that day_before_ was counted from
};

}  // namespace fiscus::projections
