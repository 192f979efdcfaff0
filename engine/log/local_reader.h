// Reads a partition of the local log from any offset, frame after frame through one large buffer;
// the records handed out point into it. Reads with pread, not through a mapping: a file that is cut
// or a disk that fails is then an error of ours and not a signal.
// Thread: one. Fails: log_mismatch (position outside), corrupt (naming file and byte), io.
#pragma once

#include <cstdint>
#include <memory>

#include "engine/log/local_partition.h"
#include "engine/log/log.h"

namespace fiscus::log {

Result<std::unique_ptr<Reader>> open_local_reader(LocalPartition& partition, std::int64_t offset);

}  // namespace fiscus::log
