// `fiscus trial-balance`: every account with its balance and the sum, which is zero. From the
// statistics' own fold of the journal, or from the accounts in the engine's state.
#include <cstdint>
#include <optional>

#include <fmt/format.h>

#include "engine/app/commands/commands.h"
#include "engine/app/commands/figures_table.h"
#include "engine/app/commands/programme_choice.h"
#include "engine/app/commands/reading.h"
#include "engine/app/journal_json.h"
#include "engine/app/open.h"
#include "engine/runtime/engine.h"
#include "projections/statistics/query.h"

namespace fiscus::app {
namespace {

class TrialBalance final : public Command {
public:
    [[nodiscard]] CommandSpec spec() const override {
        return {.path = "trial-balance",
                .summary = "Print every account and the sum, which is zero",
                .example = "fiscus trial-balance --state /tmp/demo/state --csv",
                .details =
                    "From the statistics' fold of the journal; --engine reads the engine's own "
                    "accounts instead. Exit code 3 when the sum is not zero.",
                .settings = {Setting::state_directory, Setting::output_language}};
    }

    void declare(CLI::App& options) override {
        options.add_flag("--engine", engine_, "The accounts in the engine's state");
        programme_.declare(options);
        reading_.declare(options);
    }

    Result<ExitCode> run(Context& context) override {
        FISCUS_ASSIGN(const std::filesystem::path state, state_directory(context.settings));
        return engine_ ? show_engine(context, state) : show_statistics(context, state);
    }

private:
    Result<ExitCode> show_statistics(Context& context, const std::filesystem::path& state) const {
        FISCUS_ASSIGN(const auto query, open_query(state.string()));
        std::optional<ProgrammeId> programme;
        if (programme_.given()) {
            FISCUS_ASSIGN(programme, programme_.choose(*query));
        }
        FISCUS_ASSIGN(const projections::Table figures, query->trial_balance(programme));
        const Language language = language_of(context.settings);
        const Table table = table_of(figures, language);
        reading_.print(context.console,
                       reading_.for_people() ? in_one_language(table, language) : table);
        for (const std::string& note : notes_of(figures, language)) {
            context.console.note(note);
        }
        return ends_with_zero(table) ? ExitCode::success : ExitCode::finding;
    }

    Result<ExitCode> show_engine(Context& context, const std::filesystem::path& state) const {
        FISCUS_ASSIGN(const runtime::StateView view, runtime::read_state(state));
        const bool chinese = language_of(context.settings) == Language::chinese;
        Table table{{{"programme", chinese ? "活动" : "Programme", ColumnKind::identifier},
                     {"account", chinese ? "科目" : "Account", ColumnKind::text},
                     {"batch", chinese ? "批次" : "Batch", ColumnKind::identifier},
                     {"key", chinese ? "键" : "Key", ColumnKind::identifier},
                     {"balance_fen", chinese ? "余额（元）" : "Balance (yuan)", ColumnKind::fen}},
                    {}};
        std::int64_t sum = 0;
        for (const runtime::AccountBalance& balance : view.accounts) {
            const wire::Account& account = balance.account;
            sum += balance.fen;
            table.rows.push_back(
                {fmt::format("{}", account.programme()), std::string(account_word(account.kind())),
                 fmt::format("{}", account.batch()), fmt::format("{}", account.key()),
                 fmt::format("{}", balance.fen)});
        }
        table.rows.push_back({"", chinese ? "合计" : "Sum", "", "", fmt::format("{}", sum)});
        reading_.print(context.console, table);
        return sum == 0 ? ExitCode::success : ExitCode::finding;
    }

    bool engine_ = false;
    ProgrammeChoice programme_;
    Reading reading_;
};

}  // namespace

std::unique_ptr<Command> make_trial_balance() { return std::make_unique<TrialBalance>(); }

}  // namespace fiscus::app
