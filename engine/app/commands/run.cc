// `fiscus run`: the service. Engine and statistics in one process or one of them, the operators'
// port, logs on stderr, an orderly stop on SIGINT and SIGTERM.
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "engine/app/commands/commands.h"
#include "engine/app/commands/summary.h"
#include "engine/app/http/server.h"
#include "engine/app/logging.h"
#include "engine/app/open.h"
#include "engine/app/pipeline.h"
#include "engine/app/progress.h"
#include "engine/app/signals.h"
#include "engine/app/version.h"

namespace fiscus::app {
namespace {

constexpr std::chrono::seconds report_interval{30};

class Run final : public Command {
public:
    [[nodiscard]] CommandSpec spec() const override {
        return {
            .path = "run",
            .summary = "Run engine and statistics over a log",
            .example =
                "fiscus run --log /var/lib/fiscus/log --state /var/lib/fiscus/state --http 9464\n"
                "fiscus run --log /tmp/demo/log --state /tmp/demo/state --until-end",
            .details =
                "Runs until SIGINT or SIGTERM, then stops in order; a kill at any moment loses "
                "nothing either. With --until-end it ends when all that the log holds is "
                "applied, folded and published, and prints the digest. Two processes with "
                "--only engine and --only statistics share one state directory. With --standby it "
                "publishes nothing at first: it follows whoever leads, compares every journal "
                "block with what it computes itself, and takes over once the leader has given no "
                "sign for standby.patience_ms, or has left; if somebody else takes over from it, "
                "it follows again. Give each process its own state directory and engine.writer.",
            .settings = {Setting::log_directory, Setting::kafka_bootstrap, Setting::state_directory,
                         Setting::topics_event_stamps, Setting::run_only, Setting::engine_memory,
                         Setting::engine_turn_records, Setting::secrets_directory,
                         Setting::http_port, Setting::logging_format, Setting::logging_level}};
    }

    void declare(CLI::App& options) override {
        options.add_flag("--standby", standby_,
                         "Follow the leader, and take its place when it is gone");
        options.add_flag("--until-end", until_end_, "End when everything in the log is done");
        options.add_flag("--json", json_, "With --until-end: the summary as JSON");
    }

    Result<ExitCode> run(Context& context) override {
        const Settings& settings = context.settings;
        const StopSignals signals;
        FISCUS_ASSIGN(const std::filesystem::path state, state_directory(settings));
        FISCUS_TRY(check_places(settings));
        FISCUS_TRY(check_standby(settings));
        // Before the log: its client may speak until the very end.
        Log lines(context.console.err(), settings.text(Setting::logging_format),
                  settings.text(Setting::logging_level));
        const auto tell = [&lines](int level, std::string_view line) {
            write_client_message(lines, level, line);
        };
        FISCUS_ASSIGN(const auto log, open_log(settings, LogMode::existing, tell));
        FiguresBoard board;
        std::unique_ptr<Server> server;
        if (settings.given(Setting::http_port)) {
            FISCUS_ASSIGN(server, Server::start(board, server_options(settings)));
        }
        lines.info("fiscus starts", {{"version", std::string(version_text)},
                                     {"parts", settings.text(Setting::run_only)},
                                     {"state", state.string()}});
        if (server) {
            lines.info(
                "operators' port is open",
                {{"metrics", fmt::format("http://{}:{}/metrics",
                                         settings.text(Setting::http_address), server->port())}});
        }
        PipelineOptions options = pipeline_options(settings, state);
        options.until_end = until_end_;
        // What works off a log to its end says what is missing, what serves waits for it.
        options.engine_options.waits_for_secrets = !until_end_;
        options.engine_options.standby = standby_;
        options.engine_options.sign_interval = runtime::sign_interval_default;
        std::unique_ptr<log::Log> statistics_log;
        if (options.statistics) {
            FISCUS_ASSIGN(statistics_log, open_statistics_log(settings, tell));
            options.statistics_log = statistics_log.get();
        }
        options.engine_options.event_stamps = event_stamps(settings);
        auto outcome = work(context, *log, options, board, signals, lines);
        if (!outcome.ok() && outcome.error().code == ErrorCode::log_mismatch) {
            Error error = outcome.error();
            error.why += fmt::format("{}--state {} and {}", error.why.empty() ? "" : "; ",
                                     state.string(), log_flags(settings));
            outcome = std::move(error);
        }
        if (!outcome.ok() && settings.text(Setting::logging_format) == "json") {
            return tell_end(lines, outcome.error());
        }
        FISCUS_ASSIGN(const PipelineResult result, std::move(outcome));
        lines.info(
            result.stopped ? "fiscus stops as it was asked to" : "everything in the log is done",
            {{"records", fmt::format("{}", result.records)},
             {"entries", fmt::format("{}", result.entries)}});
        if (until_end_ && options.engine) {
            if (result.stopped) {
                return Error{ErrorCode::interrupted, "stopped before the end of the log", "",
                             "Everything so far is kept; the same command goes on from there."};
            }
            print_summary(context.console, board.get(), result.digest, json_);
        }
        return ExitCode::success;
    }

private:
    [[nodiscard]] Status check_standby(const Settings& settings) const {
        if (standby_ && until_end_) {
            return Error{ErrorCode::usage, "--standby and --until-end contradict each other",
                         "a standby waits for as long as somebody else leads",
                         "Leave one of them out."};
        }
        if (standby_ && settings.text(Setting::run_only) == "statistics") {
            return Error{ErrorCode::usage, "statistics alone cannot be a standby",
                         "the engine beside them says when they may publish",
                         "Leave --only out, or give --only engine."};
        }
        return Done{};
    }

    static void write_client_message(Log& lines, int level, std::string_view line) {
        constexpr int error = 3;
        constexpr int warning = 4;
        const Log::Fields fields = {{"client", std::string(line)}};
        if (level <= error) {
            lines.error("the Kafka client reports an error", fields);
        } else if (level == warning) {
            lines.warn("the Kafka client warns", fields);
        } else {
            lines.debug("the Kafka client says", fields);
        }
    }

    static void tell_partitions(Log& lines, const EngineFigures& engine) {
        for (const EnginePartitionFigures& partition : engine.partitions) {
            lines.info("the engine holds a partition",
                       {{"partition", fmt::format("{}", partition.partition)},
                        {"role", partition.leads ? "leader" : "standby"},
                        {"term", fmt::format("{}", partition.term)},
                        {"position", fmt::format("{}", partition.input_position)}});
        }
    }

    // What an operator wants to read of a partition when it changes hands or stands still.
    class Roles {
    public:
        void look(Log& lines, const EngineFigures& engine) {
            for (const EnginePartitionFigures& partition : engine.partitions) {
                Told& told = told_[partition.partition];
                if (told.leads && *told.leads != partition.leads) {
                    lines.info(partition.leads ? "a partition is taken over"
                                               : "a partition is led by somebody else",
                               {{"partition", fmt::format("{}", partition.partition)},
                                {"term", fmt::format("{}", partition.term)},
                                {"position", fmt::format("{}", partition.input_position)}});
                }
                told.leads = partition.leads;
                if (told.waits_for != partition.waits_for) {
                    told.waits_for = partition.waits_for;
                    tell_wait(lines, partition);
                }
                if (told.trouble != partition.sign_trouble) {
                    told.trouble = partition.sign_trouble;
                    if (told.trouble.empty()) {
                        lines.info("signs of life are left again", {});
                    } else {
                        lines.warn("a sign of life cannot be left: a standby may take over",
                                   {{"partition", fmt::format("{}", partition.partition)},
                                    {"error", told.trouble}});
                    }
                }
            }
        }

    private:
        static void tell_wait(Log& lines, const EnginePartitionFigures& partition) {
            const std::string of = fmt::format("{}", partition.partition);
            if (partition.waits_for.empty()) {
                lines.info("a partition goes on", {{"partition", of}});
            } else {
                lines.warn("a partition stands still until a secret is there",
                           {{"partition", of}, {"secret", partition.waits_for}});
            }
        }

        struct Told {
            std::optional<bool> leads;
            std::string waits_for;
            std::string trouble;
        };
        std::map<std::int32_t, Told> told_;
    };

    // A collector of JSON lines should find the end of the story among them.
    static ExitCode tell_end(Log& lines, const Error& error) {
        lines.error("fiscus ends", {{"code", std::string(code_name(error.code))},
                                    {"what", error.what},
                                    {"why", error.why},
                                    {"hint", error.hint}});
        return exit_code_of(error.code);
    }

    static ServerOptions server_options(const Settings& settings) {
        return {
            .address = settings.text(Setting::http_address),
            .port = static_cast<std::int32_t>(settings.integer(Setting::http_port)),
            .limits = {.ready_lag_records = settings.integer(Setting::http_ready_lag_records),
                       .live = std::chrono::seconds(settings.integer(Setting::http_live_seconds))}};
    }

    Result<PipelineResult> work(Context& context,
                                log::Log& log,
                                const PipelineOptions& options,
                                FiguresBoard& board,
                                const StopSignals& signals,
                                Log& lines) const {
        std::optional<Progress> progress;
        if (until_end_ && context.settings.text(Setting::logging_format) == "text") {
            progress.emplace(context.console, "events");
        }
        auto reported = std::chrono::steady_clock::now();
        bool recovered = false;
        Roles roles;
        const auto watch = [&](const Figures& figures) {
            const PipelineProgress now = progress_of(figures);
            if (!recovered && figures.engine && figures.engine->recovered) {
                recovered = true;
                tell_partitions(lines, *figures.engine);
            }
            if (recovered) {
                roles.look(lines, *figures.engine);
            }
            if (progress) {
                progress->update(now.done, now.total);
            } else if (std::chrono::steady_clock::now() - reported >= report_interval) {
                reported = std::chrono::steady_clock::now();
                lines.info("at work", {{"position", fmt::format("{}", now.done)},
                                       {"end", fmt::format("{}", now.total)}});
            }
            return !signals.stop();
        };
        return run_pipeline(log, options, board, watch);
    }

    bool standby_ = false;
    bool until_end_ = false;
    bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_run() { return std::make_unique<Run>(); }

}  // namespace fiscus::app
