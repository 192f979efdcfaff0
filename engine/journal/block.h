// Journal blocks on the wire (docs/formats/journal.md): build one from entries, open one from
// bytes. Every entry is a fixed struct of schemas/journal.fbs, so opening a block copies nothing.
// Thread: values, one thread at a time. Fails: open_block on bytes that are not a block of ours.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/hash.h"
#include "engine/base/result.h"
#include "schemas/journal_generated.h"

namespace fiscus::journal {

// Highest version of the format that this program reads, and the one that it writes.
inline constexpr std::uint16_t block_version = 1;

// Bytes of an entry beyond its struct (wire::Detail); `entry` is the index in the block.
struct Detail {
    std::uint32_t entry = 0;
    std::vector<std::byte> bytes;
};

// Entries, postings and details of one turn, in order. Reused from turn to turn: clear() keeps
// memory.
struct Entries {
    std::vector<wire::Entry> entries;
    std::vector<wire::Posting> postings;
    std::vector<Detail> details;

    void clear();
    [[nodiscard]] bool empty() const { return entries.empty(); }
};

// No block of these entries is longer than this; one of more than block_bytes_max cannot be
// published.
std::size_t block_bytes_bound(const Entries& entries);

// The same while entries are being added: what was counted is not counted again.
class GrowingBlock {
public:
    std::size_t bytes_bound(const Entries& entries);

private:
    std::size_t details_ = 0;
    std::size_t detail_bytes_ = 0;
};

struct BlockHeader {
    wire::BlockKind kind = wire::BlockKind::entries;
    std::uint32_t partition = 0;
    std::uint64_t term = 0;
    std::uint64_t first_sequence = 0;  // claims: the sequence that the next entry will have
    Hash128 state_digest{};            // claims: zero
    Sha256 previous{};                 // of the last counted block of entries; claims: zero
    std::string writer{};
};

// The value bytes of one record of the journal topic. The result lives until the next encode().
class BlockEncoder {
public:
    Bytes encode(const BlockHeader& header, const Entries& entries);

private:
    flatbuffers::FlatBufferBuilder builder_{1U << 20};
    std::vector<flatbuffers::Offset<wire::Detail>> details_;
};

// A verified block over borrowed bytes; valid as long as they are.
class BlockView {
public:
    [[nodiscard]] BlockHeader header() const;
    [[nodiscard]] std::span<const wire::Entry> entries() const;
    // All postings, entry after entry: walk with Entry.postings().
    [[nodiscard]] std::span<const wire::Posting> postings() const;
    // Detail bytes of the entry with this index, empty if none. Details ascend by entry.
    [[nodiscard]] Bytes detail(std::size_t entry_index) const;
    [[nodiscard]] const wire::Block& raw() const { return *block_; }

private:
    friend Result<BlockView> open_block(Bytes value);
    explicit BlockView(const wire::Block* block) : block_(block) {}
    const wire::Block* block_;
};

// Checks identifier, structure, version, consecutive sequence numbers, and that the postings add up
// to Σ Entry.postings. The bytes begin at a multiple of eight, as every log::Reader gives them.
// Fails: corrupt.
Result<BlockView> open_block(Bytes value);

}  // namespace fiscus::journal
