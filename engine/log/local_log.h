// The log in a directory (docs/formats/local_log.md): the embedded default, for one machine,
// without a broker. Crash safe: a record counts once it is synced, and only then can anybody read
// it, in this process or another. One process writes a partition at a time (flock), any number may
// read. The directory belongs to whoever writes it, so every stamp of theirs is kept, also where
// the plan wants the log's own. It keeps everything for ever: compaction and retention are promises
// that a log may fail to use.
// Thread: any; readers and writers one each, and none of them outlives the Log.
// Fails: not_found, io, corrupt naming file and byte, fenced when the partition is being written.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include "engine/log/log.h"

namespace fiscus::log {

struct LocalLogOptions {
    // Small enough to copy and to check at opening, large enough to keep a year in a few thousand
    // files.
    std::uint64_t segment_bytes_max = 256ULL << 20;
};

// `create`: makes the directory with a new identity if there is none; otherwise that is not_found.
Result<std::unique_ptr<Log>> open_local_log(std::filesystem::path dir,
                                            bool create,
                                            const LocalLogOptions& options = {});

}  // namespace fiscus::log
