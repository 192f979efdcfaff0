// fiscus_latency: how long an event waits for its outcome, produce to acknowledged journal, through
// a real broker. An open loop publishes the standard load at a fixed rate while `fiscus run` of
// another process works; `--help` shows an example. 1 when an answer is missing or a bound is
// exceeded.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "bench/latency/answers.h"
#include "bench/latency/publisher.h"
#include "bench/support/program.h"
#include "engine/journal/reader.h"
#include "engine/log/kafka_log.h"
#include "engine/log/topics.h"

namespace fiscus::bench {
namespace {

constexpr std::chrono::milliseconds patience{30'000};
// Time for both sides to connect before the first event is due.
constexpr std::chrono::milliseconds prelude{2'000};

struct Options {
    std::string bootstrap;
    std::uint64_t rate = 50'000;
    std::uint64_t seconds = 30;
    std::uint64_t seed = 1;
    std::string series_file;
    // The client's own default, which a platform has too.
    std::uint64_t linger_ms = 5;
    // Bounds; 0: none.
    std::uint64_t p99_ms_max = 0;
    std::uint64_t pause_ms_max = 0;
};

Result<Answers> run_loop(const Options& options) {
    FISCUS_ASSIGN(
        const auto log,
        log::open_kafka_log({.bootstrap = options.bootstrap,
                             .settings = {{"linger.ms", std::to_string(options.linger_ms)}}}));
    FISCUS_ASSIGN(const log::Extent events, log->extent(log::events_topic, 0));
    if (events.end != 0) {
        return Error{.code = ErrorCode::usage,
                     .what = "the events topic holds records already",
                     .why = "the load opens its programme anew",
                     .hint = "use a broker with new topics"};
    }
    FISCUS_ASSIGN(const auto journal, journal::JournalReader::open(*log, 0, {}));
    load::StandardLoad load({.events = options.rate * options.seconds, .seed = options.seed});
    const Schedule schedule{.start = std::chrono::steady_clock::now() + prelude,
                            .events_per_second = static_cast<double>(options.rate)};
    std::atomic<bool> stop = false;
    Status published = Done{};
    std::thread publisher([&] { published = publish_on_schedule(*log, load, schedule, stop); });
    auto answers =
        collect_answers(*journal, events.end, options.rate * options.seconds, schedule, patience);
    stop = true;
    publisher.join();
    FISCUS_TRY(published);
    return answers;
}

// Comma-separated, one line for each second of the schedule: where the slow ones are.
bool write_series(const std::string& path, const Options& options, const Answers& answers) {
    std::ofstream file(path);
    file << "second,p50_ms,p99_ms,max_ms\n";
    for (std::uint64_t second = 0; second < options.seconds; ++second) {
        const auto begin =
            answers.latencies_us.begin() + static_cast<std::ptrdiff_t>(second * options.rate);
        std::vector<std::uint32_t> part(begin, begin + static_cast<std::ptrdiff_t>(options.rate));
        std::sort(part.begin(), part.end());
        file << fmt::format("{},{:.1f},{:.1f},{:.1f}\n", second, percentile(part, 0.5) / 1e3,
                            percentile(part, 0.99) / 1e3, part.back() / 1e3);
    }
    file.close();
    return !file.fail();
}

int measure(const Options& options) {
    auto result = run_loop(options);
    if (!result.ok()) {
        fmt::print(stderr, "{}\n", result.error().text());
        return 1;
    }
    Answers answers = std::move(result).value();
    if (!options.series_file.empty() && !write_series(options.series_file, options, answers)) {
        fmt::print(stderr, "{} cannot be written\n", options.series_file);
        return 1;
    }
    std::sort(answers.latencies_us.begin(), answers.latencies_us.end());
    const auto line = [](const char* name, double value, const char* unit) {
        fmt::print("{:<12}{:>10.1f} {}\n", name, value, unit);
    };
    const auto ms_at = [&answers](double share) {
        return static_cast<double>(percentile(answers.latencies_us, share)) / 1'000;
    };
    line("rate", static_cast<double>(options.rate), "events/s");
    line("p50", ms_at(0.5), "ms");
    line("p99", ms_at(0.99), "ms");
    line("p99.9", ms_at(0.999), "ms");
    line("max", ms_at(1), "ms");
    const double pause_ms = static_cast<double>(answers.pause_max.count()) / 1'000;
    line("pause", pause_ms, "ms");
    line("block",
         static_cast<double>(answers.latencies_us.size()) / static_cast<double>(answers.blocks),
         "events");
    bool good = true;
    const auto check = [&good](const char* what, double value, std::uint64_t bound) {
        if (bound != 0) {
            const bool within = value <= static_cast<double>(bound);
            fmt::print("{}: {} is {:.1f} ms, at most {} ms are wanted\n", within ? "yes" : "NO",
                       what, value, bound);
            good = good && within;
        }
    };
    check("p99", ms_at(0.99), options.p99_ms_max);
    check("the longest pause", pause_ms, options.pause_ms_max);
    return good ? 0 : 1;
}

int run(int argc, char** argv) {
    Options options;
    CLI::App app("Latency of outcomes through a broker, open loop.", "fiscus_latency");
    app.footer(
        "Example, beside `fiscus run --kafka 127.0.0.1:9092 --event-stamps publisher`:\n"
        "  fiscus_latency --kafka 127.0.0.1:9092 --rate 50000 --seconds 60 --p99-ms 20\n");
    app.add_option("--kafka", options.bootstrap, "Bootstrap servers")->required();
    app.add_option("--rate", options.rate, "Events a second [50000]")
        ->check(CLI::Range(std::uint64_t{1'000}, std::uint64_t{10'000'000}));
    app.add_option("--seconds", options.seconds, "For so long [30]")
        ->check(CLI::Range(std::uint64_t{5}, std::uint64_t{3'600}));
    app.add_option("--seed", options.seed, "Another load [1]");
    app.add_option("--p99-ms", options.p99_ms_max, "Bound of the 99th percentile");
    app.add_option("--pause-ms", options.pause_ms_max, "Bound of the longest pause");
    app.add_option("--linger-ms", options.linger_ms, "The publisher gathers so long [5]");
    app.add_option("--series", options.series_file, "Writes the latency of each second there");
    if (const auto code = parse(app, argc, argv)) {
        return *code;
    }
    return measure(options);
}

}  // namespace
}  // namespace fiscus::bench

int main(int argc, char** argv) {
    return fiscus::bench::run_program(fiscus::bench::run, argc, argv);
}
