// The tables of Query: figures with their codes and names, and everything about money and sources.
#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "engine/base/ids.h"
#include "engine/base/time.h"
#include "engine/base/wide.h"
#include "projections/entry.h"
#include "projections/refusals/refusals.h"
#include "projections/statistics/cut.h"
#include "projections/statistics/entry_bytes.h"
#include "projections/statistics/figure_columns.h"
#include "projections/statistics/fold.h"
#include "projections/statistics/query.h"
#include "projections/statistics/state_tables.h"

namespace fiscus::projections {

namespace {

Table new_table(std::string name,
                std::string english,
                std::string chinese,
                std::vector<Column> columns) {
    Table table;
    table.name = std::move(name);
    table.english = std::move(english);
    table.chinese = std::move(chinese);
    table.columns = std::move(columns);
    return table;
}

void note(Table& table, std::string english, std::string chinese) {
    table.notes_english.push_back(std::move(english));
    table.notes_chinese.push_back(std::move(chinese));
}

template <typename Number>
std::string text(Number number) {
    return std::to_string(number);
}
std::string text(bool value) { return value ? "true" : "false"; }

std::string days_text(std::int32_t first, std::int32_t last) {
    return first == last ? date_text(first) : date_text(first) + " … " + date_text(last);
}

struct AccountWords {
    wire::AccountKind kind;
    std::string_view english;
    std::string_view chinese;
    std::string_view key;  // what Account.key is
};

constexpr std::array<AccountWords, 16> account_words{{
    {wire::AccountKind::treasury, "treasury", "财政拨款", "deposit account"},
    {wire::AccountKind::fund, "fund", "专户可用余额", ""},
    {wire::AccountKind::budget, "budget", "批次未发放额度", ""},
    {wire::AccountKind::outstanding, "outstanding", "已发放未核销", "last day"},
    {wire::AccountKind::payable, "payable", "已核销待结算", "platform"},
    {wire::AccountKind::paid, "paid", "已拨付", "platform"},
    {wire::AccountKind::receivable, "receivable", "应追回", "liable party"},
    {wire::AccountKind::compensation, "compensation", "赔付", "platform"},
    {wire::AccountKind::prize_budget, "prize_budget", "奖金未发", "tier"},
    {wire::AccountKind::prize_payable, "prize_payable", "奖金应付", "tier"},
    {wire::AccountKind::prize_paid, "prize_paid", "奖金已兑付", "tier"},
    {wire::AccountKind::prize_receivable, "prize_receivable", "奖金应追回", "tier"},
    {wire::AccountKind::order_turnover, "order_turnover", "订单金额（备查）", "platform"},
    {wire::AccountKind::platform_match, "platform_match", "平台配套（备查）", "platform"},
    {wire::AccountKind::merchant_match, "merchant_match", "商户配套（备查）", "platform"},
    {wire::AccountKind::memorandum, "memorandum", "备查对方", "platform"},
}};

AccountWords words_of(wire::AccountKind kind) {
    const auto at = std::ranges::find(account_words, kind, &AccountWords::kind);
    return at != account_words.end() ? *at : AccountWords{kind, "unknown", "未知", ""};
}

// Merchants as liable parties lie above the platforms (schemas/journal.fbs).
constexpr std::uint64_t merchant_key_base = std::uint64_t{1} << 32;

std::string key_text(const AccountKey& account) {
    const std::string_view what = words_of(account.kind).key;
    if (what.empty()) {
        return {};
    }
    if (account.kind == wire::AccountKind::outstanding) {
        return date_text(static_cast<std::int32_t>(account.key));
    }
    if (account.kind == wire::AccountKind::receivable && account.key >= merchant_key_base) {
        return "merchant " + text(account.key - merchant_key_base);
    }
    return std::string(what) + " " + text(account.key);
}

std::int64_t sum_of(const std::vector<AccountBalance>& balances, wire::AccountKind kind) {
    std::int64_t sum = 0;
    for (const AccountBalance& balance : balances) {
        sum += balance.account.kind == kind ? balance.balance_fen : 0;
    }
    return sum;
}

}  // namespace

Result<Table> Query::statistics(const Selection& selection) {
    FISCUS_ASSIGN(const DayFigures found, figures(selection));
    FISCUS_ASSIGN(Fold* const fold, fold_of(selection.programme));
    const Reference& names = fold->find(selection.programme.value())->reference;
    const GroupingInfo& set = info(selection.grouping);
    const std::string days = days_text(selection.first_day, selection.last_day);
    Table table = new_table("statistics_" + std::string(set.id),
                            names.name + " " + days + ", " + std::string(set.english),
                            names.name + " " + days + " " + std::string(set.chinese), {});
    add_cell_columns(table, set);
    const std::span<const Measure> shown =
        measures_of(names.has_prize_batches, names.has_instant_draws);
    for (const Measure& measure : shown) {
        add_measure_column(table, measure);
    }
    for (const FigureRow& row : found.rows) {
        Cells cells;
        add_cell(cells, row.key, names, fold->code_names());
        for (const Measure& measure : shown) {
            add_measure(cells, measure, row.figures);
        }
        table.rows.push_back(std::move(cells));
    }
    if (found.revision == 0) {
        note(table, "As known now (provisional), as of ledger sequence " + text(found.as_of) + ".",
             "当前数（未出正式报表），截至账序号 " + text(found.as_of) + "。");
    } else {
        note(table,
             "Revision " + text(found.revision) + ", as of ledger sequence " + text(found.as_of) +
                 (found.final ? ", final." : "."),
             "第 " + text(found.revision) + " 版，截至账序号 " + text(found.as_of) +
                 (found.final ? "，终版。" : "。"));
    }
    note(table, "Definitions version " + text(definitions_version) + ".",
         "口径版本 " + text(definitions_version) + "。");
    return table;
}

Result<Table> Query::revisions_table(ProgrammeId programme, std::optional<std::int32_t> day) const {
    FISCUS_ASSIGN(const std::vector<DayRevision> known, revisions(programme, day));
    Table table =
        new_table("revisions", "Days and their revisions", "统计日及版本",
                  {{"day", "Day", "统计日", CellType::text},
                   {"revision", "Revision", "版本", CellType::integer},
                   {"as_of", "As of ledger sequence", "截至账序号", CellType::integer},
                   {"cut_at", "Cut at", "截止时间", CellType::text},
                   {"final", "Final", "终版", CellType::boolean},
                   {"late_entries", "Late entries", "迟到记录", CellType::integer},
                   {"changed_cells", "Changed rows", "变动行数", CellType::integer},
                   {"late_sequences", "Their ledger sequences", "迟到记录账序号", CellType::text},
                   {"why", "Why", "原因（英文）", CellType::text},
                   {"why_chinese", "Why (Chinese)", "原因", CellType::text}});
    for (const DayRevision& line : known) {
        table.rows.push_back({date_text(line.day), text(line.revision), text(line.as_of),
                              instant_text(line.cut_at_us), text(line.final),
                              text(line.late_entries), text(line.changed_cells),
                              line.late_sequences, line.why_english, line.why_chinese});
    }
    return table;
}

Result<Table> Query::changes(ProgrammeId programme, std::int32_t day, std::uint32_t revision) {
    FISCUS_ASSIGN(Fold* const fold, fold_of(programme));
    const ProgrammeState& state = *fold->find(programme.value());
    if (revision < 2 || revision > state.latest_revision(day)) {
        return Error{
            .code = ErrorCode::not_found,
            .what = "revision " + text(revision) + " of " + date_text(day) + " changed nothing",
            .why = "the day's latest revision is " + text(state.latest_revision(day)),
            .hint = "ask for a revision from 2 on"};
    }
    Table table = new_table("changes", "What revision " + text(revision) + " changed",
                            "第 " + text(revision) + " 版变动",
                            {{"grouping", "Grouping", "分组", CellType::text},
                             {"values", "Values", "取值", CellType::text},
                             {"names", "Names", "名称", CellType::text},
                             {"measure", "Measure", "指标", CellType::text},
                             {"measure_name", "Measure (Chinese)", "指标名称", CellType::text},
                             {"unit", "Unit", "单位", CellType::text},
                             {"before", "Before", "变动前", CellType::integer},
                             {"after", "After", "变动后", CellType::integer}});
    const auto figures_at = [&](std::uint32_t number) {
        return load_figures(fold->store(), figures_of_day(programme.value(), day, number),
                            std::nullopt);
    };
    FISCUS_ASSIGN(const auto after, figures_at(revision));
    FISCUS_ASSIGN(const auto before, figures_at(revision - 1));
    for (const auto& [key, active, figures] : after) {
        const auto known = std::ranges::lower_bound(before, key, {}, &CellFigures::key);
        const Figures was = known != before.end() && known->key == key ? known->figures : Figures{};
        const GroupingInfo& set = info(key.grouping);
        std::string values;
        std::string names;
        for (std::size_t at = 0; at < set.used; ++at) {
            values += (at == 0 ? "" : "/") + text(at == 0 ? key.first : key.second);
            names += (at == 0 ? "" : " / ") + state.reference.name_of(fold->code_names(), key, at);
        }
        for (const Measure& measure : measures()) {
            if (is_of_day(measure) && measure.value(was) != measure.value(figures)) {
                table.rows.push_back({std::string(set.id), values, names, std::string(measure.id),
                                      std::string(measure.chinese),
                                      measure.type == MeasureType::amount ? "fen" : "count",
                                      text(measure.value(was)), text(measure.value(figures))});
            }
        }
    }
    return table;
}

Result<Table> Query::fund_usage(ProgrammeId programme,
                                std::int32_t first_day,
                                std::int32_t last_day) const {
    FISCUS_ASSIGN(Fold* const fold, fold_of(programme));
    const ProgrammeState& state = *fold->find(programme.value());
    Table table = new_table("fund_usage", "Fund ledger", "资金使用明细台账",
                            {{"day", "Day", "统计日", CellType::text},
                             {"batch", "Batch code", "批次代码", CellType::code},
                             {"batch_name", "Batch", "批次", CellType::text},
                             {"opening", "Opening", "期初", CellType::yuan}});
    const auto shown = flow_infos_of(state.reference.has_prize_batches);
    for (const FlowInfo& about : shown) {
        table.columns.push_back({std::string(about.id), std::string(about.english),
                                 std::string(about.chinese), CellType::yuan});
    }
    table.columns.push_back({"closing", "Closing", "期末", CellType::yuan});
    for (std::int32_t day = std::max(first_day, state.first_day()); day <= last_day; ++day) {
        for (const FundLine& line : state.fund.lines(day)) {
            std::vector<std::string> cells = {
                date_text(day), line.batch == 0 ? std::string() : text(line.batch),
                line.batch == 0 ? "（全部）" : state.reference.batch_name(line.batch),
                text(line.opening_fen)};
            for (const FlowInfo& about : shown) {
                cells.push_back(text(flow(line.flows, about.flow)));
            }
            cells.push_back(text(line.closing_fen));
            table.rows.push_back(std::move(cells));
        }
    }
    note(table, "As known now; published rows show what each revision said.",
         "当前数；各版本以已发布的数据为准。");
    return table;
}

Result<Table> Query::fund_position(ProgrammeId programme) const {
    using Kind = wire::AccountKind;
    FISCUS_ASSIGN(Fold* const fold, fold_of(programme));
    const std::vector<AccountBalance> balances = fold->accounts().balances(programme.value());
    const bool prizes = fold->find(programme.value())->reference.has_prize_batches;
    Table table = new_table("fund_position", "Fund position", "资金状况",
                            {{"item", "Item", "项目（英文）", CellType::text},
                             {"item_chinese", "Item (Chinese)", "项目", CellType::text},
                             {"amount", "Amount", "金额", CellType::yuan}});
    const auto line = [&table](std::string english, std::string chinese, std::int64_t fen) {
        table.rows.push_back({std::move(english), std::move(chinese), text(fen)});
        return fen;
    };
    // Accounts that programmes without prize batches do not have.
    const auto prize_line = [&](std::string english, std::string chinese, Kind kind) {
        return prizes ? line(std::move(english), std::move(chinese), sum_of(balances, kind)) : 0;
    };
    // Treasury and compensation hold what came in as negative balances.
    const std::int64_t in =
        line("Deposits less returns", "拨入减退回", -sum_of(balances, Kind::treasury)) +
        line("Compensation", "赔付", -sum_of(balances, Kind::compensation));
    const std::int64_t held =
        line("Fund", "专户可用余额", sum_of(balances, Kind::fund)) +
        line("Budgets of batches", "批次未发放额度", sum_of(balances, Kind::budget)) +
        line("Outstanding", "已发放未核销", sum_of(balances, Kind::outstanding)) +
        line("Payable", "已核销待结算", sum_of(balances, Kind::payable)) +
        prize_line("Budgets of prizes", "奖金未发", Kind::prize_budget) +
        prize_line("Prizes payable", "奖金应付", Kind::prize_payable);
    line("In the dedicated account", "专户余额合计", held);
    const std::int64_t gone =
        line("Paid", "已拨付", sum_of(balances, Kind::paid)) +
        line("Receivable", "应追回", sum_of(balances, Kind::receivable)) +
        prize_line("Prizes paid", "奖金已兑付", Kind::prize_paid) +
        prize_line("Prizes to be recovered", "奖金应追回", Kind::prize_receivable);
    line("Difference (must be 0)", "差额（应为 0）", in - held - gone);
    note(table, "As of ledger sequence " + text(fold->last_sequence()) + ".",
         "截至账序号 " + text(fold->last_sequence()) + "。");
    return table;
}

Result<Table> Query::trial_balance(std::optional<ProgrammeId> programme) const {
    std::vector<AccountBalance> balances;
    if (programme) {
        FISCUS_ASSIGN(const Fold* const fold, fold_of(*programme));
        balances = fold->accounts().balances(programme->value());
    } else {
        for (const Fold* fold : folds_) {
            const std::vector<AccountBalance> more = fold->accounts().balances(std::nullopt);
            balances.insert(balances.end(), more.begin(), more.end());
        }
        std::ranges::sort(balances, {}, &AccountBalance::account);
    }
    Table table = new_table("trial_balance", "Trial balance", "试算平衡表",
                            {{"programme", "Programme", "活动", CellType::code},
                             {"account", "Account", "科目（英文）", CellType::text},
                             {"account_chinese", "Account (Chinese)", "科目", CellType::text},
                             {"batch", "Batch", "批次", CellType::code},
                             {"key", "Of", "明细", CellType::text},
                             {"balance", "Balance", "余额", CellType::yuan}});
    Wide sum = 0;
    for (const AccountBalance& line : balances) {
        const AccountWords words = words_of(line.account.kind);
        sum += line.balance_fen;
        table.rows.push_back({text(line.account.programme), std::string(words.english),
                              std::string(words.chinese),
                              line.account.batch == 0 ? std::string() : text(line.account.batch),
                              key_text(line.account), text(line.balance_fen)});
    }
    table.rows.push_back({"", "sum", "合计", "", "", text(static_cast<std::int64_t>(sum))});
    return table;
}

Result<Table> Query::reconciliation(ProgrammeId programme,
                                    std::int32_t first_day,
                                    std::int32_t last_day) const {
    FISCUS_ASSIGN(Fold* const fold, fold_of(programme));
    const ProgrammeState& state = *fold->find(programme.value());
    Table table = new_table("reconciliation", "Control totals against the ledger", "对账差异",
                            {{"day", "Day", "统计日", CellType::text},
                             {"platform", "Platform code", "平台代码", CellType::code},
                             {"platform_name", "Platform", "服务平台", CellType::text},
                             {"batch", "Batch code", "批次代码", CellType::code},
                             {"batch_name", "Batch", "批次", CellType::text},
                             {"figure", "Figure", "项目（英文）", CellType::text},
                             {"figure_name", "Figure (Chinese)", "项目", CellType::text},
                             {"unit", "Unit", "单位", CellType::text},
                             {"platform_value", "Platform reports", "平台数", CellType::integer},
                             {"ledger_value", "Ledger", "账面数", CellType::integer},
                             {"difference", "Difference", "差异", CellType::integer},
                             {"verdict", "Verdict", "结论（英文）", CellType::text},
                             {"verdict_chinese", "Verdict (Chinese)", "结论", CellType::text}});
    for (std::int32_t day = std::max(first_day, state.first_day()); day <= last_day; ++day) {
        for (const Comparison& line : state.reconciliation.compare(day)) {
            for (std::size_t at = 0; at < control_figure_count; ++at) {
                const auto figure = static_cast<ControlFigure>(at);
                const ControlFigureInfo& about = control_figures()[at];
                const bool reported = line.reported.has_value();
                table.rows.push_back(
                    {date_text(day), text(line.platform),
                     state.reference.platform_name(line.platform), text(line.batch),
                     state.reference.batch_name(line.batch), std::string(about.id),
                     std::string(about.chinese), about.amount ? "fen" : "count",
                     reported ? text((*line.reported)[at]) : std::string(), text(line.ledger[at]),
                     reported ? text(line.difference(figure)) : std::string(),
                     std::string(id_of(line.verdict(figure))),
                     std::string(chinese_of(line.verdict(figure)))});
            }
        }
    }
    return table;
}

Result<Table> Query::refund_differences(ProgrammeId programme,
                                        std::int32_t first_day,
                                        std::int32_t last_day) const {
    FISCUS_ASSIGN(Fold* const fold, fold_of(programme));
    const Reference& names = fold->find(programme.value())->reference;
    Table refunds = new_table("refund_differences", "Refund parts off their proportional share",
                              "退款补贴与比例应退差异",
                              {{"day", "Day", "统计日", CellType::text},
                               {"sequence", "Ledger sequence", "账序号", CellType::integer},
                               {"platform", "Platform code", "平台代码", CellType::code},
                               {"platform_name", "Platform", "服务平台", CellType::text},
                               {"batch", "Batch code", "批次代码", CellType::code},
                               {"batch_name", "Batch", "批次", CellType::text},
                               {"refund", "Refund", "退款单号", CellType::code},
                               {"redemption", "Redemption", "核销单号", CellType::code},
                               {"order_amount", "Order part", "退订单金额", CellType::yuan},
                               {"subsidy", "Subsidy part", "退补贴金额", CellType::yuan},
                               {"difference", "Difference", "差异", CellType::yuan}});
    FISCUS_TRY(fold->store().scan(
        StateKey(table::refund_shares).u32(programme.value()),
        [&](std::string_view, std::string_view value) -> Status {
            wire::Entry entry;
            if (!parse_entry(value, entry)) {
                return damaged_state("refund off its share");
            }
            if (entry.business_day() >= first_day && entry.business_day() <= last_day) {
                refunds.rows.push_back({date_text(entry.business_day()), text(entry.sequence()),
                                        text(entry.platform()),
                                        names.platform_name(entry.platform()), text(entry.batch()),
                                        names.batch_name(entry.batch()), hex_of(entry.key()),
                                        hex_of(entry.subject()), text(entry.order_amount_fen()),
                                        text(entry.amount_fen()), text(entry.difference_fen())});
            }
            return Done{};
        }));
    return refunds;
}

Result<Table> Query::gaps(ProgrammeId programme) const {
    FISCUS_ASSIGN(Fold* const fold, fold_of(programme));
    const ProgrammeState& state = *fold->find(programme.value());
    Table table = new_table(
        "gaps", "Missing numbers by source", "事件来源缺号",
        {{"source", "Source code", "来源代码", CellType::code},
         {"source_name", "Source", "事件来源", CellType::text},
         {"epoch", "Epoch", "纪元", CellType::integer},
         {"highest_number", "Highest number", "最大序号", CellType::integer},
         {"missing_count", "Missing", "缺号数", CellType::integer},
         {"missing_numbers", "Missing numbers", "缺号", CellType::text},
         {"abandoned_count", "Abandoned with older epochs", "旧纪元未补数", CellType::integer}});
    for (const auto& [source, known] : state.sources.all()) {
        table.rows.push_back({text(source), state.reference.source_name(source), text(known.epoch),
                              text(known.highest), text(known.missing.count()),
                              known.missing.text(), text(known.abandoned)});
    }
    return table;
}

Result<Table> Query::refusals(ProgrammeId programme,
                              std::int32_t first_day,
                              std::int32_t last_day) const {
    FISCUS_ASSIGN(Fold* const fold, fold_of(programme));
    const ProgrammeState& state = *fold->find(programme.value());
    Table table = new_table("refusals", "Refusals by day and reason", "拒绝原因统计",
                            {{"day", "Day", "统计日", CellType::text},
                             {"reason_number", "Number", "原因编号", CellType::code},
                             {"reason", "Reason", "原因（英文）", CellType::text},
                             {"refused_count", "Refused", "拒绝条数", CellType::integer},
                             {"english", "What to do", "处理建议（英文）", CellType::text},
                             {"chinese", "What to do (Chinese)", "处理建议", CellType::text}});
    for (const auto& [day, reasons] : state.refusals) {
        if (day < std::max(first_day, state.first_day()) || day > last_day) {
            continue;
        }
        for (const auto& [reason, count] : reasons) {
            const ReasonWords words = words_of_reason(reason);
            table.rows.push_back({date_text(day), text(reason), std::string(words.name),
                                  text(count), std::string(words.english),
                                  std::string(words.chinese)});
        }
    }
    return table;
}

}  // namespace fiscus::projections
