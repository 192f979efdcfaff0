// Where a partition stands: stored with the state in one batch, so that state and position never
// differ. Layout in docs/formats/state.md. Pure values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/journal/reader.h"
#include "engine/runtime/engine.h"

namespace fiscus::runtime {

struct Position {
    std::int64_t next_offset = 0;
    std::uint64_t next_sequence = 1;
    // The last applied record, read again at the start to see whether the log is still the same.
    std::int64_t last_offset = -1;
    std::uint64_t last_record_hash = 0;
    journal::Cursor cursor;
    Counts counts;
    std::int32_t partitions = 0;
    std::string log_identity;
};

std::vector<std::byte> encode(const Position& position);
// Fails: corrupt.
Result<Position> decode_position(Bytes bytes);

}  // namespace fiscus::runtime
