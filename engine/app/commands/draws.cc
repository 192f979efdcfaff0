// `fiscus draws`: 分平台分时段中奖率, what came out of the requests for an instant draw.
#include <string>

#include <fmt/format.h>

#include "engine/app/commands/commands.h"
#include "engine/app/commands/day_range.h"
#include "engine/app/commands/figures_table.h"
#include "engine/app/commands/programme_choice.h"
#include "engine/app/commands/reading.h"
#include "engine/app/open.h"
#include "engine/app/output/utf8.h"
#include "projections/statistics/query.h"

namespace fiscus::app {
namespace {

class Draws final : public Command {
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

    void declare(CLI::App& options) override {
        days_.declare(options);
        programme_.declare(options);
        reading_.declare(options);
    }

    Result<ExitCode> run(Context& context) override {
        FISCUS_ASSIGN(const Days days, days_.take());
        FISCUS_ASSIGN(const std::filesystem::path state, state_directory(context.settings));
        FISCUS_ASSIGN(const auto query, open_query(state.string()));
        FISCUS_ASSIGN(const projections::ProgrammeSummary programme, programme_.choose(*query));
        FISCUS_TRY(check_days(days, programme));
        FISCUS_ASSIGN(const projections::Table figures,
                      query->draws(programme.programme, days.first, days.last));
        FISCUS_ASSIGN(const std::uint64_t as_of, query->as_of(programme.programme));
        const Language language = language_of(context.settings);
        const Table table = table_of(figures, language);
        if (reading_.for_people()) {
            context.console.print(
                fmt::format("{} {}\n", printable(programme.name), title_of(figures, language)));
            reading_.print(context.console, table);
        } else {
            reading_.print(context.console,
                           with_head(table, programme_head(programme, as_of, language)));
        }
        for (const std::string& note : notes_of(figures, language)) {
            context.console.note(note);
        }
        return ExitCode::success;
    }

private:
    DayRange days_;
    ProgrammeChoice programme_;
    Reading reading_;
};

}  // namespace

std::unique_ptr<Command> make_draws() { return std::make_unique<Draws>(); }

}  // namespace fiscus::app
