#include "engine/runtime/journal_stage.h"

#include "engine/base/check.h"
#include "engine/base/kill_point.h"

namespace fiscus::runtime {

JournalStage::JournalStage(std::unique_ptr<journal::Publisher> publisher,
                           const TurnEnd& recovered,
                           Background background,
                           Clock& clock)
    : clock_(clock),
      publisher_(std::move(publisher)),
      term_(publisher_->term()),
      durable_end_(recovered),
      worker_(
          background,
          "journal",
          [this] { return !error_ && (appended_ < submitted_ || appended_ != durable_); },
          [this](Worker::Lock& lock) { publish(lock); }) {}

Result<journal::Entries*> JournalStage::next() {
    Worker::Lock lock(worker_.mutex());
    worker_.wait(lock, [this] { return error_ || submitted_ - appended_ < turns_max; });
    if (error_) {
        return *error_;
    }
    journal::Entries& entries = turn(submitted_).entries;
    entries.clear();
    return &entries;
}

void JournalStage::submit(const TurnEnd& end) {
    {
        const Worker::Lock lock(worker_.mutex());
        turn(submitted_).end = end;
        ++submitted_;
    }
    worker_.notify();
}

Status JournalStage::wait() {
    Worker::Lock lock(worker_.mutex());
    worker_.wait(lock, [this] { return error_ || durable_ == submitted_; });
    return error_ ? Status(*error_) : Status(Done{});
}

Status JournalStage::check_fence() {
    FISCUS_TRY(wait());
    const Clock::Time asked = clock_.now();
    FISCUS_TRY(publisher_->check_fence());
    const Worker::Lock lock(worker_.mutex());
    unfenced_ = asked;
    return Done{};
}

void JournalStage::mark() {
    const Worker::Lock lock(worker_.mutex());
    FISCUS_CHECK(!mark_, "one mark after the other");
    marked_.reset();
    if (durable_ == submitted_) {
        // The thread has nothing to do, so the publisher stands still.
        marked_ = publisher_->cursor();
    } else {
        mark_ = submitted_;
    }
}

Result<std::optional<journal::Cursor>> JournalStage::marked() const {
    const Worker::Lock lock(worker_.mutex());
    if (error_) {
        return *error_;
    }
    return marked_;
}

TurnEnd JournalStage::acknowledged() const {
    const Worker::Lock lock(worker_.mutex());
    return durable_end_;
}

Clock::Time JournalStage::unfenced() const {
    const Worker::Lock lock(worker_.mutex());
    return unfenced_;
}

std::uint64_t JournalStage::blocks() const {
    const Worker::Lock lock(worker_.mutex());
    return durable_;
}

StageTimes JournalStage::times() const {
    const Worker::Lock lock(worker_.mutex());
    return times_;
}

void JournalStage::publish(Worker::Lock& lock) {
    const bool append_first = append_is_next();
    const Turn& next = turn(appended_);
    StageTimes spent;
    lock.unlock();
    const Clock::Time asked = clock_.now();
    Status status = Done{};
    {
        const StageTimer timer(spent, append_first ? Stage::journal : Stage::sync);
        status = append_first ? append(next) : publisher_->sync();
    }
    lock.lock();
    times_ += spent;
    FISCUS_KILL_POINT("after a block is appended or synced");
    if (!status) {
        error_ = std::move(status).error();
    } else if (append_first) {
        ++appended_;
    } else {
        durable_ = appended_;
        durable_end_ = appended_end_;
        unfenced_ = asked;
        if (mark_ == durable_) {
            marked_ = publisher_->cursor();
            mark_.reset();
        }
    }
}

// One sync covers several blocks, but none beyond a mark: the cursor is wanted as it is there.
bool JournalStage::append_is_next() const {
    return appended_ < submitted_ && appended_ - durable_ < unsynced_max &&
           (appended_ == durable_ || mark_ != appended_);
}

Status JournalStage::append(const Turn& turn) {
    appended_end_ = turn.end;
    FISCUS_KILL_POINT("before a block is appended");
    // The input's own stamp may be 0, which a log takes for "now".
    const std::int64_t stamp_us =
        log::append_timestamp_us(turn.entries.entries.back().logged_at_us());
    return publisher_->append(turn.entries, turn.end.digest, stamp_us);
}

}  // namespace fiscus::runtime
