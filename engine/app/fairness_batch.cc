// The fairness sheet of a batch draw: tickets of the sealed list and their ranks.
#include <utility>

#include <fmt/format.h>

#include "engine/app/fairness_tables.h"
#include "engine/draw/lines.h"
#include "engine/fairness/batch_sheet.h"

namespace fiscus::app {
namespace {

using projections::CellType;

const ClassWords& words() {
    static const ClassWords words{
        .members = {"tickets", "Tickets", "票数", CellType::integer},
        .observed = {"observed", "Among the first k ranks", "前k名中票数", CellType::integer},
        .winners = {"winners", "Winners", "中奖票数", CellType::integer}};
    return words;
}

projections::Table tiers_table(const draw::PrizePlan& plan, const fairness::BatchSheet& sheet) {
    projections::Table table{.name = "tiers",
                             .english = "Prizes",
                             .chinese = "奖级",
                             .columns = {{"tier", "Tier", "奖级", CellType::code},
                                         {"amount", "Prize", "奖金", CellType::yuan},
                                         {"planned", "Planned", "计划个数", CellType::integer},
                                         {"awarded", "Awarded", "中奖个数", CellType::integer}},
                             .rows = {},
                             .notes_english = {},
                             .notes_chinese = {}};
    for (std::size_t i = 0; i < plan.tiers.size(); ++i) {
        table.rows.push_back(
            {fmt::format("{}", i + 1), fmt::format("{}", plan.tiers[i].amount.fen()),
             cell_of(std::uint64_t{plan.tiers[i].count}), cell_of(sheet.awarded[i])});
    }
    return table;
}

void add_notes(FairnessReport& report, std::uint64_t depth) {
    report.notes_english = {
        fmt::format("k = {}: the prizes and reserves of the plan, fixed before the draw.", depth),
        "Expected, at least and at most are of the first k ranks of all tickets, when every "
        "ranking is equally likely (hypergeometric, exact). A consumer has one place at most: "
        "that rule comes after the ranking, so winners are shown and not judged.",
        "all ranks: the same classes over tenths of the whole ranking; neighbours: the last digit "
        "of the place in the list, of ranks 1 and 2, 3 and 4 and so on.",
        "Limits: one in a million on either side, for each test. Without χ²: too few tickets."};
    report.notes_chinese = {
        fmt::format("k = {}：计划的奖项数与候补数之和，开奖前已定。", depth),
        "期望数、下限、上限：全部票的排名等可能时，某类票出现在前k名中的张数（超几何分布，精确值）"
        "。"
        "每位消费者至多中奖一次，该规则在排名之后适用，故中奖票数只列出，不作检验。",
        "全部名次：同样的分类对整个排名十等分；相邻两项：第1与第2名、第3与第4名……在名单中位置的末位"
        "数字。",
        "界限：每项检验两侧各百万分之一。无 χ² 者：票数过少。"};
}

}  // namespace

Result<FairnessReport> fairness_report(const DrawnBatch& batch) {
    const draw::BatchDraw& drawn = batch.draw;
    const draw::BatchRules& rules = drawn.rules;
    FISCUS_ASSIGN(const draw::Bundle bundle, draw::make_bundle(drawn));
    const draw::Digest seed = draw::seed_of(
        rules.hash, rules.batch, draw::sealed_list(rules.hash, drawn.tickets), drawn.entropy);
    FISCUS_ASSIGN(const auto ranking, draw::ranking(rules.hash, seed, drawn.tickets));
    const fairness::BatchSheet sheet = fairness::sheet_of(
        {.tickets = drawn.tickets, .facts = batch.facts, .ranking = ranking, .plan = rules.plan});

    FairnessReport report;
    const auto add = [&report](HeadLine line) { report.head.push_back(std::move(line)); };
    add({"programme", "Programme code", "活动代码",
         fmt::format("{}", rules.batch.programme.value()), true});
    add({"batch", "Batch code", "批次代码", fmt::format("{}", rules.batch.batch.value()), true});
    add({"title", "Batch", "批次", rules.title});
    FISCUS_TRY(identify(rules.hash, draw::DrawKind::batch, bundle, report));
    add({"consumers", "Consumers", "消费者数", cell_of(sheet.consumers), true});
    add({"reserves_planned", "Reserves, planned", "计划候补数",
         cell_of(std::uint64_t{rules.plan.reserves}), true});
    add({"reserves", "Reserves", "候补数", cell_of(sheet.reserves), true});
    add({"first_ranks", "k, first ranks looked at", "k，检验的前若干名", cell_of(sheet.depth),
         true});
    report.tables.push_back(tiers_table(rules.plan, sheet));
    for (const fairness::ClassTable& table : sheet.tables) {
        report.tables.push_back(class_table(table, words()));
    }
    add_tests(sheet.tests, "first k ranks", "前k名", report);
    add_notes(report, sheet.depth);
    return report;
}

}  // namespace fiscus::app
