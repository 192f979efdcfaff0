// Hashes, each for one purpose: XXH3 for content and state digest (speed, accidental damage),
// CRC32C for frames on disk (xxHash is not a substitute for what other tools check), SHA-256 for
// what an auditor relies on, murmur2 because Kafka's default partitioner uses it.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

namespace fiscus {

using Bytes = std::span<const std::byte>;

inline Bytes as_byte_span(std::string_view text) {
    return std::as_bytes(std::span(text.data(), text.size()));
}
inline std::string_view as_text(Bytes bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// 128 bits; + and − are modulo 2^128, so a sum over a set does not depend on its order.
struct Hash128 {
    std::uint64_t hi = 0;
    std::uint64_t lo = 0;

    friend constexpr auto operator<=>(const Hash128&, const Hash128&) = default;
    Hash128& operator+=(const Hash128& other);
    Hash128& operator-=(const Hash128& other);
};

using Sha256 = std::array<std::byte, 32>;

std::uint64_t xxh3_64(Bytes bytes);
// Hash of the concatenation of two pieces, or of more.
std::uint64_t xxh3_64(Bytes first, Bytes second);
std::uint64_t xxh3_64(std::initializer_list<Bytes> pieces);
Hash128 xxh3_128(Bytes first, Bytes second);
std::uint32_t crc32c(Bytes bytes, std::uint32_t before = 0);
Sha256 sha256(Bytes bytes);

// 32 hexadecimal digits.
std::string to_hex(const Hash128& hash);
std::string to_hex(const Sha256& hash);

// Partition that Kafka's default partitioner (murmur2, Java client) gives a key. partitions ≥ 1.
std::int32_t partition_of_key(std::string_view key, std::int32_t partitions);

}  // namespace fiscus
