// Keys of sources, as publishers would keep them in secret: the key of a name is the SHA-256 of it.
// A key is known from the moment its commitment was asked for; oracle and engine under test find it
// by that.
// Thread: any. Fails: never.
#pragma once

#include <optional>
#include <string>

#include "schemas/events_generated.h"
#include "tests/reference/draw.h"

namespace fiscus::support {

struct SourceKey {
    std::string name = "key";
    wire::KeyAlgorithm algorithm = wire::KeyAlgorithm::hmac_sha256;
};

reference::HashKind hash_of(wire::KeyAlgorithm algorithm);

// 32 bytes.
std::string secret_of(const SourceKey& key);
// From here on secret_of_commitment() knows the key.
std::string commitment_of(const SourceKey& key);
// Nothing when no such key is known.
std::optional<std::string> secret_of_commitment(const std::string& commitment);
// Of a key that is known.
SourceKey key_of_commitment(const std::string& commitment);

}  // namespace fiscus::support
