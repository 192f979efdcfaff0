#include "engine/runtime/signals.h"

#include <utility>

#include "engine/log/topics.h"

namespace fiscus::runtime {

Signals::Signals(log::Log& log, std::int32_t partition, Background background)
    : log_(log),
      partition_(partition),
      worker_(
          background,
          "signs",
          [this] { return leaving_ || asking_; },
          [this](Worker::Lock& lock) { work(lock); }) {}

void Signals::leave(const Sign& sign, std::int64_t position) {
    {
        const Worker::Lock lock(worker_.mutex());
        leaving_ = {.sign = sign, .position = position};
    }
    worker_.notify();
}

void Signals::wait() {
    Worker::Lock lock(worker_.mutex());
    worker_.wait(lock, [this] { return !leaving_ && !busy_; });
}

void Signals::ask() {
    {
        const Worker::Lock lock(worker_.mutex());
        asking_ = true;
    }
    worker_.notify();
}

Signals::Answer Signals::answer() const {
    const Worker::Lock lock(worker_.mutex());
    return answer_;
}

std::string Signals::trouble() const {
    const Worker::Lock lock(worker_.mutex());
    return trouble_;
}

void Signals::work(Worker::Lock& lock) {
    busy_ = true;
    if (leaving_) {
        const Leaving leaving = *std::exchange(leaving_, std::nullopt);
        lock.unlock();
        const std::string name = leaving.sign.role == Role::leader
                                     ? std::string(leader_note)
                                     : standby_note(leaving.sign.writer);
        const Status left =
            log_.put_note(log::events_topic, partition_, name,
                          {.position = leaving.position, .text = sign_text(leaving.sign)});
        lock.lock();
        trouble_ = left.ok() ? "" : left.error().text();
    } else {
        lock.unlock();
        const auto note = log_.note(log::events_topic, partition_, leader_note);
        lock.lock();
        asking_ = false;
        ++answer_.number;
        answer_.known = note.ok();
        answer_.leader =
            note.ok() && note.value() ? sign_from_text(note.value()->text) : std::nullopt;
    }
    busy_ = false;
}

}  // namespace fiscus::runtime
