// Journal blocks on the wire (docs/formats/journal.md): build one from entries, open one from
// bytes. In memory entries and postings are the structs of schemas/journal.fbs; in a block they are
// packed to about a sixth of that, because everybody pays for the bytes: hashes, disks, brokers.
// Thread: one. Fails: BlockDecoder::open on bytes that are not a block of ours.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/hash.h"
#include "engine/base/result.h"
#include "engine/journal/packing.h"
#include "engine/journal/unpacking.h"
#include "schemas/journal_generated.h"

namespace fiscus::journal {

// The version of the format that this program writes, and the only one that it reads.
inline constexpr std::uint16_t block_version = 2;

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

    // Of the entry that comes next.
    void add_detail(Bytes bytes);
    void clear();
    [[nodiscard]] bool empty() const { return entries.empty(); }

private:
    // Memory of details that were cleared.
    std::vector<std::vector<std::byte>> spare_;
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

class BlockEncoder {
public:
    // The value bytes of one record of the journal topic; they live until the next call. No more
    // entries and postings than block_entries_max and block_postings_max.
    Bytes encode(const BlockHeader& header, const Entries& entries);

private:
    flatbuffers::FlatBufferBuilder builder_{1U << 20};
    std::vector<flatbuffers::Offset<wire::Detail>> details_;
    Packer packer_;
};

// A verified block: valid as long as its bytes are, and until its decoder opens the next one.
class BlockView {
public:
    [[nodiscard]] BlockHeader header() const;
    [[nodiscard]] std::span<const wire::Entry> entries() const { return entries_; }
    // All postings, entry after entry: walk with Entry.postings().
    [[nodiscard]] std::span<const wire::Posting> postings() const { return postings_; }
    // Detail bytes of the entry with this index, empty if none. Details ascend by entry.
    [[nodiscard]] Bytes detail(std::size_t entry_index) const;
    [[nodiscard]] const wire::Block& raw() const { return *block_; }

private:
    friend class BlockDecoder;
    BlockView(const wire::Block* block,
              std::span<const wire::Entry> entries,
              std::span<const wire::Posting> postings)
        : block_(block), entries_(entries), postings_(postings) {}
    const wire::Block* block_;
    std::span<const wire::Entry> entries_;
    std::span<const wire::Posting> postings_;
};

// Opens blocks, one after the other; owns what the last one was unpacked to.
class BlockDecoder {
public:
    // Checks identifier, structure, version, consecutive sequence numbers, and that the postings
    // add up to Σ Entry.postings. The bytes begin at a multiple of eight, as every log::Reader
    // gives them. Fails: corrupt.
    Result<BlockView> open(Bytes value);

private:
    Status unpack(const wire::Block& block);

    Unpacker unpacker_;
};

}  // namespace fiscus::journal
