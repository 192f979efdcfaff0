// `fiscus prizes`: 分等级奖金发放, what became of the prizes of each tier, day by day.
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

class Prizes final : public Command {
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
                      query->prizes(programme.programme, days.first, days.last));
        FISCUS_ASSIGN(const std::uint64_t as_of, query->as_of(programme.programme));
        const Language language = language_of(context.settings);
        const Table table = table_of(figures, language);
        if (reading_.for_people()) {
            context.console.print(
                fmt::format("{} {}\n", printable(programme.name), title_of(figures, language)));
            reading_.print(context.console, of_the_day(table));
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
    // A terminal does not hold the figures to date as well.
    static Table of_the_day(const Table& table) {
        std::vector<std::string> names;
        for (const Column& column : table.columns) {
            if (!column.name.ends_with("_to_date")) {
                names.push_back(column.name);
            }
        }
        return with_columns(table, names);
    }

    DayRange days_;
    ProgrammeChoice programme_;
    Reading reading_;
};

}  // namespace

std::unique_ptr<Command> make_prizes() { return std::make_unique<Prizes>(); }

}  // namespace fiscus::app
