// Aim: whatever happens to the processes and to the log between them, the ledger and its statistics
// end up as if nothing had. Method: simulated lives, one for each seed; what is there in the end is
// compared with the oracle, with an engine that began from nothing, with those that began from
// checkpoints, and with statistics that began from nothing; and where the leader of two nodes is
// lost while nothing else fails, the other one has to lead in time. FISCUS_SEED repeats one,
// FISCUS_SIM_SEEDS says how many there are.
#include "tests/simulation/simulation.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include "tests/property/seeds.h"
#include "tests/simulation/report.h"
#include "tests/simulation/shrink.h"

namespace fiscus::simulation {
namespace {

constexpr std::uint64_t seeds_default = 2'000;

constexpr std::string_view fault_kinds[] = {
    "checkpoint: made",
    "checkpoint: replayed to the same digest",
    "checkpoint: restored",
    "cluster: a call fails",
    "cluster: a note is lost",
    "cluster: a read fails",
    "cluster: a read finds nothing yet",
    "cluster: a record of a dead writer arrives late",
    "cluster: a record that was sent is lost",
    "cluster: an offset without a record",
    "cluster: an old note is told",
    "cluster: no right to notes",
    "cluster: the answer to a sync is lost",
    "disk: a call takes up to two seconds",
    "disk: a name that was not synced is gone",
    "disk: a read fails with an input/output error",
    "disk: a renaming that was not synced is undone",
    "disk: a write fails for want of space",
    "disk: a write fails with an input/output error",
    "disk: an unsynced tail is torn",
    "disk: an unsynced tail is torn, and reads as zeros",
    "disk: the power fails in the middle of its work",
    "events topic: head removed",
    "events topic: made anew",
    "events topic: tail lost",
    "events topic: tail rewritten",
    "journal topic: head removed",
    "journal topic: made anew",
    "journal topic: tail lost",
    "journal topic: tail rewritten",
    "operator: demotes the leader",
    "operator: promotes a standby",
    "process: another writer has claimed the journal",
    "process: its state is lost",
    "process: killed",
    "process: sleeps, and wakes up later",
    "process: stopped in order",
    "process: the power fails",
    "rows: one comes twice",
    "rows topic: head removed",
    "rows topic: made anew",
    "rows topic: tail lost",
    "rows topic: tail rewritten",
    "sources: a record came late",
    "sources: a record came twice",
    "sources: a record contradicts an earlier one",
    "sources: an instance that was replaced goes on",
    "sources: records are missing",
    "standby: follows a leader that lives",
    "standby: its statistics lead",
    "standby: stands down, and follows",
    "standby: takes over",
    "standby: takes over within five seconds",
};

TEST(Simulation, WhateverHappensTheLedgerEndsUpAsIfNothingHad) {
    const bool one = std::getenv("FISCUS_SEED") != nullptr;
    const std::uint64_t first = property::from_environment("FISCUS_SEED", 1);
    const std::uint64_t count =
        one ? 1 : property::from_environment("FISCUS_SIM_SEEDS", seeds_default);
    Totals totals;
    for (std::uint64_t seed = first; seed < first + count; ++seed) {
        const Report report = simulate({.seed = seed});
        ASSERT_EQ(report.finding, "")
            << once_more({.seed = seed}) << "; with --fewest it is looked for a smaller one";
        totals.add(report);
    }
    if (count < seeds_default) {
        return;
    }
    // A world in which nothing ever failed would prove little.
    for (const std::string_view kind : fault_kinds) {
        EXPECT_GT(totals.faults[std::string(kind)], 5U) << kind;
    }
    if (const char* folder = std::getenv("FISCUS_SOURCE_DIR")) {
        const std::filesystem::path log = std::filesystem::path(folder) / "build" / "log";
        std::filesystem::create_directories(log);
        std::ofstream(log / "simulation.json") << json_of(totals);
    }
}

TEST(Simulation, TheSameSeedIsTheSameLife) {
    for (std::uint64_t seed = 1; seed <= 30; ++seed) {
        const Report once = simulate({.seed = seed});
        const Report again = simulate({.seed = seed});
        EXPECT_EQ(once.trace, again.trace) << seed;
        EXPECT_EQ(once.steps, again.steps) << seed;
        EXPECT_NE(once.trace, simulate({.seed = seed + 100}).trace) << seed;
    }
}

}  // namespace
}  // namespace fiscus::simulation
