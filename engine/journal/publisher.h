// The one writer of a journal partition. open() appends Claim{term = highest seen + 1}, reads back up to
// its own claim and only then publishes; every block carries the term. A higher term read back, now or
// in check_fence(), is `fenced`: stand down. Thread: one.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "engine/journal/reader.h"

namespace fiscus::journal {

class Publisher {
public:
    // `from` is any cursor at or before the journal's end (the state's). Blocks from there to the claim are
    // already published: `tail_end` is the cursor after them, for recovery to compare against.
    static Result<std::unique_ptr<Publisher>> open(log::Log& log, std::int32_t partition,
                                                   const Cursor& from, std::string writer_name);

    // Encodes and queues the block after the last one; nothing counts before sync().
    Status append(const Entries& entries, const Hash128& state_digest, std::int64_t timestamp_us);
    // Waits until all that was appended is durable, then looks for a higher term. On success cursor() is
    // durable too.
    Status sync();
    // Stands after everything appended.
    [[nodiscard]] const Cursor& cursor() const { return cursor_; }
    // Where the published journal ended when this writer claimed it.
    [[nodiscard]] const Cursor& tail_end() const { return tail_end_; }
    [[nodiscard]] std::uint64_t term() const { return cursor_.term; }

private:
    Publisher(std::int32_t partition, std::unique_ptr<log::Writer> writer,
              std::unique_ptr<log::Reader> fence_reader, const Cursor& tail_end);

    std::int32_t partition_;
    std::unique_ptr<log::Writer> writer_;
    std::unique_ptr<log::Reader> fence_reader_;
    Cursor cursor_;
    Cursor tail_end_;
    BlockEncoder encoder_;
};

}  // namespace fiscus::journal
