#include "engine/runtime/position.h"

#include <cstring>
#include <type_traits>

namespace fiscus::runtime {
namespace {

struct Fixed {
    std::int64_t next_offset = 0;
    std::uint64_t next_sequence = 0;
    std::int64_t last_offset = 0;
    std::uint64_t last_record_hash = 0;
    std::int64_t cursor_offset = 0;
    std::uint64_t cursor_sequence = 0;
    std::uint64_t cursor_term = 0;
    Sha256 cursor_previous{};
    Hash128 cursor_digest;
    Counts counts;
    std::int64_t partitions = 0;
};
static_assert(std::is_trivially_copyable_v<Fixed>);

}  // namespace

std::vector<std::byte> encode(const Position& p) {
    const Fixed fixed{.next_offset = p.next_offset,
                      .next_sequence = p.next_sequence,
                      .last_offset = p.last_offset,
                      .last_record_hash = p.last_record_hash,
                      .cursor_offset = p.cursor.next_offset,
                      .cursor_sequence = p.cursor.next_sequence,
                      .cursor_term = p.cursor.term,
                      .cursor_previous = p.cursor.previous,
                      .cursor_digest = p.cursor.state_digest,
                      .counts = p.counts,
                      .partitions = p.partitions};
    std::vector<std::byte> bytes(sizeof fixed + p.log_identity.size());
    std::memcpy(bytes.data(), &fixed, sizeof fixed);
    std::memcpy(bytes.data() + sizeof fixed, p.log_identity.data(), p.log_identity.size());
    return bytes;
}

Result<Position> decode_position(Bytes bytes) {
    if (bytes.empty()) {
        return Position{};
    }
    if (bytes.size() < sizeof(Fixed)) {
        return Error{.code = ErrorCode::corrupt,
                     .what = "the position in the state is damaged",
                     .why = "it has " + std::to_string(bytes.size()) + " bytes",
                     .hint = "delete the state directory, it is rebuilt from the log"};
    }
    Fixed fixed{};
    std::memcpy(&fixed, bytes.data(), sizeof fixed);
    Position p;
    p.next_offset = fixed.next_offset;
    p.next_sequence = fixed.next_sequence;
    p.last_offset = fixed.last_offset;
    p.last_record_hash = fixed.last_record_hash;
    p.cursor = {.next_offset = fixed.cursor_offset,
                .next_sequence = fixed.cursor_sequence,
                .term = fixed.cursor_term,
                .previous = fixed.cursor_previous,
                .state_digest = fixed.cursor_digest};
    p.counts = fixed.counts;
    p.partitions = static_cast<std::int32_t>(fixed.partitions);
    p.log_identity = std::string(as_text(bytes.subspan(sizeof fixed)));
    return p;
}

}  // namespace fiscus::runtime
