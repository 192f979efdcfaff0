// fiscus-sim --seed N | --seeds A..B: simulated lives of the engine and the statistics, one for
// each seed. The first finding ends it, with the command that repeats it. In the end: what was
// done, what went wrong and was outlived, and with --coverage which cells of event × state × answer
// were met.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <CLI/CLI.hpp>

#include "tests/simulation/report.h"
#include "tests/simulation/shrink.h"
#include "tests/simulation/simulation.h"

namespace {

using fiscus::simulation::Options;

struct Settings {
    std::uint64_t first = 1;
    std::uint64_t last = 1;
    Options one;
    bool coverage = false;
    bool histories_only = false;
    std::string report;
};

void print(const fiscus::simulation::Counts& counts) {
    for (const auto& [what, count] : counts) {
        std::printf("%10llu  %s\n", static_cast<unsigned long long>(count), what.c_str());
    }
}

// 0: nothing found.
int run(const Settings& settings) {
    fiscus::cells::Tally tally;
    fiscus::simulation::Totals totals;
    Options one = settings.one;
    one.tally = settings.coverage ? &tally : nullptr;
    for (one.seed = settings.first; one.seed <= settings.last; ++one.seed) {
        if (settings.histories_only) {
            make_history(one);
            continue;
        }
        const auto report = simulate(one);
        totals.add(report);
        if (!report.finding.empty()) {
            std::printf("seed %llu, after %llu steps: %s\n%s\n",
                        static_cast<unsigned long long>(one.seed),
                        static_cast<unsigned long long>(report.steps), report.finding.c_str(),
                        fiscus::simulation::once_more(one).c_str());
            return 1;
        }
        if (settings.first == settings.last) {
            std::printf("trace %016llx\n", static_cast<unsigned long long>(report.trace));
        }
    }
    print(totals.happened);
    std::printf("went wrong, and was outlived:\n");
    print(totals.faults);
    fiscus::cells::Table table;
    if (settings.coverage) {
        table = fiscus::cells::read_ladders(fiscus::cells::ladders_path());
        std::fputs(text_of(table, tally).c_str(), stdout);
    }
    std::printf("%llu seeds, nothing found\n", static_cast<unsigned long long>(totals.seeds));
    if (!settings.report.empty()) {
        std::filesystem::create_directories(settings.report);
        std::ofstream(settings.report + "/simulation.json") << json_of(totals);
        if (settings.coverage) {
            std::ofstream(settings.report + "/coverage_cells.json") << json_of(table, tally);
        }
    }
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App options("Simulated lives of the engine and the statistics, one for each seed",
                     "fiscus-sim");
    std::string seeds;
    Settings settings;
    bool fewest = false;
    auto* const single = options.add_option("--seed", settings.first, "This seed alone");
    options.add_option("--seeds", seeds, "From A to B, both included: A..B")->excludes(single);
    options.add_option("--records", settings.one.records, "Records of each history, about so many");
    options.add_option("--spare", settings.one.spared,
                       "Without these troubles, as --fewest prints them");
    options.add_flag("--loud", settings.one.loud, "Say every step on stderr");
    options
        .add_flag("--fewest", fewest,
                  "Look for fewer records and troubles with which the seed still fails")
        ->needs(single);
    options.add_flag("--coverage", settings.coverage,
                     "Which cells of event, state and answer the histories reach");
    options.add_flag("--histories-only", settings.histories_only,
                     "The histories before the oracle, without engine: for --coverage");
    options.add_option("--report", settings.report,
                       "Folder for simulation.json and coverage_cells.json");
    CLI11_PARSE(options, argc, argv);
    settings.last = settings.first;
    if (!seeds.empty()) {
        const std::size_t dots = seeds.find("..");
        if (dots == std::string::npos) {
            std::fprintf(stderr, "--seeds wants A..B, such as 1..2000\n");
            return 2;
        }
        settings.first = std::strtoull(seeds.c_str(), nullptr, 10);
        settings.last = std::strtoull(seeds.c_str() + dots + 2, nullptr, 10);
    }
    if (fewest) {
        settings.one.seed = settings.first;
        std::printf("%s\n", fiscus::simulation::shrink(settings.one).c_str());
        return 0;
    }
    return run(settings);
}
