// What the events of every load are made of: natural keys, tokens, and the envelope around a body.
// Thread: values. Fails: never.
#pragma once

#include <cstdint>

#include "bench/load/random.h"
#include "engine/base/hash.h"
#include "schemas/events_generated.h"

namespace fiscus::load {

// Things that have tokens, and the number that scatters those of each kind.
inline constexpr std::uint64_t account_tokens = 1;
inline constexpr std::uint64_t merchant_tokens = 2;
inline constexpr std::uint64_t consumer_tokens = 3;
inline constexpr std::uint64_t device_tokens = 4;
inline constexpr std::uint64_t identity_tokens = 5;
inline constexpr std::uint64_t phone_tokens = 6;

// What the tokens of a load depend on.
struct TokenSpace {
    std::uint64_t seed = 0;
    std::uint32_t programme = 0;
};
wire::Id128 token_of(const TokenSpace& space, std::uint64_t kind, std::uint64_t number);

// As UUIDv7: the time in milliseconds, then seeded bits.
wire::Id128 event_key(Random& random, std::int64_t occurred_us);

struct Envelope {
    std::uint32_t programme = 0;
    wire::Origin origin;
    std::int64_t occurred_us = 0;
    wire::Id128 key;
    wire::EventBody kind = wire::EventBody::NONE;
    flatbuffers::Offset<void> body;
    bool with_signature = false;  // room for one of key 1
};
// The value of the record; it lives in the builder until that is cleared.
Bytes finish_event(flatbuffers::FlatBufferBuilder& builder, const Envelope& envelope);

}  // namespace fiscus::load
