#include "engine/base/hash.h"

#define XXH_INLINE_ALL
#include <openssl/evp.h>
#include <xxhash.h>
#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

#include <algorithm>
#include <cstring>
#include <iterator>
#include <memory>

#include "engine/base/check.h"

namespace fiscus {
namespace {

// CRC32C (Castagnoli, reflected polynomial 0x82f63b78), slice-by-8.
struct CrcTables {
    std::array<std::array<std::uint32_t, 256>, 8> tables{};
    constexpr CrcTables() {
        for (std::uint32_t i = 0; i < 256; ++i) {
            std::uint32_t crc = i;
            for (int bit = 0; bit < 8; ++bit) {
                crc = (crc >> 1) ^ ((crc & 1U) != 0 ? 0x82f63b78U : 0U);
            }
            tables[0][i] = crc;
        }
        for (std::uint32_t i = 0; i < 256; ++i) {
            for (std::size_t slice = 1; slice < 8; ++slice) {
                const std::uint32_t before = tables[slice - 1][i];
                tables[slice][i] = (before >> 8) ^ tables[0][before & 0xff];
            }
        }
    }
};
constexpr CrcTables crc_tables;

std::uint32_t crc32c_by_table(std::uint32_t crc, const std::byte* p, std::size_t left) {
    const auto& t = crc_tables.tables;
    for (; left >= 8; left -= 8, p += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, p, 8);
        word ^= crc;
        crc = t[7][word & 0xff] ^ t[6][(word >> 8) & 0xff] ^ t[5][(word >> 16) & 0xff] ^
              t[4][(word >> 24) & 0xff] ^ t[3][(word >> 32) & 0xff] ^ t[2][(word >> 40) & 0xff] ^
              t[1][(word >> 48) & 0xff] ^ t[0][word >> 56];
    }
    for (; left > 0; --left, ++p) {
        crc = (crc >> 8) ^ t[0][(crc ^ std::to_integer<std::uint32_t>(*p)) & 0xff];
    }
    return crc;
}

#if defined(__x86_64__)
// Every frame of the local log passes here twice, and the processor's own instruction is five times
// faster than the tables.
__attribute__((target("sse4.2"))) std::uint32_t crc32c_by_instruction(std::uint32_t before,
                                                                      const std::byte* p,
                                                                      std::size_t left) {
    std::uint64_t crc = before;
    for (; left >= 8; left -= 8, p += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, p, 8);
        crc = _mm_crc32_u64(crc, word);
    }
    auto narrow = static_cast<std::uint32_t>(crc);
    for (; left > 0; --left, ++p) {
        narrow = _mm_crc32_u8(narrow, std::to_integer<std::uint8_t>(*p));
    }
    return narrow;
}
#endif

std::string hex_of(Bytes bytes) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string text;
    text.reserve(bytes.size() * 2);
    for (const std::byte b : bytes) {
        text += digits[std::to_integer<unsigned>(b) >> 4];
        text += digits[std::to_integer<unsigned>(b) & 0xf];
    }
    return text;
}

}  // namespace

Hash128& Hash128::operator+=(const Hash128& other) {
    const bool carry = __builtin_add_overflow(lo, other.lo, &lo);
    hi += other.hi + (carry ? 1 : 0);
    return *this;
}

Hash128& Hash128::operator-=(const Hash128& other) {
    const bool borrow = __builtin_sub_overflow(lo, other.lo, &lo);
    hi -= other.hi + (borrow ? 1 : 0);
    return *this;
}

std::uint64_t xxh3_64(Bytes bytes) { return XXH3_64bits(bytes.data(), bytes.size()); }

// Joining short pieces is five times faster than the streaming interface, and the same hash.
constexpr std::size_t joined_bytes_max = 512;

std::uint64_t xxh3_64(Bytes first, Bytes second) {
    std::byte joined[joined_bytes_max];
    if (first.size() + second.size() <= std::size(joined)) {
        std::byte* const end = std::copy(first.begin(), first.end(), joined);
        std::copy(second.begin(), second.end(), end);
        return XXH3_64bits(joined, first.size() + second.size());
    }
    XXH3_state_t state;
    XXH3_64bits_reset(&state);
    XXH3_64bits_update(&state, first.data(), first.size());
    XXH3_64bits_update(&state, second.data(), second.size());
    return XXH3_64bits_digest(&state);
}

std::uint64_t xxh3_64(std::initializer_list<Bytes> pieces) {
    std::byte joined[joined_bytes_max];
    std::size_t size = 0;
    for (const Bytes piece : pieces) {
        size += piece.size();
    }
    if (size <= std::size(joined)) {
        std::byte* end = joined;
        for (const Bytes piece : pieces) {
            end = std::copy(piece.begin(), piece.end(), end);
        }
        return XXH3_64bits(joined, size);
    }
    XXH3_state_t state;
    XXH3_64bits_reset(&state);
    for (const Bytes piece : pieces) {
        XXH3_64bits_update(&state, piece.data(), piece.size());
    }
    return XXH3_64bits_digest(&state);
}

Hash128 xxh3_128(Bytes first, Bytes second) {
    const auto seed = XXH3_64bits(first.data(), first.size());
    const XXH128_hash_t hash = XXH3_128bits_withSeed(second.data(), second.size(), seed);
    return {.hi = hash.high64, .lo = hash.low64};
}

std::uint32_t crc32c(Bytes bytes, std::uint32_t before) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("sse4.2")) {
        return ~crc32c_by_instruction(~before, bytes.data(), bytes.size());
    }
#endif
    return ~crc32c_by_table(~before, bytes.data(), bytes.size());
}

Sha256 sha256(Bytes bytes) {
    Sha256 hash{};
    unsigned length = 0;
    const int ok =
        EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(hash.data()),
                   &length, EVP_sha256(), nullptr);
    FISCUS_CHECK(ok == 1 && length == hash.size(), "OpenSSL has SHA-256");
    return hash;
}

std::string to_hex(const Hash128& hash) {
    std::array<std::byte, 16> bytes{};
    for (std::size_t i = 0; i < 8; ++i) {
        bytes[i] = static_cast<std::byte>(hash.hi >> (56 - 8 * i));
        bytes[8 + i] = static_cast<std::byte>(hash.lo >> (56 - 8 * i));
    }
    return hex_of(bytes);
}

std::string to_hex(const Sha256& hash) { return hex_of(hash); }

std::int32_t partition_of_key(std::string_view key, std::int32_t partitions) {
    FISCUS_CHECK(partitions >= 1, "a topic has at least one partition");
    constexpr std::uint32_t m = 0x5bd1e995;
    const auto length = static_cast<std::uint32_t>(key.size());
    std::uint32_t h = 0x9747b28cU ^ length;
    std::size_t i = 0;
    for (; i + 4 <= key.size(); i += 4) {
        std::uint32_t k = 0;
        std::memcpy(&k, key.data() + i, 4);
        k *= m;
        k ^= k >> 24;
        k *= m;
        h = (h * m) ^ k;
    }
    const auto tail = key.substr(i);
    for (std::size_t j = tail.size(); j > 0; --j) {
        h ^= static_cast<std::uint32_t>(static_cast<unsigned char>(tail[j - 1])) << (8 * (j - 1));
    }
    if (!tail.empty()) {
        h *= m;
    }
    h ^= h >> 13;
    h *= m;
    h ^= h >> 15;
    return static_cast<std::int32_t>(h & 0x7fffffffU) % partitions;
}

}  // namespace fiscus
