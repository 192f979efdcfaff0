// Keys of a load's platforms, and the signatures of their events: for loads that are signed. A key
// follows from seed, programme and source, so whoever makes the load again makes it too.
// Thread: one. Fails: never.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "bench/load/load.h"
#include "engine/secrets/event_mac.h"
#include "schemas/events_generated.h"

namespace fiscus::load {

class SourceSignatures {
public:
    SourceSignatures(std::uint64_t seed, std::uint32_t programme)
        : seed_(seed), programme_(programme) {}

    // By which the log knows key 1 of the source.
    [[nodiscard]] std::vector<std::uint8_t> commitment(std::uint16_t source) const;
    // Signs an event with room for a signature.
    void sign(std::span<std::byte> value);
    [[nodiscard]] SecretFile file(std::uint16_t source) const;

private:
    [[nodiscard]] draw::Digest key(std::uint16_t source) const;

    std::uint64_t seed_;
    std::uint32_t programme_;
    std::map<std::uint16_t, secrets::EventMac> macs_;
};

}  // namespace fiscus::load
