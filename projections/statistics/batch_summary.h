// The summary of a batch that ended: what the statistics say of it over all its days, and what
// moved in its money. Due at the cut that takes the day on which the batch ended, then on the days
// of a schedule and when the programme is closed, where it is published again if a figure is
// another one (docs/definitions.md): counting a batch reads all its days, so no cut but these few
// pays for it, and of these none at which no fact is new. Sums are those of the totals to date;
// distinct counts are unions, counted from the facts of the batch's days by the counter of the
// daily cut, in its memory.
// Thread: that of the fold. Fails: corrupt when refunds exceed redemptions or the state is damaged.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "projections/statistics/batch_life.h"
#include "projections/statistics/day_counter.h"
#include "projections/statistics/figures.h"
#include "projections/statistics/fund.h"
#include "projections/statistics/totals.h"
#include "projections/store/store.h"

namespace fiscus::projections {

class ProgrammeState;
class RowOutlet;
class RowWriter;
struct RowHead;

// One revision, as the state keeps it beside its figures.
struct BatchSummary {
    std::uint32_t revision = 0;  // part of the key; 0: there is none
    std::uint64_t as_of = 0;
    std::uint64_t previous_as_of = 0;  // of the revision before, 0 for the first
    std::int32_t day = 0;              // the last one that is in it
    bool final = false;
    bool closes = false;  // made because the programme is closed
    Ending ending{};
    std::uint64_t changed_figures = 0;
    Flows flows{};
};
std::string encode(const BatchSummary& summary);
bool parse_summary(std::string_view bytes, BatchSummary& summary);
// Whether the schedule of a batch that ended on this day has one of the days first … last.
bool has_scheduled_day(std::int32_t ended_on, std::int32_t first, std::int32_t last);
// One that was published.
Result<BatchSummary> load_summary(const Store& store,
                                  std::uint32_t programme,
                                  std::uint32_t batch,
                                  std::uint32_t revision);
// One sentence each: why there is this revision.
std::string why_english(const BatchSummary& summary);
std::string why_chinese(const BatchSummary& summary);

// The batch's own cell and those of its districts, by key.
using BatchFigures = std::vector<CellFigures>;

// What one cut does about the summaries of a programme.
class SummaryCut {
public:
    struct Parts {
        ProgrammeState& programme;
        Store& store;
        RowOutlet& outlet;
        RowWriter& rows;
        DayCounter& counter;
        std::uint64_t as_of;
    };
    // Before the first day is cut.
    explicit SummaryCut(const Parts& parts);

    // After all days of the cut. `before`: totals of the days before the programme's first.
    Status run(const CellTotals& before);

private:
    struct Due {
        BatchSummary summary;  // as it is if it is published
        BatchSummary latest;
        BatchFigures figures;
        BatchFigures reported{};
    };

    [[nodiscard]] bool is_due(const Ending& ending, const BatchSummary& latest) const;
    [[nodiscard]] Result<Due> look_at(std::uint32_t batch,
                                      const Ending& ending,
                                      const BatchSummary& latest,
                                      const CellTotals& before) const;
    [[nodiscard]] BatchFigures sums_of(std::uint32_t batch, const CellTotals& before) const;
    // Distinct counts: those of the revision before where no fact came since.
    Status count(std::uint32_t batch, Due& due);
    // On all days of the batch.
    [[nodiscard]] FactSource facts_of(std::uint32_t batch) const;
    Status publish(std::uint32_t batch, Due& due);
    void publish_changes(const RowHead& head, std::uint32_t batch, Due& due);

    Parts parts_;
    std::int32_t last_day_before_;  // of the cut before
};

}  // namespace fiscus::projections
