// Target `journal`: the value of a record of the journal topic, as a damaged disk or a foreign
// writer may leave it; its packed bytes alone; and any entries at all, to be packed.
// Promises: opening ends and reads nothing outside of the bytes; what it refuses has a reason; what
// opens packs again to the same entries, postings and details; any entries survive their packing.
#include <cstring>
#include <vector>

#include "engine/base/limits.h"
#include "engine/journal/block.h"
#include "tests/fuzz/input.h"
#include "tests/fuzz/targets.h"

namespace fiscus::fuzz {
namespace {

using journal::Entries;

// First byte of an input: what the rest of it is.
enum class Part : std::uint8_t { block, packed_bytes, entries };
constexpr std::size_t parts = 3;

// Where numbers lie in an entry: docs/formats/journal.md.
constexpr std::size_t sequence_at = 0;
constexpr std::size_t postings_at = 174;
constexpr std::size_t outcome_at = 177;

template <typename T>
void put(wire::Entry& entry, std::size_t position, T value) {
    std::memcpy(reinterpret_cast<std::byte*>(&entry) + position, &value, sizeof value);
}

template <typename T>
bool same(std::span<const T> first, std::span<const T> second) {
    return first.size() == second.size() &&
           (first.empty() || std::memcmp(first.data(), second.data(), first.size_bytes()) == 0);
}

// A log gives values at multiples of eight.
class Aligned {
public:
    explicit Aligned(Bytes bytes) : words_(bytes.size() / 8 + 1), size_(bytes.size()) {
        if (!bytes.empty()) {
            std::memcpy(words_.data(), bytes.data(), bytes.size());
        }
    }
    [[nodiscard]] Bytes bytes() const { return std::as_bytes(std::span(words_)).first(size_); }

private:
    std::vector<std::uint64_t> words_;
    std::size_t size_;
};

void open_block(Bytes value) {
    const Aligned copy(value);
    journal::BlockDecoder decoder;
    const auto opened = decoder.open(copy.bytes());
    if (!opened.ok()) {
        return check_error(opened.error());
    }
    const journal::BlockView& view = opened.value();
    if (view.header().kind != wire::BlockKind::entries) {
        return;
    }
    Entries entries;
    entries.entries.assign(view.entries().begin(), view.entries().end());
    entries.postings.assign(view.postings().begin(), view.postings().end());
    for (std::size_t i = 0; i < entries.entries.size(); ++i) {
        if (const Bytes detail = view.detail(i); !detail.empty()) {
            entries.details.push_back(
                {static_cast<std::uint32_t>(i), {detail.begin(), detail.end()}});
        }
    }
    journal::BlockEncoder encoder;
    const Aligned again(encoder.encode(view.header(), entries));
    journal::BlockDecoder second;
    const auto reopened = second.open(again.bytes());
    FISCUS_CHECK(reopened.ok(), "what was opened can be published again");
    FISCUS_CHECK(same(reopened.value().entries(), view.entries()) &&
                     same(reopened.value().postings(), view.postings()),
                 "a block survives its packing");
    for (std::size_t i = 0; i < entries.entries.size(); ++i) {
        FISCUS_CHECK(same(reopened.value().detail(i), view.detail(i)), "details survive, too");
    }
}

void pack_and_compare(std::uint64_t first_sequence,
                      std::span<const wire::Entry> entries,
                      std::span<const wire::Posting> postings) {
    journal::Packer packer;
    const Bytes packed = packer.pack(first_sequence, entries, postings);
    journal::Unpacker unpacker;
    const std::string wrong =
        unpacker.unpack(packed, first_sequence, entries.size(), postings.size());
    FISCUS_CHECK(wrong.empty(), "what was packed unpacks");
    FISCUS_CHECK(same(unpacker.entries(), entries) && same(unpacker.postings(), postings),
                 "entries and postings survive their packing");
}

void unpack(Input& input) {
    const std::size_t entries = input.number<std::uint16_t>() % (block_entries_max + 1);
    const std::size_t postings = input.number<std::uint16_t>();
    const auto first_sequence = input.number<std::uint64_t>();
    const Bytes rest = input.rest();
    std::vector<std::byte> packed(rest.begin(), rest.end());
    packed.resize(packed.size() + journal::slack_bytes);
    journal::Unpacker unpacker;
    if (unpacker.unpack(packed, first_sequence, entries, postings).empty()) {
        pack_and_compare(first_sequence, unpacker.entries(), unpacker.postings());
    }
}

void pack(Input& input) {
    const auto first_sequence = input.number<std::uint64_t>();
    // Entries that resemble one another are what is published: each is the one before with a piece
    // of it changed.
    std::vector<wire::Entry> entries;
    std::vector<wire::Posting> postings;
    wire::Entry entry;
    wire::Posting posting;
    while (!input.empty() && entries.size() < 4'096) {
        const auto repeats = input.byte();
        const std::size_t at = input.below(sizeof entry);
        const Bytes piece = input.piece(std::min<std::size_t>(sizeof entry - at, input.below(32)));
        std::memcpy(reinterpret_cast<std::byte*>(&entry) + at, piece.data(), piece.size());
        for (std::size_t i = 0; i <= repeats % 64; ++i) {
            const auto count = static_cast<std::uint16_t>(input.below(4));
            put(entry, sequence_at, first_sequence + entries.size());
            put(entry, postings_at, count);
            put(entry, outcome_at, static_cast<std::uint8_t>(1 + repeats % 4));
            entries.push_back(entry);
            for (std::uint16_t j = 0; j < count; ++j) {
                const std::size_t changed = input.below(sizeof posting);
                reinterpret_cast<std::byte*>(&posting)[changed] =
                    static_cast<std::byte>(input.byte());
                postings.push_back(posting);
            }
        }
    }
    if (!entries.empty()) {
        pack_and_compare(first_sequence, entries, postings);
    }
}

}  // namespace

void fuzz_journal(Bytes bytes) {
    Input input(bytes);
    switch (static_cast<Part>(input.below(parts))) {
        case Part::block: return open_block(input.rest());
        case Part::packed_bytes: return unpack(input);
        case Part::entries: return pack(input);
    }
}

}  // namespace fiscus::fuzz
