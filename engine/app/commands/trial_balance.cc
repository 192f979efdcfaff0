// `fiscus trial-balance`: every account with its balance and the sum, which is zero. From the
// statistics' own fold of the journal, or from the accounts in the engine's state.
#include <algorithm>
#include <cstdint>
#include <optional>

#include <fmt/format.h>

#include "engine/app/account_words.h"
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
        return {
            .path = "trial-balance",
            .summary = "Print every account and the sum, which is zero",
            .example = "fiscus trial-balance --state /tmp/demo/state --csv",
            .details =
                "From the statistics' fold of the journal; --engine reads the engine's own "
                "accounts instead, in the same form. Without --programme all accounts. Exit code 3 "
                "when the sum is not zero.",
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
            FISCUS_ASSIGN(const projections::ProgrammeSummary chosen, programme_.choose(*query));
            programme = chosen.programme;
        }
        FISCUS_ASSIGN(const projections::Table figures, query->trial_balance(programme));
        const Language language = language_of(context.settings);
        Table table = table_of(figures, language);
        if (language == Language::chinese && reading_.format() != TableFormat::json) {
            put_keys_in_chinese(table);
        }
        for (const std::string& note : notes_of(figures, language)) {
            context.console.note(note);
        }
        return show(context, table, language);
    }

    // The same columns, rows and words as those of the statistics: the two can be compared.
    Result<ExitCode> show_engine(Context& context, const std::filesystem::path& state) const {
        FISCUS_ASSIGN(const runtime::StateView view, runtime::read_state(state));
        const Language language = language_of(context.settings);
        const bool chinese = language == Language::chinese;
        Table table{{{"programme", chinese ? "活动" : "Programme", ColumnKind::code},
                     {"account", chinese ? "科目（英文）" : "Account", ColumnKind::text},
                     {"account_chinese", chinese ? "科目" : "Account (Chinese)", ColumnKind::text},
                     {"batch", chinese ? "批次" : "Batch", ColumnKind::code},
                     {"key", chinese ? "明细" : "Of", ColumnKind::text},
                     {"balance", chinese ? "余额（元）" : "Balance (yuan)", ColumnKind::fen}},
                    {}};
        std::int64_t sum = 0;
        bool known = false;
        // JSON is the same in both languages.
        const Language words =
            reading_.format() == TableFormat::json ? Language::english : language;
        for (const runtime::AccountBalance& balance : view.accounts) {
            const wire::Account& account = balance.account;
            if (programme_.given() && account.programme() != programme_.number()) {
                continue;
            }
            known = true;
            sum += balance.fen;
            table.rows.push_back(
                {fmt::format("{}", account.programme()), std::string(account_word(account.kind())),
                 std::string(account_name(account.kind()).chinese),
                 account.batch() == 0 ? "" : fmt::format("{}", account.batch()),
                 account_key_text(account, words), fmt::format("{}", balance.fen)});
        }
        if (programme_.given() && !known) {
            return Error{ErrorCode::not_found,
                         fmt::format("there is no programme {}", programme_.number()),
                         "the engine's state has no account of it",
                         "`fiscus trial-balance --engine` shows the accounts of all programmes."};
        }
        table.rows.push_back({"", "sum", "合计", "", "", fmt::format("{}", sum)});
        return show(context, table, language);
    }

    Result<ExitCode> show(Context& context, const Table& table, Language language) const {
        reading_.print(context.console,
                       reading_.for_people() ? in_one_language(table, language) : table);
        return ends_with_zero(table) ? ExitCode::success : ExitCode::finding;
    }

    static void put_keys_in_chinese(Table& table) {
        const auto key = std::ranges::find(table.columns, "key", &Column::name);
        if (key == table.columns.end()) {
            return;
        }
        const auto index = static_cast<std::size_t>(key - table.columns.begin());
        for (std::vector<std::string>& row : table.rows) {
            row[index] = key_in_chinese(row[index]);
        }
    }

    bool engine_ = false;
    ProgrammeChoice programme_;
    Reading reading_;
};

}  // namespace

std::unique_ptr<Command> make_trial_balance() { return std::make_unique<TrialBalance>(); }

}  // namespace fiscus::app
