// The table of the summaries of batches that ended.
#include <string>
#include <utility>

#include "engine/base/time.h"
#include "projections/statistics/figure_columns.h"
#include "projections/statistics/figures.h"
#include "projections/statistics/fold.h"
#include "projections/statistics/query.h"

namespace fiscus::projections {

namespace {

Error no_summary(std::uint32_t batch, std::string why) {
    return {.code = ErrorCode::not_found,
            .what = "there is no such summary of batch " + std::to_string(batch),
            .why = std::move(why),
            .hint =
                "a batch has one from the cut on that takes the day on which it ended; leave "
                "the batch out to see those that have"};
}

class SummaryTable {
public:
    SummaryTable(const ProgrammeState& programme, const CodeNames& codes, bool by_district)
        : programme_(programme), codes_(codes), by_district_(by_district) {
        table_.name = by_district ? "batch_summary_district" : "batch_summary";
        table_.english = by_district ? "Batch summary by district" : "Batch summary";
        table_.chinese = by_district ? "批次总结（分县市区）" : "批次总结";
        add_cell_columns(table_, info(grouping()));
        for (Column column :
             {Column{"ended_on", "Ended on", "结束日", CellType::text},
              Column{"ended_by", "Ended by", "结束原因", CellType::text},
              Column{"day", "Up to", "截至统计日", CellType::text},
              Column{"revision", "Revision", "版本", CellType::integer},
              Column{"as_of", "As of ledger sequence", "截至账序号", CellType::integer},
              Column{"final", "Final", "终版", CellType::boolean}}) {
            table_.columns.push_back(std::move(column));
        }
        for (const Measure& measure : measures()) {
            add_measure_column(table_, measure);
        }
        if (!by_district_) {
            for (const FlowInfo& about : flows()) {
                table_.columns.push_back({std::string(about.id), std::string(about.english),
                                          std::string(about.chinese), CellType::yuan});
            }
            table_.columns.push_back({"closing", "Closing", "期末", CellType::yuan});
        }
        table_.notes_english.emplace_back("As published; a revision says what changed since.");
        table_.notes_chinese.emplace_back("已发布数据；各版本说明变动。");
    }

    Status add(const Store& store, std::uint32_t batch, std::uint32_t revision) {
        FISCUS_ASSIGN(const BatchSummary summary,
                      load_summary(store, programme_.id(), batch, revision));
        FISCUS_ASSIGN(
            const std::vector<CellFigures> cells,
            load_figures(store, figures_of_batch(programme_.id(), batch, revision), grouping()));
        for (const CellFigures& cell : cells) {
            add(summary, cell);
        }
        return Done{};
    }
    Table take() { return std::move(table_); }

private:
    [[nodiscard]] Grouping grouping() const {
        return by_district_ ? Grouping::batch_district : Grouping::batch;
    }
    [[nodiscard]] std::vector<Measure> measures() const {
        std::vector<Measure> some;
        for (const Measure& measure : measures_of(programme_.reference.has_prize_batches,
                                                  programme_.reference.has_instant_draws)) {
            if (is_of_batch(measure)) {
                some.push_back(measure);
            }
        }
        return some;
    }
    [[nodiscard]] std::span<const FlowInfo> flows() const {
        return flow_infos_of(programme_.reference.has_prize_batches);
    }

    void add(const BatchSummary& summary, const CellFigures& cell) {
        Cells cells;
        add_cell(cells, cell.key, programme_.reference, codes_);
        cells.push_back(date_text(summary.ending.day));
        cells.emplace_back(info(summary.ending.how).id);
        cells.push_back(date_text(summary.day));
        cells.push_back(std::to_string(summary.revision));
        cells.push_back(std::to_string(summary.as_of));
        cells.emplace_back(summary.final ? "true" : "false");
        for (const Measure& measure : measures()) {
            add_measure(cells, measure, cell.figures);
        }
        if (!by_district_) {
            for (const FlowInfo& about : flows()) {
                cells.push_back(std::to_string(flow(summary.flows, about.flow)));
            }
            cells.push_back(std::to_string(change_of_batch(summary.flows)));
        }
        table_.rows.push_back(std::move(cells));
    }

    const ProgrammeState& programme_;
    const CodeNames& codes_;
    bool by_district_;
    Table table_;
};

}  // namespace

Result<Table> Query::batch_summary(const SummarySelection& selection) const {
    FISCUS_ASSIGN(Fold* const fold, fold_of(selection.programme));
    const ProgrammeState& programme = *fold->find(selection.programme.value());
    SummaryTable table(programme, fold->code_names(), selection.by_district);
    for (const auto& [batch, names] : programme.reference.batches) {
        if (selection.batch.value_or(batch) != batch) {
            continue;
        }
        const std::uint32_t latest = programme.latest_summary(batch).revision;
        const std::uint32_t wanted = selection.revision.value_or(latest);
        if (wanted != 0 && wanted <= latest) {
            FISCUS_TRY(table.add(fold->store(), batch, wanted));
        } else if (selection.batch) {
            return no_summary(batch, latest == 0
                                         ? "it has not ended, or the day was not cut yet"
                                         : "its latest revision is " + std::to_string(latest));
        }
    }
    if (selection.batch && !programme.reference.batches.contains(*selection.batch)) {
        return no_summary(*selection.batch, "the programme has no such batch");
    }
    return table.take();
}

}  // namespace fiscus::projections
