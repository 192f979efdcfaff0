// Aim: a tag holds for the very bytes that it was made of and for no others, whatever the place of
// the change, and content leaves out what a retry may change and nothing else. Method: every bit of
// a signed event flipped; signatures laid where no builder lays them.
#include "engine/secrets/event_mac.h"

#include <cstring>
#include <string>

#include <gtest/gtest.h>

#include "engine/base/limits.h"
#include "engine/decode/decode.h"
#include "tests/support/events.h"

namespace fiscus::secrets {
namespace {

draw::Digest key_of(const support::SourceKey& key) {
    draw::Digest digest{};
    const std::string secret = support::secret_of(key);
    std::memcpy(digest.data(), secret.data(), digest.size());
    return digest;
}

class EventMacTest : public testing::TestWithParam<wire::KeyAlgorithm> {
protected:
    [[nodiscard]] static draw::HashKind hash() {
        return GetParam() == wire::KeyAlgorithm::hmac_sm3 ? draw::HashKind::sm3
                                                          : draw::HashKind::sha256;
    }
    [[nodiscard]] support::Envelope envelope() const {
        return {.programme = 7, .source = 2, .sequence = 3, .signing = support::Signing{9, key_}};
    }
    static decode::Signature place(const std::string& value) {
        return decode::signature_of(*wire::GetEvent(value.data()), as_byte_span(value));
    }

    support::SourceKey key_{.name = "a key", .algorithm = GetParam()};
    support::Body body_ = support::VoucherClaimed{.consumer = support::id_named("alice")};
};

TEST_P(EventMacTest, HoldsForWhatAnotherProgramSigned) {
    const std::string value = support::event_bytes(envelope(), body_);
    EXPECT_EQ(place(value).key, 9U);
    EventMac mac(hash(), key_of(key_));
    EXPECT_TRUE(mac.holds(as_byte_span(value), place(value).tag_at));
    EventMac other(hash(), key_of({.name = "another key", .algorithm = GetParam()}));
    EXPECT_FALSE(other.holds(as_byte_span(value), place(value).tag_at));
    EXPECT_EQ(std::string(as_text(commitment_of(hash(), key_of(key_)))),
              support::commitment_of(key_));
}

TEST_P(EventMacTest, NoBitOfAnEventMayChange) {
    const std::string value = support::event_bytes(envelope(), body_);
    const std::size_t tag_at = place(value).tag_at;
    EventMac mac(hash(), key_of(key_));
    for (std::size_t bit = 0; bit < 8 * value.size(); ++bit) {
        std::string changed = value;
        changed[bit / 8] =
            static_cast<char>(static_cast<unsigned char>(changed[bit / 8]) ^ (1U << bit % 8));
        EXPECT_FALSE(mac.holds(as_byte_span(changed), tag_at)) << "bit " << bit;
    }
}

TEST_P(EventMacTest, SignsAsTheOtherProgramDoes) {
    const std::string right = support::event_bytes(envelope(), body_);
    std::string value = right;
    const std::size_t tag_at = place(value).tag_at;
    value.replace(tag_at, signature_tag_bytes, signature_tag_bytes, 'x');
    EventMac mac(hash(), key_of(key_));
    mac.sign(std::as_writable_bytes(std::span(value.data(), value.size())), tag_at);
    EXPECT_EQ(value, right);
}

TEST_P(EventMacTest, ContentLeavesOutOriginAndSignatureOnly) {
    support::Envelope first = envelope();
    support::Envelope again = envelope();
    again.sequence = 4;
    again.epoch = 2;
    again.signing = support::Signing{10, {.name = "next", .algorithm = GetParam()}};
    const auto content = [this](const support::Envelope& envelope) {
        const std::string value = support::event_bytes(envelope, body_);
        const wire::Event& event = *wire::GetEvent(value.data());
        return decode::content_of(event, place(value), as_byte_span(value));
    };
    EXPECT_EQ(content(first), content(again));
    again.occurred_at_us += 1;
    EXPECT_NE(content(first), content(again));
    // Something that is no signature is content.
    first.signing.reset();
    first.signature = std::string(35, 'a');
    support::Envelope other = first;
    other.signature = std::string(35, 'b');
    EXPECT_NE(content(first), content(other));
}

INSTANTIATE_TEST_SUITE_P(Algorithms,
                         EventMacTest,
                         testing::Values(wire::KeyAlgorithm::hmac_sha256,
                                         wire::KeyAlgorithm::hmac_sm3),
                         [](const auto& tested) {
                             return std::string(wire::EnumNameKeyAlgorithm(tested.param));
                         });

// 36 bytes over the Origin: to leave them out of the content would leave out what the Origin says
// twice, and signing would change the number that was signed.
TEST(EventSignature, AcrossTheOriginIsNone) {
    std::string value =
        support::event_bytes({.signature = std::string("\1\0\0\0", 4) + std::string(32, 's')},
                             support::ProgrammeClosed{});
    const wire::Event& event = *wire::GetEvent(value.data());
    ASSERT_NE(decode::signature_of(event, as_byte_span(value)).key, 0U);
    // The vector's own place is told by an offset that follows the field; let it point so that its
    // bytes begin 30 before the Origin.
    const auto* root = reinterpret_cast<const std::uint8_t*>(&event);
    const auto* base = reinterpret_cast<const std::uint8_t*>(value.data());
    const auto* vtable = root - flatbuffers::ReadScalar<flatbuffers::soffset_t>(root);
    const auto field_at =
        root + flatbuffers::ReadScalar<flatbuffers::voffset_t>(
                   vtable + static_cast<std::ptrdiff_t>(wire::Event::VT_SIGNATURE));
    const auto* origin = reinterpret_cast<const std::uint8_t*>(event.origin());
    int tried = 0;
    for (std::ptrdiff_t shift = -40; shift < 20; ++shift) {
        // An offset leads forward only, the bytes must be there, and where they do not begin at a
        // multiple of four the verifier has refused the event before.
        const std::ptrdiff_t vector_at = origin + shift - base;
        if (vector_at % 4 != 0 || vector_at < field_at - base + 4 ||
            vector_at + 4 + 36 > static_cast<std::ptrdiff_t>(value.size())) {
            continue;
        }
        std::string moved = value;
        const std::uint32_t length = signature_bytes;
        std::memcpy(moved.data() + vector_at, &length, sizeof length);
        const auto offset = static_cast<std::uint32_t>(vector_at - (field_at - base));
        std::memcpy(moved.data() + (field_at - base), &offset, sizeof offset);
        const wire::Event& forged = *wire::GetEvent(moved.data());
        const bool apart = shift + 4 >= 16 || shift + 4 + 36 <= 0;
        const auto found = decode::signature_of(forged, as_byte_span(moved));
        EXPECT_TRUE(apart || found.key == 0) << shift;
        tried += apart ? 0 : 1;
    }
    EXPECT_GE(tried, 3);
}

}  // namespace
}  // namespace fiscus::secrets
