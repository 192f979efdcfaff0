#include "projections/schema/fields.h"

#include <utility>

#include "projections/reconcile/reconcile.h"
#include "projections/schema/field_parts.h"
#include "projections/statistics/batch_life.h"
#include "projections/statistics/draws.h"
#include "projections/statistics/fund.h"
#include "projections/statistics/grouping.h"
#include "projections/statistics/measures.h"
#include "projections/statistics/prizes.h"

namespace fiscus::projections {

namespace {

using enum FieldType;

// Measures that a later revision explains.
Words measure_words() {
    Words words;
    for (const Measure& measure : measures()) {
        if (is_of_day(measure)) {
            words.emplace_back(measure.id);
        }
    }
    return words;
}

Words control_words() {
    Words words;
    for (const ControlFigureInfo& figure : control_figures()) {
        words.emplace_back(figure.id);
    }
    return words;
}

Words verdict_words() {
    Words words;
    for (const Verdict verdict :
         {Verdict::equal, Verdict::surplus, Verdict::shortage, Verdict::not_reported}) {
        words.emplace_back(id_of(verdict));
    }
    return words;
}

void add_cut(RowKind& row, Field day, std::string revision) {
    add(row, {{"programme", ordinal32, "活动代码", "Programme code"},
              programme_name(),
              std::move(day),
              {"revision", ordinal32, "版本", std::move(revision)},
              {"as_of", ordinal64, "截至账序号",
               "Ledger sequence of the ClockAdvanced that cut: what came later is not in"},
              {"final", boolean, "终版", "The programme is closed"},
              {"definitions_version", ordinal32, "口径版本", "Version of docs/definitions.md"}});
}

// A row of one cut of one day.
RowKind row_of_cut(std::string type, std::string chinese, std::string meaning) {
    RowKind row = row_of(std::move(type), std::move(chinese), std::move(meaning));
    add_cut(row, day_field(), "1 for the first cut of the day, then 2, 3 and on");
    return row;
}

// A row of one revision of the summary of one batch.
RowKind row_of_summary(std::string type, std::string chinese, std::string meaning) {
    RowKind row = row_of(std::move(type), std::move(chinese), std::move(meaning));
    add_cut(row, {"day", date, "截至统计日", "Last business day that is in it"},
            "1 for the cut that takes the day on which the batch ended, then 2, 3 and on");
    add(row, {batch_field(), batch_name()});
    return row;
}

std::string meaning_on_a_day(const Measure& measure) {
    return std::string(measure.english) + ": " + std::string(measure.formula) +
           "; what counts: " + std::string(measure.inclusion);
}

void add_measure(RowKind& row, const Measure& measure, std::string meaning) {
    const std::string id(measure.id);
    const std::string chinese(measure.chinese);
    const bool later = measure.added_later;
    if (measure.type != MeasureType::ratio) {
        row.fields.push_back({.id = id,
                              .type = measure.type == MeasureType::count ? count : fen,
                              .chinese = chinese,
                              .meaning = std::move(meaning),
                              .optional = later});
        return;
    }
    row.fields.push_back({.id = id,
                          .type = ratio,
                          .chinese = chinese,
                          .meaning = std::move(meaning),
                          .nullable = true,
                          .optional = later});
    row.fields.push_back({.id = id + "_numerator",
                          .type = difference,
                          .chinese = chinese + "·分子",
                          .meaning = "Above the line of " + id,
                          .optional = later});
    row.fields.push_back({.id = id + "_denominator",
                          .type = difference,
                          .chinese = chinese + "·分母",
                          .meaning = "Below the line of " + id,
                          .optional = later});
    row.null_rules.push_back({.fields = {id}, .by = id + "_denominator", .word = {}});
}

RowKind statistics_row() {
    RowKind row = row_of_cut("statistics", "统计指标",
                             "Every measure of one cell of a grouping set on one day");
    row.grouped = true;
    for (const Measure& measure : measures()) {
        add_measure(row, measure, meaning_on_a_day(measure));
    }
    return row;
}

void add_flows(RowKind& row) {
    for (const FlowInfo& flow : flow_infos()) {
        row.fields.push_back(
            {.id = std::string(flow.id),
             .type = fen,
             .chinese = std::string(flow.chinese),
             .meaning = std::string(flow.english) + ": " + std::string(flow.meaning),
             .optional = flow.added_later});
    }
}

RowKind fund_usage_row() {
    RowKind row = row_of_cut(
        "fund_usage", "资金使用明细",
        "What moved on the day in the dedicated account, or of it in one batch; every amount in "
        "fen");
    row.together = {"batch", "batch_name"};
    add(row,
        {optional(batch_field()), optional(batch_name()), {"opening", fen, "期初", "Opening"}});
    add_flows(row);
    add(row, {{"closing", fen, "期末", "Closing; docs/definitions.md says of what"}});
    return row;
}

RowKind prizes_row() {
    RowKind row = row_of_cut("prizes", "分等级奖金发放",
                             "What became of the prizes of one tier of one prize batch");
    add(row, {batch_field(),
              batch_name(),
              {"tier", uint16, "奖级", "Tier of the prize batch"},
              {"prize_amount", fen, "单项奖金", "What one prize of the tier is"}});
    for (const bool to_date : {false, true}) {
        const std::string ending = to_date ? "_to_date" : "";
        const std::string before = to_date ? "累计" : "";
        for (const PrizeDeedInfo& about : prize_deeds()) {
            const std::string id(about.id);
            const std::string chinese = before + std::string(about.chinese);
            const std::string english =
                std::string(about.english) + (to_date ? " to date" : " on the day");
            row.fields.push_back({.id = id + "_count" + ending,
                                  .type = count,
                                  .chinese = chinese + "数",
                                  .meaning = english + ": " + std::string(about.meaning)});
            row.fields.push_back({.id = id + "_amount" + ending,
                                  .type = fen,
                                  .chinese = chinese + "金额",
                                  .meaning = "Amount of " + id + "_count" + ending});
        }
    }
    add(row, {{"payable_count", count, "应付未付数",
               "Awarded and neither cancelled nor paid, at the end of the day"},
              {"payable_amount", fen, "应付未付金额", "Amount of payable_count"}});
    return row;
}

RowKind draws_row() {
    RowKind row = row_of_cut("draws", "分平台分时段中奖率",
                             "What came out of the requests for an instant draw that one platform "
                             "sent in one hour of the day");
    add(row, {platform_field(),
              platform_name(),
              {"hour", uint8, "时段", "Hour in which they occurred, 0 to 23, Asia/Shanghai"}});
    for (const DrawFigureInfo& about : draw_figures()) {
        row.fields.push_back(
            {.id = std::string(about.id),
             .type = about.amount ? fen : count,
             .chinese = std::string(about.chinese),
             .meaning = std::string(about.english) + ": " + std::string(about.meaning)});
    }
    add(row, {{"win_rate", ratio, "中奖率", "won_count ÷ asked_count"}});
    return row;
}

Field district_field() { return {"district", uint32, "县市区代码", "District code"}; }
Field district_name() {
    return {"district_name", text, "县市区", "District, the code when it has no name"};
}

void add_measures_of_batch(RowKind& row) {
    for (const Measure& measure : measures()) {
        if (is_of_batch(measure)) {
            add_measure(row, measure,
                        std::string(measure.english) +
                            ", over all days of the batch: " + std::string(measure.formula));
        }
    }
}

RowKind batch_summary_row() {
    RowKind row = row_of_summary(
        "batch_summary", "批次总结",
        "Every measure of a batch that ended over all its days, and what moved in its money; last "
        "of its rows: the revision of the summary is complete");
    Words ends;
    for (const BatchEndInfo& end : batch_ends()) {
        ends.emplace_back(end.id);
    }
    add(row, {{"ended_on", date, "结束日", "Business day on which the batch ended"},
              word_of("ended_by", "结束原因", "How it ended", std::move(ends))});
    add_measures_of_batch(row);
    add_flows(row);
    add(row, {{"closing", fen, "期末", "What is left of the batch's money"},
              {"previous_as_of", uint64, "上次截至账序号",
               "as_of of the revision before, 0 without one"},
              {"changed_figures", count, "变动指标数",
               "Figures that changed: rows of type batch_summary_change"},
              {"why", text, "原因（英文）", "Why there is this revision, in English"},
              {"why_chinese", text, "原因", "Why there is this revision, in Chinese"}});
    return row;
}

RowKind batch_summary_district_row() {
    RowKind row = row_of_summary("batch_summary_district", "批次总结（分县市区）",
                                 "Every measure of one district in the summary of a batch");
    add(row, {district_field(), district_name()});
    add_measures_of_batch(row);
    return row;
}

RowKind batch_summary_change_row() {
    RowKind row = row_of_summary("batch_summary_change", "批次总结指标变动",
                                 "A figure of a summary, of the batch or of one district, that is "
                                 "not what the revision before said; in the history only");
    row.together = {"district", "district_name"};
    Words words = measure_words();
    for (const FlowInfo& flow : flow_infos()) {
        words.emplace_back(flow.id);
    }
    add(row, {optional(district_field()),
              optional(district_name()),
              word_of("measure", "指标", "Measure or flow that changed", std::move(words)),
              {"measure_name", text, "指标名称", "Its heading in Chinese"},
              {"before", difference, "变动前", "In the revision before"},
              {"after", difference, "变动后", "In this revision"}});
    return row;
}

RowKind refusals_of_day_row() {
    RowKind row = row_of_cut("refusals", "拒绝原因统计", "Refused entries of the day, one reason");
    add_reason(row);
    add(row, {{"refused_count", count, "拒绝条数", "Refused entries"}});
    return row;
}

RowKind gap_row() {
    RowKind row = row_of_cut("gap", "事件来源缺号",
                             "Numbers of one source that had not come when the day was cut");
    add(row,
        {{"source", uint16, "来源代码", "Source code"},
         {"source_name", text, "事件来源", "Name of the source, the code when it has none"},
         {"epoch", uint32, "纪元", "Epoch of the source that the numbers belong to"},
         {"highest_number", uint64, "最大序号", "Highest number that came"},
         {"missing_count", count, "缺号数", "Numbers below it that did not come"},
         {"missing_numbers", ranges, "缺号", "Which ones, as ranges; empty when there is none"},
         {"abandoned_count", count, "旧纪元未补数", "Numbers missing when their epoch ended"}});
    return row;
}

RowKind change_row() {
    RowKind row = row_of_cut(
        "change", "指标变动",
        "A figure of the day that is not what the revision before said; in the history only");
    row.grouped = true;
    add(row, {word_of("measure", "指标", "Measure that changed", measure_words()),
              {"measure_name", text, "指标名称", "Its heading in Chinese"},
              {"before", difference, "变动前", "In the revision before"},
              {"after", difference, "变动后", "In this revision"}});
    return row;
}

RowKind late_entries_row() {
    RowKind row =
        row_of_cut("late_entries", "迟到记录",
                   "Ledger sequences of the entries that made this revision; in the history only");
    add(row, {{"part", ordinal64, "部分", "1, 2 … when they do not fit one row"},
              {"sequences", ranges, "迟到记录账序号", "Ledger sequences, as ranges"}});
    return row;
}

RowKind day_row() {
    RowKind row = row_of_cut(
        "day", "出数记录", "The cut itself, last of its rows: the revision of the day is complete");
    add(row, {{"cut_at", instant, "截止时间", "Time of the clock that cut"},
              {"previous_as_of", uint64, "上次截至账序号",
               "as_of of the revision before, 0 without one"},
              {"statistics_rows", count, "指标行数", "Rows of type statistics in this revision"},
              {"late_entries", count, "迟到记录", "Entries that came after the cut before"},
              {"late_accepted", count, "迟到接受数", "Accepted ones of them"},
              {"late_refused", count, "迟到拒绝数", "Refused ones of them"},
              {"gap_fills", count, "补齐缺号数", "Those of them that filled a gap"},
              {"changed_cells", count, "变动行数", "Cells with a figure that changed"},
              {"changed_figures", count, "变动指标数", "Figures that changed: rows of type change"},
              {"missing_count", count, "缺号数", "Numbers that all sources together lack"},
              {"why", text, "原因（英文）", "Why there is this revision, in English"},
              {"why_chinese", text, "原因", "Why there is this revision, in Chinese"}});
    return row;
}

RowKind control_total_row() {
    RowKind row = row_of_cut(
        "control_total", "对账",
        "One figure of one platform and batch: what the platform's sources said when they closed "
        "the day, and the ledger; revision counts the reconciliations of the day");
    row.null_rules = {{.fields = {"platform_value", "difference"},
                       .by = "verdict",
                       .word = std::string(id_of(Verdict::not_reported))}};
    add(row, {platform_field(),
              platform_name(),
              batch_field(),
              batch_name(),
              word_of("figure", "项目（英文）", "Which figure", control_words()),
              {"figure_name", text, "项目", "Its heading in Chinese"},
              word_of("unit", "单位", "Unit of the three values", {"fen", "count"}),
              nullable({"platform_value", difference, "平台数",
                        "What the platform reports; null when it did not"}),
              {"ledger_value", difference, "账面数", "What the ledger says"},
              nullable({"difference", difference, "差异", "platform_value − ledger_value"}),
              word_of("verdict", "结论（英文）", "Name of the difference", verdict_words()),
              {"verdict_chinese", text, "结论", "The same in Chinese"}});
    return row;
}

RowKind refund_share_row() {
    RowKind row = row_of("refund_share", "退款补贴差异",
                         "A part of a refund whose subsidy is not its proportional share");
    add(row, {{"programme", ordinal32, "活动代码", "Programme code"},
              programme_name(),
              day_field(),
              {"sequence", ordinal64, "账序号", "Ledger sequence of the refund"},
              platform_field(),
              platform_name(),
              batch_field(),
              batch_name(),
              {"refund", id, "退款单号", "Natural key of the refund"},
              {"redemption", id, "核销单号", "Natural key of the redemption"},
              {"order_amount", fen, "退订单金额", "Part of the order that was refunded"},
              {"subsidy", fen, "退补贴金额", "Part of the subsidy that came back"},
              {"difference", fen, "差异", "subsidy − its proportional share"},
              word_of("verdict", "结论（英文）", "Which way", {"above_share", "below_share"}),
              {"verdict_chinese", text, "结论", "The same in Chinese"}});
    return row;
}

FieldType type_of(const DimensionInfo& dimension) {
    return dimension.bits == 8 ? uint8 : dimension.bits == 16 ? uint16 : uint32;
}

}  // namespace

std::vector<GroupingFields> grouping_fields() {
    std::vector<GroupingFields> all;
    for (const GroupingInfo& set : groupings()) {
        GroupingFields& grouping =
            all.emplace_back(GroupingFields{.id = std::string(set.id),
                                            .chinese = std::string(set.chinese),
                                            .english = std::string(set.english)});
        grouping.fields.push_back(word_of("grouping", "分组", "Grouping set", {grouping.id}));
        for (std::size_t at = 0; at < set.used; ++at) {
            const DimensionInfo& dimension = info(set.dimensions[at]);
            const std::string id(dimension.id);
            const std::string english(dimension.english);
            const std::string chinese(dimension.chinese);
            grouping.fields.push_back(
                {id, type_of(dimension), chinese + "代码", english + " code"});
            grouping.fields.push_back(
                {id + "_name", text, chinese, english + ", the code when it has no name"});
        }
    }
    return all;
}

std::vector<RowKind> daily_rows() {
    return {statistics_row(),
            fund_usage_row(),
            prizes_row(),
            draws_row(),
            refusals_of_day_row(),
            gap_row(),
            change_row(),
            late_entries_row(),
            day_row(),
            batch_summary_district_row(),
            batch_summary_change_row(),
            batch_summary_row()};
}

std::vector<RowKind> reconciliation_rows() { return {control_total_row(), refund_share_row()}; }

}  // namespace fiscus::projections
