// The record key that the event in a value asks for, so that what lies behind the check of the key
// is met; "1" where there is no such event.
// Thread: any. Fails: never.
#pragma once

#include <string>

#include "engine/base/hash.h"
#include "schemas/events_generated.h"

namespace fiscus::fuzz {

// `value` begins where FlatBuffers may read: at a multiple of eight.
inline std::string key_in(Bytes value) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(value.data());
    flatbuffers::Verifier verifier(bytes, value.size());
    const bool readable = value.size() >= 8 && wire::EventBufferHasIdentifier(bytes) &&
                          wire::VerifyEventBuffer(verifier);
    return readable ? std::to_string(wire::GetEvent(bytes)->programme()) : "1";
}

}  // namespace fiscus::fuzz
