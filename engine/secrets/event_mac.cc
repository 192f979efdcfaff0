#include "engine/secrets/event_mac.h"

#include <algorithm>

#include <openssl/crypto.h>

#include "engine/base/check.h"
#include "engine/base/limits.h"

namespace fiscus::secrets {
namespace {

constexpr std::string_view key_domain = "fiscus-source-key-v1";
constexpr std::string_view event_domain = "fiscus-event-v1";
constexpr std::array<std::byte, signature_tag_bytes> no_tag{};
static_assert(no_tag.size() == sizeof(draw::Digest));

}  // namespace

draw::Digest commitment_of(draw::HashKind kind, const draw::Digest& key) {
    return draw::Hasher(kind).add(as_byte_span(key_domain)).add(key).finish();
}

EventMac::EventMac(draw::HashKind kind, const draw::Digest& key) : hmac_(kind, key) {}

draw::Digest EventMac::tag_of(Bytes value, std::size_t tag_at) {
    FISCUS_CHECK(tag_at + no_tag.size() <= value.size(), "a tag lies inside its event");
    return hmac_.of({as_byte_span(event_domain), value.first(tag_at), no_tag,
                     value.subspan(tag_at + no_tag.size())});
}

bool EventMac::holds(Bytes value, std::size_t tag_at) {
    const draw::Digest tag = tag_of(value, tag_at);
    return CRYPTO_memcmp(tag.data(), value.data() + tag_at, tag.size()) == 0;
}

void EventMac::sign(std::span<std::byte> value, std::size_t tag_at) {
    const draw::Digest tag = tag_of(value, tag_at);
    std::ranges::copy(tag, value.begin() + static_cast<std::ptrdiff_t>(tag_at));
}

}  // namespace fiscus::secrets
