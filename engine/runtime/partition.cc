#include "engine/runtime/partition.h"

#include <cstring>

#include "engine/base/kill_point.h"
#include "engine/log/start_check.h"
#include "engine/log/topics.h"
#include "engine/state/memory.h"

namespace fiscus::runtime {
namespace {

using std::chrono::milliseconds;

// A turn ends when its block has come so far: the largest entry of all fits the other half.
constexpr std::size_t turn_block_bytes = block_bytes_max / 2;
constexpr milliseconds fence_interval{1'000};
constexpr milliseconds secret_interval{500};
// Collecting what changed holds events up: often and little while there is time, seldom and much
// while the engine is behind.
constexpr int unhurried_folds = 5;
// Records collected for a fold after a turn: so few that no event waits for them, and more than a
// turn changes.
constexpr std::size_t fold_piece_min = 1'024;
constexpr std::size_t fold_piece_per_event = 4;

}  // namespace

Result<std::unique_ptr<Partition>> Partition::open(log::Log& log,
                                                   const EngineOptions& options,
                                                   const PartitionOptions& partition) {
    std::unique_ptr<Partition> opened(new Partition(log, options, partition));
    FISCUS_TRY(opened->open_state());
    FISCUS_TRY(opened->check_log());
    FISCUS_ASSIGN(opened->reader_, log.reader(log::events_topic, partition.partition,
                                              opened->position_.next_offset));
    if (options.sign_interval.count() > 0) {
        opened->signals_ = std::make_unique<Signals>(log, partition.partition, options.background);
    }
    if (options.standby) {
        FISCUS_TRY(opened->follow_from_here());
    } else {
        FISCUS_ASSIGN(auto publisher,
                      journal::Publisher::open(log, partition.partition, opened->position_.cursor,
                                               opened->writer()));
        FISCUS_TRY(opened->lead(std::move(publisher)));
    }
    opened->update_view();
    return opened;
}

Status Partition::open_state() {
    const std::filesystem::path directory =
        options_.state_dir / "engine" / std::to_string(partition_.partition);
    std::error_code failed;
    std::filesystem::create_directories(directory, failed);
    if (failed) {
        return Error{.code = ErrorCode::io,
                     .what = "cannot make the state directory " + directory.string(),
                     .why = failed.message(),
                     .hint = "give --state a directory that may be written"};
    }
    state::MemoryShares shares = state::divide_memory(partition_.memory_bytes);
    shares.store.env = options_.store_env;
    shares.state.background = options_.background;
    FISCUS_ASSIGN(auto store, state::open_rocks_store(directory.string(), shares.store));
    FISCUS_ASSIGN(state_, state::State::open(std::move(store), shares.state));
    FISCUS_TRY(check_memory());
    FISCUS_ASSIGN(position_, decode_position(state_->position()));
    keys_ = std::make_unique<KnownKeys>(log_, partition_.partition, position_.cursor,
                                        options_.secrets_dir);
    core_ = std::make_unique<Core>(
        decode::Shard{.partition = partition_.partition, .partitions = partition_.partitions},
        *state_, position_.next_sequence, keys_.get());
    return Done{};
}

// The log must be the one that the state was built from.
Status Partition::check_log() {
    FISCUS_ASSIGN(const std::string identity, log::check_identity(log_, position_.log_identity));
    if (position_.partitions != 0 && position_.partitions != partition_.partitions) {
        return Error{.code = ErrorCode::log_mismatch,
                     .what = "the state was built from " + std::to_string(position_.partitions) +
                             " partitions, the log has " + std::to_string(partition_.partitions),
                     .why = "programmes are spread over partitions by their number",
                     .hint = "partitions are never added to these topics; give the right log"};
    }
    position_.log_identity = identity;
    position_.partitions = partition_.partitions;
    // The client library does not notice a log that was cut and written anew.
    if (position_.last_offset >= 0) {
        FISCUS_TRY(log::check_record(log_, log::events_topic, partition_.partition,
                                     position_.last_offset, position_.last_record_hash));
    }
    return journal::check_cursor(log_, partition_.partition, position_.cursor);
}

Result<std::size_t> Partition::apply(std::span<const log::Record> records,
                                     journal::Entries& entries,
                                     std::size_t block_bytes) {
    FISCUS_ASSIGN(const std::size_t applied, core_->turn(records, entries, block_bytes));
    const log::Record& last = records[applied - 1];
    position_.next_offset = last.offset + 1;
    position_.next_sequence = core_->next_sequence();
    position_.last_offset = last.offset;
    position_.last_record_hash = log::record_hash(last);
    unfolded_records_ += applied;
    return applied;
}

// A turn that needs a key ends before that event, and the next one says which key is missing.
Status Partition::apply_all(std::span<const log::Record> records, journal::Entries& entries) {
    while (!records.empty()) {
        FISCUS_ASSIGN(const std::size_t applied, apply(records, entries, SIZE_MAX));
        records = records.subspan(applied);
    }
    return Done{};
}

// Between turns: what was applied is in the journal, and a restart with more memory goes on.
Status Partition::check_memory() {
    Status fits = state_->check_memory();
    if (!fits.ok()) {
        Error error = std::move(fits).error();
        error.what += " (partition " + std::to_string(partition_.partition) + ")";
        return error;
    }
    return Done{};
}

Result<std::uint64_t> Partition::run_once(milliseconds wait) {
    return last_word_.unless_failed([&] { return turn(wait); });
}

Result<std::uint64_t> Partition::turn(milliseconds wait) {
    FISCUS_TRY(check_memory());
    exchange_signs();
    if (following_ != nullptr) {
        return follow(wait);
    }
    const auto now = options_.clock->now();
    if (!waits_for_.empty() && now < asks_again_) {
        options_.clock->sleep_until(std::min(asks_again_, now + wait));
        FISCUS_TRY(look_for_another_writer());
        FISCUS_TRY(fold_between_turns(0));
        update_view();
        return std::uint64_t{0};
    }
    std::span<const log::Record> records;
    {
        const StageTimer timer(times_, Stage::read);
        FISCUS_ASSIGN(records, reader_->read(options_.turn_records, wait));
    }
    std::uint64_t applied = 0;
    while (!records.empty()) {
        FISCUS_ASSIGN(journal::Entries* const entries, journal_->next());
        auto taken = apply(records, *entries, turn_block_bytes);
        if (!taken.ok()) {
            if (taken.error().code != ErrorCode::secret_missing || !options_.waits_for_secrets) {
                return taken.error();
            }
            FISCUS_TRY(wait_for_secret(taken.error()));
            break;
        }
        waits_for_.clear();
        count(*entries);
        FISCUS_KILL_POINT("after a turn is applied, before it is submitted");
        journal_->submit(turn_end());
        records = records.subspan(*taken);
        applied += *taken;
    }
    if (applied == 0) {
        FISCUS_TRY(journal_->wait());
        FISCUS_TRY(look_for_another_writer());
    }
    FISCUS_TRY(fold_between_turns(applied));
    update_view();
    return applied;
}

// What was read and not applied is read again.
Status Partition::wait_for_secret(const Error& missing) {
    waits_for_ = missing.what + ": " + missing.why;
    asks_again_ = options_.clock->now() + secret_interval;
    FISCUS_ASSIGN(reader_,
                  log_.reader(log::events_topic, partition_.partition, position_.next_offset));
    return Done{};
}

// Whoever publishes notices a higher term by itself; one that has nothing to say asks now and then.
Status Partition::look_for_another_writer() {
    const auto now = options_.clock->now();
    if (now - fence_checked_ < fence_interval) {
        return Done{};
    }
    fence_checked_ = now;
    return journal_->check_fence();
}

TurnEnd Partition::turn_end() const {
    return {.next_offset = position_.next_offset,
            .sequence = position_.next_sequence - 1,
            .digest = core_->digest(),
            .counts = position_.counts};
}

// What was read without being a record, such as a transaction's marker, is done as well.
std::int64_t Partition::next_input() const {
    return std::max(position_.next_offset, reader_->position());
}

bool Partition::fold_is_urgent() const {
    return unfolded_records_ >= options_.fold_records || state_->full();
}

// Readers of the state directory, and a restart, see what was folded: soon, at any load.
bool Partition::fold_is_late(bool unhurried) const {
    return unfolded_records_ > 0 && options_.clock->now() - fold_began_ >=
                                        options_.fold_interval / (unhurried ? unhurried_folds : 1);
}

// A fold begins between two turns, is collected in pieces after those that follow, and is written
// when the journal is durable up to where it began: so no event waits for any of it.
Status Partition::fold_between_turns(std::size_t applied) {
    const bool urgent = fold_is_urgent();
    const bool idle = applied == 0;
    if (folding_) {
        const StageTimer timer(times_, Stage::fold);
        const std::size_t piece = std::max(fold_piece_min, applied * fold_piece_per_event);
        if (state_->collect(urgent || idle ? SIZE_MAX : piece)) {
            FISCUS_TRY(end_fold(urgent));
        }
    }
    const bool unhurried = applied <= options_.turn_records / 2;
    if (!folding_ && (urgent || (fold_is_late(unhurried) && !state_->writing()))) {
        FISCUS_TRY(begin_fold());
    }
    return Done{};
}

Status Partition::begin_fold() {
    const StageTimer timer(times_, Stage::fold);
    FISCUS_TRY(state_->begin_fold());
    journal_->mark();
    folding_ = position_;
    fold_began_ = options_.clock->now();
    unfolded_records_ = 0;
    return Done{};
}

// Waits for the journal, or leaves it for later.
Status Partition::end_fold(bool wait) {
    FISCUS_ASSIGN(auto cursor, journal_->marked());
    if (!cursor && wait) {
        FISCUS_TRY(journal_->wait());
        FISCUS_ASSIGN(cursor, journal_->marked());
    }
    if (cursor) {
        folding_->cursor = *cursor;
        FISCUS_KILL_POINT("after the journal is durable, before the fold is written");
        FISCUS_TRY(state_->end_fold(encode(*folding_)));
        folding_.reset();
    }
    return Done{};
}

// All at once.
Status Partition::fold() {
    if (journal_ != nullptr) {
        if (folding_) {
            FISCUS_TRY(end_fold(true));
        }
        FISCUS_TRY(begin_fold());
        return end_fold(true);
    }
    unfolded_records_ = 0;
    fold_began_ = options_.clock->now();
    return state_->fold(encode(position_));
}

bool Partition::step() {
    bool stepped = journal_ != nullptr && journal_->step();
    stepped |= signals_ != nullptr && signals_->step();
    return state_->step() || stepped;
}

void Partition::count(const journal::Entries& entries) {
    for (const wire::Entry& entry : entries.entries) {
        const auto outcome = static_cast<wire::Outcome>(entry.outcome());
        switch (outcome) {
            case wire::Outcome::accepted: ++position_.counts.accepted; break;
            case wire::Outcome::duplicate: ++position_.counts.duplicates; break;
            case wire::Outcome::refused: ++position_.counts.refused; break;
            case wire::Outcome::quarantined: ++position_.counts.quarantined; break;
            case wire::Outcome::none: break;
        }
        // A duplicate carries the reason of its first answer, which was counted then.
        if (outcome == wire::Outcome::refused || outcome == wire::Outcome::quarantined) {
            FISCUS_CHECK(entry.reason() < reasons_end, "every reason has a counter");
            ++position_.counts.by_reason[entry.reason()];
        }
    }
}

Result<bool> Partition::caught_up() {
    if (journal_ != nullptr) {
        FISCUS_TRY(journal_->wait());
    }
    update_view();
    FISCUS_ASSIGN(const log::Extent extent, log_.extent(log::events_topic, partition_.partition));
    {
        const std::lock_guard lock(view_mutex_);
        view_.input_end = extent.end;
    }
    return !block_ && next_input() >= extent.end;
}

Status Partition::flush() {
    return last_word_.unless_failed([this] { return write_all(); });
}

Status Partition::write_all() {
    // Between two blocks only: the position and the cursor in the journal belong together.
    if (!block_ && (folding_ || unfolded_records_ > 0 || position_.next_offset == 0)) {
        FISCUS_TRY(fold());
    }
    FISCUS_TRY(state_->flush());
    update_view();
    return Done{};
}

Status Partition::verify_state() {
    FISCUS_TRY(flush());
    FISCUS_ASSIGN(const Hash128 stored, state_->recompute_digest());
    const Hash128 kept = core_->digest();
    if (stored != kept) {
        return Error{
            .code = ErrorCode::diverged,
            .what = "the records of partition " + std::to_string(partition_.partition) +
                    " add up to digest " + to_hex(stored) + ", the engine holds " + to_hex(kept),
            .why = "a record in the state store is not what was written",
            .hint = "delete the state directory, it is rebuilt from the log; check the disk"};
    }
    return Done{};
}

void Partition::update_view() {
    PartitionView view;
    view.partition = partition_.partition;
    const TurnEnd durable = journal_ == nullptr ? followed_ : journal_->acknowledged();
    const bool all = durable.sequence + 1 == position_.next_sequence;
    view.next_offset = all ? next_input() : durable.next_offset;
    view.sequence = durable.sequence;
    view.counts = durable.counts;
    view.digest = durable.digest;
    if (journal_ == nullptr) {
        view.role = Role::standby;
        view.term = following_->cursor().term;
        view.silent = watch_.silent();
    } else {
        view.term = journal_->term();
        view.journal_blocks = journal_->blocks();
        view.unfenced = journal_->unfenced();
        view.times += journal_->times();
    }
    view.takeovers = takeovers_;
    view.sign_trouble = signals_ == nullptr ? "" : signals_->trouble();
    state_->sources.for_each([&view](const state::Key&, const state::SourceRecord& source) {
        view.gaps_open += source.missing;
    });
    state_->accounts.for_each([&view](const state::Key&, const state::AccountRecord& account) {
        view.trial_balance_fen += account.fen;
    });
    FISCUS_CHECK(view.trial_balance_fen == 0, "the sum over all accounts is zero");
    view.replayed = replayed_;
    view.waits_for = waits_for_;
    view.times += times_;
    view.times += core_->times();
    if (auto stored = decode_position(state_->durable_position()); stored.ok()) {
        view.durable_offset = stored->next_offset;
    }
    const std::lock_guard lock(view_mutex_);
    view.input_end = std::max(view_.input_end, view.next_offset);
    view_ = view;
}

PartitionView Partition::view() const {
    PartitionView view;
    {
        const std::lock_guard lock(view_mutex_);
        view = view_;
    }
    // Of now, and asked for by whoever looks: the store answers under a lock of its own, which no
    // turn should wait for.
    view.stalled = state_->stalled();
    view.compaction_debt_bytes = state_->compaction_debt_bytes();
    return view;
}

}  // namespace fiscus::runtime
