// What a partition does with a journal that is published already: it computes the same again and
// compares, after a restart up to its own claim, and as a standby until nobody else leads.
#include <cstring>

#include "engine/base/kill_point.h"
#include "engine/log/start_check.h"
#include "engine/log/topics.h"
#include "engine/runtime/partition.h"

namespace fiscus::runtime {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds recovery_wait{10'000};

Error log_shorter_than(std::string_view what, std::int32_t partition, std::int64_t offset) {
    return {
        .code = ErrorCode::log_mismatch,
        .what = "partition " + std::to_string(partition) + " of " + std::string(log::events_topic) +
                " ends before record " + std::to_string(offset),
        .why = std::string(what),
        .hint = "the log was cut or is another one: restore it; state never goes ahead of the log"};
}

template <typename T>
bool same_bytes(std::span<const T> a, std::span<const T> b) {
    return a.size() == b.size() &&
           (a.empty() || std::memcmp(a.data(), b.data(), a.size_bytes()) == 0);
}

// Claims went back and forth, or the log did not answer: somebody else may lead, or nobody yet.
bool leaves_it_to_others(const Error& error) {
    return error.code == ErrorCode::fenced || error.code == ErrorCode::log_unavailable;
}

}  // namespace

std::string Partition::writer() const {
    return options_.writer_name + "/" + std::to_string(partition_.partition);
}

Status Partition::lead(std::unique_ptr<journal::Publisher> publisher) {
    FISCUS_TRY(recover(publisher->tail_end()));
    position_.cursor = publisher->cursor();
    journal_ = std::make_unique<JournalStage>(std::move(publisher), turn_end(), options_.background,
                                              *options_.clock);
    following_.reset();
    return Done{};
}

// Replays what the journal already says and compares every block with what is computed now.
Status Partition::recover(const journal::Cursor& end) {
    journal::Entries entries;
    FISCUS_ASSIGN(auto journal,
                  journal::JournalReader::open(log_, partition_.partition, position_.cursor));
    while (journal->cursor().next_sequence < end.next_sequence) {
        FISCUS_ASSIGN(const auto block, journal->next_before(end.next_offset, recovery_wait));
        if (!block.has_value()) {
            return Error{.code = ErrorCode::log_unavailable,
                         .what = "the journal's tail did not come in time",
                         .why = "",
                         .hint = "look at the broker, then start again"};
        }
        entries.clear();
        std::size_t missing = block->view.entries().size();
        while (missing > 0) {
            FISCUS_ASSIGN(const auto records, reader_->read(missing, recovery_wait));
            if (records.empty()) {
                return events_missing();
            }
            FISCUS_TRY(apply_all(records, entries));
            missing -= records.size();
        }
        FISCUS_TRY(compare(*block, entries, core_->digest()));
        FISCUS_KILL_POINT("while a recovery compares");
        replayed_ += entries.entries.size();
        FISCUS_TRY(check_memory());
        count(entries);
        position_.cursor = journal->cursor();
        if (fold_is_urgent() || fold_is_late(false)) {
            FISCUS_TRY(fold());
        }
    }
    return Done{};
}

// The journal says more than the events that came: they were cut, or the log is slow.
Error Partition::events_missing() {
    auto extent = log_.extent(log::events_topic, partition_.partition);
    if (!extent.ok()) {
        return std::move(extent).error();
    }
    // Offsets without a record at the end of what is left are no events that are still to come.
    if (extent->end > next_input()) {
        return {.code = ErrorCode::log_unavailable,
                .what = "the events from offset " + std::to_string(position_.next_offset) +
                        " on did not come in time",
                .why = "the log has them, and gave none for " +
                       std::to_string(recovery_wait.count() / 1000) + " s",
                .hint = "look at the broker, then start again"};
    }
    return log_shorter_than("the journal has published its entry", partition_.partition,
                            position_.next_offset);
}

Status Partition::compare(const journal::ReadBlock& block,
                          const journal::Entries& entries,
                          const Hash128& digest) const {
    const auto published = block.view.entries();
    const auto diverged = [&](const std::string& what, std::uint64_t sequence) {
        return Error{.code = ErrorCode::diverged,
                     .what = what + " at ledger sequence " + std::to_string(sequence) +
                             " differs from the published journal (partition " +
                             std::to_string(partition_.partition) + ", block at offset " +
                             std::to_string(block.offset) + ")",
                     .why =
                         "the same log must give the same entries; this program, the log or the "
                         "journal is not what it was",
                     .hint = "nothing was written; `fiscus replay` names the first difference"};
    };
    for (std::size_t i = 0; i < published.size(); ++i) {
        if (!same_bytes(published.subspan(i, 1), std::span(entries.entries).subspan(i, 1))) {
            return diverged("the entry", published[i].sequence());
        }
    }
    const std::uint64_t last = published.back().sequence();
    if (!same_bytes(block.view.postings(), std::span<const wire::Posting>(entries.postings))) {
        return diverged("a posting of the block", last);
    }
    for (const journal::Detail& detail : entries.details) {
        if (!same_bytes(block.view.detail(detail.entry), Bytes(detail.bytes))) {
            return diverged("a detail of the block", last);
        }
    }
    if (block.view.header().state_digest != digest) {
        return diverged("the state digest", last);
    }
    return Done{};
}

Status Partition::follow_from_here() {
    FISCUS_ASSIGN(following_,
                  journal::JournalReader::open(log_, partition_.partition, position_.cursor));
    followed_ = turn_end();
    return Done{};
}

Result<std::uint64_t> Partition::follow(milliseconds wait) {
    if (!waits_for_.empty() && options_.clock->now() < asks_again_) {
        options_.clock->sleep_until(std::min(asks_again_, options_.clock->now() + wait));
        update_view();
        return std::uint64_t{0};
    }
    std::uint64_t applied = 0;
    if (!block_) {
        FISCUS_ASSIGN(block_, following_->next(wait));
        if (!block_) {
            FISCUS_TRY(follow_nothing());
            update_view();
            return applied;
        }
        watch_.heard();
        block_entries_.clear();
        block_missing_ = block_->view.entries().size();
        block_began_ = options_.clock->now();
    }
    FISCUS_ASSIGN(applied, follow_block(wait));
    update_view();
    return applied;
}

Result<std::uint64_t> Partition::follow_block(milliseconds wait) {
    std::uint64_t applied = 0;
    while (block_missing_ > 0) {
        FISCUS_ASSIGN(auto records, reader_->read(block_missing_, wait));
        if (records.empty()) {
            if (options_.clock->now() - block_began_ >= recovery_wait) {
                return events_missing();
            }
            return applied;
        }
        while (!records.empty()) {
            auto taken = apply(records, block_entries_, SIZE_MAX);
            if (!taken.ok() && taken.error().code == ErrorCode::secret_missing &&
                options_.waits_for_secrets) {
                FISCUS_TRY(wait_for_secret(taken.error()));
                return applied;
            }
            FISCUS_TRY(taken);
            waits_for_.clear();
            block_began_ = options_.clock->now();
            records = records.subspan(*taken);
            block_missing_ -= *taken;
            applied += *taken;
        }
    }
    FISCUS_TRY(end_block());
    return applied;
}

Status Partition::end_block() {
    FISCUS_TRY(compare(*block_, block_entries_, core_->digest()));
    replayed_ += block_entries_.entries.size();
    FISCUS_TRY(check_memory());
    count(block_entries_);
    position_.cursor = following_->cursor();
    block_.reset();
    followed_ = turn_end();
    if (fold_is_urgent() || fold_is_late(false)) {
        FISCUS_TRY(fold());
    }
    return Done{};
}

Status Partition::follow_nothing() {
    position_.cursor = following_->cursor();
    if (watched_term_ != position_.cursor.term) {
        watched_term_ = position_.cursor.term;
        watch_.heard();
    }
    if (may_take_over()) {
        return take_over();
    }
    return fold_is_late(true) ? fold() : Status(Done{});
}

// Where somebody hands the partition over, nobody waits but those who are not meant.
bool Partition::may_take_over() const {
    const auto to = handed_over_to(following_->claimed_by());
    return watch_.gone() || (to && (to->empty() || *to == options_.writer_name));
}

// Everything that is published is compared before a claim: a standby that disagrees never leads.
Status Partition::take_over() {
    FISCUS_ASSIGN(const log::Extent extent, log_.extent(log::journal_topic, partition_.partition));
    if (extent.end > following_->cursor().next_offset) {
        return Done{};
    }
    auto publisher = journal::Publisher::open(log_, partition_.partition, position_.cursor,
                                              writer(), journal::Contest::yield);
    if (!publisher.ok()) {
        watch_.heard();
        return leaves_it_to_others(publisher.error()) ? Status(Done{})
                                                      : Status(std::move(publisher).error());
    }
    FISCUS_TRY(lead(std::move(publisher).value()));
    ++takeovers_;
    signed_ = {};
    exchange_signs();
    return Done{};
}

Sign Partition::sign() const {
    const TurnEnd end = journal_ == nullptr ? followed_ : journal_->acknowledged();
    return {.role = journal_ == nullptr ? Role::standby : Role::leader,
            .term = journal_ == nullptr ? position_.cursor.term : journal_->term(),
            .sequence = end.sequence,
            .beat = beat_,
            .digest = end.digest,
            .writer = options_.writer_name};
}

void Partition::exchange_signs() {
    if (signals_ == nullptr) {
        return;
    }
    const auto now = options_.clock->now();
    if (now - signed_ >= options_.sign_interval) {
        signed_ = now;
        ++beat_;
        signals_->leave(sign(), journal_ == nullptr ? followed_.next_offset
                                                    : journal_->acknowledged().next_offset);
        if (following_ != nullptr) {
            signals_->ask();
        }
    }
    if (following_ == nullptr) {
        return;
    }
    const Signals::Answer answer = signals_->answer();
    if (answer.number == answered_) {
        return;
    }
    answered_ = answer.number;
    if (answer.known) {
        watch_.told(answer.leader, following_->cursor().term, now);
    } else {
        watch_.not_told();
    }
}

void Partition::leave() {
    if (signals_ == nullptr) {
        return;
    }
    Sign last = sign();
    last.beat = 0;
    signals_->leave(last, position_.next_offset);
    signals_->wait();
}

}  // namespace fiscus::runtime
