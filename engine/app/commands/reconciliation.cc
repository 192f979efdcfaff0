// `fiscus reconciliation`: control totals of the platforms against the ledger.
#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "engine/app/commands/commands.h"
#include "engine/app/commands/day_range.h"
#include "engine/app/commands/figures_table.h"
#include "engine/app/commands/programme_choice.h"
#include "engine/app/commands/reading.h"
#include "engine/app/open.h"
#include "engine/app/output/utf8.h"
#include "engine/base/check.h"
#include "projections/statistics/query.h"

namespace fiscus::app {
namespace {

class Reconciliation final : public Command {
public:
    [[nodiscard]] CommandSpec spec() const override {
        return {
            .path = "reconciliation",
            .summary = "Compare the platforms' control totals with the ledger",
            .example = "fiscus reconciliation --state /tmp/demo/state --date 2026-03-15 --csv",
            .details =
                "对账: every count and amount that a platform reported for a day and batch beside "
                "the ledger's own, with the difference and a verdict. As known now. Exit code 3 "
                "when something differs or a platform has not reported.",
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
                      query->reconciliation(programme.programme, days.first, days.last));
        FISCUS_ASSIGN(const std::uint64_t as_of, query->as_of(programme.programme));
        const Language language = language_of(context.settings);
        const Table table = table_of(figures, language);
        if (reading_.for_people()) {
            context.console.print(
                fmt::format("{} {}\n", printable(programme.name), title_of(figures, language)));
            reading_.print(context.console, in_one_language(table, language));
        } else {
            reading_.print(context.console,
                           with_head(table, programme_head(programme, as_of, language)));
        }
        for (const std::string& note : notes_of(figures, language)) {
            context.console.note(note);
        }
        if (table.rows.empty()) {
            context.console.note(language == Language::chinese
                                     ? "这些日期没有对账数据。"
                                     : "Nothing to compare: no platform reported these days.");
        }
        return agrees(table) ? ExitCode::success : ExitCode::finding;
    }

private:
    static bool agrees(const Table& table) {
        const auto verdict = std::ranges::find(table.columns, "verdict", &Column::name);
        FISCUS_CHECK(verdict != table.columns.end(), "every comparison has a verdict");
        const auto index = static_cast<std::size_t>(verdict - table.columns.begin());
        return std::ranges::all_of(table.rows, [index](const std::vector<std::string>& row) {
            return row[index] == "equal";
        });
    }

private:
    DayRange days_;
    ProgrammeChoice programme_;
    Reading reading_;
};

}  // namespace

std::unique_ptr<Command> make_reconciliation() { return std::make_unique<Reconciliation>(); }

}  // namespace fiscus::app
