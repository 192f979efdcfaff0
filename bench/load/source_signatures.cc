#include "bench/load/source_signatures.h"

#include <cstring>
#include <string>

#include "engine/base/limits.h"
#include "engine/secrets/secret_file.h"

namespace fiscus::load {

using draw::HashKind;

draw::Digest SourceSignatures::key(std::uint16_t source) const {
    return draw::hash_of(HashKind::sha256, as_byte_span("key of source " + std::to_string(source) +
                                                        " of " + std::to_string(programme_) +
                                                        " of load " + std::to_string(seed_)));
}

std::vector<std::uint8_t> SourceSignatures::commitment(std::uint16_t source) const {
    const draw::Digest digest = secrets::commitment_of(HashKind::sha256, key(source));
    std::vector<std::uint8_t> bytes(digest.size());
    std::memcpy(bytes.data(), digest.data(), digest.size());
    return bytes;
}

void SourceSignatures::sign(std::span<std::byte> value) {
    const wire::Event& event = *wire::GetEvent(value.data());
    const std::uint16_t source = event.origin()->source();
    auto mac = macs_.find(source);
    if (mac == macs_.end()) {
        mac = macs_.emplace(source, secrets::EventMac(HashKind::sha256, key(source))).first;
    }
    const auto* tag = reinterpret_cast<const std::byte*>(event.signature()->data());
    mac->second.sign(value, static_cast<std::size_t>(tag - value.data()) + signature_key_bytes);
}

SecretFile SourceSignatures::file(std::uint16_t source) const {
    return {.name = secrets::source_key_file_name(ProgrammeId(programme_), SourceId(source), 1),
            .text = to_hex(key(source)) + "\n"};
}

}  // namespace fiscus::load
