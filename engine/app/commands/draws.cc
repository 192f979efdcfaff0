// `fiscus draws`: 分平台分时段中奖率, what came out of the requests for an instant draw.
#include <string>

#include "engine/app/commands/commands.h"
#include "engine/app/commands/day_table.h"
#include "projections/statistics/query.h"

namespace fiscus::app {
namespace {

class Draws final : public DayTable {
public:
    [[nodiscard]] CommandSpec spec() const override {
        return {
            .path = "draws",
            .summary = "Print how draws came out by platform and hour, day by day",
            .example = "fiscus draws --state /tmp/demo/state --date 2026-03-15 --csv",
            .details =
                "分平台分时段中奖率: for each day one line for each platform and hour in which "
                "an instant draw was asked for: requests, won in number and in amount, lost, won "
                "on the day already, beyond the cap of wins, without stock, and the win rate. CSV "
                "and JSON say programme and as_of in every row. As known now; what each revision "
                "said is in the draws rows of the topic.",
            .settings = {Setting::state_directory, Setting::output_language}};
    }

protected:
    Result<projections::Table> figures(const projections::Query& query,
                                       ProgrammeId programme,
                                       const Days& days) const override {
        return query.draws(programme, days.first, days.last);
    }
};

}  // namespace

std::unique_ptr<Command> make_draws() { return std::make_unique<Draws>(); }

}  // namespace fiscus::app
