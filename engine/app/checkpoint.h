// A checkpoint: the engine's state of a moment, with what is needed to trust it, in a directory of
// its own. A new node starts from it and reads only what follows.
//   CHECKPOINT/manifest.json          what it is of, and every file with its size and SHA-256
//   CHECKPOINT/engine/<partition>/    the state store's files, hard links where the disk allows it
// Made of a stopped process's state directory, whose lock it takes meanwhile. Statistics are not in
// it: they are folded from the journal.
// Thread: main. Fails: usage, io, state, corrupt (a file is damaged, missing or another one),
// log_mismatch (it is of another log), diverged (its records are not what the manifest says).
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "engine/base/hash.h"
#include "engine/base/result.h"
#include "engine/log/log.h"

namespace rocksdb {
class Env;
}

namespace fiscus::app {

struct CheckpointPartition {
    std::int32_t partition = 0;
    std::int64_t next_offset = 0;
    std::uint64_t sequence = 0;
    std::int64_t journal_offset = 0;  // the next record of the journal
    std::uint64_t term = 0;
    Hash128 digest{};
};

struct CheckpointFile {
    std::string path;  // below the checkpoint
    std::uint64_t bytes = 0;
    std::string sha256;
};

struct Checkpoint {
    std::string log_identity;
    std::int32_t log_partitions = 0;
    std::uint32_t layout = 0;
    std::vector<CheckpointPartition> partitions;
    std::vector<CheckpointFile> files;
};

// `directory` must not exist; what is there after a failure is no checkpoint. `store_env`: as of
// runtime::EngineOptions.
Result<Checkpoint> create_checkpoint(const std::filesystem::path& state,
                                     const std::filesystem::path& directory,
                                     rocksdb::Env* store_env = nullptr);
// The files are those of the manifest, the records add up to its digests; and with a log: it is of
// that log, whose events and journal are there up to the position and say the same digest.
Result<Checkpoint> verify_checkpoint(const std::filesystem::path& directory, log::Log* log);
// Verifies, then makes a state directory of it, which must not have an engine's state.
Result<Checkpoint> restore_checkpoint(const std::filesystem::path& directory,
                                      const std::filesystem::path& state,
                                      log::Log& log);

}  // namespace fiscus::app
