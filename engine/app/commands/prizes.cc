// `fiscus prizes`: 分等级奖金发放, what became of the prizes of each tier, day by day.
#include <string>

#include "engine/app/commands/commands.h"
#include "engine/app/commands/day_table.h"
#include "projections/statistics/query.h"

namespace fiscus::app {
namespace {

class Prizes final : public DayTable {
public:
    [[nodiscard]] CommandSpec spec() const override {
        return {
            .path = "prizes",
            .summary = "Print what became of the prizes of each tier, day by day",
            .example = "fiscus prizes --state /tmp/demo/state --date 2026-03-15 --csv",
            .details =
                "分等级奖金发放: for each day one line for each tier of each prize batch that was "
                "drawn: awarded, cancelled, moved up, paid, failed, demanded back, recovered, in "
                "number and in amount, and what is still payable. CSV and JSON have the figures "
                "to date as well, and say programme and as_of in every row. As known now; what "
                "each revision said is in the prizes rows of the topic.",
            .settings = {Setting::state_directory, Setting::output_language}};
    }

protected:
    Result<projections::Table> figures(const projections::Query& query,
                                       ProgrammeId programme,
                                       const Days& days) const override {
        return query.prizes(programme, days.first, days.last);
    }
    // A terminal does not hold the figures to date as well.
    [[nodiscard]] Table for_people(const Table& table, Language) const override {
        std::vector<std::string> names;
        for (const Column& column : table.columns) {
            if (!column.name.ends_with("_to_date")) {
                names.push_back(column.name);
            }
        }
        return with_columns(table, names);
    }
};

}  // namespace

std::unique_ptr<Command> make_prizes() { return std::make_unique<Prizes>(); }

}  // namespace fiscus::app
