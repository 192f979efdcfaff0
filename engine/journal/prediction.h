// What an entry is expected to say after the ones before it in its block. Packing stores the
// differences, which are small or zero (docs/formats/journal.md names each).
// Thread: values. Fails: never; all arithmetic is modulo 2^64, so any entry comes back.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "engine/journal/bits.h"
#include "schemas/journal_generated.h"

namespace fiscus::journal {

// Words of an entry: eight bytes each, as the struct has them.
inline constexpr std::size_t entry_words = sizeof(wire::Entry) / 8;
static_assert(sizeof(wire::Entry) == 184 && std::is_trivially_copyable_v<wire::Entry>);
inline constexpr std::size_t sequence_word = 0;
inline constexpr std::size_t input_offset_word = 1;
inline constexpr std::size_t logged_at_word = 2;
inline constexpr std::size_t occurred_at_word = 3;
inline constexpr std::size_t key_word = 4;
inline constexpr std::size_t source_sequence_word = 9;
inline constexpr std::size_t gap_from_word = 10;
inline constexpr std::size_t amount_word = 11;
inline constexpr std::size_t difference_word = 15;
inline constexpr std::size_t source_word = 20;
inline constexpr std::size_t kind_word = 22;
// One more than an entry has: what the time of the log has beyond whole milliseconds.
inline constexpr std::size_t logged_rest_word = entry_words;
inline constexpr std::size_t packed_entry_words = entry_words + 1;

class Prediction {
public:
    explicit Prediction(std::uint64_t first_sequence) : sequence_(first_sequence) {}

    // Of the next entry.
    [[nodiscard]] std::uint64_t sequence() const { return sequence_; }

    // Entry → differences, in place: packed_entry_words, of which the last is only written.
    void remove(void* row) {
        auto* const words = static_cast<std::byte*>(row);
        const std::uint64_t sequence = load_word(words + at(sequence_word));
        const std::uint64_t logged_us = load_word(words + at(logged_at_word));
        const std::uint64_t logged_ms = logged_us / 1000;
        const std::uint64_t occurred_us = load_word(words + at(occurred_at_word));
        const std::uint64_t number = load_word(words + at(source_sequence_word));
        std::uint64_t& last = last_number_[load_word(words + at(source_word)) % sources];
        store_word(words + at(sequence_word), sequence - sequence_);
        change(words, input_offset_word, 0 - sequence);
        store_word(words + at(logged_at_word), zigzag(logged_ms - logged_ms_));
        store_word(words + at(logged_rest_word), logged_us - logged_ms * 1000);
        store_word(words + at(occurred_at_word), zigzag(logged_us - occurred_us));
        change(words, key_word, 0 - key_time(occurred_us));
        store_word(words + at(source_sequence_word), zigzag(number - last - 1));
        store_word(words + at(difference_word), zigzag(load_word(words + at(difference_word))));
        last = std::max(last, number);
        logged_ms_ = logged_ms;
        ++sequence_;
    }

    // Differences → entry, in place; `logged_rest` is the word that an entry has no place for.
    void add(void* row, std::uint64_t logged_rest) {
        auto* const words = static_cast<std::byte*>(row);
        const std::uint64_t sequence = load_word(words + at(sequence_word)) + sequence_;
        logged_ms_ += unzigzag(load_word(words + at(logged_at_word)));
        const std::uint64_t logged_us = logged_ms_ * 1000 + logged_rest;
        const std::uint64_t occurred_us =
            logged_us - unzigzag(load_word(words + at(occurred_at_word)));
        std::uint64_t& last = last_number_[load_word(words + at(source_word)) % sources];
        const std::uint64_t number =
            unzigzag(load_word(words + at(source_sequence_word))) + last + 1;
        store_word(words + at(sequence_word), sequence);
        change(words, input_offset_word, sequence);
        store_word(words + at(logged_at_word), logged_us);
        store_word(words + at(occurred_at_word), occurred_us);
        change(words, key_word, key_time(occurred_us));
        store_word(words + at(source_sequence_word), number);
        store_word(words + at(difference_word), unzigzag(load_word(words + at(difference_word))));
        last = std::max(last, number);
        ++sequence_;
    }

private:
    // Sources with the same low byte share a place: exact all the same, only longer.
    static constexpr std::size_t sources = 256;

    static constexpr std::size_t at(std::size_t word) { return word * 8; }
    // The first 48 bits of a UUIDv7 are a time in milliseconds.
    static constexpr std::uint64_t key_time(std::uint64_t us) { return us / 1000 << 16; }
    static void change(std::byte* words, std::size_t word, std::uint64_t difference) {
        store_word(words + at(word), load_word(words + at(word)) + difference);
    }

    std::uint64_t sequence_;
    std::uint64_t logged_ms_ = 0;
    std::array<std::uint64_t, sources> last_number_{};
};

}  // namespace fiscus::journal
