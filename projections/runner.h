// One partition of the statistics: reads journal blocks, folds them, publishes rows, writes state.
// The order is the engine's: rows are synced first, then state and cursor are written in one batch;
// after a crash the topics' tails are compared with what is recomputed and only what follows is
// published.
// Thread: one; call run_once() in a loop, flush() before leaving.
// Fails: state (unknown layout, disk), corrupt (journal), diverged (published rows differ from the
// recomputed ones, or are gone), fenced (somebody else writes the topics), log_mismatch,
// log_unavailable.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "engine/base/last_word.h"
#include "engine/base/result.h"
#include "engine/journal/reader.h"
#include "engine/log/log.h"
#include "engine/threads/clock.h"

namespace rocksdb {
class Env;
}

namespace fiscus::projections {

class Fold;
class Publisher;
class RowSink;
class Store;

enum class Publishing : std::uint8_t {
    off,      // fold only; such a state can never publish later
    publish,  // compare with what is there, then append what follows
    compare,  // compare only: for replay; nothing is ever appended
    // A standby's: compare, never get further than what is published, until lead().
    follow,
};

struct RunnerOptions {
    // Base directory; the partition's own directory is <directory>/<partition>.
    std::string directory;
    std::uint64_t memory_bytes = 256ULL << 20;
    Publishing publishing = Publishing::publish;
    // Entries between two writes of the state: a restart folds at most about so many again.
    std::uint64_t commit_entries = 131'072;
    // For a simulation; both outlive the runner.
    Clock* clock = &machine_clock();
    rocksdb::Env* store_env = nullptr;
};

// For metrics and the progress bar.
struct RunnerCounts {
    std::uint64_t entries = 0;        // folded since open
    std::uint64_t rows_appended = 0;  // published since open
    std::uint64_t rows_compared = 0;  // found published already, and equal
    std::uint64_t rows_beyond = 0;    // Publishing::compare: not published yet
    std::uint64_t rows_repeated = 0;  // published again by somebody who had lost its place
    std::uint64_t revisions = 0;      // days cut since open
    std::uint64_t commits = 0;
    std::uint64_t memory_bytes = 0;  // estimate of what the fold holds now
};

class Runner {
public:
    // Of no use before open() filled it.
    Runner(std::int32_t partition, const RunnerOptions& options);
    // Opens or makes the partition's state, positions the journal reader after it and takes the
    // topics.
    static Result<std::unique_ptr<Runner>> open(log::Log& log,
                                                std::int32_t partition,
                                                const RunnerOptions& options);
    ~Runner();
    Runner(const Runner&) = delete;
    Runner& operator=(const Runner&) = delete;

    // Folds the next journal block, waiting up to `wait` for it; entries folded, 0 when nothing
    // came. After an error the runner is dead: open a new one.
    Result<std::uint64_t> run_once(std::chrono::milliseconds wait);
    // The last run_once() found nothing to read, and every row so far is durable.
    [[nodiscard]] bool caught_up() const { return caught_up_; }
    // Rows, state and cursor are durable afterwards. A standby's that holds rows writes nothing.
    Status flush();
    // Publishing::follow: publishes from now on what is not there yet. False: the topics are still
    // somebody else's (the local log's lock); ask again.
    Result<bool> lead();

    // Stands after the last folded block.
    [[nodiscard]] const journal::Cursor& cursor() const { return reader_->cursor(); }
    [[nodiscard]] RunnerCounts counts() const;
    // For Query; the caller keeps to the runner's thread or locks.
    [[nodiscard]] Fold& fold() { return *fold_; }
    // Publishing::compare: rows lie in the topics that the fold has not produced (yet).
    [[nodiscard]] bool published_rows_left() const;

private:
    Status check_topics(log::Log& log) const;
    [[nodiscard]] Status check_memory() const;
    Status start(log::Log& log);
    Result<std::uint64_t> turn(std::chrono::milliseconds wait);
    Status idle();
    Status flush_after(std::chrono::seconds interval);
    Status write_all();
    Status commit();
    Status sync_rows();
    // Publishing::follow: rows wait to be found published.
    Result<bool> holds_rows();
    [[nodiscard]] std::uint64_t trim_slack() const;

    std::int32_t partition_;
    RunnerOptions options_;
    std::unique_ptr<Store> store_;
    std::unique_ptr<RowSink> sink_;
    Publisher* publisher_ = nullptr;  // the sink, unless publishing is off
    std::unique_ptr<Fold> fold_;
    std::unique_ptr<journal::JournalReader> reader_;
    RunnerCounts counts_;
    std::uint64_t entries_since_commit_ = 0;
    std::uint64_t memory_after_commit_ = 0;
    std::uint64_t entries_since_flush_ = 0;
    Clock::Time flushed_;
    Clock::Time looked_{};  // for rows that somebody repeated
    bool caught_up_ = false;
    // The fold may be ahead of the rows: whoever went on would publish some of them twice.
    LastWord last_word_;
};

}  // namespace fiscus::projections
