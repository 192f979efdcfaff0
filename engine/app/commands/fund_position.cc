// `fiscus fund-position`: where the programme's money is now, with the identity that proves it.
#include "engine/app/commands/commands.h"
#include "engine/app/commands/figures_table.h"
#include "engine/app/commands/programme_choice.h"
#include "engine/app/commands/reading.h"
#include "engine/app/open.h"
#include "projections/statistics/query.h"

namespace fiscus::app {
namespace {

class FundPosition final : public Command {
public:
    [[nodiscard]] CommandSpec spec() const override {
        return {
            .path = "fund-position",
            .summary = "Print where a programme's money is",
            .example = "fiscus fund-position --state /tmp/demo/state",
            .details =
                "As of the last journal entry that the statistics have folded. The last line is "
                "the identity of docs/domain.md: what came in is what is there. Exit code "
                "3 when it does not hold.",
            .settings = {Setting::state_directory, Setting::output_language}};
    }

    void declare(CLI::App& options) override {
        programme_.declare(options);
        reading_.declare(options);
    }

    Result<ExitCode> run(Context& context) override {
        FISCUS_ASSIGN(const std::filesystem::path state, state_directory(context.settings));
        FISCUS_ASSIGN(const auto query, open_query(state.string()));
        FISCUS_ASSIGN(const ProgrammeId programme, programme_.choose(*query));
        FISCUS_ASSIGN(const projections::Table figures, query->fund_position(programme));
        const Language language = language_of(context.settings);
        const Table table = table_of(figures, language);
        reading_.print(context.console,
                       reading_.for_people() ? in_one_language(table, language) : table);
        for (const std::string& note : notes_of(figures, language)) {
            context.console.note(note);
        }
        return ends_with_zero(table) ? ExitCode::success : ExitCode::finding;
    }

private:
    ProgrammeChoice programme_;
    Reading reading_;
};

}  // namespace

std::unique_ptr<Command> make_fund_position() { return std::make_unique<FundPosition>(); }

}  // namespace fiscus::app
