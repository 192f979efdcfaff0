// Little-endian words and integers of a few bits, as packed blocks hold them
// (docs/formats/journal.md). Everything is read and written eight bytes at a time, so whoever owns
// the bytes keeps slack_bytes behind the last one that counts.
// Thread: values. Fails: never; the caller knows that the bytes are there.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace fiscus::journal {

static_assert(std::endian::native == std::endian::little, "words are read in place");

inline constexpr std::size_t slack_bytes = 8;
// Eight bytes hold so many bits wherever the first of them lies in its byte.
inline constexpr unsigned window_bits_max = 56;

inline std::uint64_t load_word(const std::byte* at) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, sizeof word);
    return word;
}

inline void store_word(std::byte* at, std::uint64_t word) { std::memcpy(at, &word, sizeof word); }

// The lowest `bits`, up to window_bits_max.
constexpr std::uint64_t low_bits(unsigned bits) { return (std::uint64_t{1} << bits) - 1; }

// Small numbers of either sign become small numbers without one: 0, −1, 1, −2 → 0, 1, 2, 3.
constexpr std::uint64_t zigzag(std::uint64_t value) { return (value << 1) ^ (0 - (value >> 63)); }
constexpr std::uint64_t unzigzag(std::uint64_t value) { return (value >> 1) ^ (0 - (value & 1)); }

// Integers of equal width one after the other, the lowest bit first. As many bits as the largest
// of 0 … count − 1 needs.
constexpr unsigned index_bits(std::size_t count) {
    return count < 2 ? 0 : static_cast<unsigned>(std::bit_width(count - 1));
}
constexpr std::size_t packed_bytes(std::size_t count, unsigned bits) {
    return (count * bits + 7) / 8;
}
inline std::uint32_t unpack_at(const std::byte* packed, std::size_t index, unsigned bits) {
    const std::size_t bit = index * bits;
    return static_cast<std::uint32_t>((load_word(packed + bit / 8) >> (bit % 8)) & low_bits(bits));
}

// Writes them, to bytes with slack behind them. A value has at most 32 bits.
class BitWriter {
public:
    BitWriter(std::byte* to, unsigned bits) : to_(to), bits_(bits) {}
    void put(std::uint32_t value) {
        word_ |= std::uint64_t{value} << used_;
        store_word(to_, word_);
        used_ += bits_;
        to_ += used_ / 8;
        word_ >>= used_ / 8 * 8;
        used_ %= 8;
    }

private:
    std::byte* to_;
    unsigned bits_;
    unsigned used_ = 0;
    std::uint64_t word_ = 0;
};

}  // namespace fiscus::journal
