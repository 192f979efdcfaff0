// One seed, one run, in one thread, in an order that the seed decides: a publisher, a cluster that
// fails, and either two engines that take the journal from each other beside a process that folds
// it into statistics; or two nodes, engine and statistics in one process each, of which one follows
// until the other is gone, or hands over by command. Processes die and start again at any step,
// sleep through somebody else's reign and wake up, lose their state, or their key for a while, move
// to another machine with a checkpoint; topics lose their tail or their head, or are written anew,
// until an operator does what the messages say. In the end everything is whole again, and what is
// there must be what the oracle says of the same records.
// Thread: one simulation at a time in a process. Fails: never; what is wrong is the finding.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tests/cells/cells.h"
#include "tests/simulation/faults.h"

namespace fiscus::simulation {

// What --spare takes: a simulation without this kind of trouble, all else being equal.
inline constexpr std::array<std::string_view, 9> troubles = {
    "cluster", "notes", "disk", "kills", "rivals", "sleep", "damage", "handovers", "checkpoints"};

struct Options {
    std::uint64_t seed = 1;
    std::size_t records = 300;
    // Each step on stderr, for looking into one seed.
    bool loud = false;
    std::vector<std::string> spared{};
    // Counts the cells of the histories, when it is not null.
    cells::Tally* tally = nullptr;
};

struct Report {
    std::string finding;      // what is wrong, for people; empty: nothing
    std::uint64_t trace = 0;  // of everything that was done and said: the same for the same seed
    std::uint64_t steps = 0;
    Counts happened;  // what was done, how often
    Counts faults;    // what went wrong, how often
};

Report simulate(const Options& options);
// The history of a simulation, before the oracle alone.
void make_history(const Options& options);

}  // namespace fiscus::simulation
