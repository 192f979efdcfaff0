#include "engine/app/pipeline.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "engine/app/partition_statistics.h"
#include "engine/base/thread_name.h"
#include "engine/journal/reader.h"
#include "engine/log/topics.h"

namespace fiscus::app {
namespace {

constexpr std::chrono::milliseconds turn_wait{100};
constexpr std::chrono::milliseconds watch_interval{100};
// Figures are copied for the outside at most so often.
constexpr std::chrono::milliseconds board_interval{200};
constexpr std::chrono::seconds extent_interval{1};
constexpr std::chrono::milliseconds lead_interval{50};

// What the two threads and the waiting one say to each other.
class Conversation {
public:
    void ask_to_stop() { stop_.store(true, std::memory_order_relaxed); }
    [[nodiscard]] bool stop() const { return stop_.load(std::memory_order_relaxed); }
    // The engine has applied everything and its journal is durable.
    void engine_ends() { engine_ended_.store(true, std::memory_order_release); }
    [[nodiscard]] bool engine_ended() const {
        return engine_ended_.load(std::memory_order_acquire);
    }

    void tell(const std::vector<runtime::PartitionView>& views) {
        const std::lock_guard lock(mutex_);
        for (const runtime::PartitionView& view : views) {
            leads_[view.partition].tell(view, machine_clock().now());
        }
    }
    // Nothing: the engine has not said anything yet.
    [[nodiscard]] std::optional<Lead> lead(std::int32_t partition) const {
        const std::lock_guard lock(mutex_);
        const auto found = leads_.find(partition);
        return found == leads_.end() ? std::nullopt : std::optional(found->second);
    }

    void fail(Error error) {
        {
            const std::lock_guard lock(mutex_);
            if (!error_) {
                error_ = std::move(error);
            }
        }
        ask_to_stop();
    }
    [[nodiscard]] std::optional<Error> error() const {
        const std::lock_guard lock(mutex_);
        return error_;
    }

private:
    std::atomic<bool> stop_{false};
    std::atomic<bool> engine_ended_{false};
    mutable std::mutex mutex_;
    std::map<std::int32_t, Lead> leads_;
    std::optional<Error> error_;
};

// Figures of the engine's partitions as the outside sees them, with what the engine itself does not
// keep: the end of the input, asked for once a second, and how long the store has been stalled.
class EngineObserver {
public:
    EngineObserver(log::Log& log, const runtime::Engine& engine) : log_(log), engine_(engine) {}

    EngineFigures look();

private:
    struct Kept {
        std::int64_t input_end = 0;
        std::uint64_t stall_us = 0;
    };

    log::Log& log_;
    const runtime::Engine& engine_;
    std::map<std::int32_t, Kept> kept_;
    std::chrono::steady_clock::time_point looked_ = std::chrono::steady_clock::now();
    std::chrono::steady_clock::time_point asked_;
};

EngineFigures EngineObserver::look() {
    EngineFigures figures;
    figures.recovered = true;
    figures.turned = std::chrono::steady_clock::now();
    const auto passed =
        std::chrono::duration_cast<std::chrono::microseconds>(figures.turned - looked_);
    looked_ = figures.turned;
    const bool ask = figures.turned - asked_ >= extent_interval;
    if (ask) {
        asked_ = figures.turned;
    }
    runtime::StageTimes times;
    for (const runtime::PartitionView& view : engine_.view()) {
        Kept& kept = kept_[view.partition];
        if (ask) {
            // A figure only: when the broker does not answer, the last one stands, and it is for
            // the reader and the writer to say how long that may go on.
            auto extent = log_.extent(log::events_topic, view.partition);
            kept.input_end = extent.ok() ? extent->end : kept.input_end;
        }
        kept.stall_us += view.stalled ? static_cast<std::uint64_t>(passed.count()) : 0;
        EnginePartitionFigures& partition = figures.partitions.emplace_back();
        partition.partition = view.partition;
        partition.input_position = view.next_offset;
        partition.input_end = std::max({kept.input_end, view.input_end, view.next_offset});
        partition.durable_position = view.durable_offset;
        partition.sequence = view.sequence;
        partition.term = view.term;
        partition.leads = view.role == runtime::Role::leader;
        partition.leader_silent_s = static_cast<double>(view.silent.count()) / 1e3;
        partition.takeovers = view.takeovers;
        partition.sign_trouble = view.sign_trouble;
        partition.accepted = view.counts.accepted;
        partition.duplicates = view.counts.duplicates;
        partition.refused = view.counts.refused;
        partition.quarantined = view.counts.quarantined;
        partition.gaps_open = view.gaps_open;
        partition.journal_blocks = view.journal_blocks;
        partition.trial_balance_fen = view.trial_balance_fen;
        partition.waits_for = view.waits_for;
        partition.store_stalled = view.stalled;
        partition.store_stall_us = kept.stall_us;
        partition.store_debt_bytes = view.compaction_debt_bytes;
        partition.refused_by_reason = view.counts.by_reason;
        times += view.times;
    }
    for (std::size_t stage = 0; stage < runtime::stages; ++stage) {
        figures.stages.push_back({std::string(runtime::stage_names[stage]),
                                  static_cast<double>(times.nanoseconds[stage]) / 1e9});
    }
    return figures;
}

class EnginePart {
public:
    EnginePart(log::Log& log,
               const PipelineOptions& options,
               Conversation& conversation,
               FiguresBoard& board)
        : log_(log), options_(options), conversation_(conversation), board_(board) {}

    void operator()(PipelineResult& result) {
        const Status status = work(result);
        if (!status) {
            board_.fail("the engine has ended: " + status.error().text());
            conversation_.fail(status.error());
        }
        conversation_.engine_ends();
    }

private:
    Status work(PipelineResult& result) {
        EngineFigures starting;
        starting.turned = std::chrono::steady_clock::now();
        board_.put(std::move(starting));
        FISCUS_ASSIGN(const auto engine, runtime::Engine::open(log_, options_.engine_options));
        for (const runtime::PartitionView& view : engine->view()) {
            result.records += view.replayed;
        }
        EngineObserver observer(log_, *engine);
        show(observer);
        auto shown = std::chrono::steady_clock::now();
        auto told = shown;
        while (!conversation_.stop()) {
            FISCUS_ASSIGN(const std::uint64_t records, engine->run_once(turn_wait));
            result.records += records;
            const auto now = std::chrono::steady_clock::now();
            if (now - told >= lead_interval) {
                conversation_.tell(engine->view());
                told = now;
            }
            if (now - shown >= board_interval) {
                show(observer);
                shown = now;
            }
            if (records == 0 && options_.until_end) {
                FISCUS_ASSIGN(const bool end, engine->caught_up());
                if (end) {
                    break;
                }
            }
        }
        FISCUS_TRY(engine->flush());
        engine->leave();
        show(observer);
        result.digest = engine->digest();
        return Done{};
    }

    void show(EngineObserver& observer) { board_.put(observer.look()); }

    log::Log& log_;
    const PipelineOptions& options_;
    Conversation& conversation_;
    FiguresBoard& board_;
};

class StatisticsPart {
public:
    StatisticsPart(log::Log& log,
                   const PipelineOptions& options,
                   Conversation& conversation,
                   FiguresBoard& board)
        : log_(log), options_(options), conversation_(conversation), board_(board) {}

    void operator()(PipelineResult& result) {
        const Status status = work(result);
        if (!status) {
            board_.fail("the statistics have ended: " + status.error().text());
            conversation_.fail(status.error());
        }
    }

private:
    Status open_runners() {
        std::vector<std::int32_t> partitions = options_.engine_options.partitions;
        if (partitions.empty()) {
            FISCUS_ASSIGN(const auto info, log_.describe(log::journal_topic));
            const std::int32_t count = info ? info->plan.partitions : 0;
            for (std::int32_t partition = 0; partition < count; ++partition) {
                partitions.push_back(partition);
            }
        }
        projections::RunnerOptions options = options_.statistics_options;
        options.memory_bytes /= std::max<std::size_t>(partitions.size(), 1);
        const bool stands_by = options_.engine && options_.engine_options.standby;
        for (const std::int32_t partition : partitions) {
            FISCUS_TRY(statistics_.emplace_back(log_, partition, options, stands_by).open());
        }
        return Done{};
    }

    // Follows or publishes as the engine of this process does; false: not now.
    Result<bool> keep_to_the_engine(PartitionStatistics& statistics) {
        if (!options_.engine || conversation_.engine_ended()) {
            return true;
        }
        const auto lead = conversation_.lead(statistics.partition());
        return lead ? statistics.keep_to(*lead) : true;
    }

    void show(bool recovered) {
        StatisticsFigures figures;
        figures.recovered = recovered;
        figures.turned = std::chrono::steady_clock::now();
        for (const PartitionStatistics& statistics : statistics_) {
            figures.partitions.push_back(
                {.partition = statistics.partition(),
                 .sequence = statistics.runner().cursor().next_sequence - 1,
                 .rows = statistics.runner().counts().rows_appended});
        }
        board_.put(std::move(figures));
    }

    // One block of every partition; entries folded.
    Result<std::uint64_t> turn() {
        std::uint64_t entries = 0;
        for (PartitionStatistics& statistics : statistics_) {
            FISCUS_ASSIGN(const bool now, keep_to_the_engine(statistics));
            if (!now) {
                std::this_thread::sleep_for(lead_interval / static_cast<int>(statistics_.size()));
                continue;
            }
            // Only a process with nothing to do waits, and a short while for each partition.
            const auto wait = idle_ ? turn_wait / static_cast<int>(statistics_.size())
                                    : std::chrono::milliseconds(0);
            FISCUS_ASSIGN(const std::uint64_t folded, statistics.runner().run_once(wait));
            entries += folded;
        }
        idle_ = entries == 0;
        return entries;
    }

    Status work(PipelineResult& result) {
        show(false);
        FISCUS_TRY(open_runners());
        show(true);
        auto shown = std::chrono::steady_clock::now();
        while (!conversation_.stop()) {
            // Asked before the turn: what the engine wrote last is seen by this turn or by a later
            // one.
            const bool source_ended = !options_.engine || conversation_.engine_ended();
            FISCUS_ASSIGN(const std::uint64_t entries, turn());
            result.entries += entries;
            const auto now = std::chrono::steady_clock::now();
            if (now - shown >= board_interval) {
                show(true);
                shown = now;
            }
            if (entries == 0 && source_ended && options_.until_end) {
                FISCUS_ASSIGN(const bool end, at_end());
                if (end) {
                    break;
                }
            }
        }
        // Somebody else leads: whatever is not published is that one's to publish.
        const auto error = conversation_.error();
        for (const PartitionStatistics& statistics : statistics_) {
            if (!error || error->code != ErrorCode::fenced) {
                FISCUS_TRY(statistics.runner().flush());
            }
        }
        show(true);
        return Done{};
    }

    // Silence alone may be a slow broker; the journal's own end is what counts.
    Result<bool> at_end() {
        for (const PartitionStatistics& statistics : statistics_) {
            FISCUS_ASSIGN(const log::Extent extent,
                          log_.extent(log::journal_topic, statistics.partition()));
            if (statistics.runner().cursor().next_offset < extent.end) {
                return false;
            }
        }
        return true;
    }

    log::Log& log_;
    const PipelineOptions& options_;
    Conversation& conversation_;
    FiguresBoard& board_;
    std::vector<PartitionStatistics> statistics_;
    bool idle_ = false;
};

}  // namespace

Result<PipelineResult> run_pipeline(log::Log& log,
                                    const PipelineOptions& options,
                                    FiguresBoard& board,
                                    const PipelineWatch& watch) {
    Conversation conversation;
    PipelineResult engine_result;
    PipelineResult statistics_result;
    std::atomic<int> running{0};
    std::thread engine_thread;
    std::thread statistics_thread;
    if (options.engine) {
        ++running;
        engine_thread = std::thread([&] {
            name_thread("engine");
            EnginePart(log, options, conversation, board)(engine_result);
            --running;
        });
    }
    if (options.statistics) {
        ++running;
        log::Log& source = options.statistics_log != nullptr ? *options.statistics_log : log;
        statistics_thread = std::thread([&] {
            name_thread("statistics");
            StatisticsPart(source, options, conversation, board)(statistics_result);
            --running;
        });
    }
    bool stopped = false;
    while (running.load() > 0) {
        if (!watch(board.get()) && !stopped) {
            stopped = true;
            conversation.ask_to_stop();
        }
        std::this_thread::sleep_for(watch_interval);
    }
    if (engine_thread.joinable()) {
        engine_thread.join();
    }
    if (statistics_thread.joinable()) {
        statistics_thread.join();
    }
    auto error = conversation.error();
    if (error) {
        return *std::move(error);
    }
    return PipelineResult{.records = engine_result.records,
                          .entries = statistics_result.entries,
                          .digest = engine_result.digest,
                          .stopped = stopped};
}

// What the service manager hands over, where nothing else is said.
std::filesystem::path secrets_directory(const Settings& settings) {
    const std::string& named = settings.text(Setting::secrets_directory);
    if (!named.empty()) {
        return named;
    }
    const char* const credentials =
        std::getenv("CREDENTIALS_DIRECTORY");  // NOLINT(concurrency-mt-unsafe): nobody sets it
    return credentials == nullptr ? "" : credentials;
}

PipelineOptions pipeline_options(const Settings& settings, const std::filesystem::path& state) {
    const std::string& only = settings.text(Setting::run_only);
    PipelineOptions options;
    options.engine = only != "statistics";
    options.statistics = only != "engine";
    const auto memory = static_cast<std::uint64_t>(settings.integer(Setting::engine_memory));
    const std::uint64_t of_statistics = options.engine ? memory / statistics_share : memory;
    options.engine_options = {
        .state_dir = state,
        .partitions = settings.integers(Setting::engine_partitions),
        .memory_bytes = options.statistics ? memory - of_statistics : memory,
        .turn_records = static_cast<std::size_t>(settings.integer(Setting::engine_turn_records)),
        .fold_records = static_cast<std::size_t>(settings.integer(Setting::engine_fold_records)),
        .writer_name = settings.text(Setting::engine_writer)};
    options.engine_options.secrets_dir = secrets_directory(settings);
    options.engine_options.patience =
        std::chrono::milliseconds(settings.integer(Setting::standby_patience));
    options.statistics_options.directory = (state / "statistics").string();
    options.statistics_options.memory_bytes = of_statistics;
    return options;
}

PipelineProgress progress_of(const Figures& figures) {
    PipelineProgress progress;
    if (figures.engine) {
        for (const EnginePartitionFigures& partition : figures.engine->partitions) {
            progress.done += static_cast<std::uint64_t>(partition.input_position);
            progress.total += static_cast<std::uint64_t>(partition.input_end);
        }
    }
    if (figures.statistics) {
        // The last stage of all; a record of the log is an entry of the journal.
        progress.done = 0;
        for (const StatisticsPartitionFigures& partition : figures.statistics->partitions) {
            progress.done += partition.sequence;
        }
    }
    return progress;
}

}  // namespace fiscus::app
