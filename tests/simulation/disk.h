// The disk under a state directory, as RocksDB sees it through its public FileSystemWrapper: real
// files, of which a power failure takes what was never synced, and calls that fail or are slow. A
// disk belongs to one process after the other.
// Thread: RocksDB's are let through; only calls of the thread that made the disk fail by chance, so
// that a seed decides which. Fails: as told to.
#pragma once

#include <cstdint>
#include <memory>

#include <rocksdb/env.h>

#include "tests/simulation/faults.h"

namespace fiscus::support {
class HandClock;
}

namespace fiscus::simulation {

class DiskFiles;

// Of a thousand calls.
struct DiskFaults {
    std::uint64_t failing = 0;  // to write, sync, link or rename: they fail, or find no space
    std::uint64_t slow = 0;     // to write: time passes
    std::uint64_t power = 0;    // to write: the power fails before
};

class Disk {
public:
    Disk(std::uint64_t seed, Faults& counts, support::HandClock& clock);
    ~Disk();
    Disk(const Disk&) = delete;
    Disk& operator=(const Disk&) = delete;

    [[nodiscard]] rocksdb::Env* env() const { return env_.get(); }
    // What happens to the calls that follow.
    void set_faults(const DiskFaults& faults);
    // All calls that read fail, or none. Not by chance: how many there are depends on RocksDB's
    // own threads.
    void set_readable(bool readable);
    // The power failed in a call: from there on as after cut().
    [[nodiscard]] bool power_failed() const;
    // Since everything on the disk was deleted a call failed, or a file was left with zeros in it:
    // its files may not be fit to be opened.
    [[nodiscard]] bool has_failed() const;
    // Everything was deleted.
    void forget();
    // From here on nothing reaches the disk: its process is being killed.
    void cut();
    // After cut(): the power failed as well. What was not synced is gone: the ends of files, or a
    // part of them, and files whose directory was not synced.
    void lose_unsynced();
    // For the next process.
    void mend();

private:
    std::shared_ptr<DiskFiles> files_;
    std::unique_ptr<rocksdb::Env> env_;
};

}  // namespace fiscus::simulation
