// The table of draws by platform and hour.
#include <algorithm>
#include <string>
#include <utility>

#include "engine/base/time.h"
#include "projections/statistics/fold.h"
#include "projections/statistics/query.h"

namespace fiscus::projections {

Result<Table> Query::draws(ProgrammeId programme,
                           std::int32_t first_day,
                           std::int32_t last_day) const {
    FISCUS_ASSIGN(Fold* const fold, fold_of(programme));
    const ProgrammeState& state = *fold->find(programme.value());
    Table table;
    table.name = "draws";
    table.english = "Draws by platform and hour";
    table.chinese = "分平台分时段中奖率";
    table.columns = {{"day", "Day", "统计日", CellType::text},
                     {"platform", "Platform code", "平台代码", CellType::code},
                     {"platform_name", "Platform", "服务平台", CellType::text},
                     {"hour", "Hour", "时段", CellType::integer}};
    for (const DrawFigureInfo& about : draw_figures()) {
        table.columns.push_back({std::string(about.id), std::string(about.english),
                                 std::string(about.chinese),
                                 about.amount ? CellType::yuan : CellType::integer});
    }
    table.columns.push_back({"win_rate", "Win rate", "中奖率", CellType::ratio});
    for (std::int32_t day = std::max(first_day, state.first_day()); day <= last_day; ++day) {
        for (const DrawLine& line : state.draws.lines(day)) {
            const DrawHour& hour = line.hour;
            std::vector<std::string> cells = {date_text(day), std::to_string(hour.platform),
                                              state.reference.platform_name(hour.platform),
                                              std::to_string(hour.hour)};
            for (const DrawFigureInfo& about : draw_figures()) {
                cells.push_back(std::to_string(value_of(line.figures, about.figure)));
            }
            cells.push_back(ratio_text(line.win_rate()));
            table.rows.push_back(std::move(cells));
        }
    }
    table.notes_english.emplace_back("As known now; published rows show what each revision said.");
    table.notes_chinese.emplace_back("当前数；各版本以已发布的数据为准。");
    return table;
}

}  // namespace fiscus::projections
