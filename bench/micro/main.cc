// fiscus_micro: stages of the path of one event, each alone. Takes the flags of Google Benchmark,
// such as --benchmark_filter=decode. Stops with a message when a stage gives a wrong result.
#include <benchmark/benchmark.h>

#include "bench/micro/corpus.h"
#include "bench/micro/suites.h"

int main(int argc, char** argv) {
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) {
        return 2;
    }
    const fiscus::bench::Corpus corpus;
    fiscus::bench::register_stages(corpus);
    fiscus::bench::register_conversions(corpus);
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
    return 0;
}
