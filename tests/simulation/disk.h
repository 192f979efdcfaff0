// The disk under a state directory, as RocksDB sees it through its public FileSystemWrapper: real
// files, of which a power failure takes what was never synced, and calls that fail. A disk belongs
// to one process after the other.
// Thread: RocksDB's are let through; only calls of the thread that made the disk fail by chance, so
// that a seed decides which. Fails: as told to.
#pragma once

#include <cstdint>
#include <memory>

#include <rocksdb/env.h>

namespace fiscus::simulation {

class DiskFiles;

class Disk {
public:
    explicit Disk(std::uint64_t seed);
    ~Disk();
    Disk(const Disk&) = delete;
    Disk& operator=(const Disk&) = delete;

    [[nodiscard]] rocksdb::Env* env() const { return env_.get(); }
    // Of a thousand calls that write, sync, link or rename, so many fail.
    void set_failing(std::uint64_t per_thousand);
    // A call failed since everything on the disk was deleted.
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
