#include "engine/journal/reader.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "engine/log/topics.h"

namespace fiscus::journal {
namespace {

// Blocks are megabytes in a busy journal and bytes in an idle one: what a reader holds at once.
constexpr std::size_t blocks_max = 64;

Error broken(const log::Record& record, std::int32_t partition, std::string why) {
    return {.code = ErrorCode::corrupt,
            .what = "the journal of partition " + std::to_string(partition) +
                    " is broken at offset " + std::to_string(record.offset),
            .why = std::move(why),
            .hint = "Nothing behind this place can be trusted. Restore the journal from a copy."};
}

}  // namespace

Result<BlockView> open_record(BlockDecoder& decoder,
                              const log::Record& record,
                              std::int32_t partition) {
    if (record.value_is_null) {
        return broken(record, partition, "the record has no value");
    }
    auto view = decoder.open(record.value);
    if (!view.ok()) {
        return broken(record, partition, view.error().why);
    }
    if (view->raw().partition() != static_cast<std::uint32_t>(partition)) {
        return broken(record, partition,
                      "the block is of partition " + std::to_string(view->raw().partition()));
    }
    return view;
}

Result<std::unique_ptr<JournalReader>> JournalReader::open(log::Log& log,
                                                           std::int32_t partition,
                                                           const Cursor& from) {
    FISCUS_ASSIGN(auto reader, log.reader(log::journal_topic, partition, from.next_offset));
    return std::unique_ptr<JournalReader>(new JournalReader(std::move(reader), partition, from));
}

JournalReader::JournalReader(std::unique_ptr<log::Reader> reader,
                             std::int32_t partition,
                             const Cursor& from)
    : reader_(std::move(reader)), partition_(partition), cursor_(from) {}

Result<std::optional<ReadBlock>> JournalReader::next(std::chrono::milliseconds wait) {
    return next_before(std::numeric_limits<std::int64_t>::max(), wait);
}

Result<std::optional<ReadBlock>> JournalReader::next_before(std::int64_t end,
                                                            std::chrono::milliseconds wait) {
    const auto deadline = std::chrono::steady_clock::now() + wait;
    while (cursor_.next_offset < end) {
        if (taken_ == records_.size()) {
            const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
                deadline - std::chrono::steady_clock::now());
            // Empty first: a failed read leaves nothing that may be looked at.
            records_ = {};
            taken_ = 0;
            FISCUS_ASSIGN(records_, reader_->read(blocks_max, std::max(left, left.zero())));
            if (records_.empty()) {
                // Nothing is left but holes.
                cursor_.next_offset =
                    std::max(cursor_.next_offset, std::min(reader_->position(), end));
                return std::optional<ReadBlock>();
            }
        }
        const log::Record& record = records_[taken_];
        if (record.offset >= end) {
            // Offsets may have holes: everything in front of `end` has been read.
            cursor_.next_offset = end;
            break;
        }
        FISCUS_ASSIGN(auto block, follow(record));
        ++taken_;
        if (block) {
            return block;
        }
    }
    return std::optional<ReadBlock>();
}

Result<std::optional<ReadBlock>> JournalReader::follow(const log::Record& record) {
    FISCUS_ASSIGN(const BlockView view, open_record(decoder_, record, partition_));
    const wire::Block& block = view.raw();
    const std::int64_t after = record.offset + 1;
    if (block.kind() == wire::BlockKind::claim) {
        // A claim of a term already taken is void: of two writers that claimed at once, the first
        // wins.
        if (block.term() > cursor_.term) {
            cursor_.term = block.term();
            claimed_by_ = view.header().writer;
        }
        cursor_.next_offset = after;
        return std::optional<ReadBlock>();
    }
    if (block.term() < cursor_.term) {
        cursor_.next_offset = after;
        return std::optional<ReadBlock>();
    }
    if (block.term() > cursor_.term) {
        return broken(record, partition_,
                      "a block of term " + std::to_string(block.term()) +
                          " comes without its claim; the highest claimed is " +
                          std::to_string(cursor_.term));
    }
    const Sha256 hash = sha256(record.value);
    if (hash == cursor_.previous) {
        // The same bytes twice in a row: a transport that sent again what had arrived.
        cursor_.next_offset = after;
        return std::optional<ReadBlock>();
    }
    const BlockHeader header = view.header();
    if (header.first_sequence != cursor_.next_sequence) {
        return broken(record, partition_,
                      "entry " + std::to_string(cursor_.next_sequence) + " should follow, but " +
                          std::to_string(header.first_sequence) + " does");
    }
    if (header.previous != cursor_.previous) {
        return broken(record, partition_,
                      "the block follows " + to_hex(header.previous) + ", the last one is " +
                          to_hex(cursor_.previous));
    }
    cursor_.next_offset = after;
    cursor_.next_sequence += view.entries().size();
    cursor_.previous = hash;
    cursor_.state_digest = header.state_digest;
    return std::optional<ReadBlock>(
        ReadBlock{.offset = record.offset, .view = view, .bytes = record.value});
}

}  // namespace fiscus::journal
