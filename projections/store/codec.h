// Bytes of the statistics' state: varints for values, big-endian numbers for keys (so that key
// order is number order). Layout version: store.h. Thread: values.
// Fails: a Reader that runs out of bytes stays `broken` and gives zeros; look at ok() once at the
// end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace fiscus::projections {

inline constexpr std::size_t varint_bytes_max = 10;

// At `to`, which has room for a number; the end of it.
inline char* put_varint(char* to, std::uint64_t value) {
    while (value >= 0x80) {
        *to++ = static_cast<char>(value | 0x80);
        value >>= 7;
    }
    *to++ = static_cast<char>(value);
    return to;
}
// Small numbers of either sign stay short.
constexpr std::uint64_t zigzag(std::int64_t value) {
    return (static_cast<std::uint64_t>(value) << 1) ^ (value < 0 ? ~std::uint64_t{0} : 0);
}

inline void put_varint(std::string& out, std::uint64_t value) {
    while (value >= 0x80) {
        out.push_back(static_cast<char>(value | 0x80));
        value >>= 7;
    }
    out.push_back(static_cast<char>(value));
}

inline void put_signed(std::string& out, std::int64_t value) { put_varint(out, zigzag(value)); }

inline void put_text(std::string& out, std::string_view text) {
    put_varint(out, text.size());
    out.append(text);
}

class Reader {
public:
    explicit Reader(std::string_view bytes) : rest_(bytes) {}

    std::uint64_t varint() {
        if (!rest_.empty() && static_cast<unsigned char>(rest_.front()) < 0x80) [[likely]] {
            const auto value = static_cast<unsigned char>(rest_.front());
            rest_.remove_prefix(1);
            return value;
        }
        return long_varint();
    }
    std::int64_t signed_varint() {
        const std::uint64_t bits = varint();
        return static_cast<std::int64_t>((bits >> 1) ^ (~(bits & 1) + 1));
    }
    std::uint32_t varint32() {
        const std::uint64_t value = varint();
        return static_cast<std::uint32_t>(value <= UINT32_MAX ? value : fail());
    }
    std::string_view bytes(std::uint64_t size) {
        if (size > rest_.size()) {
            fail();
            return {};
        }
        const std::string_view taken = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return taken;
    }
    std::string_view text() { return bytes(varint()); }

    [[nodiscard]] std::size_t left() const { return rest_.size(); }
    // Everything was there.
    [[nodiscard]] bool ok() const { return !broken_; }
    // … and nothing is left over.
    [[nodiscard]] bool finished() const { return !broken_ && rest_.empty(); }

private:
    std::uint64_t long_varint();
    std::uint64_t fail() {
        broken_ = true;
        rest_ = {};
        return 0;
    }

    std::string_view rest_;
    bool broken_ = false;
};

// A key: one letter for the table, then big-endian numbers.
class StateKey {
public:
    explicit StateKey(char table) : bytes_(1, table) {}

    StateKey& u8(std::uint8_t value) { return put(value, 1); }
    StateKey& u16(std::uint16_t value) { return put(value, 2); }
    StateKey& u32(std::uint32_t value) { return put(value, 4); }
    StateKey& u64(std::uint64_t value) { return put(value, 8); }
    // Days that reach the state are never negative.
    StateKey& day(std::int32_t value) { return put(static_cast<std::uint32_t>(value), 4); }
    [[nodiscard]] const std::string& bytes() const { return bytes_; }
    operator std::string_view() const { return bytes_; }  // NOLINT(google-explicit-constructor)

private:
    StateKey& put(std::uint64_t value, int width) {
        for (int byte = width - 1; byte >= 0; --byte) {
            bytes_.push_back(static_cast<char>(value >> (8 * byte)));
        }
        return *this;
    }

    std::string bytes_;
};

// Takes a key apart; the caller knows its table.
class KeyReader {
public:
    explicit KeyReader(std::string_view key) : rest_(key.substr(key.empty() ? 0 : 1)) {}

    std::uint8_t u8() { return static_cast<std::uint8_t>(take(1)); }
    std::uint16_t u16() { return static_cast<std::uint16_t>(take(2)); }
    std::uint32_t u32() { return static_cast<std::uint32_t>(take(4)); }
    std::uint64_t u64() { return take(8); }
    std::int32_t day() { return static_cast<std::int32_t>(take(4)); }
    [[nodiscard]] bool finished() const { return !broken_ && rest_.empty(); }

private:
    std::uint64_t take(std::size_t width) {
        if (rest_.size() < width) {
            broken_ = true;
            rest_ = {};
            return 0;
        }
        std::uint64_t value = 0;
        for (std::size_t byte = 0; byte < width; ++byte) {
            value = value << 8 | static_cast<unsigned char>(rest_[byte]);
        }
        rest_.remove_prefix(width);
        return value;
    }

    std::string_view rest_;
    bool broken_ = false;
};

}  // namespace fiscus::projections
