// How a source shows that an event is its own (docs/formats/events.md: authentication): HMAC under
// a secret of 32 bytes, over all bytes of the event. The log knows a key by its commitment only.
//   commitment = H("fiscus-source-key-v1" key)
//   tag        = HMAC(key, "fiscus-event-v1" value, in which the 32 bytes of the tag are zero)
// Programme, source and number stand in the value, so a tag fits no other place.
// Thread: one for each object. Fails: never.
#pragma once

#include <cstddef>
#include <span>

#include "engine/base/hash.h"
#include "engine/draw/digest.h"

namespace fiscus::secrets {

// By this the log knows a key.
draw::Digest commitment_of(draw::HashKind kind, const draw::Digest& key);

class EventMac {
public:
    EventMac(draw::HashKind kind, const draw::Digest& key);

    // Of an event whose tag lies at `tag_at`, whatever stands there now.
    draw::Digest tag_of(Bytes value, std::size_t tag_at);
    // In a time that does not depend on where the two differ.
    bool holds(Bytes value, std::size_t tag_at);
    void sign(std::span<std::byte> value, std::size_t tag_at);

private:
    draw::Hmac hmac_;
};

}  // namespace fiscus::secrets
