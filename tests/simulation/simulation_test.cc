// Aim: whatever happens to the processes and to the log between them, the ledger and its statistics
// end up as if nothing had. Method: simulated lives, one for each seed; what is there in the end is
// compared with the oracle, with an engine that began from nothing, and with statistics that did.
// FISCUS_SEED repeats one, FISCUS_SIM_SEEDS says how many there are.
#include "tests/simulation/simulation.h"

#include <map>
#include <string>

#include <gtest/gtest.h>

#include "tests/property/seeds.h"

namespace fiscus::simulation {
namespace {

constexpr std::uint64_t seeds_default = 2'000;

TEST(Simulation, WhateverHappensTheLedgerEndsUpAsIfNothingHad) {
    const bool one = std::getenv("FISCUS_SEED") != nullptr;
    const std::uint64_t first = property::from_environment("FISCUS_SEED", 1);
    const std::uint64_t count =
        one ? 1 : property::from_environment("FISCUS_SIM_SEEDS", seeds_default);
    Counts happened;
    for (std::uint64_t seed = first; seed < first + count; ++seed) {
        const Report report = simulate({.seed = seed});
        ASSERT_EQ(report.finding, "")
            << "FISCUS_SEED=" << seed << ", or fiscus-sim --seed " << seed;
        add(happened, report.happened);
    }
    if (count < seeds_default) {
        return;
    }
    // A cluster that never failed would prove little.
    for (const char* what :
         {"first ends: fenced", "first ends: log_unavailable", "second ends: fenced",
          "statistics ends: log_unavailable", "an engine is killed", "an engine sleeps",
          "first loses its state", "statistics loses its state", "something arrives"}) {
        EXPECT_GT(happened[what], 20U) << what;
    }
}

TEST(Simulation, TheSameSeedIsTheSameLife) {
    for (const std::uint64_t seed : {1U, 2U, 3U}) {
        const Report once = simulate({.seed = seed});
        const Report again = simulate({.seed = seed});
        EXPECT_EQ(once.trace, again.trace) << seed;
        EXPECT_EQ(once.steps, again.steps) << seed;
        EXPECT_NE(once.trace, simulate({.seed = seed + 100}).trace) << seed;
    }
}

}  // namespace
}  // namespace fiscus::simulation
