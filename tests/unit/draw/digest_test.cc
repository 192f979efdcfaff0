// Aim: the hash functions of a draw are those of their standards. Method: the published examples of
// GB/T 32905 (SM3), RFC 4231 (HMAC-SHA-256) and FIPS 180-4; HMAC-SM3, which has no RFC, against the
// definition of RFC 2104 put together by hand.
#include "engine/draw/digest.h"

#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace fiscus::draw {
namespace {

std::vector<std::byte> bytes_of(std::string_view hex) {
    std::vector<std::byte> bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
        bytes.push_back(
            static_cast<std::byte>(std::stoul(std::string(hex.substr(i, 2)), nullptr, 16)));
    }
    return bytes;
}

std::string hash_text(HashKind kind, std::string_view text) {
    return to_hex(hash_of(kind, as_byte_span(text)));
}

TEST(Digest, Sm3IsThatOfTheStandard) {
    EXPECT_EQ(hash_text(HashKind::sm3, "abc"),
              "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0");
    std::string text;
    for (int i = 0; i < 16; ++i) {
        text += "abcd";
    }
    EXPECT_EQ(hash_text(HashKind::sm3, text),
              "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732");
}

TEST(Digest, Sha256IsThatOfTheStandard) {
    EXPECT_EQ(hash_text(HashKind::sha256, ""),
              "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(hash_text(HashKind::sha256, "abc"),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Digest, PiecesGiveTheHashOfTheWhole) {
    for (const HashKind kind : {HashKind::sha256, HashKind::sm3}) {
        EXPECT_EQ(Hasher(kind).add(as_byte_span("a")).add({}).add(as_byte_span("bc")).finish(),
                  hash_of(kind, as_byte_span("abc")));
    }
}

struct Rfc4231 {
    std::string key;
    std::string data;
    std::string mac;
};

std::string repeated(std::string_view hex, int times) {
    std::string text;
    for (int i = 0; i < times; ++i) {
        text += hex;
    }
    return text;
}

// Test cases 1 to 4, 6 and 7; case 5 is cut to 128 bits and tells nothing more.
std::vector<Rfc4231> rfc_4231() {
    return {
        {repeated("0b", 20), "4869205468657265",
         "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
        {"4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
         "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
        {repeated("aa", 20), repeated("dd", 50),
         "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
        {"0102030405060708090a0b0c0d0e0f10111213141516171819", repeated("cd", 50),
         "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"},
        {repeated("aa", 131),
         "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a65204b6579202d20486173"
         "68204b6579204669727374",
         "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
        {repeated("aa", 131),
         "5468697320697320612074657374207573696e672061206c6172676572207468616e20626c6f636b2d7369"
         "7a65206b657920616e642061206c6172676572207468616e20626c6f636b2d73697a6520646174612e2054"
         "6865206b6579206e6565647320746f20626520686173686564206265666f7265206265696e672075736564"
         "2062792074686520484d414320616c676f726974686d2e",
         "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"},
    };
}

TEST(Hmac, IsThatOfRfc4231) {
    for (const Rfc4231& example : rfc_4231()) {
        Hmac hmac(HashKind::sha256, bytes_of(example.key));
        const std::vector<std::byte> data = bytes_of(example.data);
        EXPECT_EQ(to_hex(hmac.of(data)), example.mac) << example.key;
        EXPECT_EQ(to_hex(hmac.of(data)), example.mac) << "a key serves for more than one message";
    }
}

TEST(Hmac, IsTheDefinitionOfRfc2104WithEitherHash) {
    for (const HashKind kind : {HashKind::sha256, HashKind::sm3}) {
        for (const std::size_t length : {0U, 1U, 32U, 63U, 64U, 65U, 200U}) {
            std::vector<std::byte> key(length, std::byte{0x5a});
            std::vector<std::byte> block = key;
            if (length > 64) {
                const Digest hashed = hash_of(kind, key);
                block.assign(hashed.begin(), hashed.end());
            }
            block.resize(64);
            std::vector<std::byte> inner = block;
            std::vector<std::byte> outer = block;
            for (std::size_t i = 0; i < 64; ++i) {
                inner[i] ^= std::byte{0x36};
                outer[i] ^= std::byte{0x5c};
            }
            const Digest inside = Hasher(kind).add(inner).add(as_byte_span("a message")).finish();
            EXPECT_EQ(Hmac(kind, key).of(as_byte_span("a message")),
                      Hasher(kind).add(outer).add(inside).finish())
                << length;
        }
    }
}

TEST(Digest, HexadecimalDigitsAreLowerCaseAndWhole) {
    const Digest digest = hash_of(HashKind::sha256, as_byte_span("abc"));
    const std::string hex = to_hex(digest);
    Digest again{};
    ASSERT_TRUE(digest_from_hex(hex, again));
    EXPECT_EQ(again, digest);
    for (const std::string& wrong :
         {hex.substr(1), hex + "0", "g" + hex.substr(1), "B" + hex.substr(1)}) {
        EXPECT_FALSE(digest_from_hex(wrong, again)) << wrong;
    }
}

}  // namespace
}  // namespace fiscus::draw
