// The fairness sheet of a day of instant draws: requests and their random numbers.
#include <utility>

#include <fmt/format.h>

#include "engine/app/fairness_tables.h"
#include "engine/base/time.h"
#include "engine/draw/outcome.h"
#include "engine/fairness/day_sheet.h"

namespace fiscus::app {
namespace {

using projections::CellType;

const ClassWords& words() {
    static const ClassWords words{
        .members = {"requests", "Requests", "抽奖次数", CellType::integer},
        .observed = {"observed", "Drawn by chance", "随机抽中次数", CellType::integer},
        .winners = {"won", "Won", "中奖次数", CellType::integer}};
    return words;
}

// Of 2^64, as a decimal that tells odds of one in a million apart.
std::string chance_text(double chance) { return fmt::format("{:.9f}", chance); }

projections::Table tiers_table(const draw::DayRules& rules, const fairness::DaySheet& sheet) {
    projections::Table table{
        .name = "tiers",
        .english = "What chance drew, and what one win a day, the cap and the stock made of it",
        .chinese = "随机抽中情况，以及当日已中奖、中奖上限、库存规则之后的结果",
        .columns = {{"tier", "Tier", "奖级", CellType::code},
                    {"pack", "Pack", "礼包", CellType::text},
                    {"chance", "Chance", "中奖概率", CellType::ratio}},
        .rows = {},
        .notes_english = {},
        .notes_chinese = {}};
    for (projections::Column& column : count_columns(words().observed)) {
        table.columns.push_back(std::move(column));
    }
    const std::vector<projections::Column> outcomes{
        {"won", "Won", "中奖", CellType::integer},
        {"moved_on", "Won in a later tier", "转下一奖级中奖", CellType::integer},
        {"won_today", "Had won today", "当日已中奖", CellType::integer},
        {"cap_reached", "Beyond the cap of wins", "已达中奖上限", CellType::integer},
        {"stock_out", "Without stock", "库存不足", CellType::integer}};
    table.columns.insert(table.columns.end(), outcomes.begin(), outcomes.end());
    for (std::size_t i = 0; i < rules.tiers.size(); ++i) {
        std::vector<std::string>& row = table.rows.emplace_back();
        // Line 0 of the counts is of requests that no tier was drawn for.
        const fairness::ClassLine& line = sheet.tiers.lines[i + 1];
        const fairness::TierLine& made = sheet.outcomes[i];
        row = {fmt::format("{}", i + 1), rules.tiers[i].pack, chance_text(made.chance)};
        for (std::string& cell : count_cells(line)) {
            row.push_back(std::move(cell));
        }
        for (const std::uint64_t count :
             {made.won, made.moved_on, made.won_today, made.cap_reached, made.stock_out}) {
            row.push_back(cell_of(count));
        }
    }
    return table;
}

projections::Table prizes_table(const fairness::DaySheet& sheet) {
    projections::Table table{
        .name = "prizes",
        .english = "Amounts of what was won",
        .chinese = "中奖金额",
        .columns = {{"tier", "Tier", "奖级", CellType::code},
                    {"amount", "Amount", "金额", CellType::yuan},
                    {"won", "Won in the tier", "本奖级中奖次数", CellType::integer}},
        .rows = {},
        .notes_english = {},
        .notes_chinese = {}};
    for (projections::Column& column :
         count_columns({"observed", "Of this amount", "该金额次数", CellType::integer})) {
        table.columns.push_back(std::move(column));
    }
    for (std::size_t i = 0; i < sheet.prizes.size(); ++i) {
        for (const fairness::ClassLine& line : sheet.prizes[i].lines) {
            std::vector<std::string>& row = table.rows.emplace_back();
            row = {fmt::format("{}", i + 1), fmt::format("{}", line.key), cell_of(line.members)};
            for (std::string& cell : count_cells(line)) {
                row.push_back(std::move(cell));
            }
        }
    }
    return table;
}

void add_notes(FairnessReport& report) {
    report.notes_english = {
        "Drawn by chance: the random number of the request lies below the threshold of a tier, "
        "before one win a day, the cap and the stock. Expected, at least and at most are exact "
        "(binomial). What was won in the end is shown and not judged.",
        "chance: random numbers in tenths of 2^64; neighbours: the same of requests 1 and 2, 3 and "
        "4 and so on, in the order of the log; prize: amounts by the weights of the rules.",
        "Limits: one in a million on either side, for each test. Without χ²: too few requests."};
    report.notes_chinese = {
        "随机抽中：该次抽奖的随机数落在奖级阈值之内，尚未适用当日已中奖、中奖上限、库存规则。"
        "期望数、下限、上限为精确值（二项分布）。最终中奖次数只列出，不作检验。",
        "随机数：按 2^64 十等分；相邻两项：日志顺序第1与第2次、第3与第4次……抽奖的随机数；"
        "按中奖金额：与规则中的权重比较。",
        "界限：每项检验两侧各百万分之一。无 χ² 者：次数过少。"};
}

}  // namespace

Result<FairnessReport> fairness_report(const DrawnDay& day) {
    const draw::DayDraw& drawn = day.draw;
    const draw::DayRules& rules = drawn.rules;
    FISCUS_ASSIGN(const draw::Bundle bundle, draw::make_bundle(drawn));
    const std::vector<draw::Decision> decisions =
        draw::decide_day(rules, drawn.requests, drawn.day, drawn.key, drawn.public_value);
    const fairness::DaySheet sheet = fairness::sheet_of({.tiers = rules.tiers,
                                                         .requests = drawn.requests,
                                                         .districts = day.districts,
                                                         .decisions = decisions});

    FairnessReport report;
    const auto add = [&report](HeadLine line) { report.head.push_back(std::move(line)); };
    add({"programme", "Programme code", "活动代码", fmt::format("{}", rules.programme.value()),
         true});
    add({"day", "Day", "统计日", date_text(drawn.day)});
    add({"title", "Draw", "抽奖", rules.title});
    FISCUS_TRY(identify(rules.hash, draw::DrawKind::day, bundle, report));
    add({"chance", "Chance of a request", "单次中奖概率", chance_text(sheet.chance)});
    add({"drawn", "Drawn by chance", "随机抽中次数", cell_of(sheet.drawn), true});
    add({"won", "Won", "中奖次数", cell_of(sheet.won), true});
    report.tables.push_back(tiers_table(rules, sheet));
    report.tables.push_back(prizes_table(sheet));
    for (const fairness::ClassTable& table : sheet.tables) {
        report.tables.push_back(class_table(table, words()));
    }
    add_tests(sheet.tests, "chance", "随机抽中", report);
    add_notes(report);
    return report;
}

}  // namespace fiscus::app
