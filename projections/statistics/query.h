// What the statistics know, for the program, the web page and the tests: days and their revisions,
// rows of any grouping for a day or a range of days, the fund, prizes by tier, summaries of
// batches, the trial balance, reconciliation, gaps. Works on the state of one or several partitions
// (a programme lies in one of them).
// Thread: that of the states it reads; with a running Runner, the runner's thread or under its
// lock.
// Fails: not_found for a programme, day or revision that is not there; state when the disk says no.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/ids.h"
#include "engine/base/result.h"
#include "projections/statistics/grouping.h"
#include "projections/statistics/measures.h"
#include "projections/statistics/table.h"

namespace fiscus::projections {

class Fold;
class RowSink;
class Store;

struct ProgrammeSummary {
    ProgrammeId programme;
    std::string name;
    std::string authority;
    std::int32_t first_day = 0;
    // Last day that was cut; before first_day when none was.
    std::int32_t last_cut_day = 0;
    bool closed = false;
};

// One cut of one day.
struct DayRevision {
    std::int32_t day = 0;
    std::uint32_t revision = 0;
    std::uint64_t as_of = 0;  // ledger sequence of the ClockAdvanced that cut
    std::int64_t cut_at_us = 0;
    bool final = false;
    std::uint64_t late_entries = 0;  // entries of the day that came since the cut before
    std::string late_sequences;      // "17-19,23"
    std::uint64_t changed_cells = 0;
    std::string why_english;
    std::string why_chinese;
};

struct Selection {
    ProgrammeId programme;
    std::int32_t first_day = 0;
    std::int32_t last_day = 0;  // first_day for a single day
    Grouping grouping = Grouping::programme;
    // A single day: this revision; nothing: the latest, or figures as known now when the day has no
    // revision yet. Ranges are always as known now, distinct counts are unions of the days.
    std::optional<std::uint32_t> revision{};
};

struct SummarySelection {
    ProgrammeId programme;
    // Nothing: every batch that has a summary.
    std::optional<std::uint32_t> batch{};
    // Nothing: the latest.
    std::optional<std::uint32_t> revision{};
    bool by_district = false;
};

struct FigureRow {
    CellKey key;
    Figures figures;
};

// revision 0: as known now (provisional), as_of is then the last folded entry.
struct DayFigures {
    std::uint32_t revision = 0;
    std::uint64_t as_of = 0;
    bool final = false;
    std::vector<FigureRow> rows;  // by key
};

class Query {
public:
    // Read-only over the committed state under `directory` (that of RunnerOptions). Another process
    // may be writing it: then the figures are those of its last flush.
    static Result<std::unique_ptr<Query>> open(const std::string& directory);
    // Over live folds, which must outlive the query.
    explicit Query(std::vector<Fold*> folds);
    // Over nothing.
    Query();
    ~Query();
    Query(const Query&) = delete;
    Query& operator=(const Query&) = delete;

    [[nodiscard]] std::vector<ProgrammeSummary> programmes() const;
    // Ledger sequence of the last folded entry of the programme's partition.
    Result<std::uint64_t> as_of(ProgrammeId programme) const;
    // Of one day, or of all days when `day` is nothing; by day, then revision.
    Result<std::vector<DayRevision>> revisions(ProgrammeId programme,
                                               std::optional<std::int32_t> day) const;
    Result<DayFigures> figures(const Selection& selection);

    // The same as tables, with codes, names and every measure of the table in measures.h.
    Result<Table> statistics(const Selection& selection);
    Result<Table> revisions_table(ProgrammeId programme, std::optional<std::int32_t> day) const;
    // Figures that differ between a revision and the one before it.
    Result<Table> changes(ProgrammeId programme, std::int32_t day, std::uint32_t revision);
    // 资金使用明细台账: one row for each day and batch, batch 0 (empty) for the programme.
    Result<Table> fund_usage(ProgrammeId programme,
                             std::int32_t first_day,
                             std::int32_t last_day) const;
    // 分等级奖金发放: one row for each day, prize batch and tier.
    Result<Table> prizes(ProgrammeId programme,
                         std::int32_t first_day,
                         std::int32_t last_day) const;
    // 分平台分时段中奖率: one row for each day, platform and hour in which a draw was asked for.
    Result<Table> draws(ProgrammeId programme, std::int32_t first_day, std::int32_t last_day) const;
    // 批次总结: what was reported of each batch that ended, one row each, or one for each of its
    // districts.
    Result<Table> batch_summary(const SummarySelection& selection) const;
    // Where the programme's money is now; the last line proves the identity of docs/domain.md §4.
    Result<Table> fund_position(ProgrammeId programme) const;
    // Every account with its balance, and the sum, which is zero; nothing: all programmes.
    Result<Table> trial_balance(std::optional<ProgrammeId> programme) const;
    // Control totals against the ledger, every count and amount, differences named.
    Result<Table> reconciliation(ProgrammeId programme,
                                 std::int32_t first_day,
                                 std::int32_t last_day) const;
    // Refund parts that differ from their proportional share.
    Result<Table> refund_differences(ProgrammeId programme,
                                     std::int32_t first_day,
                                     std::int32_t last_day) const;
    // Numbers that are missing now, by source.
    Result<Table> gaps(ProgrammeId programme) const;
    // Refused entries by day and reason, as known now.
    Result<Table> refusals(ProgrammeId programme,
                           std::int32_t first_day,
                           std::int32_t last_day) const;

private:
    Result<Fold*> fold_of(ProgrammeId programme) const;

    std::unique_ptr<RowSink> sink_;  // of the folds that this query owns
    std::vector<std::unique_ptr<Store>> stores_;
    std::vector<std::unique_ptr<Fold>> owned_;
    std::vector<Fold*> folds_;
};

}  // namespace fiscus::projections
