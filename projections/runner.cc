#include "projections/runner.h"

#include <array>
#include <cstring>
#include <utility>

#include "engine/base/kill_point.h"
#include "engine/log/record_rules.h"
#include "engine/log/start_check.h"
#include "engine/log/topics.h"
#include "projections/publish/publisher.h"
#include "projections/statistics/fold.h"
#include "projections/statistics/state_tables.h"
#include "projections/store/store.h"

namespace fiscus::projections {

namespace {

// Shares of the one memory setting: the store's cache and memtables, the facts and cells in memory,
// and what a cut takes; the rest is for rows on their way.
constexpr std::uint64_t store_share = 4;
constexpr std::uint64_t cells_share = 2;
constexpr std::uint64_t cut_share = 8;
// What a programme takes that has only been opened; it never leaves memory.
constexpr std::uint64_t programme_bytes = 4U << 10;
// Waiting bytes that are written before the count of entries says so.
constexpr std::size_t waiting_bytes_max = 64U << 20;
// Who reads the directory sees what was flushed: soon, and sooner when nothing comes.
constexpr std::chrono::seconds flush_interval{5};
constexpr std::chrono::seconds idle_flush_interval{1};

// What the state stores beside the fold: where it stands in the journal and in the topics.
struct Position {
    journal::Cursor cursor;
    bool publishes = false;
    LanePositions lanes{};
};

std::string position_key() { return StateKey(table::meta).bytes() + "runner"; }

std::string encode(const Position& position) {
    std::string bytes;
    put_signed(bytes, position.cursor.next_offset);
    put_varint(bytes, position.cursor.next_sequence);
    put_varint(bytes, position.cursor.term);
    bytes.append(as_text(position.cursor.previous));
    put_varint(bytes, position.cursor.state_digest.hi);
    put_varint(bytes, position.cursor.state_digest.lo);
    put_varint(bytes, position.publishes ? 1 : 0);
    for (const LanePosition& lane : position.lanes) {
        put_text(bytes, lane.identity);
        put_signed(bytes, lane.end);
    }
    return bytes;
}

Result<Position> parse_position(std::string_view bytes) {
    Reader reader(bytes);
    Position position;
    position.cursor.next_offset = reader.signed_varint();
    position.cursor.next_sequence = reader.varint();
    position.cursor.term = reader.varint();
    const std::string_view hash = reader.bytes(position.cursor.previous.size());
    position.cursor.state_digest.hi = reader.varint();
    position.cursor.state_digest.lo = reader.varint();
    position.publishes = reader.varint() != 0;
    for (LanePosition& lane : position.lanes) {
        lane.identity = reader.text();
        lane.end = reader.signed_varint();
    }
    if (!reader.finished()) {
        return damaged_state("position in the journal");
    }
    std::memcpy(position.cursor.previous.data(), hash.data(), hash.size());
    return position;
}

PublisherMode mode_of(Publishing publishing) {
    switch (publishing) {
        case Publishing::compare: return PublisherMode::compare;
        case Publishing::follow: return PublisherMode::follow;
        case Publishing::off:
        case Publishing::publish: break;
    }
    return PublisherMode::publish;
}

// Rows of a fold that publishes nothing.
class NoSink final : public RowSink {
public:
    Status take(const RowBuffer&) override { return Done{}; }
};

Status check_publishing(const std::string& directory, const Position& stored, Publishing wanted) {
    const bool publishes = wanted != Publishing::off;
    if (stored.publishes == publishes) {
        return Done{};
    }
    return Error{.code = ErrorCode::state,
                 .what = "the statistics in " + directory +
                         (publishes ? " were built without publishing" : " publish their rows"),
                 .why = "the rows in the topics would not follow each other",
                 .hint = publishes ? "delete the directory: it is rebuilt from the journal"
                                   : "publish, or use another directory"};
}

}  // namespace

Runner::Runner(std::int32_t partition, const RunnerOptions& options)
    : partition_(partition), options_(options), flushed_(options.clock->now()) {}

Runner::~Runner() = default;

Result<std::unique_ptr<Runner>> Runner::open(log::Log& log,
                                             std::int32_t partition,
                                             const RunnerOptions& options) {
    auto runner = std::make_unique<Runner>(partition, options);
    FISCUS_TRY(runner->start(log));
    return runner;
}

// Nothing is published to topics that would lose it, nor folded from a journal that may end early.
// A comparison reads only, whatever the topics are like.
Status Runner::check_topics(log::Log& log) const {
    if (options_.publishing != Publishing::publish && options_.publishing != Publishing::follow) {
        return Done{};
    }
    FISCUS_ASSIGN(const auto journal, log.describe(log::journal_topic));
    if (!journal) {
        return log::topic_unknown(log::journal_topic);
    }
    return log::check_topics(log, log::statistics_topic_plans(journal->plan.partitions));
}

Status Runner::start(log::Log& log) {
    FISCUS_TRY(check_topics(log));
    const std::string directory = options_.directory + "/" + std::to_string(partition_);
    FISCUS_ASSIGN(store_,
                  Store::open(directory, {.memory_bytes = options_.memory_bytes / store_share,
                                          .env = options_.store_env}));
    FISCUS_ASSIGN(const std::optional<std::string> stored, store_->get(position_key()));
    Position position;
    if (stored) {
        FISCUS_ASSIGN(position, parse_position(*stored));
        FISCUS_TRY(check_publishing(directory, position, options_.publishing));
    }
    if (options_.publishing == Publishing::off) {
        sink_ = std::make_unique<NoSink>();
    } else {
        FISCUS_ASSIGN(auto publisher, Publisher::open(log, partition_, position.lanes,
                                                      mode_of(options_.publishing)));
        publisher_ = publisher.get();
        sink_ = std::move(publisher);
    }
    FISCUS_ASSIGN(fold_, Fold::open(*store_, *sink_, static_cast<std::uint32_t>(partition_),
                                    options_.memory_bytes / cut_share));
    if (fold_->last_sequence() + 1 != position.cursor.next_sequence) {
        return damaged_state("the fold and its cursor differ");
    }
    FISCUS_TRY(journal::check_cursor(log, partition_, position.cursor));
    FISCUS_ASSIGN(reader_, journal::JournalReader::open(log, partition_, position.cursor));
    return Done{};
}

// Between blocks: what was folded is in the journal, and a restart with more memory goes on.
Status Runner::check_memory() const {
    const std::size_t programmes = fold_->programmes().size();
    const std::uint64_t programmes_max = options_.memory_bytes / cells_share / programme_bytes;
    if (programmes <= programmes_max) {
        return Done{};
    }
    return Error{.code = ErrorCode::usage,
                 .what =
                     "the memory setting is too small for the statistics of so many programmes "
                     "(partition " +
                     std::to_string(partition_) + ")",
                 .why = "there are " + std::to_string(programmes) +
                        ", and their part of the memory has room for " +
                        std::to_string(programmes_max),
                 .hint =
                     "give more with engine.memory (--memory); nothing is lost, and the same "
                     "command goes on from here"};
}

Result<std::uint64_t> Runner::run_once(std::chrono::milliseconds wait) {
    return last_word_.unless_failed([&] { return turn(wait); });
}

Status Runner::flush() {
    return last_word_.unless_failed([this] { return write_all(); });
}

Result<std::uint64_t> Runner::turn(std::chrono::milliseconds wait) {
    FISCUS_TRY(check_memory());
    FISCUS_ASSIGN(const bool holds, holds_rows());
    if (holds) {
        options_.clock->sleep_until(options_.clock->now() + wait);
        return std::uint64_t{0};
    }
    FISCUS_ASSIGN(const std::optional<journal::ReadBlock> block, reader_->next(wait));
    if (!block) {
        FISCUS_TRY(idle());
        return std::uint64_t{0};
    }
    caught_up_ = false;
    const journal::BlockView& view = block->view;
    const std::span<const wire::Entry> entries = view.entries();
    FISCUS_TRY(fold_->apply({.entries = entries,
                             .postings = view.postings(),
                             .detail = [&view](std::size_t entry) { return view.detail(entry); }}));
    counts_.entries += entries.size();
    entries_since_commit_ += entries.size();
    entries_since_flush_ += entries.size();
    if (entries_since_commit_ >= options_.commit_entries ||
        store_->waiting_bytes() >= waiting_bytes_max ||
        fold_->memory() >= options_.memory_bytes / cells_share + trim_slack()) {
        FISCUS_TRY(commit());
    }
    FISCUS_TRY(flush_after(flush_interval));
    return std::uint64_t{entries.size()};
}

std::uint64_t Runner::trim_slack() const {
    // Days that are open cannot leave memory: looking again pays only after some growth.
    return memory_after_commit_ / 2;
}

// Nothing came: rows go out at once; the state when it stays quiet.
Status Runner::idle() {
    if (!caught_up_) {
        FISCUS_TRY(sync_rows());
        caught_up_ = true;
    }
    const auto now = options_.clock->now();
    if (publisher_ != nullptr && now - looked_ >= idle_flush_interval) {
        looked_ = now;
        FISCUS_TRY(publisher_->look_for_repeats());
    }
    return flush_after(idle_flush_interval);
}

Status Runner::flush_after(std::chrono::seconds interval) {
    const bool due = options_.clock->now() - flushed_ >= interval;
    return entries_since_flush_ > 0 && due ? write_all() : Done{};
}

Status Runner::sync_rows() { return publisher_ != nullptr ? publisher_->sync() : Status(Done{}); }

Result<bool> Runner::holds_rows() {
    return options_.publishing == Publishing::follow ? publisher_->release() : Result<bool>(false);
}

Result<bool> Runner::lead() {
    FISCUS_ASSIGN(const bool leads, publisher_->lead());
    if (leads) {
        options_.publishing = Publishing::publish;
        caught_up_ = false;
    }
    return leads;
}

Status Runner::commit() {
    // A state that covers rows which nobody has published would never publish them.
    FISCUS_ASSIGN(const bool holds, holds_rows());
    if (holds) {
        return Done{};
    }
    // Rows first: a state that is ahead of its rows would never publish them.
    FISCUS_TRY(sync_rows());
    FISCUS_KILL_POINT("after rows are durable, before the statistics are written");
    fold_->save();
    Position position{.cursor = reader_->cursor(),
                      .publishes = options_.publishing != Publishing::off};
    if (publisher_ != nullptr) {
        position.lanes = publisher_->positions();
    }
    store_->put(position_key(), encode(position));
    FISCUS_TRY(store_->commit());
    FISCUS_KILL_POINT("after the statistics are written");
    fold_->trim(options_.memory_bytes / cells_share);
    memory_after_commit_ = fold_->memory();
    entries_since_commit_ = 0;
    ++counts_.commits;
    return Done{};
}

Status Runner::write_all() {
    FISCUS_TRY(commit());
    if (entries_since_commit_ > 0) {
        flushed_ = options_.clock->now();
        return Done{};
    }
    FISCUS_TRY(store_->flush());
    entries_since_flush_ = 0;
    flushed_ = options_.clock->now();
    return Done{};
}

RunnerCounts Runner::counts() const {
    RunnerCounts counts = counts_;
    counts.revisions = fold_->cuts();
    counts.memory_bytes = fold_->memory();
    if (publisher_ != nullptr) {
        counts.rows_appended = publisher_->appended();
        counts.rows_compared = publisher_->compared();
        counts.rows_beyond = publisher_->beyond();
        counts.rows_repeated = publisher_->repeats();
    }
    return counts;
}

bool Runner::published_rows_left() const {
    return publisher_ != nullptr && publisher_->rows_left();
}

}  // namespace fiscus::projections
