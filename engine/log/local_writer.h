// The one writer of a partition of the local log. Records gather in a frame in memory; a full frame
// is written, sync() writes the rest, syncs and only then acknowledges, so no reader ever sees a
// record that a power cut could take back. Opening one cuts what an interrupted writer left half
// done.
// Thread: one. Fails: io, corrupt, fenced at opening; after any error the writer is dead for good.
#pragma once

#include <cstdint>
#include <memory>

#include "engine/log/local_partition.h"
#include "engine/log/log.h"

namespace fiscus::log {

// `segment_bytes_max`: a new segment is begun rather than passing it.
Result<std::unique_ptr<Writer>> open_local_writer(LocalPartition& partition,
                                                  std::uint64_t segment_bytes_max);

}  // namespace fiscus::log
