// `fiscus fund-ledger`: 资金使用明细台账, the flows of each day in the account and in each batch.
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
#include "projections/statistics/query.h"

namespace fiscus::app {
namespace {

class FundLedger final : public Command {
public:
    [[nodiscard]] CommandSpec spec() const override {
        return {
            .path = "fund-ledger",
            .summary = "Print what moved in the dedicated account and in each batch, day by day",
            .example = "fiscus fund-ledger --state /tmp/demo/state --date 2026-03-15 --csv",
            .details =
                "资金使用明细台账: for each day one line for the whole account, which has no "
                "batch, "
                "and one for each batch that has money. As known now; what each revision said "
                "is in the fund_usage rows of the topic. CSV and JSON say programme and as_of "
                "in every row.",
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
                      query->fund_usage(programme.programme, days.first, days.last));
        FISCUS_ASSIGN(const std::uint64_t as_of, query->as_of(programme.programme));
        const Language language = language_of(context.settings);
        Table table = table_of(figures, language);
        if (language == Language::english && reading_.format() != TableFormat::json) {
            name_the_whole(table);
        }
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
        return ExitCode::success;
    }

private:
    // The projections call the line of the whole account by its Chinese name.
    static void name_the_whole(Table& table) {
        for (std::vector<std::string>& row : table.rows) {
            std::ranges::replace(row, std::string("（全部）"), std::string("(all)"));
        }
    }

    DayRange days_;
    ProgrammeChoice programme_;
    Reading reading_;
};

}  // namespace

std::unique_ptr<Command> make_fund_ledger() { return std::make_unique<FundLedger>(); }

}  // namespace fiscus::app
