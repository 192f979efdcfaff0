// Who said it: the keys of sources, each checked against its commitment, ready for use. An event is
// authenticated before anything is loaded for it, so that a forged one costs an HMAC and an entry.
// Thread: the partition's one writer. Fails: secret_missing when nobody has a key that counts,
// diverged when what is there is another one.
#pragma once

#include <map>
#include <tuple>

#include "engine/apply/keys.h"
#include "engine/decode/decode.h"
#include "engine/secrets/event_mac.h"
#include "engine/state/state.h"

namespace fiscus::apply {

class SourceKeys {
public:
    explicit SourceKeys(Keys* keys) : keys_(keys) {}

    // Sets the event's `authentication`: none where the source is unknown, revoked or has no key.
    // Then nothing has changed, and the same may be tried again.
    Status authenticate(state::State& state, decode::DecodedEvent& event);

private:
    using Name = std::tuple<std::uint32_t, std::uint16_t, std::uint32_t>;

    Result<secrets::EventMac*> mac_of(const decode::DecodedEvent& event,
                                      const state::SourceKeyRecord& record);

    Keys* keys_;
    std::map<Name, secrets::EventMac> macs_;
};

draw::HashKind hash_of(wire::KeyAlgorithm algorithm);

inline state::Key source_key_key(ProgrammeId programme,
                                 std::uint16_t source,
                                 std::uint32_t number) {
    return {.id = {.hi = 0, .lo = number},
            .programme = programme.value(),
            .part = source,
            .table = state::TableId::source_key};
}

}  // namespace fiscus::apply
