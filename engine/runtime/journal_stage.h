// Publishes the journal beside the rules: encodes, hashes, appends and syncs one turn's block while
// the next turns are applied. One sync covers all blocks that wait (group commit). Nothing
// counts before it: a fold is written once marked() has the cursor of the turn where it began, and
// acknowledged() says how far the journal is durable.
// Thread: all calls from the partition's one writer. Fails: an error of the journal is returned by
// the next next() or wait(), and stays; nothing after it is published.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>

#include "engine/journal/publisher.h"
#include "engine/runtime/engine.h"
#include "engine/threads/clock.h"
#include "engine/threads/worker.h"

namespace fiscus::runtime {

// What is so after a turn.
struct TurnEnd {
    std::int64_t next_offset = 0;
    std::uint64_t sequence = 0;  // of its last entry
    Hash128 digest;
    Counts counts;
};

class JournalStage {
public:
    // `recovered` is what was durable before the first turn.
    JournalStage(std::unique_ptr<journal::Publisher> publisher,
                 const TurnEnd& recovered,
                 Background background,
                 Clock& clock = machine_clock());
    JournalStage(const JournalStage&) = delete;
    JournalStage& operator=(const JournalStage&) = delete;

    // Empty entries to fill; waits while all the others are still to be published.
    Result<journal::Entries*> next();
    // Publishes what was filled.
    void submit(const TurnEnd& end);
    // Waits until all that was submitted is durable.
    Status wait();
    // Did another writer claim the journal, for one that has nothing to publish? Waits as well.
    Status check_fence();

    // Keeps the cursor after the last turn that was submitted, for a fold that begins here; one at
    // a time.
    void mark();
    // That cursor, once the turn is durable.
    Result<std::optional<journal::Cursor>> marked() const;

    // What is so after the last durable turn.
    [[nodiscard]] TurnEnd acknowledged() const;
    [[nodiscard]] std::uint64_t term() const { return term_; }
    [[nodiscard]] std::uint64_t blocks() const;
    // When the log was asked last and nobody had claimed the journal since this writer did; the
    // beginning of time: not yet.
    [[nodiscard]] Clock::Time unfenced() const;
    [[nodiscard]] StageTimes times() const;
    // Background::steps: appends one block or syncs those that were; false: all is durable.
    bool step() { return worker_.step(); }

private:
    struct Turn {
        journal::Entries entries;
        TurnEnd end;
    };
    // One is filled, one is published, one waits.
    static constexpr std::uint64_t turns_max = 3;
    // A sync comes at the latest after so many blocks, however fast they come.
    static constexpr std::uint64_t unsynced_max = 8;

    void publish(Worker::Lock& lock);
    [[nodiscard]] bool append_is_next() const;
    Status append(const Turn& turn);
    Turn& turn(std::uint64_t number) { return turns_[number % turns_max]; }

    Clock& clock_;
    std::unique_ptr<journal::Publisher> publisher_;
    std::uint64_t term_;
    std::array<Turn, turns_max> turns_;
    TurnEnd appended_end_;  // of the publishing thread

    // What follows is guarded by the worker's mutex.
    // Turns numbered from 0: submitted ≥ appended ≥ durable.
    std::uint64_t submitted_ = 0;
    std::uint64_t appended_ = 0;
    std::uint64_t durable_ = 0;
    TurnEnd durable_end_;
    Clock::Time unfenced_{};
    std::optional<std::uint64_t> mark_;  // turns that are to be durable, and no more
    std::optional<journal::Cursor> marked_;
    StageTimes times_;
    std::optional<Error> error_;
    Worker worker_;
};

}  // namespace fiscus::runtime
