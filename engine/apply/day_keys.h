// The port to the secret keys of instant draws. Keys are never in the log before their day is
// over, so whoever applies requests of a day that is not closed needs them from somewhere else.
// Thread: the partition's. Fails: as the adapter says; a key that is not there is no error here.
#pragma once

#include <cstdint>
#include <optional>

#include "engine/base/ids.h"
#include "engine/base/result.h"
#include "engine/draw/digest.h"

namespace fiscus::apply {

// A committed chain (engine/draw/instant_draw.h).
struct KeyChain {
    ProgrammeId programme;
    draw::HashKind hash = draw::HashKind::sha256;
    draw::Digest head{};
    std::int32_t first_day = 0;
    std::uint32_t days = 0;
};

class DayKeys {
public:
    virtual ~DayKeys() = default;

    // The key of day `number` of the chain, 1 … days; nothing when nobody knows it yet. Whoever
    // asks checks it against the head.
    virtual Result<std::optional<draw::Digest>> key(const KeyChain& chain,
                                                    std::uint32_t number) = 0;
};

}  // namespace fiscus::apply
