// Key of a state record: table, programme, and what names the record inside it. Encoded big-endian
// in this order, so RocksDB sorts by table, programme, part, id, sub (docs/formats/state.md).
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "engine/base/ids.h"
#include "engine/base/wide.h"

namespace fiscus::state {

// Numbers are part of the state layout and of the digest.
enum class TableId : std::uint8_t {
    meta = 1,  // position, digest; not part of the digest
    programme = 2,
    definition = 3,  // exact bytes of events that others are judged by
    platform = 4,
    source = 5,
    source_page = 6,
    batch = 7,
    merchant = 8,
    account = 9,
    counter = 10,
    depositor = 11,
    settlement_request = 12,
    natural_key = 13,
    identity = 14,
    voucher = 15,
    consumer = 16,
    consumer_claims = 17,
    redemption = 18,
    redemption_vouchers = 19,
    registration = 20,
    invoice = 21,
    ticket = 22,
    prize_draw = 23,
    prize_place = 24,
    prize_order = 25,
    draw_day = 26,
    draw_request = 27,
    draw_wins = 28,
    contact = 29,
    source_key = 30,
};
inline constexpr TableId last_table = TableId::source_key;

struct Key {
    Id128 id{};
    std::uint32_t programme = 0;
    std::uint32_t part = 0;
    std::uint16_t sub = 0;
    TableId table = TableId::meta;

    friend bool operator==(const Key&, const Key&) = default;
};

inline constexpr std::size_t key_bytes = 27;
using EncodedKey = std::array<std::byte, key_bytes>;

namespace detail {

template <typename T>
T big_endian(T value) {
    if constexpr (sizeof(T) == 8) {
        return __builtin_bswap64(value);
    } else if constexpr (sizeof(T) == 4) {
        return __builtin_bswap32(value);
    } else {
        return __builtin_bswap16(value);
    }
}

template <typename T>
void put_big_endian(std::byte*& at, T value) {
    const T swapped = big_endian(value);
    std::memcpy(at, &swapped, sizeof swapped);
    at += sizeof swapped;
}

template <typename T>
T take_big_endian(const std::byte*& at) {
    T value = 0;
    std::memcpy(&value, at, sizeof value);
    at += sizeof value;
    return big_endian(value);
}

}  // namespace detail

inline EncodedKey encode(const Key& key) {
    EncodedKey bytes{};
    std::byte* at = bytes.data();
    *at++ = static_cast<std::byte>(key.table);
    detail::put_big_endian(at, key.programme);
    detail::put_big_endian(at, key.part);
    detail::put_big_endian(at, key.id.hi);
    detail::put_big_endian(at, key.id.lo);
    detail::put_big_endian(at, key.sub);
    return bytes;
}

// Bytes that all keys of (table, programme, part) begin with.
inline constexpr std::size_t group_bytes = 9;

inline Key decode_key(const std::byte* at) {
    Key key;
    key.table = static_cast<TableId>(*at++);
    key.programme = detail::take_big_endian<std::uint32_t>(at);
    key.part = detail::take_big_endian<std::uint32_t>(at);
    key.id.hi = detail::take_big_endian<std::uint64_t>(at);
    key.id.lo = detail::take_big_endian<std::uint64_t>(at);
    key.sub = detail::take_big_endian<std::uint16_t>(at);
    return key;
}

// Eight bytes of a key as a number that sorts as they do.
inline std::uint64_t key_word(const EncodedKey& key, std::size_t at) {
    const std::byte* from = key.data() + at;
    return detail::take_big_endian<std::uint64_t>(from);
}

// As RocksDB sorts, eight bytes at a time.
inline bool less(const EncodedKey& a, const EncodedKey& b) {
    for (const std::size_t at : {std::size_t{0}, std::size_t{8}, std::size_t{16}}) {
        if (key_word(a, at) != key_word(b, at)) {
            return key_word(a, at) < key_word(b, at);
        }
    }
    return key_word(a, key_bytes - 8) < key_word(b, key_bytes - 8);
}

// Seeds of hash_of(), others in each process: upstream chooses its keys, and must not be able to
// choose them so that they collide. Nothing visible depends on a hash.
struct HashSeeds {
    std::uint64_t hi = 0;
    std::uint64_t lo = 0;
};
extern const HashSeeds hash_seeds;

inline std::uint64_t hash_of(const Key& key) {
    const std::uint64_t rest =
        ((static_cast<std::uint64_t>(key.programme) << 32) | key.part) * 0x9e3779b97f4a7c15ULL +
        key.sub;
    // Multiply and fold: keys may be time-ordered, so the low bits of hi say little.
    const auto product =
        static_cast<UnsignedWide>(key.id.hi ^ (rest * 0xff51afd7ed558ccdULL) ^ hash_seeds.hi) *
        (key.id.lo ^ hash_seeds.lo);
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

struct KeyHash {
    std::size_t operator()(const Key& key) const { return hash_of(key); }
};

}  // namespace fiscus::state
