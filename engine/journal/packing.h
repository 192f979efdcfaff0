// Entries and postings of a block → the bytes of Block.packed (docs/formats/journal.md). Entries
// are taken in sections that fit the processor's cache, grouped with those that they resemble, and
// stored as rows of a frame each; accounts stand once in a dictionary, amounts mostly in the entry.
// The same entries give the same bytes everywhere.
// Thread: one. Fails: never.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/base/hash.h"
#include "engine/journal/frame.h"
#include "engine/journal/posting_dictionary.h"
#include "engine/journal/prediction.h"
#include "schemas/journal_generated.h"

namespace fiscus::journal {

// Entries of a section: with their rows they fit a second-level cache of a megabyte.
inline constexpr std::size_t section_entries_max = 2'048;
inline constexpr std::size_t groups_max = 16;
// No packed bytes of so many entries and postings are more. Groups of their own have
// group_entries_min entries, so there are few frames; an index has 32 bits at most.
inline constexpr std::uint32_t group_entries_min = 64;
constexpr std::size_t packed_bytes_max(std::size_t entries, std::size_t postings) {
    const std::size_t sections = entries / section_entries_max + 1;
    const std::size_t frames = entries / group_entries_min + sections + 1;
    return entries * (row_bytes_max + 1) + sections * 4 + frames * frame_bytes_max +
           postings * (sizeof(wire::Posting) + 4 + 8) + 8 + slack_bytes;
}

// Memory is kept from block to block.
class Packer {
public:
    // `first_sequence` is the number that the first entry should have; any others are kept as well,
    // so that whoever opens the block may refuse them. The bytes live until the next call.
    Bytes pack(std::uint64_t first_sequence,
               std::span<const wire::Entry> entries,
               std::span<const wire::Posting> postings);

private:
    void pack_section(std::span<const wire::Entry> entries, Prediction& prediction);
    // The rows as differences, and the class of each: entries of a class resemble one another.
    void predict(std::span<const wire::Entry> entries, Prediction& prediction);
    void assign_groups(std::size_t count);
    void sort_rows(std::size_t count);
    void write_rows(std::size_t count);
    // Writes where the amounts of these entries' postings stand; how many postings they are.
    std::size_t find_amounts(std::span<const wire::Entry> entries,
                             std::span<const wire::Posting> postings,
                             std::uint32_t* places);
    void write_pairs();
    void write_postings();
    void append(const void* bytes, std::size_t count);
    void append_frame(const Frame& frame);
    // So many zeros, with slack behind them.
    std::byte* extend(std::size_t count);

    static constexpr std::size_t classes = 512;

    std::vector<std::byte> bytes_;
    std::size_t used_ = 0;
    std::vector<std::uint64_t> rows_;  // of a section
    std::array<std::uint16_t, section_entries_max> class_{};
    std::array<std::uint32_t, section_entries_max> offsets_{};  // of the rows, group by group
    std::array<std::uint32_t, classes> class_count_{};
    std::array<std::uint8_t, classes> group_of_class_{};
    std::array<std::uint32_t, groups_max> group_count_{};
    std::size_t groups_ = 0;
    std::array<Frame, groups_max> frames_{};
    RowLayout layout_;
    PostingDictionary dictionary_;
    std::vector<std::uint32_t> posting_pairs_;
    std::vector<std::int64_t> amounts_apart_;
};

}  // namespace fiscus::journal
