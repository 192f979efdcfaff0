#include "engine/journal/frame.h"

#include <algorithm>
#include <bit>

namespace fiscus::journal {
namespace {

constexpr std::size_t pieces_any = 0;
// Bits in a row that are the same everywhere and yet stored: a piece less to handle.
constexpr int hole_bits_max = 3;
constexpr std::uint64_t full = ~std::uint64_t{0};

unsigned bytes_of(std::uint64_t value) {
    return (static_cast<unsigned>(std::bit_width(value)) + 7) / 8;
}

bool mask_is_valid(std::uint64_t mask) {
    return mask == full || std::popcount(mask) <= static_cast<int>(window_bits_max);
}

std::uint64_t closed(std::uint64_t mask) {
    if (mask == 0) {
        return 0;
    }
    std::uint64_t holes = ~mask;
    // Nothing above the highest bit and below the lowest one is a hole.
    for (std::uint64_t rest = mask; rest != 0;) {
        const int low = std::countr_zero(rest);
        const int ones = std::countr_one(rest >> low);
        const int end = low + ones;
        rest = end == 64 ? 0 : rest & (full << end);
        if (rest == 0) {
            break;
        }
        const int next = std::countr_zero(rest);
        if (next - end <= hole_bits_max) {
            holes &= ~((full << end) & ~(full << next));
        }
    }
    const std::uint64_t wide = ~holes;
    return mask_is_valid(wide) ? wide : full;
}

std::uint64_t take_bytes(Bytes& rest, unsigned bytes) {
    std::uint64_t value = 0;
    std::memcpy(&value, rest.data(), bytes);
    rest = rest.subspan(bytes);
    return value;
}

}  // namespace

void close_masks(Frame& frame) {
    for (std::size_t i = 0; i < frame.words; ++i) {
        frame.mask[i] = closed(frame.mask[i]);
        frame.base[i] &= ~frame.mask[i];
    }
}

std::size_t write_frame(const Frame& frame, std::byte* out) {
    std::byte* at = out;
    for (std::size_t i = 0; i < frame.words; ++i) {
        const unsigned base = bytes_of(frame.base[i]);
        const unsigned mask = bytes_of(frame.mask[i]);
        *at++ = static_cast<std::byte>(base | mask << 4);
        std::memcpy(at, &frame.base[i], base);
        std::memcpy(at + base, &frame.mask[i], mask);
        at += base + mask;
    }
    return static_cast<std::size_t>(at - out);
}

bool read_frame(Bytes& rest, std::size_t words, Frame& frame) {
    frame.words = words;
    for (std::size_t i = 0; i < words; ++i) {
        if (rest.empty()) {
            return false;
        }
        const auto widths = static_cast<unsigned>(rest[0]);
        const unsigned base = widths & 15;
        const unsigned mask = widths >> 4;
        if (base > 8 || mask > 8 || rest.size() - 1 < base + mask) {
            return false;
        }
        rest = rest.subspan(1);
        frame.base[i] = take_bytes(rest, base);
        frame.mask[i] = take_bytes(rest, mask);
        if (!mask_is_valid(frame.mask[i]) || (frame.base[i] & frame.mask[i]) != 0) {
            return false;
        }
    }
    return true;
}

void RowLayout::set(const Frame& frame) {
    words_ = frame.words;
    pieces_end_ = 0;
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < words_; ++i) {
        word_[i] = {.whole = frame.mask[i] == full,
                    .base = frame.base[i],
                    .at = bytes,
                    .shift = 0,
                    .first_piece = 0,
                    .pieces = 0};
        bytes += word_[i].whole ? 8U : 0U;
    }
    std::size_t bits = bytes * 8;
    for (std::size_t i = 0; i < words_; ++i) {
        if (!word_[i].whole && frame.mask[i] != 0) {
            word_[i].at = bits / 8;
            word_[i].shift = static_cast<unsigned>(bits % 8);
            add_pieces(word_[i], frame.mask[i]);
            bits += static_cast<unsigned>(std::popcount(frame.mask[i]));
        }
    }
    row_bytes_ = (bits + 7) / 8;
}

void RowLayout::add_pieces(Word& word, std::uint64_t mask) {
    word.first_piece = pieces_end_;
    int packed = 0;
    for (std::uint64_t rest = mask; rest != 0;) {
        const int low = std::countr_zero(rest);
        const int ones = std::countr_one(rest >> low);
        const std::uint64_t above = low + ones == 64 ? 0 : full << (low + ones);
        pieces_[pieces_end_++] = {.mask = rest & ~above,
                                  .shift = static_cast<unsigned>(low - packed)};
        rest &= above;
        packed += ones;
        ++word.pieces;
    }
}

template <std::size_t Pieces>
void RowLayout::pack_word(const Word& word,
                          const std::byte* rows,
                          std::span<const std::uint32_t> offsets,
                          std::byte* packed) const {
    const std::size_t count = Pieces == pieces_any ? word.pieces : Pieces;
    // A copy, because bytes that are stored could be anything's, for all that the compiler knows.
    std::array<Piece, Pieces == pieces_any ? pieces_max : Pieces> piece{};
    std::copy_n(pieces_.data() + word.first_piece, count, piece.data());
    const std::size_t stride = row_bytes_;
    const unsigned shift = word.shift;
    std::byte* to = packed + word.at;
    const std::uint32_t* const end = offsets.data() + offsets.size();
    for (const std::uint32_t* offset = offsets.data(); offset != end; ++offset) {
        const std::uint64_t value = load_word(rows + *offset);
        std::uint64_t bits = 0;
        for (std::size_t i = 0; i < count; ++i) {
            bits |= (value & piece[i].mask) >> piece[i].shift;
        }
        store_word(to, load_word(to) | bits << shift);
        to += stride;
    }
}

template <std::size_t Pieces>
void RowLayout::unpack_word(const Word& word,
                            const std::byte* packed,
                            std::span<const std::uint32_t> offsets,
                            std::byte* rows) const {
    const std::size_t count = Pieces == pieces_any ? word.pieces : Pieces;
    // A copy, because bytes that are stored could be anything's, for all that the compiler knows.
    std::array<Piece, Pieces == pieces_any ? pieces_max : Pieces> piece{};
    std::copy_n(pieces_.data() + word.first_piece, count, piece.data());
    const std::size_t stride = row_bytes_;
    const unsigned shift = word.shift;
    const std::uint64_t base = word.base;
    const std::byte* from = packed + word.at;
    const std::uint32_t* const end = offsets.data() + offsets.size();
    for (const std::uint32_t* offset = offsets.data(); offset != end; ++offset) {
        const std::uint64_t bits = load_word(from) >> shift;
        std::uint64_t value = base;
        for (std::size_t i = 0; i < count; ++i) {
            value |= (bits << piece[i].shift) & piece[i].mask;
        }
        store_word(rows + *offset, value);
        from += stride;
    }
}

void RowLayout::pack(const std::byte* rows,
                     std::span<const std::uint32_t> offsets,
                     std::byte* packed) const {
    for (std::size_t i = 0; i < words_; ++i, rows += 8) {
        const Word& word = word_[i];
        if (word.whole) {
            std::byte* to = packed + word.at;
            for (const std::uint32_t offset : offsets) {
                store_word(to, load_word(rows + offset));
                to += row_bytes_;
            }
            continue;
        }
        switch (word.pieces) {
            case 0: break;
            case 1: pack_word<1>(word, rows, offsets, packed); break;
            case 2: pack_word<2>(word, rows, offsets, packed); break;
            case 3: pack_word<3>(word, rows, offsets, packed); break;
            case 4: pack_word<4>(word, rows, offsets, packed); break;
            default: pack_word<pieces_any>(word, rows, offsets, packed); break;
        }
    }
}

void RowLayout::unpack(const std::byte* packed,
                       std::size_t first,
                       std::size_t end,
                       std::span<const std::uint32_t> offsets,
                       std::byte* rows) const {
    for (std::size_t i = first; i < end; ++i, rows += 8) {
        const Word& word = word_[i];
        if (word.whole) {
            const std::byte* from = packed + word.at;
            for (const std::uint32_t offset : offsets) {
                store_word(rows + offset, load_word(from));
                from += row_bytes_;
            }
            continue;
        }
        switch (word.pieces) {
            case 0:
                for (const std::uint32_t offset : offsets) {
                    store_word(rows + offset, word.base);
                }
                break;
            case 1: unpack_word<1>(word, packed, offsets, rows); break;
            case 2: unpack_word<2>(word, packed, offsets, rows); break;
            case 3: unpack_word<3>(word, packed, offsets, rows); break;
            case 4: unpack_word<4>(word, packed, offsets, rows); break;
            default: unpack_word<pieces_any>(word, packed, offsets, rows); break;
        }
    }
}

}  // namespace fiscus::journal
