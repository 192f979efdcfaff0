#include "tests/simulation/checkpoints.h"

#include "engine/app/checkpoint.h"
#include "engine/base/ids.h"

namespace fiscus::simulation {
namespace {

// Each is replayed in the end.
constexpr std::size_t kept_max = 2;

}  // namespace

void Checkpoints::create(Process& process) {
    if (kept_.size() == kept_max || process.wiped()) {
        return;
    }
    const std::filesystem::path draft = folder_ / "checkpoint";
    process.disk().mend();
    auto made = app::create_checkpoint(process.state(), draft, process.disk().env());
    process.disk().cut();
    world_.trace.note("a checkpoint is made", made.ok() ? made->partitions.front().sequence : 0);
    if (made.ok()) {
        // Away from a disk whose power may fail.
        const std::filesystem::path directory = folder_ / ("checkpoint" + std::to_string(++made_));
        std::filesystem::rename(draft, directory);
        kept_.push_back({.directory = directory, .doubted = world_.damaged});
        world_.faults.count("checkpoint: made");
        return;
    }
    std::filesystem::remove_all(draft);
    const ErrorCode code = made.error().code;
    const bool unfit = code == ErrorCode::state && process.disk().has_failed();
    if (!unfit && code != ErrorCode::not_found) {
        find(world_, "a checkpoint of " + process.name() + ": " + made.error().text());
    }
}

bool Checkpoints::restore(const Kept& kept, Process& process) {
    const auto log = world_.cluster.connect();
    auto restored = app::restore_checkpoint(kept.directory, process.state(), *log);
    if (!restored.ok()) {
        world_.faults.count("checkpoint: refused");
        if (!kept.doubted) {
            find(world_, "a checkpoint is refused: " + restored.error().text());
        }
        return false;
    }
    process.set_restored();
    world_.faults.count("checkpoint: restored");
    return true;
}

void Checkpoints::restore(Process& process) {
    if (kept_.empty()) {
        return;
    }
    const Kept& kept = world_.random.pick(kept_);
    process.wipe();
    const bool restored = restore(kept, process);
    world_.trace.note("a checkpoint is restored", std::uint64_t{restored});
}

void Checkpoints::doubt() {
    for (Kept& kept : kept_) {
        kept.doubted = true;
    }
}

void Checkpoints::replay(const Hash128& digest) {
    for (std::size_t i = 0; i < kept_.size() && world_.finding.empty(); ++i) {
        EngineProcess engine(world_, "an engine from a checkpoint",
                             folder_ / ("replay" + std::to_string(i)));
        if (!restore(kept_[i], engine)) {
            continue;
        }
        engine.start();
        engine.run_to_end();
        if (world_.finding.empty() && engine.digest() != digest) {
            find(world_, "from a checkpoint the digest is " + to_hex(engine.digest()) +
                             ", from nothing " + to_hex(digest));
        }
        world_.faults.count("checkpoint: replayed to the same digest");
    }
}

}  // namespace fiscus::simulation
