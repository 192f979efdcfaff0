// The bytes of Block.packed → entries and postings (docs/formats/journal.md). Every count, width
// and length is checked before it is used, so nothing is read outside of the bytes whatever they
// are; memory is taken for what the caller allows and no more.
// Thread: one. Memory is kept from block to block. Fails: on bytes that say something else than
// entries and postings.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/base/hash.h"
#include "engine/journal/frame.h"
#include "engine/journal/packing.h"
#include "engine/journal/posting_dictionary.h"
#include "engine/journal/prediction.h"
#include "schemas/journal_generated.h"

namespace fiscus::journal {

class Unpacker {
public:
    // What is wrong with the bytes; empty if nothing is. Then there are so many entries, which
    // follow one another from `first_sequence` and have known outcomes, and so many postings, as
    // the entries count them, until the next call.
    std::string unpack(Bytes packed,
                       std::uint64_t first_sequence,
                       std::size_t entries,
                       std::size_t postings);
    [[nodiscard]] std::span<const wire::Entry> entries() const {
        return std::span(entries_).first(entry_count_);
    }
    [[nodiscard]] std::span<const wire::Posting> postings() const {
        return std::span(postings_).first(posting_count_);
    }

private:
    // The next bytes, or null if there are fewer.
    const std::byte* take(std::size_t count);
    template <typename T>
    bool take_number(T& number);

    std::string unpack_section(std::size_t first, std::size_t count, Prediction& prediction);
    std::string read_frames();
    // Which entries are whose rows.
    std::string sort_rows(std::size_t count);
    bool read_rows(std::byte* entries);
    // Turns the differences into entries.
    std::string restore(std::span<wire::Entry> entries, Prediction& prediction);
    std::string read_dictionary();
    std::string read_postings();

    Bytes rest_;
    std::size_t entry_count_ = 0;
    std::size_t posting_count_ = 0;
    std::uint64_t postings_counted_ = 0;  // by the entries
    std::vector<wire::Entry> entries_;
    std::vector<wire::Posting> postings_;
    std::vector<wire::Posting> dictionary_;
    std::size_t pairs_ = 0;
    std::size_t groups_ = 0;
    std::array<Frame, groups_max> frames_{};
    std::array<std::uint32_t, groups_max> group_count_{};
    // Where the rows of the groups, one after the other, lie among entries and logged_rest_.
    std::array<std::uint32_t, section_entries_max> entry_offsets_{};
    std::array<std::uint32_t, section_entries_max> rest_offsets_{};
    std::array<std::uint64_t, section_entries_max> logged_rest_{};
    RowLayout layout_;
};

}  // namespace fiscus::journal
