// `fiscus generate`: writes a load, a programme's month that is the same for the same options on
// every machine, to a log. For the demo, for tests and for anybody who wants to try the
// engine.
#include <cstdint>

#include <fmt/format.h>

#include "bench/load/publish.h"
#include "engine/app/commands/commands.h"
#include "engine/app/load_choice.h"
#include "engine/app/numbers.h"
#include "engine/app/open.h"
#include "engine/app/pipeline.h"
#include "engine/app/progress.h"
#include "engine/app/signals.h"
#include "engine/log/topics.h"

namespace fiscus::app {
namespace {

class Generate final : public Command {
public:
    [[nodiscard]] CommandSpec spec() const override {
        return {.path = "generate",
                .summary = "Write a programme's month, the same for the same seed, to a log",
                .example = "fiscus generate --events 1000000 --seed 1 --log /tmp/demo/log",
                .details =
                    "Makes the topics when there are none. Its records carry the times of their "
                    "events: in Kafka `run` over them needs --event-stamps publisher. A log that "
                    "holds events already gets the new ones behind them; the same load twice is a "
                    "load of duplicates.",
                .settings = {Setting::log_directory, Setting::kafka_bootstrap,
                             Setting::topics_partitions, Setting::topics_replication,
                             Setting::secrets_directory}};
    }

    void declare(CLI::App& options) override {
        load_.declare(options, true);
        options
            .add_option("--programmes", load_.vouchers().programmes,
                        "Programmes that take turns; 1 if not given")
            ->type_name("P")
            ->check(whole_number(1));
        options
            .add_option("--first-programme", load_.vouchers().first_programme,
                        "Number of the first programme; 1 if not given")
            ->type_name("N")
            ->check(whole_number(1));
        options.add_flag("--signed", load_.vouchers().with_signatures,
                         "The platforms sign their events; their keys go to --secrets");
    }

    Result<ExitCode> run(Context& context) override {
        FISCUS_TRY(load_.check());
        const StopSignals signals;
        FISCUS_ASSIGN(const auto log, open_log(context.settings, LogMode::create));
        FISCUS_ASSIGN(const std::int32_t partitions, ensure_load_topics(*log, context.settings));
        std::int64_t before = 0;
        for (std::int32_t partition = 0; partition < partitions; ++partition) {
            FISCUS_ASSIGN(const log::Extent extent, log->extent(log::events_topic, partition));
            before += extent.end - extent.first;
        }
        if (before > 0) {
            context.console.note(
                fmt::format("the log holds {} events already; these come behind them",
                            count_text(static_cast<std::uint64_t>(before))));
        }
        const auto load = load_.make();
        FISCUS_TRY(LoadChoice::write_secrets(*load, secrets_directory(context.settings)));
        Progress progress(context.console, "events");
        load::PublishOptions options;
        options.progress = [&](std::uint64_t done) {
            progress.update(done, load_.events());
            return !signals.stop();
        };
        FISCUS_ASSIGN(const load::Published published, load::publish(*log, *load, options));
        progress.finish(published.records);
        return ExitCode::success;
    }

private:
    LoadChoice load_;
};

}  // namespace

std::unique_ptr<Command> make_generate() { return std::make_unique<Generate>(); }

}  // namespace fiscus::app
