// Entries and blocks for tests of the journal: plausible, small, and different from one another.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/hash.h"
#include "engine/journal/block.h"

namespace fiscus::journal {

// Where a field of an entry lies; the byte table of docs/formats/journal.md.
inline constexpr std::size_t sequence_at = 0;
inline constexpr std::size_t input_offset_at = 8;
inline constexpr std::size_t logged_at_at = 16;
inline constexpr std::size_t postings_at = 174;
inline constexpr std::size_t outcome_at = 177;

template <typename T>
void put(wire::Entry& entry, std::size_t position, T value) {
    std::memcpy(reinterpret_cast<std::byte*>(&entry) + position, &value, sizeof value);
}

inline wire::Entry entry_of(std::uint64_t sequence, std::uint16_t postings) {
    wire::Entry entry;
    put(entry, sequence_at, sequence);
    put(entry, input_offset_at, static_cast<std::int64_t>(sequence) + 100);
    put(entry, logged_at_at, 1'760'000'000'000'000 + static_cast<std::int64_t>(sequence) * 1'000);
    put(entry, outcome_at, wire::Outcome::accepted);
    put(entry, postings_at, postings);
    return entry;
}

inline wire::Posting posting_of(std::int64_t fen) {
    const wire::Account from(7, 1, 2, 3, 0, 0, 0);
    const wire::Account to(8, 1, 2, 4, 0, 0, 0);
    return {from, to, fen};
}

// `count` entries from `first` on; entry number n has n mod 3 postings, every fourth a detail.
inline Entries entries_of(std::uint64_t first, std::size_t count) {
    Entries entries;
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint64_t sequence = first + i;
        const auto postings = static_cast<std::uint16_t>(sequence % 3);
        entries.entries.push_back(entry_of(sequence, postings));
        for (std::uint16_t j = 0; j < postings; ++j) {
            entries.postings.push_back(posting_of(static_cast<std::int64_t>(sequence) * 10 + j));
        }
        if (sequence % 4 == 0) {
            entries.details.push_back(
                {.entry = static_cast<std::uint32_t>(i),
                 .bytes = std::vector<std::byte>(sequence % 50, std::byte{0x5a})});
        }
    }
    return entries;
}

inline Hash128 digest_of(std::uint64_t number) { return {.hi = number, .lo = ~number}; }

// Owned bytes that begin at a multiple of eight.
class AlignedBytes {
public:
    explicit AlignedBytes(Bytes bytes) : words_(bytes.size() / 8 + 1), size_(bytes.size()) {
        std::ranges::copy(bytes, writable().begin());
    }
    [[nodiscard]] Bytes bytes() const { return std::as_bytes(std::span(words_)).first(size_); }
    [[nodiscard]] std::span<std::byte> writable() {
        return std::as_writable_bytes(std::span(words_)).first(size_);
    }

private:
    std::vector<std::uint64_t> words_;
    std::size_t size_;
};

}  // namespace fiscus::journal
