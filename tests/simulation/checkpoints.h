// Checkpoints of engines that are stopped, kept until somebody starts from one: a node that moved
// to another machine, or, in the end, an engine that has nothing else. A checkpoint is refused only
// where the log is not the one any more that it was made with.
// Thread: one. Fails: never; Surroundings::finding says what is wrong.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "engine/base/hash.h"
#include "tests/simulation/processes.h"

namespace fiscus::simulation {

class Checkpoints {
public:
    Checkpoints(Surroundings& world, std::filesystem::path folder)
        : world_(world), folder_(std::move(folder)) {}

    // Of a process that is down; nothing when it has no state that opens. Nothing else fails
    // meanwhile.
    void create(Process& process);
    // The process, which is down, has the state of some checkpoint instead of its own; nothing when
    // there is none that is of this log.
    void restore(Process& process);
    // A topic is not what it was: those that there are may be refused.
    void doubt();
    // From each of them an engine comes to the same end.
    void replay(const Hash128& digest);

private:
    struct Kept {
        std::filesystem::path directory;
        bool doubted = false;
    };
    // True: it is there.
    bool restore(const Kept& kept, Process& process);

    Surroundings& world_;
    const std::filesystem::path folder_;
    std::vector<Kept> kept_;
    std::uint64_t made_ = 0;
};

}  // namespace fiscus::simulation
