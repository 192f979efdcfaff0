// The pairs of accounts that the postings of a block have, each once for every place where the
// amount may stand. A row is a posting whose amount_fen is the number of that place; rows are
// numbered as they come.
// Thread: one. Memory is kept from block to block. Fails: never.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "engine/journal/frame.h"
#include "schemas/journal_generated.h"

namespace fiscus::journal {

// Where the amount of a posting stands: apart, or in the posting's entry, whose word is then that
// of amount_fen, order_amount_fen, platform_match_fen or merchant_match_fen.
inline constexpr std::uint32_t amount_apart = 0;
inline constexpr std::uint32_t amount_places = 5;

inline constexpr std::size_t posting_words = sizeof(wire::Posting) / 8;
static_assert(sizeof(wire::Posting) == 56);
inline constexpr std::size_t posting_amount_at = 48;
// Of rows_at_once rows that lie one after the other.
inline constexpr auto posting_offsets = [] {
    std::array<std::uint32_t, rows_at_once> offsets{};
    for (std::size_t i = 0; i < rows_at_once; ++i) {
        offsets[i] = static_cast<std::uint32_t>(i * sizeof(wire::Posting));
    }
    return offsets;
}();

class PostingDictionary {
public:
    PostingDictionary() { clear(); }
    void clear();
    // The number of the row with these accounts and this place; added if it is new.
    std::uint32_t find(const wire::Posting& accounts, std::uint32_t place);
    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] const std::byte* rows() const {
        return reinterpret_cast<const std::byte*>(rows_.data());
    }
    // Of all rows; there is one at least.
    [[nodiscard]] Frame frame() const;

private:
    using Row = std::array<std::uint64_t, posting_words>;
    static std::uint64_t hash_of(const Row& row);
    static bool equal(const Row& a, const Row& b);
    void add(const Row& row, std::size_t slot);
    void make_slots(std::size_t count);

    std::size_t size_ = 0;
    std::vector<Row> rows_;
    std::vector<std::uint32_t> slots_;  // open addressing: number of a row + 1, or 0
    unsigned shift_ = 0;                // of a hash, to its slot
};

// Odd constants without a pattern. Equal hashes cost time and change no byte; accounts are numbers
// that the ledger gave, so nobody chooses them to be equal.
inline std::uint64_t PostingDictionary::hash_of(const Row& row) {
    const std::uint64_t hash = (row[0] + std::rotl(row[3], 32)) * 0x9e3779b97f4a7c15 +
                               (row[1] + std::rotl(row[4], 24)) * 0xc2b2ae3d27d4eb4f +
                               (row[2] + (row[5] << 8) + (row[6] << 16)) * 0x165667b19e3779f9;
    return (hash ^ hash >> 32) * 0xd6e8feb86659fd93;
}

// Without a branch for each word, nor a call.
inline bool PostingDictionary::equal(const Row& a, const Row& b) {
    return ((a[0] ^ b[0]) | (a[1] ^ b[1]) | (a[2] ^ b[2]) | (a[3] ^ b[3]) | (a[4] ^ b[4]) |
            (a[5] ^ b[5]) | (a[6] ^ b[6])) == 0;
}

inline std::uint32_t PostingDictionary::find(const wire::Posting& accounts, std::uint32_t place) {
    Row row{};
    std::memcpy(row.data(), &accounts, sizeof row);
    row[posting_words - 1] = place;
    const std::size_t last = slots_.size() - 1;
    const std::uint32_t* const slots = slots_.data();
    const Row* const rows = rows_.data();
    std::size_t slot = hash_of(row) >> shift_;
    for (; slots[slot] != 0; slot = (slot + 1) & last) {
        const std::uint32_t found = slots[slot] - 1;
        if (equal(rows[found], row)) {
            return found;
        }
    }
    add(row, slot);
    return static_cast<std::uint32_t>(size_ - 1);
}

}  // namespace fiscus::journal
