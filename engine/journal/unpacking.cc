#include "engine/journal/unpacking.h"

#include <algorithm>
#include <cstring>

namespace fiscus::journal {
namespace {

constexpr const char* too_short = "the packed bytes end too early";
constexpr const char* no_frame = "a frame of the packed bytes is damaged";

// Memory that was taken stays: a block costs none once a larger one was seen.
template <typename T>
void make_room(std::vector<T>& rows, std::size_t count) {
    if (rows.size() < count) {
        rows.resize(count);
    }
}

constexpr bool known(std::uint8_t outcome) {
    return outcome >= static_cast<std::uint8_t>(wire::Outcome::accepted) &&
           outcome <= static_cast<std::uint8_t>(wire::Outcome::quarantined);
}

std::string why_not_in_order(std::span<const wire::Entry> entries, std::uint64_t sequence) {
    for (const wire::Entry& entry : entries) {
        const std::string name = "entry " + std::to_string(sequence);
        if (entry.sequence() != sequence) {
            return name + " carries the number " + std::to_string(entry.sequence());
        }
        if (!known(entry.outcome())) {
            return name + " has the unknown outcome " + std::to_string(entry.outcome());
        }
        ++sequence;
    }
    return {};
}

}  // namespace

const std::byte* Unpacker::take(std::size_t count) {
    if (rest_.size() < count) {
        return nullptr;
    }
    const std::byte* const at = rest_.data();
    rest_ = rest_.subspan(count);
    return at;
}

template <typename T>
bool Unpacker::take_number(T& number) {
    const std::byte* const at = take(sizeof number);
    if (at == nullptr) {
        return false;
    }
    std::memcpy(&number, at, sizeof number);
    return true;
}

std::string Unpacker::unpack(Bytes packed,
                             std::uint64_t first_sequence,
                             std::size_t entries,
                             std::size_t postings) {
    entry_count_ = 0;
    posting_count_ = 0;
    postings_counted_ = 0;
    if (packed.size() < slack_bytes) {
        return too_short;
    }
    rest_ = packed.first(packed.size() - slack_bytes);
    make_room(entries_, entries);
    Prediction prediction(first_sequence);
    while (entry_count_ < entries) {
        std::uint16_t count = 0;
        if (!take_number(count)) {
            return too_short;
        }
        if (count == 0 || count > std::min(section_entries_max, entries - entry_count_)) {
            return "a section has no entries, or too many";
        }
        std::string wrong = unpack_section(entry_count_, count, prediction);
        if (!wrong.empty()) {
            return wrong;
        }
        entry_count_ += count;
    }
    if (postings_counted_ != postings) {
        return "the entries count " + std::to_string(postings_counted_) +
               " postings, the block holds " + std::to_string(postings);
    }
    make_room(postings_, postings);
    posting_count_ = postings;
    std::string wrong = read_dictionary();
    return wrong.empty() ? read_postings() : wrong;
}

std::string Unpacker::unpack_section(std::size_t first, std::size_t count, Prediction& prediction) {
    std::string wrong = read_frames();
    if (wrong.empty()) {
        wrong = sort_rows(count);
    }
    if (!wrong.empty()) {
        return wrong;
    }
    const auto entries = std::span(entries_).subspan(first, count);
    if (!read_rows(std::as_writable_bytes(entries).data())) {
        return too_short;
    }
    return restore(entries, prediction);
}

std::string Unpacker::read_frames() {
    std::uint8_t groups = 0;
    if (!take_number(groups)) {
        return too_short;
    }
    if (groups == 0 || groups > groups_max) {
        return "a section has no groups, or too many";
    }
    groups_ = groups;
    for (std::size_t group = 0; group < groups_; ++group) {
        if (!read_frame(rest_, packed_entry_words, frames_[group])) {
            return no_frame;
        }
    }
    return {};
}

std::string Unpacker::sort_rows(std::size_t count) {
    const unsigned bits = index_bits(groups_);
    const std::byte* const numbers = take(packed_bytes(count, bits));
    if (numbers == nullptr) {
        return too_short;
    }
    group_count_.fill(0);
    for (std::size_t i = 0; i < count; ++i) {
        // A number has four bits at most.
        ++group_count_.data()[unpack_at(numbers, i, bits)];
    }
    std::array<std::uint32_t, groups_max> next{};
    for (std::size_t group = 1; group < groups_max; ++group) {
        if (group >= groups_ && group_count_[group] > 0) {
            return "an entry is of a group that its section has not";
        }
        next[group] = next[group - 1] + group_count_[group - 1];
    }
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t row = next.data()[unpack_at(numbers, i, bits)]++;
        entry_offsets_.data()[row] = static_cast<std::uint32_t>(i * sizeof(wire::Entry));
        rest_offsets_.data()[row] = static_cast<std::uint32_t>(i * 8);
    }
    return {};
}

bool Unpacker::read_rows(std::byte* entries) {
    std::byte* const logged_rest = std::as_writable_bytes(std::span(logged_rest_)).data();
    std::span<const std::uint32_t> entry_offsets(entry_offsets_);
    std::span<const std::uint32_t> rest_offsets(rest_offsets_);
    for (std::size_t group = 0; group < groups_; ++group) {
        layout_.set(frames_[group]);
        const std::byte* from = take(layout_.row_bytes() * group_count_[group]);
        if (from == nullptr) {
            return false;
        }
        for (std::size_t left = group_count_[group]; left > 0;) {
            const std::size_t part = std::min(left, rows_at_once);
            layout_.unpack(from, 0, entry_words, entry_offsets.first(part), entries);
            layout_.unpack(from, logged_rest_word, packed_entry_words, rest_offsets.first(part),
                           logged_rest);
            from += part * layout_.row_bytes();
            entry_offsets = entry_offsets.subspan(part);
            rest_offsets = rest_offsets.subspan(part);
            left -= part;
        }
    }
    return true;
}

std::string Unpacker::restore(std::span<wire::Entry> entries, Prediction& prediction) {
    const std::uint64_t first_sequence = prediction.sequence();
    std::uint64_t sequence = first_sequence;
    const std::uint64_t* logged_rest = logged_rest_.data();
    bool in_order = true;
    for (wire::Entry& entry : entries) {
        prediction.add(&entry, *logged_rest++);
        postings_counted_ += entry.postings();
        in_order = in_order && entry.sequence() == sequence && known(entry.outcome());
        ++sequence;
    }
    return in_order ? std::string() : why_not_in_order(entries, first_sequence);
}

std::string Unpacker::read_dictionary() {
    std::uint32_t rows = 0;
    if (!take_number(rows)) {
        return too_short;
    }
    if (rows > posting_count_ || (rows == 0) != (posting_count_ == 0)) {
        return "for " + std::to_string(posting_count_) + " postings there are " +
               std::to_string(rows) + " pairs of accounts";
    }
    pairs_ = rows;
    if (rows == 0) {
        return {};
    }
    make_room(dictionary_, rows);
    Frame& frame = frames_[0];
    if (!read_frame(rest_, posting_words, frame)) {
        return no_frame;
    }
    layout_.set(frame);
    const std::byte* from = take(rows * layout_.row_bytes());
    if (from == nullptr) {
        return too_short;
    }
    std::byte* to = std::as_writable_bytes(std::span(dictionary_)).data();
    for (std::size_t left = rows; left > 0;) {
        const std::size_t part = std::min(left, rows_at_once);
        layout_.unpack(from, 0, posting_words, std::span(posting_offsets).first(part), to);
        from += part * layout_.row_bytes();
        to += part * sizeof(wire::Posting);
        left -= part;
    }
    for (const wire::Posting& row : std::span(dictionary_).first(rows)) {
        if (static_cast<std::uint64_t>(row.amount_fen()) >= amount_places) {
            return "the amount of a posting stands nowhere";
        }
    }
    return {};
}

std::string Unpacker::read_postings() {
    std::uint32_t apart = 0;
    if (!take_number(apart)) {
        return too_short;
    }
    const unsigned bits = index_bits(pairs_);
    const std::byte* const amounts = take(std::size_t{apart} * 8);
    const std::byte* const numbers =
        amounts == nullptr ? nullptr : take(packed_bytes(posting_count_, bits));
    if (numbers == nullptr) {
        return too_short;
    }
    std::size_t apart_taken = 0;
    std::size_t number = 0;
    std::byte* to = std::as_writable_bytes(std::span(postings_)).data();
    const std::byte* const dictionary = std::as_bytes(std::span(dictionary_)).data();
    for (const wire::Entry& entry : entries()) {
        const std::byte* const words = reinterpret_cast<const std::byte*>(&entry);
        for (std::size_t left = entry.postings(); left > 0; --left) {
            const std::size_t pair = unpack_at(numbers, number++, bits);
            if (pair >= pairs_) {
                return "a posting has accounts that the block does not name";
            }
            const std::byte* const accounts = dictionary + pair * sizeof(wire::Posting);
            const std::size_t place = load_word(accounts + posting_amount_at);
            std::memcpy(to, accounts, posting_amount_at);
            const std::byte* amount = words + (amount_word + place - 1) * 8;
            if (place == amount_apart) {
                if (apart_taken == apart) {
                    return "the amount of a posting is missing";
                }
                amount = amounts + 8 * apart_taken++;
            }
            store_word(to + posting_amount_at, load_word(amount));
            to += sizeof(wire::Posting);
        }
    }
    return apart_taken == apart && rest_.empty() ? std::string()
                                                 : "the packed bytes hold more than the block";
}

}  // namespace fiscus::journal
