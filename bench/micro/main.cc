// fiscus_micro: the stages of the path of one event, each alone and beside its floor, the least
// that this machine needs for the same bytes. Every benchmark checks its result and stops the
// program when it is wrong. `--help` shows an example; bench/README.md says what the stages mean.
#include <cstdint>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "bench/micro/corpus.h"
#include "bench/support/program.h"

namespace fiscus::bench {
namespace {

// Fewer have no second turn to measure; more than that only costs memory.
constexpr std::uint64_t events_min = 20'000;
constexpr std::uint64_t events_max = 4'000'000;

void register_all(const Corpus& corpus) {
    register_decode(corpus);
    register_sequence(corpus);
    register_apply(corpus);
    register_digest(corpus);
    register_fold(corpus);
    register_journal(corpus);
    register_log(corpus);
    register_statistics(corpus);
    register_distinct(corpus);
    register_draw(corpus);
    register_signature();
    register_machine();
}

int run(int argc, char** argv) {
    std::uint64_t events = 200'000;
    CLI::App app(
        "Stages of the path of one event, each beside its floor. Flags that begin with --benchmark "
        "are Google Benchmark's.",
        "fiscus_micro");
    app.footer(
        "Example:\n  fiscus_micro --benchmark_filter=decode --benchmark_repetitions=5 "
        "--benchmark_enable_random_interleaving=true\n");
    app.allow_extras();
    app.add_option("--events", events, "Events of the standard load; half of them warm up")
        ->check(CLI::Range(events_min, events_max))
        ->option_text("N [200000]");
    if (const auto code = parse(app, argc, argv)) {
        return *code;
    }
    std::vector<std::string> rest = app.remaining();
    std::vector<char*> words{argv[0]};
    for (std::string& word : rest) {
        words.push_back(word.data());
    }
    auto count = static_cast<int>(words.size());
    words.push_back(nullptr);
    benchmark::Initialize(&count, words.data());
    if (benchmark::ReportUnrecognizedArguments(count, words.data())) {
        return 2;
    }
    const Corpus corpus(events);
    register_all(corpus);
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
    return 0;
}

}  // namespace
}  // namespace fiscus::bench

int main(int argc, char** argv) {
    return fiscus::bench::run_program(fiscus::bench::run, argc, argv);
}
