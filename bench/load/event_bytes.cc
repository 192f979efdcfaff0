#include "bench/load/event_bytes.h"

#include <array>
#include <span>

#include "engine/base/limits.h"

namespace fiscus::load {

wire::Id128 token_of(const TokenSpace& space, std::uint64_t kind, std::uint64_t number) {
    const std::uint64_t base =
        scatter(space.seed ^ (kind << 56) ^ (std::uint64_t{space.programme} << 24));
    return {scatter(base + number * 2), scatter(base + number * 2 + 1)};
}

// 48 bits of milliseconds, version, 12 seeded bits; variant and 62 seeded bits.
wire::Id128 event_key(Random& random, std::int64_t occurred_us) {
    const std::uint64_t bits = random.next();
    const auto ms = static_cast<std::uint64_t>(occurred_us / 1'000);
    return {(ms << 16) | 0x7000U | (bits >> 52), (random.next() >> 2) | (std::uint64_t{1} << 63)};
}

Bytes finish_event(flatbuffers::FlatBufferBuilder& builder, const Envelope& envelope) {
    flatbuffers::Offset<flatbuffers::Vector<std::uint8_t>> signature = 0;
    if (envelope.with_signature) {
        std::array<std::uint8_t, signature_bytes> unsigned_bytes{};
        unsigned_bytes[0] = 1;
        signature = builder.CreateVector(unsigned_bytes.data(), unsigned_bytes.size());
    }
    wire::EventBuilder event(builder);
    event.add_occurred_at_us(envelope.occurred_us);
    event.add_body(envelope.body);
    if (!signature.IsNull()) {
        event.add_signature(signature);
    }
    event.add_key(&envelope.key);
    event.add_origin(&envelope.origin);
    event.add_programme(envelope.programme);
    event.add_body_type(envelope.kind);
    wire::FinishEventBuffer(builder, event.Finish());
    return std::as_bytes(std::span(builder.GetBufferPointer(), builder.GetSize()));
}

}  // namespace fiscus::load
