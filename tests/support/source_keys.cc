#include "tests/support/source_keys.h"

#include <map>
#include <mutex>

namespace fiscus::support {
namespace {

// By their commitments.
struct Known {
    std::mutex mutex;
    std::map<std::string, SourceKey> keys;
};

Known& known() {
    static Known keys;
    return keys;
}

}  // namespace

reference::HashKind hash_of(wire::KeyAlgorithm algorithm) {
    return algorithm == wire::KeyAlgorithm::hmac_sm3 ? reference::HashKind::sm3
                                                     : reference::HashKind::sha256;
}

std::string secret_of(const SourceKey& key) {
    return reference::hash_of(reference::HashKind::sha256, key.name);
}

std::string commitment_of(const SourceKey& key) {
    const std::string commitment =
        reference::hash_of(hash_of(key.algorithm), "fiscus-source-key-v1" + secret_of(key));
    const std::lock_guard lock(known().mutex);
    known().keys[commitment] = key;
    return commitment;
}

std::optional<std::string> secret_of_commitment(const std::string& commitment) {
    const std::lock_guard lock(known().mutex);
    const auto found = known().keys.find(commitment);
    return found == known().keys.end() ? std::nullopt : std::optional(secret_of(found->second));
}

SourceKey key_of_commitment(const std::string& commitment) {
    const std::lock_guard lock(known().mutex);
    return known().keys.at(commitment);
}

}  // namespace fiscus::support
