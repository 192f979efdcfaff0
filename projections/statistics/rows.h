// The published rows of a day's cut, one function for each type; the schemas are in
// docs/formats/statistics.md. Every row names its programme, day, revision and cut, so that it says
// everything by itself.
// Thread: one. Fails: never.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <tsl/robin_map.h>

#include "projections/data/code_names.h"
#include "projections/publish/rows.h"
#include "projections/reconcile/reconcile.h"
#include "projections/statistics/batch_summary.h"
#include "projections/statistics/draws.h"
#include "projections/statistics/fund.h"
#include "projections/statistics/measures.h"
#include "projections/statistics/prizes.h"
#include "projections/statistics/programme_state.h"

namespace fiscus::projections {

// What all rows of one cut of one day have in common.
struct RowHead {
    std::uint32_t programme = 0;
    std::int32_t day = 0;
    std::uint32_t revision = 0;
    std::uint64_t as_of = 0;
    bool final = false;

    friend bool operator==(const RowHead&, const RowHead&) = default;
};

// The cut itself, as the state keeps it and the "day" row tells it.
struct CutRecord {
    std::uint64_t as_of = 0;
    std::int64_t cut_at_us = 0;
    bool final = false;
    bool closes = false;               // made because the programme is closed
    std::uint64_t previous_as_of = 0;  // of the revision before, 0 for the first
    std::uint64_t rows = 0;            // statistics rows of this revision
    std::uint64_t late_accepted = 0;
    std::uint64_t late_refused = 0;
    std::uint64_t gap_fills = 0;
    std::uint64_t changed_cells = 0;
    std::uint64_t changed_figures = 0;
    std::string late_sequences{};

    [[nodiscard]] std::uint64_t late_entries() const { return late_accepted + late_refused; }
};
std::string encode(const CutRecord& record);
bool parse_cut(std::string_view bytes, CutRecord& record);
// One sentence each: why there is this revision.
std::string why_english(const CutRecord& record, std::uint32_t revision);
std::string why_chinese(const CutRecord& record, std::uint32_t revision);

// A figure of a batch summary that is not what it was.
struct SummaryChange {
    std::string_view id;
    std::string_view chinese;
    std::int64_t before = 0;
    std::int64_t after = 0;
};

// Names are read once for each writer: it lives as long as one cut.
class RowWriter {
public:
    RowWriter(RowBuffer& rows, const Reference& reference, const CodeNames& codes);

    void statistics(const RowHead& head, const CellKey& cell, const Figures& figures);
    void fund_usage(const RowHead& head, const FundLine& line);
    void prizes(const RowHead& head, const PrizeLine& prizes);
    void draws(const RowHead& head, const DrawLine& draws);
    void refusals(const RowHead& head, std::uint16_t reason, std::uint64_t count);
    void gap(const RowHead& head, std::uint16_t source, const SourceState& state);
    // Only of revisions after the first: a figure that is not what it was.
    void change(const RowHead& head,
                const CellKey& cell,
                const Measure& measure,
                std::int64_t before,
                std::int64_t after);
    // The late entries' ledger sequences, in portions.
    void late_entries(const RowHead& head, std::uint64_t part, std::string_view sequences);
    // Last of all: the revision is complete. `missing`: numbers that all sources together lack.
    void day(const RowHead& head, const CutRecord& record, std::uint64_t missing);
    // A batch that ended: each district, what a revision after the first changed, and the batch,
    // with which the revision is complete. `head.revision` is the summary's own, `head.day` the
    // last day that is in it.
    void batch_summary_district(const RowHead& head, const CellKey& cell, const Figures& figures);
    void batch_summary_change(const RowHead& head,
                              const CellKey& cell,
                              const SummaryChange& change);
    void batch_summary(const RowHead& head,
                       std::uint32_t batch,
                       const Figures& figures,
                       const BatchSummary& summary);
    // `head.revision` is the reconciliation's own.
    void control_totals(const RowHead& head, const Comparison& comparison);

private:
    // Names of a measure's fields, as a row has them: ,"issued_count":
    struct MeasureFields {
        const Measure* measure;
        std::string value;
        std::string numerator;
        std::string denominator;
    };

    JsonLine begin(const RowHead& head,
                   Stream stream,
                   Keep keep,
                   std::string_view place,
                   std::string_view type);
    // The same for a row of a cell; `what` follows in its key.
    JsonLine begin_cell(const RowHead& head,
                        Keep keep,
                        const CellKey& cell,
                        std::string_view what,
                        std::string_view type);
    // The same for a row of a batch's summary, or of a district in it.
    JsonLine begin_summary(const RowHead& head,
                           Keep keep,
                           const CellKey& cell,
                           std::string_view what,
                           std::string_view type);
    // Those of the day and to date, or those of a batch.
    void put_measures(JsonLine& line, const Figures& figures, bool of_batch);
    void set_head(const RowHead& head);
    // ,"district":420102,"district_name":"江岸区"
    const std::string& dimension_fields(const CellKey& cell, std::size_t at);

    RowBuffer* rows_;
    const Reference* reference_;
    const CodeNames* codes_;
    // What all rows with the same head have, made for the last one.
    RowHead head_;
    std::string head_key_;
    std::string head_fields_;
    std::string key_;
    // By value; packs by batch and pack.
    std::array<tsl::robin_map<std::uint64_t, std::string>, dimension_count> dimension_fields_;
    std::vector<MeasureFields> measure_fields_;
    std::vector<char> measures_;  // room for those of one row
};

// A refund part that differs from its proportional share; published when it is folded.
void append_refund_share(RowBuffer& rows,
                         std::uint32_t programme,
                         const Reference& reference,
                         const wire::Entry& entry);

}  // namespace fiscus::projections
