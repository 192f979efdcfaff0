// The engine of one process: every partition's state, the events it reads and the journal it
// writes. open() checks the log against the state, claims the journal, replays what the journal
// already says and compares it; then run_once() applies what comes. State is written only after the
// journal is durable. A standby claims nothing at first: run_once() follows the journal of whoever
// leads and compares, until the leader is gone; then it claims and goes on (docs/decisions/0019).
// Thread: one calls open, run_once and flush; view() may be called from any.
// Fails: log_mismatch, fenced, diverged, state, io: each stops the engine before anything is
// committed.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "engine/base/hash.h"
#include "engine/base/result.h"
#include "engine/log/log.h"
#include "engine/runtime/sign.h"
#include "engine/runtime/stage_times.h"
#include "engine/threads/clock.h"
#include "engine/threads/worker.h"
#include "schemas/journal_generated.h"

namespace rocksdb {
class Env;
}

namespace fiscus::runtime {

inline constexpr std::size_t reasons_end = 256;

// A restart may have to apply two windows again, which it does at 240,000 a second when nothing is
// resident: five seconds with all that a start needs (bench/RESULTS.md).
inline constexpr std::size_t fold_records_default = 393'216;
inline constexpr std::chrono::milliseconds fold_interval_default{5'000};

// A leader that gives no sign for so long is taken to be gone: with the time that a claim takes, a
// partition is written again within five seconds.
inline constexpr std::chrono::milliseconds patience_default{2'000};
inline constexpr std::chrono::milliseconds sign_interval_default{500};

struct EngineOptions {
    std::filesystem::path state_dir;
    std::vector<std::int32_t> partitions;  // empty: all
    std::uint64_t memory_bytes = 1ULL << 30;
    std::size_t turn_records = 8'192;
    // Records folded in memory before changed state is written, unless seconds have passed or the
    // cache is full: more is faster, and a longer restart.
    std::size_t fold_records = fold_records_default;
    // Or when the oldest unwritten change is so old; a fifth of it where the engine is not behind.
    std::chrono::milliseconds fold_interval = fold_interval_default;
    std::string writer_name = "fiscus";
    // Keys of instant draws lie there (known_keys.h); empty: nowhere.
    std::filesystem::path secrets_dir{};
    // A partition whose next event needs a key that is not there waits for it; else it fails.
    bool waits_for_secrets = true;
    // Who must stamp the events; anybody else is refused at the start.
    log::Stamps event_stamps = log::Stamps::log;
    // Follows the journal of whoever leads, compares it with what it computes, and leads a
    // partition itself once its leader is gone; one that somebody else claims is followed again.
    bool standby = false;
    std::chrono::milliseconds patience = patience_default;
    // How often each partition leaves a sign of life; 0: never. A standby asks as often.
    std::chrono::milliseconds sign_interval{0};
    // For a simulation: its clock, its file system for the state, and everything in one thread.
    // Both outlive the engine.
    Clock* clock = &machine_clock();
    rocksdb::Env* store_env = nullptr;
    Background background = Background::threads;
};

// Counts of entries since the state began; kept with the position.
struct Counts {
    std::uint64_t accepted = 0;
    std::uint64_t duplicates = 0;
    std::uint64_t refused = 0;
    std::uint64_t quarantined = 0;
    std::array<std::uint64_t, reasons_end> by_reason{};  // refused and quarantined
};

struct PartitionView {
    std::int32_t partition = 0;
    Role role = Role::leader;
    std::int64_t next_offset = 0;     // of the next input record
    std::int64_t input_end = 0;       // end of the events partition when last looked
    std::int64_t durable_offset = 0;  // a crash now would resume here
    std::uint64_t sequence = 0;       // last ledger sequence number, 0: none
    std::uint64_t term = 0;
    std::int64_t journal_offset = 0;  // of read_state(): the next record of the journal
    Hash128 digest;
    Counts counts;
    std::uint64_t gaps_open = 0;  // numbers missing, over all sources
    std::int64_t trial_balance_fen = 0;
    std::uint64_t journal_blocks = 0;
    std::uint64_t replayed = 0;  // records compared with the journal since the start
    bool stalled = false;        // the state store delays writes
    std::string waits_for;       // what its next event cannot go on without; for people
    std::uint64_t compaction_debt_bytes = 0;  // what the state store still has to merge
    std::uint64_t takeovers = 0;  // of this process: partitions that it followed and then led
    // Of a standby: for how long nothing was heard of the leader.
    std::chrono::milliseconds silent{0};
    // Of a leader: when the journal was seen without a claim of somebody else.
    Clock::Time unfenced{};
    std::string sign_trouble{};  // why the last sign of life was not left; for people
    StageTimes times;
};

class Partition;

struct PartitionOptions {
    std::int32_t partition = 0;
    std::int32_t partitions = 1;
    std::uint64_t memory_bytes = 0;  // this partition's part of the setting
};

class Engine {
public:
    static Result<std::unique_ptr<Engine>> open(log::Log& log, const EngineOptions& options);
    ~Engine();
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;

    // One turn of every partition: records applied; their journal becomes durable while the next
    // turn runs. 0: nothing came within `wait`, and all that was applied is durable.
    Result<std::uint64_t> run_once(std::chrono::milliseconds wait);
    // Every partition has applied all that the log holds now.
    Result<bool> caught_up();
    // State is durable up to here. Call before leaving.
    Status flush();
    // A standby need not wait to learn that this process leads no more; after flush(), at the end.
    void leave();
    // Background::steps: a piece of what threads would do; false: there was none.
    bool step();
    // One for each partition, as of its last durable turn. Thread-safe.
    [[nodiscard]] std::vector<PartitionView> view() const;
    // Σ of the partitions' state digests: the same for 1 partition and for many.
    [[nodiscard]] Hash128 digest() const;
    // Reads the state back record by record and compares the sum with the digest.
    Status verify_state();

private:
    Engine() = default;

    EngineOptions options_;
    // Closes it, so that somebody else may lead, and follows from its durable state on.
    Status follow_again(std::size_t index);

    log::Log* log_ = nullptr;
    // Guards the pointers, of which one is null while its partition is opened again.
    mutable std::mutex partitions_mutex_;
    std::vector<std::unique_ptr<Partition>> partitions_;
    std::vector<PartitionOptions> openings_;
    std::vector<PartitionView> closed_views_;  // of those that are null
};

struct AccountBalance {
    wire::Account account;
    std::int64_t fen = 0;
};

// What a state directory holds, without an engine: accounts in key order, and the position.
struct StateView {
    std::vector<AccountBalance> accounts;
    std::vector<PartitionView> partitions;
    Hash128 digest;
    std::string log_identity{};  // of the log that it was built from
    std::int32_t log_partitions = 0;
};
Result<StateView> read_state(const std::filesystem::path& state_dir);
// Σ over the records of one of its partitions, read one by one.
Result<Hash128> recompute_digest(const std::filesystem::path& state_dir, std::int32_t partition);
// The log is the one that the state was built from, and still has its last record. Fails:
// log_mismatch.
Status check_state_log(const std::filesystem::path& state_dir,
                       std::int32_t partition,
                       log::Log& log);

}  // namespace fiscus::runtime
