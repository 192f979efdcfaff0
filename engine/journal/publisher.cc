#include "engine/journal/publisher.h"

#include <array>
#include <utility>

#include "engine/base/kill_point.h"
#include "engine/log/topics.h"

namespace fiscus::journal {
namespace {

// Two writers that start at once may take each other's term; more than this is somebody
// misbehaving.
constexpr int claims_max = 16;
// A log that shows nothing of what it acknowledged for so long will not do so later.
constexpr std::chrono::milliseconds progress_wait{30'000};
// Records looked at in one read when searching for a claim.
constexpr std::size_t fence_records_max = 64;

Error no_progress(std::int32_t partition, std::int64_t offset) {
    return {.code = ErrorCode::log_unavailable,
            .what = "the journal of partition " + std::to_string(partition) +
                    " cannot be read up to offset " + std::to_string(offset),
            .why = "nothing came for " + std::to_string(progress_wait.count() / 1000) + " s",
            .hint = "Check the broker, then start again; nothing was lost."};
}

Error stand_down(std::int32_t partition, std::uint64_t own, std::uint64_t higher) {
    return {.code = ErrorCode::fenced,
            .what = "the journal of partition " + std::to_string(partition) +
                    " was claimed by another writer",
            .why = "its term is " + std::to_string(higher) + ", ours " + std::to_string(own),
            .hint = "Let the other writer work, or stop it and start this one again."};
}

// Reads on to the record before `end`. A hole at the end (no record at end − 1) would look like a
// log that stands still, so `patience` says how long to wait for the next record.
Status drain(JournalReader& reader, std::int64_t end, std::chrono::milliseconds patience) {
    while (reader.cursor().next_offset < end) {
        FISCUS_ASSIGN(const auto block, reader.next_before(end, patience));
        if (!block) {
            break;
        }
    }
    return Done{};
}

Result<std::int64_t> append_claim(log::Writer& writer,
                                  BlockEncoder& encoder,
                                  const BlockHeader& claim) {
    const std::array records{
        log::NewRecord{.value = encoder.encode(claim, Entries{}), .key_is_null = true}};
    FISCUS_TRY(writer.append(records));
    FISCUS_ASSIGN(const std::int64_t end, writer.sync());
    return end - 1;
}

}  // namespace

Result<std::unique_ptr<Publisher>> Publisher::open(log::Log& log,
                                                   std::int32_t partition,
                                                   const Cursor& from,
                                                   const std::string& writer_name,
                                                   Contest contest) {
    FISCUS_ASSIGN(auto writer, log.writer(log::journal_topic, partition));
    FISCUS_ASSIGN(auto reader, JournalReader::open(log, partition, from));
    FISCUS_ASSIGN(const log::Extent extent, log.extent(log::journal_topic, partition));
    // Only to guess the term well: what counts is what the claim itself reads back.
    FISCUS_TRY(drain(*reader, extent.end, std::chrono::milliseconds(5'000)));
    BlockEncoder encoder;
    for (int attempt = 0; attempt < claims_max; ++attempt) {
        const BlockHeader claim{.kind = wire::BlockKind::claim,
                                .partition = static_cast<std::uint32_t>(partition),
                                .term = reader->cursor().term + 1,
                                .first_sequence = reader->cursor().next_sequence,
                                .writer = writer_name};
        FISCUS_ASSIGN(const std::int64_t offset, append_claim(*writer, encoder, claim));
        FISCUS_KILL_POINT("after a claim, before it is read back");
        FISCUS_TRY(drain(*reader, offset, progress_wait));
        if (reader->cursor().next_offset < offset) {
            return no_progress(partition, offset);
        }
        // Void if somebody else's claim of this term, or of a higher one, came first.
        const bool ours = reader->cursor().term < claim.term;
        FISCUS_TRY(drain(*reader, offset + 1, progress_wait));
        if (reader->cursor().next_offset <= offset) {
            return no_progress(partition, offset);
        }
        if (ours) {
            return std::unique_ptr<Publisher>(
                new Publisher(log, partition, std::move(writer), reader->cursor()));
        }
        if (contest == Contest::yield) {
            break;
        }
    }
    return stand_down(partition, reader->cursor().term, reader->cursor().term + 1);
}

Publisher::Publisher(log::Log& log,
                     std::int32_t partition,
                     std::unique_ptr<log::Writer> writer,
                     const Cursor& tail_end)
    : log_(log),
      partition_(partition),
      writer_(std::move(writer)),
      cursor_(tail_end),
      tail_end_(tail_end) {}

Status Publisher::append(const Entries& entries,
                         const Hash128& state_digest,
                         std::int64_t timestamp_us) {
    FISCUS_TRY(last_word_.status());
    const BlockHeader header{.kind = wire::BlockKind::entries,
                             .partition = static_cast<std::uint32_t>(partition_),
                             .term = cursor_.term,
                             .first_sequence = cursor_.next_sequence,
                             .state_digest = state_digest,
                             .previous = cursor_.previous};
    const Bytes value = encoder_.encode(header, entries);
    const std::array records{
        log::NewRecord{.timestamp_us = timestamp_us, .value = value, .key_is_null = true}};
    FISCUS_TRY(last_word_.unless_failed([&] { return writer_->append(records); }));
    cursor_.next_sequence += entries.entries.size();
    cursor_.previous = sha256(value);
    cursor_.state_digest = state_digest;
    ++unsynced_blocks_;
    return Done{};
}

Status Publisher::sync() {
    return last_word_.unless_failed([this] { return sync_blocks(); });
}

Status Publisher::sync_blocks() {
    if (unsynced_blocks_ == 0) {
        return Done{};
    }
    FISCUS_ASSIGN(const std::int64_t end, writer_->sync());
    // Offsets that are all ours leave no room for a claim; only otherwise the log has to be read.
    if (end != cursor_.next_offset + unsynced_blocks_) {
        FISCUS_TRY(look_for_claims(end));
    }
    cursor_.next_offset = end;
    unsynced_blocks_ = 0;
    return Done{};
}

Status Publisher::check_fence() {
    FISCUS_TRY(last_word_.status());
    FISCUS_ASSIGN(const log::Extent extent, log_.extent(log::journal_topic, partition_));
    if (unsynced_blocks_ > 0 || extent.end <= cursor_.next_offset) {
        return Done{};
    }
    return last_word_.unless_failed([&] { return look_for_claims(extent.end); });
}

Status Publisher::look_for_claims(std::int64_t end) {
    FISCUS_ASSIGN(auto reader, log_.reader(log::journal_topic, partition_, cursor_.next_offset));
    BlockDecoder decoder;
    std::int64_t next = cursor_.next_offset;
    while (next < end) {
        FISCUS_ASSIGN(const auto records, reader->read(fence_records_max, progress_wait));
        if (records.empty()) {
            return no_progress(partition_, end);
        }
        for (const log::Record& record : records) {
            FISCUS_ASSIGN(const BlockView view, open_record(decoder, record, partition_));
            if (view.raw().term() > cursor_.term) {
                return stand_down(partition_, cursor_.term, view.raw().term());
            }
            next = record.offset + 1;
        }
    }
    return Done{};
}

}  // namespace fiscus::journal
