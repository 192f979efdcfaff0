#include "engine/journal/block.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "engine/base/check.h"
#include "engine/base/limits.h"

namespace fiscus::journal {
namespace {

constexpr std::size_t identifier_end = 8;
// Far above any block of ours, far below what the verifier can take.
constexpr std::size_t value_bytes_max = 1U << 30;
// A block is a table of tables without children.
constexpr std::uint32_t depth_max = 3;
// Of a detail whose memory is kept for the next turn: those of quarantined values are many. Kept
// longer ones, of definitions, would add up to event_bytes_max for each record of a turn.
constexpr std::size_t spare_bytes_max = quarantine_bytes_max;
// Everything of a block but the contents of its vectors: tables, vtable, digest, hash, padding.
constexpr std::size_t block_overhead = 512;
// Table, vector length, offset and padding around the bytes of a detail.
constexpr std::size_t detail_overhead = 48;

Error not_a_block(std::string why) {
    return {.code = ErrorCode::corrupt,
            .what = "the bytes are not a journal block that can be read",
            .why = std::move(why),
            .hint = "Restore the journal from a copy; if another fiscus wrote it, use that one."};
}

Status check_details(const wire::Block& block, std::size_t entries) {
    const auto* details = block.details();
    std::int64_t before = -1;
    for (std::uint32_t i = 0; details != nullptr && i < details->size(); ++i) {
        const auto entry = static_cast<std::int64_t>(details->Get(i)->entry());
        if (entry <= before || static_cast<std::size_t>(entry) >= entries) {
            return not_a_block("detail " + std::to_string(i) + " belongs to entry " +
                               std::to_string(entry) + ", out of order or out of the block");
        }
        before = entry;
    }
    return Done{};
}

std::size_t size_of(const wire::Block& block) {
    return block.entry_count() + block.posting_count() +
           (block.packed() == nullptr ? 0 : block.packed()->size()) +
           (block.details() == nullptr ? 0 : block.details()->size());
}

}  // namespace

void Entries::add_detail(Bytes bytes) {
    Detail& detail = details.emplace_back();
    detail.entry = static_cast<std::uint32_t>(entries.size());
    if (!spare_.empty()) {
        detail.bytes = std::move(spare_.back());
        spare_.pop_back();
    }
    detail.bytes.assign(bytes.begin(), bytes.end());
}

void Entries::clear() {
    entries.clear();
    postings.clear();
    for (Detail& detail : details) {
        if (detail.bytes.capacity() <= spare_bytes_max) {
            spare_.push_back(std::move(detail.bytes));
        }
    }
    details.clear();
}

std::size_t block_bytes_bound(const Entries& entries) {
    return GrowingBlock().bytes_bound(entries);
}

std::size_t GrowingBlock::bytes_bound(const Entries& entries) {
    for (; details_ < entries.details.size(); ++details_) {
        detail_bytes_ += entries.details[details_].bytes.size() + detail_overhead;
    }
    return block_overhead + packed_bytes_max(entries.entries.size(), entries.postings.size()) +
           detail_bytes_;
}

Bytes BlockEncoder::encode(const BlockHeader& header, const Entries& entries) {
    FISCUS_CHECK(entries.entries.size() <= block_entries_max &&
                     entries.postings.size() <= block_postings_max,
                 "a turn ends before its block is larger than a reader takes");
    builder_.Clear();
    details_.clear();
    for (const Detail& detail : entries.details) {
        const auto bytes = builder_.CreateVector(
            reinterpret_cast<const std::uint8_t*>(detail.bytes.data()), detail.bytes.size());
        details_.push_back(wire::CreateDetail(builder_, detail.entry, bytes));
    }
    const bool claim = header.kind == wire::BlockKind::claim;
    const auto details = claim ? 0 : builder_.CreateVector(details_);
    flatbuffers::Offset<flatbuffers::Vector<std::uint8_t>> packed = 0;
    if (!claim) {
        const Bytes bytes = packer_.pack(header.first_sequence, entries.entries, entries.postings);
        packed = builder_.CreateVector(reinterpret_cast<const std::uint8_t*>(bytes.data()),
                                       bytes.size());
    }
    const auto writer = header.writer.empty() ? 0 : builder_.CreateString(header.writer);
    const wire::Digest digest(header.state_digest.hi, header.state_digest.lo);
    wire::Hash256 previous;
    static_assert(sizeof previous == std::tuple_size_v<Sha256>);
    std::memcpy(static_cast<void*>(&previous), header.previous.data(), sizeof previous);

    wire::BlockBuilder block(builder_);
    block.add_version(block_version);
    block.add_kind(header.kind);
    block.add_partition(header.partition);
    block.add_term(header.term);
    block.add_first_sequence(header.first_sequence);
    block.add_state_digest(&digest);
    block.add_previous(&previous);
    if (!claim) {
        block.add_details(details);
        block.add_entry_count(static_cast<std::uint32_t>(entries.entries.size()));
        block.add_posting_count(static_cast<std::uint32_t>(entries.postings.size()));
        block.add_packed(packed);
    }
    if (!header.writer.empty()) {
        block.add_writer(writer);
    }
    builder_.Finish(block.Finish(), wire::BlockIdentifier());
    return std::as_bytes(std::span(builder_.GetBufferPointer(), builder_.GetSize()));
}

BlockHeader BlockView::header() const {
    BlockHeader header{.kind = block_->kind(),
                       .partition = block_->partition(),
                       .term = block_->term(),
                       .first_sequence = block_->first_sequence()};
    if (const wire::Digest* digest = block_->state_digest(); digest != nullptr) {
        header.state_digest = {.hi = digest->hi(), .lo = digest->lo()};
    }
    if (const wire::Hash256* previous = block_->previous(); previous != nullptr) {
        std::memcpy(header.previous.data(), previous, header.previous.size());
    }
    if (block_->writer() != nullptr) {
        header.writer = block_->writer()->str();
    }
    return header;
}

Bytes BlockView::detail(std::size_t entry_index) const {
    const auto* details = block_->details();
    if (details == nullptr) {
        return {};
    }
    std::uint32_t low = 0;
    std::uint32_t high = details->size();
    while (low < high) {
        const std::uint32_t middle = low + (high - low) / 2;
        if (details->Get(middle)->entry() < entry_index) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low == details->size() || details->Get(low)->entry() != entry_index ||
        details->Get(low)->bytes() == nullptr) {
        return {};
    }
    const auto* bytes = details->Get(low)->bytes();
    return std::as_bytes(std::span(bytes->data(), bytes->size()));
}

Status BlockDecoder::unpack(const wire::Block& block) {
    if (block.entry_count() == 0) {
        return not_a_block("a block of entries has none");
    }
    if (block.first_sequence() == 0 || block.state_digest() == nullptr) {
        return not_a_block("a block of entries has no first sequence or no state digest");
    }
    if (block.entry_count() > block_entries_max || block.posting_count() > block_postings_max) {
        return not_a_block("it says that it has " + std::to_string(block.entry_count()) +
                           " entries and " + std::to_string(block.posting_count()) + " postings");
    }
    Bytes packed;
    if (block.packed() != nullptr) {
        packed = std::as_bytes(std::span(block.packed()->data(), block.packed()->size()));
    }
    std::string wrong = unpacker_.unpack(packed, block.first_sequence(), block.entry_count(),
                                         block.posting_count());
    if (!wrong.empty()) {
        return not_a_block(std::move(wrong));
    }
    return check_details(block, block.entry_count());
}

Result<BlockView> BlockDecoder::open(Bytes value) {
    if (value.size() < identifier_end || value.size() > value_bytes_max) {
        return not_a_block("it has " + std::to_string(value.size()) + " bytes");
    }
    FISCUS_CHECK(reinterpret_cast<std::uintptr_t>(value.data()) % alignof(std::uint64_t) == 0,
                 "a log gives values at multiples of eight");
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(value.data());
    if (!wire::BlockBufferHasIdentifier(bytes)) {
        return not_a_block(std::string("the identifier is not ") + wire::BlockIdentifier());
    }
    flatbuffers::Verifier verifier(bytes, value.size(), depth_max);
    if (!wire::VerifyBlockBuffer(verifier)) {
        return not_a_block("the structure is damaged");
    }
    const wire::Block* block = wire::GetBlock(bytes);
    if (block->version() != block_version) {
        return not_a_block("version " + std::to_string(block->version()) +
                           " of the format is not " + std::to_string(block_version));
    }
    if (block->entries() != nullptr || block->postings() != nullptr) {
        return not_a_block("it carries entries or postings as version 1 did");
    }
    if (block->term() == 0 || block->previous() == nullptr) {
        return not_a_block("it has no term or no previous hash");
    }
    switch (block->kind()) {
        case wire::BlockKind::entries: {
            FISCUS_TRY(unpack(*block));
            return BlockView(block, unpacker_.entries(), unpacker_.postings());
        }
        case wire::BlockKind::claim:
            if (size_of(*block) != 0) {
                return not_a_block("a claim carries entries");
            }
            return BlockView(block, {}, {});
    }
    return not_a_block("the kind of block " + std::to_string(static_cast<int>(block->kind())) +
                       " is unknown");
}

}  // namespace fiscus::journal
