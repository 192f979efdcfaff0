// Rows that resemble one another, without what they have in common. A frame says of every word of a
// row which bits differ from row to row (`mask`) and what all others are (`base`); a packed row is
// the bits of its masks, one after the other (docs/formats/journal.md). The loops go word by word
// over a few dozen rows, which stay in the processor's cache.
// Thread: values. Fails: read_frame on bytes that are no frame.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "engine/base/hash.h"
#include "engine/journal/bits.h"

namespace fiscus::journal {

inline constexpr std::size_t row_words_max = 24;
inline constexpr std::size_t row_bytes_max = row_words_max * 8;
// Rows that the loops of a layout should be given at once: they and what they are packed to fit a
// first-level cache.
inline constexpr std::size_t rows_at_once = 64;
// One byte of widths for each word, at most eight bytes of base and of mask.
inline constexpr std::size_t frame_bytes_max = row_words_max * 17;

struct Frame {
    std::size_t words = 0;
    std::array<std::uint64_t, row_words_max> base{};
    std::array<std::uint64_t, row_words_max> mask{};
};

// Makes masks that rows can be packed by of bits that differ: a mask has up to window_bits_max bits
// or all 64, and short holes are closed, because they cost more time than they save bytes. Takes
// these bits out of the base.
void close_masks(Frame& frame);

// Writes the frame's bytes, frame_bytes_max at most, and says how many; reads them, and moves
// `rest` behind them. False: no frame of so many words, or one that rows cannot be packed by.
std::size_t write_frame(const Frame& frame, std::byte* out);
bool read_frame(Bytes& rest, std::size_t words, Frame& frame);

// How rows of a frame are laid out: words whose mask is full first, then the bits of the others.
class RowLayout {
public:
    void set(const Frame& frame);

    [[nodiscard]] std::size_t row_bytes() const { return row_bytes_; }
    // Row i has its words at rows + offsets[i]; `packed` is zero, with slack behind it.
    void pack(const std::byte* rows,
              std::span<const std::uint32_t> offsets,
              std::byte* packed) const;
    // Words [first, end) of row i go to rows + offsets[i]. `packed` has slack behind it.
    void unpack(const std::byte* packed,
                std::size_t first,
                std::size_t end,
                std::span<const std::uint32_t> offsets,
                std::byte* rows) const;

private:
    // Bits of a word that lie together: (packed << shift) & mask.
    struct Piece {
        std::uint64_t mask;
        unsigned shift;
    };
    // Its packed bits begin at bit `shift` of byte `at`; a whole word lies there as it is, and one
    // without pieces is `base` in every row.
    struct Word {
        bool whole;
        std::uint64_t base;
        std::size_t at;
        unsigned shift;
        std::size_t first_piece;
        std::size_t pieces;
    };
    // Of a word: every second bit.
    static constexpr std::size_t pieces_max = 32;
    template <std::size_t Pieces>
    void pack_word(const Word& word,
                   const std::byte* rows,
                   std::span<const std::uint32_t> offsets,
                   std::byte* packed) const;
    template <std::size_t Pieces>
    void unpack_word(const Word& word,
                     const std::byte* packed,
                     std::span<const std::uint32_t> offsets,
                     std::byte* rows) const;
    void add_pieces(Word& word, std::uint64_t mask);

    std::size_t words_ = 0;
    std::size_t row_bytes_ = 0;
    std::size_t pieces_end_ = 0;
    std::array<Word, row_words_max> word_{};
    std::array<Piece, row_words_max * pieces_max> pieces_{};
};

}  // namespace fiscus::journal
