// The one writer of a journal partition. open() appends Claim{term = highest seen + 1}, reads back
// up to its own claim and only then publishes; every block carries the term. A higher term read
// back, in sync() or in check_fence(), is `fenced`: stand down. Thread: one.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "engine/base/last_word.h"
#include "engine/journal/reader.h"

namespace fiscus::journal {

// What a writer does whose claim comes after another one of the same term: claims again, or lets
// the other one have the partition.
enum class Contest : std::uint8_t { insist, yield };

class Publisher {
public:
    // `from` is any cursor at or before the journal's end (the state's). Blocks from there to the
    // claim are already published: `tail_end` is the cursor after them, for recovery to compare
    // against.
    // Fails: corrupt, fenced (the local log's lock, others claim again and again, or one did and
    // this writer yields),
    // log_unavailable when the own claim does not come back, as the log does.
    static Result<std::unique_ptr<Publisher>> open(log::Log& log,
                                                   std::int32_t partition,
                                                   const Cursor& from,
                                                   const std::string& writer_name,
                                                   Contest contest = Contest::insist);

    // Encodes and queues the block after the last one; nothing counts before sync(). Fails: usage
    // for a block above the topic's limit (block_bytes_bound tells before), as log::Writer::append
    // does.
    Status append(const Entries& entries, const Hash128& state_digest, std::int64_t timestamp_us);
    // Waits until all that was appended is durable, then looks for a higher term. On success
    // cursor() is durable too. After an error the publisher is dead: nothing of the turn may be
    // committed.
    Status sync();
    // For a writer with nothing to publish: did another one claim since? Fails: fenced.
    Status check_fence();
    // Stands after everything appended; its next_offset moves at sync().
    [[nodiscard]] const Cursor& cursor() const { return cursor_; }
    // Where the published journal ended when this writer claimed it.
    [[nodiscard]] const Cursor& tail_end() const { return tail_end_; }
    [[nodiscard]] std::uint64_t term() const { return cursor_.term; }

private:
    Publisher(log::Log& log,
              std::int32_t partition,
              std::unique_ptr<log::Writer> writer,
              const Cursor& tail_end);

    // Looks at every record from the cursor's offset up to `end` for a higher term.
    Status look_for_claims(std::int64_t end);
    Status sync_blocks();

    log::Log& log_;
    std::int32_t partition_;
    std::unique_ptr<log::Writer> writer_;
    Cursor cursor_;
    Cursor tail_end_;
    BlockEncoder encoder_;
    std::int64_t unsynced_blocks_ = 0;
    LastWord last_word_;
};

}  // namespace fiscus::journal
