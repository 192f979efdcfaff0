#include "engine/journal/reader.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "engine/log/start_check.h"
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
            .hint =
                "Nothing behind this place can be trusted. Restore the journal from a copy; if it "
                "is whole, remove the state: it was built from another one, and is rebuilt."};
}

// Mostly the block is the last record in front of its cursor, or one before a claim.
constexpr std::int64_t look_back_first = 4;
constexpr std::int64_t look_back_factor = 16;
constexpr std::chrono::milliseconds look_back_wait{30'000};

Error other_journal(std::int32_t partition, const Cursor& cursor, std::string why) {
    return {.code = ErrorCode::log_mismatch,
            .what = "the journal of partition " + std::to_string(partition) +
                    " is not the one that the state was built from",
            .why = "the block with entry " + std::to_string(cursor.next_sequence - 1) + ", " +
                   std::move(why),
            .hint =
                "Restore the journal from a copy. If this journal is the right one, remove the "
                "state: it is rebuilt."};
}

// Behind the block that the cursor follows, if that is among the records from `from` up to it.
Result<std::optional<Cursor>> behind_block_of(log::Log& log,
                                              std::int32_t partition,
                                              std::int64_t from,
                                              const Cursor& cursor) {
    FISCUS_ASSIGN(const auto reader, log.reader(log::journal_topic, partition, from));
    BlockDecoder decoder;
    for (std::int64_t next = from; next < cursor.next_offset;) {
        FISCUS_ASSIGN(const auto records, reader->read(blocks_max, look_back_wait));
        if (records.empty() && reader->position() < cursor.next_offset) {
            return Error{
                .code = ErrorCode::log_unavailable,
                .what = "the journal of partition " + std::to_string(partition) +
                        " cannot be read from offset " + std::to_string(next),
                .why = "nothing came for " + std::to_string(look_back_wait.count() / 1000) + " s",
                .hint = "Check the broker, then start again."};
        }
        for (const log::Record& record : records) {
            if (record.offset < cursor.next_offset && !record.value_is_null &&
                sha256(record.value) == cursor.previous) {
                FISCUS_ASSIGN(const BlockView view, open_record(decoder, record, partition));
                Cursor behind = cursor;
                behind.next_offset = record.offset + 1;
                behind.term = view.raw().term();
                return std::optional<Cursor>(behind);
            }
        }
        next = records.empty() ? cursor.next_offset : records.back().offset + 1;
    }
    return std::optional<Cursor>();
}

// Between the block and the cursor are claims, and what does not count, as when they were read.
Status check_between(log::Log& log,
                     std::int32_t partition,
                     const Cursor& behind,
                     const Cursor& cursor) {
    FISCUS_ASSIGN(const auto reader, JournalReader::open(log, partition, behind));
    while (reader->cursor().next_offset < cursor.next_offset) {
        FISCUS_ASSIGN(const auto block, reader->next_before(cursor.next_offset, look_back_wait));
        if (block) {
            return other_journal(
                partition, cursor,
                "the last one, is followed by another at offset " + std::to_string(block->offset));
        }
    }
    return reader->cursor().term == cursor.term
               ? Status(Done{})
               : other_journal(partition, cursor, "the last one, is followed by other claims");
}

}  // namespace

Status check_cursor(log::Log& log, std::int32_t partition, const Cursor& cursor) {
    if (cursor == Cursor{}) {
        return Done{};
    }
    FISCUS_ASSIGN(const log::Extent extent,
                  log::extent_seen_up_to(log, log::journal_topic, partition, cursor.next_offset));
    if (cursor.next_offset < extent.first || cursor.next_offset > extent.end) {
        return other_journal(partition, cursor,
                             "the last one, lay in front of offset " +
                                 std::to_string(cursor.next_offset) + "; the journal holds " +
                                 std::to_string(extent.first) + " up to " +
                                 std::to_string(extent.end));
    }
    if (cursor.next_sequence == 1) {
        return check_between(log, partition, {}, cursor);
    }
    for (std::int64_t back = look_back_first;; back *= look_back_factor) {
        const std::int64_t from = std::max(extent.first, cursor.next_offset - back);
        FISCUS_ASSIGN(const auto behind, behind_block_of(log, partition, from, cursor));
        if (behind) {
            return check_between(log, partition, *behind, cursor);
        }
        if (from == extent.first) {
            return other_journal(partition, cursor,
                                 "the last one, is not in front of offset " +
                                     std::to_string(cursor.next_offset) + " any more");
        }
    }
}

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
        if (block.term() > cursor_.term + 1) {
            return broken(record, partition_,
                          "a claim of term " + std::to_string(block.term()) +
                              " comes where the highest is " + std::to_string(cursor_.term));
        }
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
