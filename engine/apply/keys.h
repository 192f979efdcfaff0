// The port to secrets. The log has only what a key is known by: keys of instant draws until their
// day is over, keys of sources for ever, unless they are opened. Whoever applies such events needs
// the keys from somewhere else.
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

// A committed key of a source (engine/secrets/event_mac.h).
struct CommittedKey {
    ProgrammeId programme;
    SourceId source;
    std::uint32_t number = 0;
    draw::HashKind hash = draw::HashKind::sha256;
    draw::Digest commitment{};
};

class Keys {
public:
    virtual ~Keys() = default;

    // The key of day `number` of the chain, 1 … days; nothing when nobody knows it yet. Whoever
    // asks checks it against the head.
    virtual Result<std::optional<draw::Digest>> day_key(const KeyChain& chain,
                                                        std::uint32_t number) = 0;
    // Whoever asks checks it against the commitment.
    virtual Result<std::optional<draw::Digest>> source_key(const CommittedKey& committed) = 0;
};

}  // namespace fiscus::apply
