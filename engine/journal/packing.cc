#include "engine/journal/packing.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace fiscus::journal {
namespace {

// An entry in good order came within eight seconds of what it tells, and within nine minutes of the
// entry before; zigzag numbers.
constexpr unsigned late_bits = 24;
constexpr unsigned pause_bits = 20;
constexpr std::uint64_t accepted_byte = static_cast<std::uint64_t>(wire::Outcome::accepted);

std::uint64_t class_of(const std::uint64_t* row) {
    const std::uint64_t word = row[kind_word];
    const std::uint64_t kind = word & 0xff;
    const std::uint64_t disorder = row[source_sequence_word] | row[gap_from_word] |
                                   row[occurred_at_word] >> late_bits |
                                   row[logged_at_word] >> pause_bits;
    const bool ordinary = (word >> 8 & 0xff) == accepted_byte && disorder == 0;
    return kind * 2 + (ordinary ? 1 : 0);
}

// Of these rows; there is one at least.
Frame frame_of(const std::uint64_t* rows, std::span<const std::uint32_t> offsets) {
    Frame frame{.words = packed_entry_words};
    const std::uint64_t* const first = rows + offsets.front() / 8;
    std::array<std::uint64_t, packed_entry_words> mask{};
    for (const std::uint32_t offset : offsets) {
        const std::uint64_t* const row = rows + offset / 8;
        for (std::size_t i = 0; i < packed_entry_words; ++i) {
            mask.data()[i] |= row[i] ^ first[i];
        }
    }
    std::copy_n(first, packed_entry_words, frame.base.data());
    frame.mask = mask;
    close_masks(frame);
    return frame;
}

}  // namespace

Bytes Packer::pack(std::uint64_t first_sequence,
                   std::span<const wire::Entry> entries,
                   std::span<const wire::Posting> postings) {
    bytes_.clear();
    used_ = 0;
    rows_.resize(section_entries_max * packed_entry_words);
    dictionary_.clear();
    amounts_apart_.clear();
    posting_pairs_.resize(postings.size());
    std::uint32_t* pair = posting_pairs_.data();
    Prediction prediction(first_sequence);
    while (!entries.empty()) {
        const auto section = entries.first(std::min(entries.size(), section_entries_max));
        pack_section(section, prediction);
        entries = entries.subspan(section.size());
        const std::size_t count = find_amounts(section, postings, pair);
        // In a loop of its own, which nothing that the processor cannot foresee interrupts.
        for (const wire::Posting& posting : postings.first(count)) {
            *pair = dictionary_.find(posting, *pair);
            ++pair;
        }
        postings = postings.subspan(count);
    }
    for (const wire::Posting& posting : postings) {
        // More than the entries count: a block that cannot be opened, but that says what it was
        // given.
        *pair++ = dictionary_.find(posting, amount_apart);
        amounts_apart_.push_back(posting.amount_fen());
    }
    write_postings();
    extend(slack_bytes);
    return Bytes(bytes_).first(used_);
}

std::byte* Packer::extend(std::size_t count) {
    const std::size_t before = used_;
    used_ += count;
    bytes_.resize(used_ + slack_bytes);
    return bytes_.data() + before;
}

void Packer::append(const void* bytes, std::size_t count) {
    if (count > 0) {
        std::memcpy(extend(count), bytes, count);
    }
}

void Packer::append_frame(const Frame& frame) {
    std::array<std::byte, frame_bytes_max> bytes{};
    append(bytes.data(), write_frame(frame, bytes.data()));
}

void Packer::pack_section(std::span<const wire::Entry> entries, Prediction& prediction) {
    predict(entries, prediction);
    assign_groups(entries.size());
    sort_rows(entries.size());
    write_rows(entries.size());
}

void Packer::predict(std::span<const wire::Entry> entries, Prediction& prediction) {
    class_count_.fill(0);
    std::uint64_t* row = rows_.data();
    std::uint16_t* row_class = class_.data();
    for (const wire::Entry& entry : entries) {
        std::memcpy(row, &entry, sizeof entry);
        prediction.remove(row);
        const std::uint64_t number = class_of(row);
        *row_class++ = static_cast<std::uint16_t>(number);
        ++class_count_.data()[number];
        row += packed_entry_words;
    }
}

// Large classes have a group each, all others share the last one.
void Packer::assign_groups(std::size_t count) {
    groups_ = 0;
    std::size_t rest = count;
    group_of_class_.fill(groups_max);
    for (std::size_t i = 0; i < classes && groups_ + 1 < groups_max; ++i) {
        if (class_count_[i] >= group_entries_min) {
            rest -= class_count_[i];
            group_count_[groups_] = class_count_[i];
            group_of_class_[i] = static_cast<std::uint8_t>(groups_++);
        }
    }
    if (rest > 0) {
        group_count_[groups_] = static_cast<std::uint32_t>(rest);
        const auto last = static_cast<std::uint8_t>(groups_++);
        std::ranges::replace(group_of_class_, std::uint8_t{groups_max}, last);
    }
}

void Packer::sort_rows(std::size_t count) {
    std::array<std::uint32_t, groups_max> next{};
    for (std::size_t group = 1; group < groups_; ++group) {
        next[group] = next[group - 1] + group_count_[group - 1];
    }
    std::uint32_t offset = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t group = group_of_class_.data()[class_.data()[i]];
        offsets_.data()[next.data()[group]++] = offset;
        offset += packed_entry_words * 8;
    }
}

void Packer::write_rows(std::size_t count) {
    const auto entries = static_cast<std::uint16_t>(count);
    const auto groups = static_cast<std::uint8_t>(groups_);
    append(&entries, sizeof entries);
    append(&groups, sizeof groups);
    std::span<const std::uint32_t> offsets(offsets_);
    for (std::size_t group = 0; group < groups_; ++group) {
        frames_[group] = frame_of(rows_.data(), offsets.first(group_count_[group]));
        offsets = offsets.subspan(group_count_[group]);
        append_frame(frames_[group]);
    }
    const unsigned bits = index_bits(groups_);
    BitWriter numbers(extend(packed_bytes(count, bits)), bits);
    for (std::size_t i = 0; i < count; ++i) {
        numbers.put(group_of_class_.data()[class_.data()[i]]);
    }
    const std::byte* const rows = std::as_bytes(std::span(rows_)).data();
    offsets = offsets_;
    for (std::size_t group = 0; group < groups_; ++group) {
        layout_.set(frames_[group]);
        const std::size_t row_bytes = layout_.row_bytes();
        std::byte* to = extend(row_bytes * group_count_[group]);
        for (std::size_t left = group_count_[group]; left > 0;) {
            const std::size_t part = std::min(left, rows_at_once);
            layout_.pack(rows, offsets.first(part), to);
            to += part * row_bytes;
            offsets = offsets.subspan(part);
            left -= part;
        }
    }
}

std::size_t Packer::find_amounts(std::span<const wire::Entry> entries,
                                 std::span<const wire::Posting> postings,
                                 std::uint32_t* places) {
    const wire::Posting* posting = postings.data();
    const wire::Posting* const end = posting + postings.size();
    for (const wire::Entry& entry : entries) {
        const auto left = static_cast<std::size_t>(end - posting);
        for (std::size_t i = std::min<std::size_t>(entry.postings(), left); i > 0; --i) {
            const std::int64_t fen = posting->amount_fen();
            std::uint32_t place = fen == entry.merchant_match_fen() ? 4 : amount_apart;
            place = fen == entry.platform_match_fen() ? 3 : place;
            place = fen == entry.order_amount_fen() ? 2 : place;
            place = fen == entry.amount_fen() ? 1 : place;
            if (place == amount_apart) {
                amounts_apart_.push_back(fen);
            }
            *places++ = place;
            ++posting;
        }
    }
    return static_cast<std::size_t>(posting - postings.data());
}

void Packer::write_pairs() {
    const auto pairs = static_cast<std::uint32_t>(dictionary_.size());
    append(&pairs, sizeof pairs);
    if (pairs == 0) {
        return;
    }
    const Frame frame = dictionary_.frame();
    append_frame(frame);
    layout_.set(frame);
    std::byte* to = extend(pairs * layout_.row_bytes());
    const std::byte* from = dictionary_.rows();
    for (std::size_t left = pairs; left > 0;) {
        const std::size_t part = std::min(left, rows_at_once);
        layout_.pack(from, std::span(posting_offsets).first(part), to);
        from += part * sizeof(wire::Posting);
        to += part * layout_.row_bytes();
        left -= part;
    }
}

void Packer::write_postings() {
    write_pairs();
    const auto apart = static_cast<std::uint32_t>(amounts_apart_.size());
    append(&apart, sizeof apart);
    append(amounts_apart_.data(), apart * sizeof(std::int64_t));
    const unsigned bits = index_bits(dictionary_.size());
    BitWriter numbers(extend(packed_bytes(posting_pairs_.size(), bits)), bits);
    for (const std::uint32_t pair : posting_pairs_) {
        numbers.put(pair);
    }
}

}  // namespace fiscus::journal
