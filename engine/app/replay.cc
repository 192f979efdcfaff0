#include "engine/app/replay.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "engine/app/journal_json.h"
#include "engine/app/open.h"
#include "engine/app/pipeline.h"
#include "engine/base/check.h"
#include "engine/base/thread_name.h"
#include "engine/journal/reader.h"
#include "engine/log/topics.h"
#include "engine/runtime/core.h"
#include "engine/runtime/known_keys.h"
#include "engine/runtime/position.h"
#include "engine/state/memory.h"
#include "projections/runner.h"

namespace fiscus::app {
namespace {

constexpr std::chrono::milliseconds read_wait{10'000};
constexpr std::chrono::milliseconds show_interval{50};

// What is folded at once is copied to memory that nobody touched before, while no event is applied:
// a store that writes often costs less than that.
constexpr std::size_t fold_bytes_max = 128U << 20;

Error stopped() {
    return {ErrorCode::interrupted, "the replay was stopped before its end", "",
            "Nothing was changed; start it again."};
}

template <typename T>
bool same_bytes(std::span<const T> a, std::span<const T> b) {
    return a.size_bytes() == b.size_bytes() &&
           (a.empty() || std::memcmp(a.data(), b.data(), a.size_bytes()) == 0);
}

// Which field differs, by way of the names that `log dump` uses.
std::string field_difference(const std::string& published, const std::string& recomputed) {
    const auto theirs = nlohmann::ordered_json::parse(published);
    const auto ours = nlohmann::ordered_json::parse(recomputed);
    for (const auto& [name, value] : ours.items()) {
        const auto found = theirs.find(name);
        const std::string other = found == theirs.end() ? "nothing" : found->dump();
        if (other != value.dump()) {
            return fmt::format("{}: published {}, recomputed {}", name, other, value.dump());
        }
    }
    for (const auto& [name, value] : theirs.items()) {
        if (!ours.contains(name)) {
            return fmt::format("{}: published {}, recomputed nothing", name, value.dump());
        }
    }
    return "reserved bytes";
}

// Rows that differ are a finding: the error becomes the result's difference.
Result<std::uint64_t> unless_diverged(Result<std::uint64_t> outcome, StatisticsReplay& result) {
    if (!outcome.ok() && outcome.error().code == ErrorCode::diverged) {
        result.difference = outcome.error().text();
        return std::uint64_t{0};
    }
    return outcome;
}

// Replays one partition.
class PartitionReplay {
public:
    PartitionReplay(std::int32_t partition, const ReplayOptions& options)
        : partition_(partition), options_(options) {}

    Status open(log::Log& log, std::int32_t partitions, std::uint64_t memory_bytes);
    // The next published block, compared; false at the end or after a difference.
    Result<bool> next();

    [[nodiscard]] std::uint64_t entries() const { return core_->next_sequence() - 1; }
    [[nodiscard]] std::uint64_t blocks() const { return blocks_; }
    [[nodiscard]] Hash128 digest() { return core_->digest(); }
    [[nodiscard]] const std::string& difference() const { return difference_; }
    [[nodiscard]] std::uint64_t events_beyond() const {
        return static_cast<std::uint64_t>(std::max<std::int64_t>(events_end_ - next_offset_, 0));
    }

private:
    Result<bool> apply(std::size_t records);
    Status fold_if_full();
    void compare(const journal::ReadBlock& block);
    [[nodiscard]] std::string place(std::uint64_t sequence, std::int64_t block_offset) const;

    std::int32_t partition_;
    const ReplayOptions& options_;
    std::int64_t journal_end_ = 0;
    std::int64_t events_end_ = 0;
    std::int64_t next_offset_ = 0;
    std::unique_ptr<journal::JournalReader> journal_;
    std::unique_ptr<log::Reader> events_;
    std::unique_ptr<state::State> state_;
    std::unique_ptr<runtime::KnownKeys> keys_;
    std::unique_ptr<runtime::Core> core_;
    journal::Entries entries_;
    std::uint64_t blocks_ = 0;
    std::string difference_;
};

Status PartitionReplay::open(log::Log& log, std::int32_t partitions, std::uint64_t memory_bytes) {
    FISCUS_ASSIGN(const log::Extent journal, log.extent(log::journal_topic, partition_));
    FISCUS_ASSIGN(const log::Extent events, log.extent(log::events_topic, partition_));
    journal_end_ = journal.end;
    events_end_ = events.end;
    next_offset_ = events.first;
    FISCUS_ASSIGN(journal_, journal::JournalReader::open(log, partition_, {}));
    FISCUS_ASSIGN(events_, log.reader(log::events_topic, partition_, events.first));
    const std::filesystem::path directory =
        options_.directory / "engine" / std::to_string(partition_);
    std::error_code failed;
    std::filesystem::create_directories(directory, failed);
    if (failed) {
        return Error{ErrorCode::io, fmt::format("cannot make {}", directory.string()),
                     failed.message(), "Set TMPDIR to a directory that may be written."};
    }
    state::MemoryShares shares = state::divide_memory(memory_bytes);
    shares.state.fold_bytes_max = std::min(shares.state.fold_bytes_max, fold_bytes_max);
    FISCUS_ASSIGN(auto store, state::open_rocks_store(directory.string(), shares.store));
    FISCUS_ASSIGN(state_, state::State::open(std::move(store), shares.state));
    // A journal has the keys of all days that are closed; for the others there are files.
    keys_ =
        std::make_unique<runtime::KnownKeys>(log, partition_, journal::Cursor{}, options_.secrets);
    core_ = std::make_unique<runtime::Core>(
        decode::Shard{.partition = partition_, .partitions = partitions}, *state_, 1, keys_.get());
    return Done{};
}

Result<bool> PartitionReplay::next() {
    if (!difference_.empty()) {
        return false;
    }
    FISCUS_ASSIGN(const auto block, journal_->next_before(journal_end_, read_wait));
    if (!block) {
        if (journal_->cursor().next_offset < journal_end_) {
            return Error{ErrorCode::log_unavailable, "the journal did not come in time", "",
                         "Look at the broker, then start again."};
        }
        return false;
    }
    entries_.clear();
    FISCUS_ASSIGN(const bool complete, apply(block->view.entries().size()));
    if (!complete) {
        difference_ = fmt::format("{}: the events of the block are not all in the log",
                                  place(core_->next_sequence(), block->offset));
        return false;
    }
    compare(*block);
    ++blocks_;
    FISCUS_TRY(fold_if_full());
    return difference_.empty();
}

// False when the log ends before so many records.
Result<bool> PartitionReplay::apply(std::size_t records) {
    while (records > 0) {
        FISCUS_ASSIGN(const auto read, events_->read(records, read_wait));
        if (read.empty()) {
            return false;
        }
        next_offset_ = read.back().offset + 1;
        records -= read.size();
        // A turn that needs a key ends before that event, and the next one says which is missing.
        for (std::span<const log::Record> rest = read; !rest.empty();) {
            FISCUS_ASSIGN(const std::size_t applied, core_->turn(rest, entries_));
            rest = rest.subspan(applied);
        }
    }
    return true;
}

// Nothing of a replay needs to be durable: only what memory cannot hold is written.
Status PartitionReplay::fold_if_full() {
    if (!state_->full()) {
        return Done{};
    }
    runtime::Position position;
    position.next_offset = next_offset_;
    position.next_sequence = core_->next_sequence();
    return state_->fold(runtime::encode(position));
}

std::string PartitionReplay::place(std::uint64_t sequence, std::int64_t block_offset) const {
    return fmt::format("partition {}, ledger sequence {} (journal block at offset {})", partition_,
                       sequence, block_offset);
}

void PartitionReplay::compare(const journal::ReadBlock& block) {
    const auto published = block.view.entries();
    const auto postings = block.view.postings();
    const EntryPlace same{partition_, block.offset, block.view.header().term};
    std::size_t theirs_taken = 0;
    std::size_t ours_taken = 0;
    std::size_t details_taken = 0;
    for (std::size_t index = 0; index < published.size(); ++index) {
        const wire::Entry& theirs = published[index];
        const wire::Entry& ours = entries_.entries[index];
        const auto their_postings = postings.subspan(theirs_taken, theirs.postings());
        const auto our_postings =
            std::span<const wire::Posting>(entries_.postings).subspan(ours_taken, ours.postings());
        theirs_taken += theirs.postings();
        ours_taken += ours.postings();
        Bytes our_detail;
        if (details_taken < entries_.details.size() &&
            entries_.details[details_taken].entry == index) {
            our_detail = entries_.details[details_taken].bytes;
            ++details_taken;
        }
        const Bytes their_detail = block.view.detail(index);
        if (same_bytes(std::span(&theirs, 1), std::span(&ours, 1)) &&
            same_bytes(their_postings, our_postings) && same_bytes(their_detail, our_detail)) {
            continue;
        }
        JsonWriter published_json;
        append_entry(published_json, same, theirs, their_postings, their_detail);
        JsonWriter own_json;
        append_entry(own_json, same, ours, our_postings, our_detail);
        difference_ = fmt::format("{}: {}", place(ours.sequence(), block.offset),
                                  field_difference(published_json.text(), own_json.text()));
        return;
    }
    const Hash128 digest = core_->digest();
    const Hash128 theirs = block.view.header().state_digest;
    if (digest != theirs) {
        difference_ = fmt::format("{}: state digest: published {}, recomputed {}",
                                  place(published.back().sequence(), block.offset), to_hex(theirs),
                                  to_hex(digest));
    }
}

Result<JournalReplay> replay_partitions(log::Log& log,
                                        VerifiedJournal& verified,
                                        const ReplayOptions& options) {
    FISCUS_ASSIGN(const std::int32_t partitions, partitions_of(log, log::events_topic));
    JournalReplay result;
    std::uint64_t events_in_all = 0;
    for (std::int32_t partition = 0; partition < partitions; ++partition) {
        FISCUS_ASSIGN(const log::Extent extent, log.extent(log::events_topic, partition));
        events_in_all += static_cast<std::uint64_t>(extent.end - extent.first);
    }
    for (std::int32_t partition = 0; partition < partitions && result.difference.empty();
         ++partition) {
        // One after the other, so each may have all of the memory.
        PartitionReplay replay(partition, options);
        FISCUS_TRY(replay.open(log, partitions, options.memory_bytes));
        for (bool more = true; more;) {
            FISCUS_ASSIGN(more, replay.next());
            if (replay.difference().empty()) {
                verified.advance(static_cast<std::size_t>(partition), replay.entries());
            }
            if (options.progress &&
                !options.progress(result.entries + replay.entries(), events_in_all)) {
                return stopped();
            }
        }
        result.entries += replay.entries();
        result.blocks += replay.blocks();
        result.events_beyond += replay.events_beyond();
        result.digest += replay.digest();
        result.difference = replay.difference();
    }
    return result;
}

// Folds and compares what is verified of one partition.
Status replay_statistics_of(std::int32_t partition,
                            log::Log& log,
                            VerifiedJournal& verified,
                            const ReplayOptions& options,
                            StatisticsReplay& result,
                            std::uint64_t& entries) {
    FISCUS_ASSIGN(const auto runner, projections::Runner::open(
                                         log, partition,
                                         {.directory = (options.directory / "statistics").string(),
                                          .memory_bytes = options.memory_bytes,
                                          .publishing = projections::Publishing::compare}));
    while (verified.wait_beyond(static_cast<std::size_t>(partition),
                                runner->cursor().next_sequence - 1)) {
        FISCUS_ASSIGN(const std::uint64_t folded,
                      unless_diverged(runner->run_once(read_wait), result));
        if (!result.difference.empty()) {
            return Done{};
        }
        if (folded == 0) {
            return Error{ErrorCode::log_unavailable, "the journal did not come in time", "",
                         "Look at the broker, then start again."};
        }
        entries += folded;
        if (options.progress && !options.progress(entries, 0)) {
            return stopped();
        }
    }
    Status flushed = runner->flush();
    if (!flushed.ok()) {
        FISCUS_TRY(unless_diverged(std::move(flushed).error(), result));
        return Done{};
    }
    result.rows += runner->counts().rows_compared;
    result.rows_beyond += runner->counts().rows_beyond;
    if (runner->published_rows_left()) {
        result.difference = fmt::format(
            "partition {}: the topics hold rows that the journal does not give", partition);
    }
    return Done{};
}

}  // namespace

Result<JournalReplay> replay_journal(log::Log& log,
                                     VerifiedJournal& verified,
                                     const ReplayOptions& options) {
    auto result = replay_partitions(log, verified, options);
    verified.end();
    return result;
}

Result<StatisticsReplay> replay_statistics(log::Log& log,
                                           VerifiedJournal& verified,
                                           const ReplayOptions& options) {
    FISCUS_ASSIGN(const std::int32_t partitions, partitions_of(log, log::journal_topic));
    StatisticsReplay result;
    std::uint64_t entries = 0;
    for (std::int32_t partition = 0; partition < partitions && result.difference.empty();
         ++partition) {
        FISCUS_TRY(replay_statistics_of(partition, log, verified, options, result, entries));
    }
    return result;
}

Result<Replay> replay(log::Log& log, const ReplayOptions& options) {
    VerifiedJournal verified;
    std::atomic<bool> stop = false;
    std::atomic<std::uint64_t> folded = 0;
    std::optional<Result<StatisticsReplay>> statistics;
    std::atomic<bool> statistics_ended = false;
    std::thread thread([&] {
        name_thread("statistics");
        statistics.emplace(
            replay_statistics(log, verified,
                              {.directory = options.directory,
                               .memory_bytes = options.memory_bytes / statistics_share,
                               .progress = [&](std::uint64_t done, std::uint64_t) {
                                   folded = done;
                                   return !stop;
                               }}));
        statistics_ended = true;
    });
    // Half of the work is done when the journal agrees, the rest when the statistics do.
    const auto show = [&](std::uint64_t done, std::uint64_t total) {
        const bool go_on = !options.progress || options.progress((done + folded) / 2, total);
        stop = stop || !go_on;
        return go_on;
    };
    auto journal = replay_journal(
        log, verified,
        {.directory = options.directory,
         .memory_bytes = options.memory_bytes - options.memory_bytes / statistics_share,
         .secrets = options.secrets,
         .progress = show});
    stop = stop || !journal.ok() || !journal.value().difference.empty();
    while (!statistics_ended) {
        if (journal.ok()) {
            show(journal.value().entries, journal.value().entries);
        }
        std::this_thread::sleep_for(show_interval);
    }
    thread.join();
    if (!journal.ok()) {
        return std::move(journal).error();
    }
    Replay result{.journal = std::move(journal).value(), .statistics = {}};
    if (result.journal.difference.empty()) {
        if (!statistics->ok()) {
            return std::move(*statistics).error();
        }
        result.statistics = std::move(*statistics).value();
    }
    return result;
}

}  // namespace fiscus::app
