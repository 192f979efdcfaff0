// Which troubles a seed has, and how its processes fare in them: with each seed another mixture,
// none at all among them. Thread: values. Fails: never.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/property/random.h"
#include "tests/simulation/cluster.h"
#include "tests/simulation/disk.h"
#include "tests/simulation/node.h"
#include "tests/simulation/processes.h"

namespace fiscus::simulation {

// How one process fares; of a thousand.
struct Fate {
    Process& process;
    NodeProcess* node = nullptr;  // the process, if it is one
    std::string who{};
    std::uint64_t deeds = 0;   // of all that happens
    std::uint64_t starts = 0;  // looks at a process that is down
    std::uint64_t sleeps = 0;  // of its deeds
    std::uint64_t leaves = 0;  // of those of a node
    std::uint64_t flushes = 0;
    std::uint64_t steps = 0;       // small pieces instead of turns
    std::uint64_t unreadable = 0;  // of its deeds: the disk cannot be read
    DiskFaults disk{};
    // Not looked at until this step: what it knows grows old.
    std::uint64_t sleeps_until = 0;
};

// Engines and statistics as processes of their own; the second engine is a rival of the first.
std::vector<Fate> fates_apart(EngineProcess& first,
                              EngineProcess& second,
                              StatisticsProcess& statistics);
// As nodes; now and then somebody starts an engine beside them.
std::vector<Fate> fates_of_pair(NodeProcess& first, NodeProcess& second, EngineProcess& rival);

struct Troubles {
    LogFaults log{};
    std::uint64_t kills = 0;           // of a thousand deeds of each process
    std::uint64_t rivals = 0;          // looks at a rival that is down
    std::uint64_t without_rights = 0;  // of a thousand lives of nodes
    bool first_stands_by = true;
    std::uint64_t handovers = 0;    // of a thousand things that are seldom done
    std::uint64_t checkpoints = 0;  // likewise
    int harms = 0;
    std::uint64_t harm_at = 0;  // a step
};

// And those of the fates' disks.
Troubles choose_troubles(property::Random& random, std::vector<Fate>& fates);
// Without those that are named, after everything was chosen, so that what is left stays as it is.
void spare(const std::vector<std::string>& spared, Troubles& troubles, std::vector<Fate>& fates);

}  // namespace fiscus::simulation
