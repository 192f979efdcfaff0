// One partition of the engine: reader → core → journal → state, in this order and with no way back.
// The journal is published by a thread of its own while the next turn is applied. A standby's
// partition has no journal of its own: it follows the published one (partition_follow.cc).
// Thread: the engine's. Fails: as the engine; after an error the partition is dead.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>

#include "engine/base/last_word.h"
#include "engine/journal/reader.h"
#include "engine/runtime/core.h"
#include "engine/runtime/engine.h"
#include "engine/runtime/journal_stage.h"
#include "engine/runtime/known_keys.h"
#include "engine/runtime/position.h"
#include "engine/runtime/sign.h"
#include "engine/runtime/signals.h"

namespace fiscus::runtime {

class Partition {
public:
    static Result<std::unique_ptr<Partition>> open(log::Log& log,
                                                   const EngineOptions& options,
                                                   const PartitionOptions& partition);

    // An error is its last word: whoever went on would publish a gap, or write a state that is
    // ahead of the journal.
    Result<std::uint64_t> run_once(std::chrono::milliseconds wait);
    Result<bool> caught_up();
    Status flush();
    bool step();
    // Says in its last sign that it has left.
    void leave();
    [[nodiscard]] PartitionView view() const;
    Status verify_state();

private:
    Partition(log::Log& log, const EngineOptions& options, const PartitionOptions& partition)
        : log_(log),
          options_(options),
          partition_(partition),
          watch_(options.patience),
          fold_began_(options.clock->now()) {}

    Status open_state();
    Result<std::uint64_t> turn(std::chrono::milliseconds wait);
    Status write_all();
    Status check_memory();
    Status check_log();
    Status follow_from_here();
    // After a claim of its own: what was published up to there is compared, and it leads.
    Status lead(std::unique_ptr<journal::Publisher> publisher);
    // One block of the journal, or a part of it where events are still to come.
    Result<std::uint64_t> follow(std::chrono::milliseconds wait);
    Result<std::uint64_t> follow_block(std::chrono::milliseconds wait);
    Status end_block();
    // No block came: leads if nobody else does.
    Status follow_nothing();
    [[nodiscard]] bool may_take_over() const;
    Status take_over();
    void exchange_signs();
    [[nodiscard]] Sign sign() const;
    [[nodiscard]] std::string writer() const;
    // Replays up to `end`, where the published journal ended when this writer claimed it.
    Status recover(const journal::Cursor& end);
    Error events_missing();
    Status compare(const journal::ReadBlock& block,
                   const journal::Entries& entries,
                   const Hash128& digest) const;
    // Applies a prefix that fits a block of so many bytes; how many records.
    Result<std::size_t> apply(std::span<const log::Record> records,
                              journal::Entries& entries,
                              std::size_t block_bytes);
    Status apply_all(std::span<const log::Record> records, journal::Entries& entries);
    Status look_for_another_writer();
    // The next event needs a key that is not there: it is read again after a while.
    Status wait_for_secret(const Error& missing);
    // After what was applied last.
    [[nodiscard]] TurnEnd turn_end() const;
    [[nodiscard]] std::int64_t next_input() const;
    [[nodiscard]] bool fold_is_urgent() const;
    [[nodiscard]] bool fold_is_late(bool unhurried) const;
    Status fold_between_turns(std::size_t applied);
    Status begin_fold();
    Status end_fold(bool wait);
    Status fold();
    void count(const journal::Entries& entries);
    void update_view();

    log::Log& log_;
    const EngineOptions& options_;
    PartitionOptions partition_;
    std::unique_ptr<state::State> state_;
    Position position_;
    std::unique_ptr<KnownKeys> keys_;
    std::unique_ptr<Core> core_;
    std::unique_ptr<JournalStage> journal_;  // none while recovering, and none of a standby
    std::unique_ptr<log::Reader> reader_;
    // Of a standby: the published journal, the block whose events are being applied, what became of
    // them so far, how many are missing, and what was so after the last block that agreed.
    std::unique_ptr<journal::JournalReader> following_;
    std::optional<journal::ReadBlock> block_;
    journal::Entries block_entries_;
    std::size_t block_missing_ = 0;
    Clock::Time block_began_{};
    TurnEnd followed_;
    LeaderWatch watch_;
    std::uint64_t watched_term_ = 0;
    std::uint64_t takeovers_ = 0;
    std::unique_ptr<Signals> signals_;
    Clock::Time signed_{};
    std::uint64_t beat_ = 0;
    std::uint64_t answered_ = 0;
    std::uint64_t unfolded_records_ = 0;
    std::uint64_t replayed_ = 0;
    Clock::Time fence_checked_;
    std::optional<Position> folding_;  // where the fold that is being collected began
    Clock::Time fold_began_;
    StageTimes times_;
    LastWord last_word_;
    std::string waits_for_;
    Clock::Time asks_again_;

    mutable std::mutex view_mutex_;
    PartitionView view_;
};

}  // namespace fiscus::runtime
