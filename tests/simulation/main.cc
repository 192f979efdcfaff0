// fiscus-sim --seed N | --seeds A..B [--records N] [--loud]: simulated lives of the engine and the
// statistics, one for each seed. The first finding ends it, with the command that repeats it.
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>

#include <CLI/CLI.hpp>

#include "tests/simulation/simulation.h"

int main(int argc, char** argv) {
    using fiscus::simulation::Options;
    CLI::App options("Simulated lives of the engine and the statistics, one for each seed",
                     "fiscus-sim");
    std::uint64_t seed = 1;
    std::string seeds;
    Options one;
    auto* const single = options.add_option("--seed", seed, "This seed alone");
    options.add_option("--seeds", seeds, "From A to B, both included: A..B")->excludes(single);
    options.add_option("--records", one.records, "Records of each history, about so many");
    options.add_flag("--loud", one.loud, "Say every step on stderr");
    CLI11_PARSE(options, argc, argv);
    std::uint64_t last = seed;
    if (!seeds.empty()) {
        const std::size_t dots = seeds.find("..");
        if (dots == std::string::npos) {
            std::fprintf(stderr, "--seeds wants A..B, such as 1..2000\n");
            return 2;
        }
        seed = std::strtoull(seeds.c_str(), nullptr, 10);
        last = std::strtoull(seeds.c_str() + dots + 2, nullptr, 10);
    }
    fiscus::simulation::Counts happened;
    fiscus::simulation::Counts faults;
    const std::uint64_t first = seed;
    for (; seed <= last; ++seed) {
        one.seed = seed;
        const auto report = fiscus::simulation::simulate(one);
        fiscus::simulation::add(happened, report.happened);
        fiscus::simulation::add(faults, report.faults);
        if (!report.finding.empty()) {
            std::printf(
                "seed %llu, after %llu steps: %s\nonce more: fiscus-sim --seed %llu "
                "--records %zu\n",
                static_cast<unsigned long long>(seed),
                static_cast<unsigned long long>(report.steps), report.finding.c_str(),
                static_cast<unsigned long long>(seed), one.records);
            return 1;
        }
        if (first == last) {
            std::printf("trace %016llx\n", static_cast<unsigned long long>(report.trace));
        }
    }
    for (const auto* counts : {&happened, &faults}) {
        for (const auto& [what, count] : *counts) {
            std::printf("%10llu  %s\n", static_cast<unsigned long long>(count), what.c_str());
        }
    }
    std::printf("%llu seeds, nothing found\n", static_cast<unsigned long long>(last - first + 1));
    return 0;
}
