// `fiscus demo`: the whole job at once, as scripts/demo runs it: a programme's month generated, the
// engine and the statistics over it, the results in Chinese, the digest, and what to type next.
#include <algorithm>
#include <charconv>
#include <memory>

#include <fmt/format.h>

#include "bench/load/publish.h"
#include "engine/app/account_words.h"
#include "engine/app/commands/commands.h"
#include "engine/app/commands/figures_table.h"
#include "engine/app/commands/programme_choice.h"
#include "engine/app/commands/summary.h"
#include "engine/app/load_choice.h"
#include "engine/app/numbers.h"
#include "engine/app/open.h"
#include "engine/app/pipeline.h"
#include "engine/app/progress.h"
#include "engine/app/signals.h"
#include "engine/app/temporary_directory.h"
#include "engine/base/time.h"
#include "engine/journal/reader.h"
#include "engine/log/topics.h"

namespace fiscus::app {
namespace {

constexpr std::size_t rows_shown_max = 15;
// The day whose statistics are shown, counted from the programme's first day: the middle of the
// month.
constexpr std::int32_t day_shown = 14;

// Accounts of one kind added up; the last row is the sum over all of them.
Table trial_balance_by_kind(const runtime::StateView& view, Language language) {
    const bool chinese = language == Language::chinese;
    Table table{{{"account", chinese ? "科目" : "Account", ColumnKind::text},
                 {"accounts", chinese ? "账户数" : "Accounts", ColumnKind::integer},
                 {"balance_fen", chinese ? "余额（元）" : "Balance (yuan)", ColumnKind::fen}},
                {}};
    std::int64_t sum = 0;
    for (const AccountName& name : account_names()) {
        std::int64_t balance = 0;
        std::size_t accounts = 0;
        for (const runtime::AccountBalance& one : view.accounts) {
            if (one.account.kind() == static_cast<std::uint8_t>(name.kind)) {
                balance += one.fen;
                ++accounts;
            }
        }
        if (accounts == 0) {
            continue;  // of another kind of programme
        }
        sum += balance;
        table.rows.push_back({std::string(chinese ? name.chinese : name.english),
                              fmt::format("{}", accounts), fmt::format("{}", balance)});
    }
    table.rows.push_back({chinese ? "合计" : "Sum", fmt::format("{}", view.accounts.size()),
                          fmt::format("{}", sum)});
    return table;
}

std::int64_t number_of(const std::string& text) {
    std::int64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

// The rows with the largest value of a column first, at most rows_shown_max; how many were left
// out.
std::size_t keep_largest(Table& table, std::string_view column) {
    const auto found = std::ranges::find(table.columns, column, &Column::name);
    if (found == table.columns.end()) {
        return 0;
    }
    const auto index = static_cast<std::size_t>(found - table.columns.begin());
    std::ranges::stable_sort(table.rows, [index](const auto& a, const auto& b) {
        return number_of(a[index]) > number_of(b[index]);
    });
    const std::size_t left_out =
        table.rows.size() > rows_shown_max ? table.rows.size() - rows_shown_max : 0;
    table.rows.resize(table.rows.size() - left_out);
    return left_out;
}

// Without figures that are 0 in every row: what this kind of programme does not have.
Table without_empty_columns(const Table& table) {
    std::vector<std::string> names;
    for (std::size_t column = 0; column < table.columns.size(); ++column) {
        const bool empty =
            !table.rows.empty() && table.columns[column].kind != ColumnKind::text &&
            std::ranges::all_of(table.rows, [column](const std::vector<std::string>& row) {
                return row[column].empty() || row[column] == "0";
            });
        if (!empty) {
            names.push_back(table.columns[column].name);
        }
    }
    return with_columns(table, names);
}

class Demo final : public Command {
public:
    [[nodiscard]] CommandSpec spec() const override {
        return {
            .path = "demo",
            .summary = "Run a programme's month through the whole of fiscus and show the results",
            .example = "fiscus demo\nfiscus demo --events 100000 --keep /tmp/demo",
            .details =
                "Generates the events into an embedded log (or into Kafka), applies them, folds "
                "the statistics and prints the trial balance, the position of the fund, one "
                "day's T+1 statistics and the digest. The same options give the same digest "
                "on every machine, through either log.",
            .settings = {Setting::kafka_bootstrap, Setting::topics_partitions,
                         Setting::engine_memory, Setting::engine_turn_records,
                         Setting::output_language}};
    }

    void declare(CLI::App& options) override {
        load_.declare(options, false);
        options
            .add_option("--keep", keep_,
                        "Log and state go there; else to a new temporary directory")
            ->type_name("DIR");
    }

    Result<ExitCode> run(Context& context) override {
        FISCUS_TRY(load_.check());
        const StopSignals signals;
        std::unique_ptr<TemporaryDirectory> temporary;
        std::filesystem::path directory = keep_;
        if (keep_.empty()) {
            FISCUS_ASSIGN(temporary, TemporaryDirectory::make("fiscus-demo"));
            directory = temporary->path();
        }
        const std::filesystem::path state = directory / "state";
        FISCUS_ASSIGN(const Settings settings, with_log(context.settings, directory));
        FISCUS_ASSIGN(const auto log, open_log(settings, LogMode::create));
        FISCUS_TRY(LoadChoice::write_secrets(*load_.make(), directory / "secrets"));
        FISCUS_TRY(fill(context.console, settings, *log, signals));
        FISCUS_TRY(work(context.console, settings, *log, state, signals));
        FISCUS_TRY(show(context.console, settings, state));
        if (temporary) {
            // Kept, so that the commands below find something; the system clears its place some
            // day.
            directory = temporary->keep();
        }
        show_next(context.console, settings, state);
        return ExitCode::success;
    }

private:
    // The demo's own log, unless the user named Kafka.
    static Result<Settings> with_log(const Settings& settings,
                                     const std::filesystem::path& directory);
    Status fill(Console& console,
                const Settings& settings,
                log::Log& log,
                const StopSignals& signals) const;
    Result<bool> is_filled(log::Log& log, std::int32_t partitions) const;
    static Status work(Console& console,
                       const Settings& settings,
                       log::Log& log,
                       const std::filesystem::path& state,
                       const StopSignals& signals);
    Status show(Console& console, const Settings& settings, const std::filesystem::path& state);
    static Status show_day(Console& console,
                           projections::Query& query,
                           const projections::Selection& selection,
                           Language language);
    static Status show_draws(Console& console,
                             projections::Query& query,
                             const projections::ProgrammeSummary& programme,
                             std::int32_t day,
                             Language language);
    void show_next(Console& console,
                   const Settings& settings,
                   const std::filesystem::path& state) const;

    LoadChoice load_;
    std::string keep_;
    std::int32_t day_ = 0;
};

Result<Settings> Demo::with_log(const Settings& settings, const std::filesystem::path& directory) {
    Settings own = settings;
    const SettingValue& kafka = settings.value(Setting::kafka_bootstrap);
    if (kafka.origin == Origin::flag) {
        own.replace(Setting::log_directory, "");
    } else {
        own.replace(Setting::kafka_bootstrap, "");
        own.replace(Setting::log_directory, (directory / "log").string());
    }
    return own;
}

// The log holds this very load already: as many records, and the same first one.
Result<bool> Demo::is_filled(log::Log& log, std::int32_t partitions) const {
    std::int64_t records = 0;
    bool first_agrees = false;
    const auto load = load_.make();
    load::LoadBatch batch;
    load->next(batch, 1);
    const log::NewRecord& expected = batch.records().front();
    const std::int32_t first = partition_of_key(as_text(expected.key), partitions);
    for (std::int32_t partition = 0; partition < partitions; ++partition) {
        FISCUS_ASSIGN(const log::Extent extent, log.extent(log::events_topic, partition));
        records += extent.end - extent.first;
        if (partition == first && extent.end > extent.first) {
            FISCUS_ASSIGN(const auto reader,
                          log.reader(log::events_topic, partition, extent.first));
            FISCUS_ASSIGN(const auto read, reader->read(1, std::chrono::seconds(10)));
            first_agrees = !read.empty() && std::ranges::equal(read[0].value, expected.value);
        }
    }
    if (records == 0) {
        return false;
    }
    if (first_agrees && static_cast<std::uint64_t>(records) == load_.records()) {
        return true;
    }
    return Error{
        ErrorCode::usage, "the log holds other events than this demo's",
        fmt::format("{} records are there", count_text(static_cast<std::uint64_t>(records))),
        "Give another --keep DIR, or a broker without the topics of fiscus."};
}

Status Demo::fill(Console& console,
                  const Settings& settings,
                  log::Log& log,
                  const StopSignals& signals) const {
    FISCUS_ASSIGN(const std::int32_t partitions, ensure_load_topics(log, settings));
    FISCUS_ASSIGN(const bool filled, is_filled(log, partitions));
    if (filled) {
        console.note("events generated  the log holds them already");
        return Done{};
    }
    const auto load = load_.make();
    Progress progress(console, "events generated");
    load::PublishOptions options;
    options.progress = [&](std::uint64_t done) {
        progress.update(done, load_.events());
        return !signals.stop();
    };
    FISCUS_ASSIGN(const load::Published published, load::publish(log, *load, options));
    progress.finish(published.records);
    return Done{};
}

Status Demo::work(Console& console,
                  const Settings& settings,
                  log::Log& log,
                  const std::filesystem::path& state,
                  const StopSignals& signals) {
    PipelineOptions options = pipeline_options(settings, state);
    options.engine = true;
    options.statistics = true;
    options.until_end = true;
    options.engine_options.event_stamps = log::Stamps::publisher;
    options.engine_options.secrets_dir = state.parent_path() / "secrets";
    options.engine_options.waits_for_secrets = false;
    FiguresBoard board;
    Progress progress(console, "ledger and statistics");
    FISCUS_ASSIGN(const PipelineResult result,
                  run_pipeline(log, options, board, [&](const Figures& figures) {
                      const PipelineProgress now = progress_of(figures);
                      progress.update(now.done, now.total);
                      return !signals.stop();
                  }));
    if (result.stopped) {
        return Error{ErrorCode::interrupted, "stopped before the end", "", "Run the demo again."};
    }
    progress.finish(result.records);
    print_summary(console, board.get(), result.digest, false);
    return Done{};
}

Status Demo::show(Console& console, const Settings& settings, const std::filesystem::path& state) {
    const Language language = language_of(settings);
    const TextStyle style{.bold_headings = console.bold()};
    FISCUS_ASSIGN(const runtime::StateView view, runtime::read_state(state));
    console.print(language == Language::chinese ? "\n试算平衡\n" : "\nTrial balance\n");
    console.print(render_text(trial_balance_by_kind(view, language), style));

    FISCUS_ASSIGN(const auto query, open_query(state.string()));
    projections::Selection selection;
    const auto programmes = query->programmes();
    if (programmes.empty()) {
        return Error{ErrorCode::not_found, "the statistics know no programme", "", ""};
    }
    const projections::ProgrammeSummary& programme = programmes.front();
    selection.programme = programme.programme;
    FISCUS_ASSIGN(const projections::Table fund, query->fund_position(programme.programme));
    console.print(fmt::format("\n{}\n", title_of(fund, language)));
    console.print(render_text(in_one_language(table_of(fund, language), language), style));

    selection.first_day = std::min(programme.first_day + day_shown, programme.last_cut_day);
    selection.last_day = selection.first_day;
    for (const auto grouping : {projections::Grouping::district, projections::Grouping::industry}) {
        selection.grouping = grouping;
        FISCUS_TRY(show_day(console, *query, selection, language));
    }
    FISCUS_TRY(show_draws(console, *query, programme, selection.first_day, language));
    day_ = selection.first_day;
    return Done{};
}

Status Demo::show_day(Console& console,
                      projections::Query& query,
                      const projections::Selection& selection,
                      Language language) {
    FISCUS_ASSIGN(const projections::Table figures, query.statistics(selection));
    Table table = without_empty_columns(table_for_people(table_of(figures, language)));
    const std::size_t left_out = keep_largest(table, "redeemed_amount");
    console.print(fmt::format("\n{}\n", title_of(figures, language)));
    console.print(render_text(table, TextStyle{.bold_headings = console.bold()}));
    if (left_out > 0) {
        console.print(language == Language::chinese
                          ? fmt::format("（按核销金额排序，另有 {} 行未显示）\n", left_out)
                          : fmt::format("(largest first; {} more rows are not shown)\n", left_out));
    }
    for (const std::string& note : notes_of(figures, language)) {
        console.print(note + "\n");
    }
    return Done{};
}

// Of the last day that was cut for prizes, which are told to date; of one day for instant draws.
Status Demo::show_draws(Console& console,
                        projections::Query& query,
                        const projections::ProgrammeSummary& programme,
                        std::int32_t day,
                        Language language) {
    FISCUS_ASSIGN(
        const projections::Table prizes,
        query.prizes(programme.programme, programme.last_cut_day, programme.last_cut_day));
    FISCUS_ASSIGN(const projections::Table draws, query.draws(programme.programme, day, day));
    for (const projections::Table* figures : {&prizes, &draws}) {
        if (!figures->rows.empty()) {
            const Table table = without_empty_columns(table_of(*figures, language));
            console.print(fmt::format("\n{}\n", title_of(*figures, language)));
            console.print(render_text(in_one_language(table, language),
                                      TextStyle{.bold_headings = console.bold()}));
        }
    }
    return Done{};
}

void Demo::show_next(Console& console,
                     const Settings& settings,
                     const std::filesystem::path& state) const {
    const std::string log = log_flags(settings);
    console.note("\nWorth typing next:");
    console.note(fmt::format("  fiscus statistics --state {} --date {} --by batch_district --csv",
                             state.string(), date_text(day_)));
    console.note(fmt::format("  fiscus log dump {} --topic refusals --to 20", log));
    console.note(fmt::format("  fiscus replay {} --expect $(fiscus digest --state {})", log,
                             state.string()));
    if (keep_.empty()) {
        // A log in Kafka stays where its broker keeps it.
        console.note(fmt::format(
            "{} in {}; remove it when you have seen enough.",
            settings.given(Setting::log_directory) ? "Log and state stay" : "The state stays",
            state.parent_path().string()));
    }
}

}  // namespace

std::unique_ptr<Command> make_demo() { return std::make_unique<Demo>(); }

}  // namespace fiscus::app
