#include "engine/apply/source_keys.h"

#include <string>

namespace fiscus::apply {
namespace {

std::string key_text(const CommittedKey& key) {
    return "key " + std::to_string(key.number) + " of source " +
           std::to_string(key.source.value()) + " in programme " +
           std::to_string(key.programme.value());
}

Error missing_key(const CommittedKey& key) {
    return {.code = ErrorCode::secret_missing,
            .what = key_text(key) + " is not there",
            .why = "an event is signed with it, and it is not opened",
            .hint =
                "put its file into the directory of secrets (--secrets DIR, docs/operations.md: "
                "keys of sources); a service goes on by itself"};
}

Error foreign_key(const CommittedKey& key) {
    return {.code = ErrorCode::diverged,
            .what = key_text(key) + " is not the one that the log is committed to",
            .why =
                "the hash of the key differs from the commitment of SourceRegistered or "
                "SourceKeyAdded",
            .hint = "an adapter must not return such a key: please report this"};
}

}  // namespace

draw::HashKind hash_of(wire::KeyAlgorithm algorithm) {
    return algorithm == wire::KeyAlgorithm::hmac_sm3 ? draw::HashKind::sm3 : draw::HashKind::sha256;
}

Status SourceKeys::authenticate(state::State& state, decode::DecodedEvent& event) {
    event.authentication = wire::Reason::none;
    const auto* source = state.sources.get({.programme = event.programme.value(),
                                            .part = event.source.value(),
                                            .table = state::TableId::source});
    if (source == nullptr || !source->signs() || source->revoked()) [[likely]] {
        return Done{};
    }
    if (event.signature.key == 0) {
        event.authentication = wire::Reason::signature_missing;
        return Done{};
    }
    const auto* record = state.source_keys.get(
        source_key_key(event.programme, event.source.value(), event.signature.key));
    if (record == nullptr) {
        event.authentication = wire::Reason::signature_key_unknown;
    } else if (record->revoked != 0) {
        event.authentication = wire::Reason::signature_key_revoked;
    } else {
        FISCUS_ASSIGN(auto* const mac, mac_of(event, *record));
        if (!mac->holds(event.value, event.signature.tag_at)) {
            event.authentication = wire::Reason::signature_differs;
        }
    }
    return Done{};
}

Result<secrets::EventMac*> SourceKeys::mac_of(const decode::DecodedEvent& event,
                                              const state::SourceKeyRecord& record) {
    const Name name{event.programme.value(), event.source.value(), event.signature.key};
    const auto known = macs_.find(name);
    if (known != macs_.end()) {
        return &known->second;
    }
    const CommittedKey committed{.programme = event.programme,
                                 .source = event.source,
                                 .number = event.signature.key,
                                 .hash = hash_of(static_cast<wire::KeyAlgorithm>(record.algorithm)),
                                 .commitment = record.commitment};
    std::optional<draw::Digest> key;
    if (keys_ != nullptr) {
        FISCUS_ASSIGN(key, keys_->source_key(committed));
    }
    if (!key) {
        return missing_key(committed);
    }
    if (secrets::commitment_of(committed.hash, *key) != committed.commitment) {
        return foreign_key(committed);
    }
    return &macs_.emplace(name, secrets::EventMac(committed.hash, *key)).first->second;
}

}  // namespace fiscus::apply
