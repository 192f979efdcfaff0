// The table of prizes by tier.
#include <algorithm>
#include <string>
#include <utility>

#include "engine/base/time.h"
#include "projections/statistics/fold.h"
#include "projections/statistics/query.h"

namespace fiscus::projections {

namespace {

void add_columns(Table& table, std::string_view ending, const std::string& chinese) {
    const std::string english = ending.empty() ? "" : " to date";
    for (const PrizeDeedInfo& about : prize_deeds()) {
        const std::string id(about.id);
        table.columns.push_back({id + "_count" + std::string(ending),
                                 std::string(about.english) + ", prizes" + english,
                                 chinese + std::string(about.chinese) + "数", CellType::integer});
        table.columns.push_back({id + "_amount" + std::string(ending),
                                 std::string(about.english) + ", amount" + english,
                                 chinese + std::string(about.chinese) + "金额", CellType::yuan});
    }
}

void add_cells(std::vector<std::string>& cells, const PrizeTallies& tallies) {
    for (const PrizeDeedInfo& about : prize_deeds()) {
        cells.push_back(std::to_string(tally(tallies, about.deed).count));
        cells.push_back(std::to_string(tally(tallies, about.deed).amount_fen));
    }
}

}  // namespace

Result<Table> Query::prizes(ProgrammeId programme,
                            std::int32_t first_day,
                            std::int32_t last_day) const {
    FISCUS_ASSIGN(Fold* const fold, fold_of(programme));
    const ProgrammeState& state = *fold->find(programme.value());
    Table table;
    table.name = "prizes";
    table.english = "Prizes by tier";
    table.chinese = "分等级奖金发放";
    table.columns = {{"day", "Day", "统计日", CellType::text},
                     {"batch", "Batch code", "批次代码", CellType::code},
                     {"batch_name", "Batch", "批次", CellType::text},
                     {"tier", "Tier", "奖级", CellType::code},
                     {"prize_amount", "Prize", "单项奖金", CellType::yuan}};
    add_columns(table, "", "");
    add_columns(table, "_to_date", "累计");
    table.columns.push_back({"payable_count", "Payable, prizes", "应付未付数", CellType::integer});
    table.columns.push_back({"payable_amount", "Payable, amount", "应付未付金额", CellType::yuan});
    for (std::int32_t day = std::max(first_day, state.first_day()); day <= last_day; ++day) {
        for (const PrizeLine& line : state.prizes.lines(day)) {
            const PrizeTier& tier = line.tier;
            std::vector<std::string> cells = {
                date_text(day), std::to_string(tier.batch), state.reference.batch_name(tier.batch),
                std::to_string(tier.tier),
                std::to_string(state.reference.prize_of(tier.batch, tier.tier))};
            add_cells(cells, line.day);
            add_cells(cells, line.to_date);
            const PrizeTally payable = line.payable();
            cells.push_back(std::to_string(payable.count));
            cells.push_back(std::to_string(payable.amount_fen));
            table.rows.push_back(std::move(cells));
        }
    }
    table.notes_english.emplace_back("As known now; published rows show what each revision said.");
    table.notes_chinese.emplace_back("当前数；各版本以已发布的数据为准。");
    return table;
}

}  // namespace fiscus::projections
