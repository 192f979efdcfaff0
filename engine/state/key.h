// Key of a state record: table, programme, and what names the record inside it. Encoded big-endian
// in this order, so RocksDB sorts by table, programme, part, id, sub (docs/formats/state.md).
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>

#include "engine/base/ids.h"

namespace fiscus::state {

// Numbers are part of the state layout and of the digest.
enum class TableId : std::uint8_t {
    meta = 1,  // position, digest; not part of the digest
    programme = 2,
    definition = 3,  // exact bytes of ProgrammeOpened and BatchOpened
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
    consumer_batch = 17,
    redemption = 18,
    redemption_vouchers = 19,
};

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
constexpr void put_big_endian(std::byte*& at, T value) {
    for (int shift = static_cast<int>(sizeof(T) * 8) - 8; shift >= 0; shift -= 8) {
        *at++ = static_cast<std::byte>(value >> shift);
    }
}

template <typename T>
constexpr T take_big_endian(const std::byte*& at) {
    T value = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i) {
        value = static_cast<T>((static_cast<std::uint64_t>(value) << 8) |
                               std::to_integer<std::uint64_t>(*at++));
    }
    return value;
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

}  // namespace fiscus::state

template <>
struct std::hash<fiscus::state::Key> {
    std::size_t operator()(const fiscus::state::Key& key) const noexcept {
        const std::uint64_t rest = (static_cast<std::uint64_t>(key.programme) << 32) ^
                                   (static_cast<std::uint64_t>(key.part) << 8) ^ key.sub;
        return std::hash<fiscus::Id128>{}({key.id.hi ^ (rest * 0xff51afd7ed558ccdULL), key.id.lo});
    }
};
