// Reads a journal partition in order: only blocks that count. Blocks of a lower term that come
// after a claim of a higher one are dropped (a fenced writer's last words); the hash chain and the
// sequence numbers are checked, a break is `corrupt` and names the offset. For engine recovery,
// statistics, replay and every other fold. Thread: one.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>

#include "engine/journal/block.h"
#include "engine/log/log.h"

namespace fiscus::journal {

// Where a fold of the journal stands; stored beside the fold's own state in one write. The default
// value is the start of the journal.
struct Cursor {
    std::int64_t next_offset = 0;     // first journal record not yet read
    std::uint64_t next_sequence = 1;  // ledger sequence of the next entry
    std::uint64_t term = 0;           // highest claimed so far
    Sha256 previous{};                // SHA-256 of the last counted block's bytes
    Hash128 state_digest;             // of the last counted block of entries
    friend bool operator==(const Cursor&, const Cursor&) = default;
};

struct ReadBlock {
    std::int64_t offset = 0;
    BlockView view;
    Bytes bytes;
};

class JournalReader {
public:
    // Fails: as log::Log::reader does for the cursor's offset.
    static Result<std::unique_ptr<JournalReader>> open(log::Log& log,
                                                       std::int32_t partition,
                                                       const Cursor& from);

    // The next counted block of entries (claims are followed, never returned); nothing when none
    // came in time. The block lives until the next call. cursor() then stands after it.
    // Fails: corrupt naming the offset; the cursor stays before the block. As log::Reader::read
    // does.
    Result<std::optional<ReadBlock>> next(std::chrono::milliseconds wait);
    // As next(), but never goes past the record before offset `end`: nothing is in front of it, or
    // nothing came in time. cursor().next_offset ≥ end tells which.
    Result<std::optional<ReadBlock>> next_before(std::int64_t end, std::chrono::milliseconds wait);
    [[nodiscard]] const Cursor& cursor() const { return cursor_; }
    // Who claimed the cursor's term; empty when that was before the reader began.
    [[nodiscard]] const std::string& claimed_by() const { return claimed_by_; }

private:
    JournalReader(std::unique_ptr<log::Reader> reader, std::int32_t partition, const Cursor& from);

    // Follows one record: a block if it counts, nothing if it is a claim, dropped or a repeat.
    Result<std::optional<ReadBlock>> follow(const log::Record& record);

    std::unique_ptr<log::Reader> reader_;
    std::int32_t partition_;
    Cursor cursor_;
    std::string claimed_by_;
    std::span<const log::Record> records_;
    std::size_t taken_ = 0;
    BlockDecoder decoder_;
};

// The block that the cursor follows lies in front of it, and none behind that. What a state was
// built from may have been lost, and other blocks may have come in its place, even as many: whoever
// published behind them would break the chain for everybody. Fails: log_mismatch; log_unavailable.
Status check_cursor(log::Log& log, std::int32_t partition, const Cursor& cursor);

// The view of a record of the journal topic, for as long as the record lives and `decoder` opens no
// other. Fails: corrupt, naming partition and offset.
Result<BlockView> open_record(BlockDecoder& decoder,
                              const log::Record& record,
                              std::int32_t partition);

}  // namespace fiscus::journal
