// The rows of the summary of a batch that ended.
#include <string>

#include "engine/base/time.h"
#include "projections/statistics/rows.h"

namespace fiscus::projections {

JsonLine RowWriter::begin_summary(const RowHead& head,
                                  Keep keep,
                                  const CellKey& cell,
                                  std::string_view what,
                                  std::string_view type) {
    set_head(head);
    // Without the day, so that the latest topic holds one of them.
    key_ = std::to_string(head.programme) + "/batch_summary/" + std::to_string(cell.first);
    const bool of_district = cell.grouping == Grouping::batch_district;
    if (of_district) {
        key_ += "/" + std::to_string(cell.second);
    }
    key_.append(what);
    JsonLine line = rows_->begin(Stream::statistics, keep, key_, type);
    line.fields(head_fields_);
    line.fields(dimension_fields(cell, 0));
    if (of_district) {
        line.fields(dimension_fields(cell, 1));
    }
    return line;
}

void RowWriter::batch_summary_district(const RowHead& head,
                                       const CellKey& cell,
                                       const Figures& figures) {
    JsonLine line =
        begin_summary(head, Keep::latest_and_history, cell, "", "batch_summary_district");
    put_measures(line, figures, true);
    rows_->end(line);
}

void RowWriter::batch_summary_change(const RowHead& head,
                                     const CellKey& cell,
                                     const SummaryChange& change) {
    JsonLine line = begin_summary(head, Keep::history_only, cell, "/" + std::string(change.id),
                                  "batch_summary_change");
    line.text("measure", change.id);
    line.text("measure_name", change.chinese);
    line.integer("before", change.before);
    line.integer("after", change.after);
    rows_->end(line);
}

void RowWriter::batch_summary(const RowHead& head,
                              std::uint32_t batch,
                              const Figures& figures,
                              const BatchSummary& summary) {
    JsonLine line =
        begin_summary(head, Keep::latest_and_history, {.grouping = Grouping::batch, .first = batch},
                      "", "batch_summary");
    line.text("ended_on", date_text(summary.ending.day));
    line.text("ended_by", info(summary.ending.how).id);
    put_measures(line, figures, true);
    for (const FlowInfo& about : flow_infos_of(reference_->has_prize_batches)) {
        line.integer(about.id, flow(summary.flows, about.flow));
    }
    line.integer("closing", change_of_batch(summary.flows));
    line.natural("previous_as_of", summary.previous_as_of);
    line.natural("changed_figures", summary.changed_figures);
    line.text("why", why_english(summary));
    line.text("why_chinese", why_chinese(summary));
    rows_->end(line);
}

}  // namespace fiscus::projections
