// Everything that the statistics keep of one programme: reference data, cells of the open days,
// totals of the days that were cut, the fund, sources, refusals and the reconciliation. A day is
// open until its first cut; after it the day's cells lie on disk, what comes late waits in two
// tables, and the next cut makes a new revision. Days before the programme's first day are one day,
// the day before it, which is never cut: its figures count in everything to date.
// Thread: one. Fails: corrupt on damaged records, state when the disk says no.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "engine/base/result.h"
#include "projections/reconcile/reconcile.h"
#include "projections/statistics/cells.h"
#include "projections/statistics/fund.h"
#include "projections/statistics/reference.h"
#include "projections/statistics/sources.h"
#include "projections/store/store.h"

namespace fiscus::projections {

// Sums of a cell over several days, and on how many of them something happened.
struct CellTotal {
    Sums sums{};
    std::uint32_t days = 0;
};
// By cell number; may be shorter than the directory.
using CellTotals = std::vector<CellTotal>;

// Entries that came to a day after its last cut.
struct LateDay {
    NumberRanges sequences;
    std::uint64_t accepted = 0;
    std::uint64_t refused = 0;
    std::uint64_t gap_fills = 0;
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

    // The cells of a day that is not cut; read from disk when they are not in memory.
    Result<DayCells*> open_day(std::int32_t day);
    // The same for a day that may not exist: nullptr.
    Result<DayCells*> find_open_day(std::int32_t day);
    [[nodiscard]] std::vector<std::int32_t> open_days() const;
    // After the day's cut: its cells stay on disk only.
    void close_day(std::int32_t day);
    // Takes the least used open days out of memory, all but one, until about `memory_max` is left.
    void trim(std::size_t memory_max);
    [[nodiscard]] std::size_t memory() const;

    CellTotal& total(CellNumber cell);
    // Cell numbers in key order; valid until a new cell appears.
    const std::vector<CellNumber>& cells_by_key();
    [[nodiscard]] std::uint32_t latest_revision(std::int32_t day) const;

    Status load();
    // Everything that changed; cells of open days too.
    void save(Store& store);

    Reference reference;
    bool closed = false;
    std::int32_t last_cut_day = 0;  // day_before() when none was
    Sums lifetime{};                // of all entries: bounds every other sum
    CellDirectory directory;
    CellTotals totals;  // of the days that were cut
    std::map<std::int32_t, LateDay> late;
    std::map<std::int32_t, std::uint32_t> revisions;  // latest of each day that was cut
    FundLedger fund;
    Sources sources;
    Reconciliation reconciliation;
    std::map<std::int32_t, std::map<std::uint16_t, std::uint64_t>> refusals;  // by day and reason
    std::set<std::pair<std::int32_t, std::uint16_t>> dirty_refusals;
    std::set<CellNumber> dirty_totals;

private:
    struct OpenDay {
        std::unique_ptr<DayCells> cells;  // nothing: on disk only
        std::uint64_t last_use = 0;
    };

    Status load_head();
    Status load_references();
    Status load_totals();
    Status load_open_days();
    Status load_late();
    Status load_revisions();
    Status load_small_tables();

    std::uint32_t programme_;
    const Store* store_;
    std::map<std::int32_t, OpenDay> open_;
    std::int32_t last_day_ = INT32_MIN;  // the open day that was asked for last
    DayCells* last_cells_ = nullptr;
    std::uint64_t uses_ = 0;
    std::vector<CellNumber> cells_by_key_;
};

}  // namespace fiscus::projections
