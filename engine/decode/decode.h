// Bytes → verified event, or the reason why not. Knows fields and their ranges, no rule: the first
// stage of the path after the log. Every check of reasons 1 to 25 is made here, in that order.
// Thread: one Decoder for each partition's writer. Fails: never; bad bytes are an answer.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "engine/base/hash.h"
#include "engine/base/ids.h"
#include "engine/log/log.h"
#include "schemas/events_generated.h"
#include "schemas/reasons_generated.h"

namespace fiscus::decode {

// The partition that decodes and how many there are.
struct Shard {
    std::int32_t partition = 0;
    std::int32_t partitions = 1;
};

// Where a signature of the known form lies in an event's bytes.
struct Signature {
    std::uint32_t key = 0;     // the number of the source's key; 0: there is no such signature
    std::uint32_t tag_at = 0;  // of its last 32 bytes
};

struct DecodedEvent {
    // none: `event` and everything below is valid. Reasons below natural_key_zero quarantine the
    // record; then only `value` is meaningful. From there on the envelope is valid too.
    wire::Reason reason = wire::Reason::none;
    const wire::Event* event = nullptr;
    wire::EventBody kind = wire::EventBody::NONE;
    ProgrammeId programme;
    SourceId source;
    std::uint32_t epoch = 0;
    std::uint64_t sequence = 0;
    std::int64_t occurred_at_us = 0;
    Id128 key{};
    std::uint64_t content = 0;
    Signature signature;
    // Why the event is not its source's own, or none; whoever has the keys says so.
    wire::Reason authentication = wire::Reason::none;
    std::int64_t offset = 0;
    std::int64_t logged_at_us = 0;
    Bytes value;
};

inline Id128 id_of(const wire::Id128* id) {
    return id == nullptr ? Id128{} : Id128{.hi = id->hi(), .lo = id->lo()};
}

// The signature of a verified event over these bytes. One of another length, without a key's number
// or across the event's Origin is none.
Signature signature_of(const wire::Event& event, Bytes value);

// XXH3-64 of the bytes without Origin, and without a signature: what a retry may change. The event
// has an origin.
std::uint64_t content_of(const wire::Event& event, const Signature& signature, Bytes value);

class Decoder {
public:
    explicit Decoder(Shard shard) : shard_(shard) {}

    // Forgets the copies of the turn before.
    void begin_turn();
    // The result borrows the record's bytes, or a copy that lives until begin_turn().
    DecodedEvent decode(const log::Record& record);

private:
    Bytes aligned(Bytes value);

    Shard shard_;
    std::vector<std::unique_ptr<std::uint64_t[]>> chunks_;
    std::size_t chunk_ = 0;
    std::size_t used_words_ = 0;
};

// The partition where a programme lives.
std::int32_t partition_of(ProgrammeId programme, std::int32_t partitions);

}  // namespace fiscus::decode
