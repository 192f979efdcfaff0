// The main job from end to end over a local log in a directory of its own: events → engine →
// journal → statistics, two threads, journal synced before anything counts. Prints rates and checks
// the result: outcomes as the load intends, money conserved, stored digest equal. usage: end_to_end
// [EVENTS] [SEED]
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include <fmt/format.h>

#include "bench/load/publish.h"
#include "engine/log/local_log.h"
#include "engine/log/topics.h"
#include "engine/runtime/engine.h"
#include "projections/runner.h"

namespace fiscus {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

// A progress mark of the engine: records applied, and when.
struct Mark {
    std::uint64_t records = 0;
    double seconds = 0;
};

template <typename T>
T must(Result<T> result) {
    if (!result.ok()) {
        fmt::print(stderr, "{}\n", result.error().text());
        std::exit(1);
    }
    return std::move(result).value();
}

void fold_statistics(log::Log& log,
                     const std::filesystem::path& directory,
                     const std::atomic<bool>& engine_done) {
    projections::RunnerOptions options;
    options.directory = directory.string();
    auto runner = must(projections::Runner::open(log, 0, options));
    while (true) {
        const bool last_look = engine_done;
        if (must(runner->run_once(milliseconds(5))) == 0 && last_look) {
            break;
        }
    }
    must(runner->flush());
}

std::vector<Mark> run_engine(runtime::Engine& engine,
                             std::uint64_t events,
                             Clock::time_point start) {
    std::vector<Mark> marks;
    std::uint64_t applied = 0;
    while (applied < events) {
        applied += must(engine.run_once(milliseconds(100)));
        marks.push_back({applied, seconds_since(start)});
    }
    return marks;
}

// Events per second over the last half, where caches are warm and the first fold is past.
double sustained(const std::vector<Mark>& marks, std::uint64_t events) {
    const auto half = std::find_if(marks.begin(), marks.end(), [events](const Mark& mark) {
        return mark.records >= events / 2;
    });
    return static_cast<double>(marks.back().records - half->records) /
           std::max(1e-9, marks.back().seconds - half->seconds);
}

bool check(const runtime::PartitionView& view, const load::Expected& expected) {
    const bool as_intended = view.counts.accepted == expected.accepted &&
                             view.counts.duplicates == expected.duplicates &&
                             view.counts.by_reason == expected.reasons;
    fmt::print("accepted {}, duplicates {}, refused {}: {}; trial balance {} fen\n",
               view.counts.accepted, view.counts.duplicates, view.counts.refused,
               as_intended ? "as the load intends" : "NOT AS THE LOAD INTENDS",
               view.trial_balance_fen);
    return as_intended && view.trial_balance_fen == 0;
}

int run(std::uint64_t events, std::uint64_t seed) {
    const auto directory =
        std::filesystem::temp_directory_path() / ("fiscus-bench-" + std::to_string(::getpid()));
    auto log = must(log::open_local_log(directory / "log", true));
    must(log->create(log::topic_plans(1)));
    load::StandardLoad standard({.events = events, .seed = seed});
    auto start = Clock::now();
    must(load::publish(*log, standard));
    fmt::print("generated {} events in {:.2f} s\n", events, seconds_since(start));

    runtime::EngineOptions options;
    options.state_dir = directory / "state";
    auto engine = must(runtime::Engine::open(*log, options));
    std::atomic<bool> engine_done = false;
    start = Clock::now();
    std::thread statistics(
        [&] { fold_statistics(*log, directory / "state" / "statistics", engine_done); });
    const std::vector<Mark> marks = run_engine(*engine, events, start);
    engine_done = true;
    const double engine_seconds = seconds_since(start);
    statistics.join();
    must(engine->flush());
    const double all_seconds = seconds_since(start);
    must(engine->verify_state());

    const auto view = engine->view().front();
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    fmt::print("engine {:.0f} events/s, last half {:.0f} events/s\n",
               static_cast<double>(events) / engine_seconds, sustained(marks, events));
    fmt::print("engine + journal + statistics, state durable: {:.0f} events/s ({:.2f} s)\n",
               static_cast<double>(events) / all_seconds, all_seconds);
    for (std::size_t i = 0; i < runtime::stages; ++i) {
        fmt::print("  {:<9}{:7.0f} ns/event\n", runtime::stage_names[i],
                   static_cast<double>(view.times.nanoseconds[i]) / static_cast<double>(events));
    }
    fmt::print("resident {} MiB at most; digest {}\n", usage.ru_maxrss / 1024, to_hex(view.digest));
    const bool good = check(view, standard.expected());
    engine.reset();
    log.reset();
    std::filesystem::remove_all(directory);
    return good ? 0 : 1;
}

}  // namespace
}  // namespace fiscus

int main(int argc, char** argv) {
    const std::uint64_t events = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1'000'000;
    const std::uint64_t seed = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1;
    return fiscus::run(events, seed);
}
