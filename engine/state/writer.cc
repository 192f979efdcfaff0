#include "engine/state/writer.h"

#include <utility>

namespace fiscus::state {

Writer::Writer(StateStore& store, Background background)
    : store_(store),
      worker_(
          background,
          "store",
          [this] { return pending_; },
          [this](Worker::Lock& lock) { write(lock); }) {}

void Writer::submit() {
    {
        const Worker::Lock lock(worker_.mutex());
        FISCUS_CHECK(!pending_, "one set is written at a time");
        pending_ = true;
    }
    worker_.notify();
}

Status Writer::wait() {
    Worker::Lock lock(worker_.mutex());
    worker_.wait(lock, [this] { return !pending_; });
    if (error_.has_value()) {
        return *error_;
    }
    return Done{};
}

bool Writer::busy() {
    const Worker::Lock lock(worker_.mutex());
    return pending_;
}

bool Writer::written() {
    const Worker::Lock lock(worker_.mutex());
    return !pending_ && !error_.has_value();
}

void Writer::write(Worker::Lock& lock) {
    lock.unlock();
    set_.sort();
    Status status = store_.write(set_);
    set_.clear();
    lock.lock();
    if (!status.ok() && !error_.has_value()) {
        error_ = std::move(status).error();
    }
    pending_ = false;
}

}  // namespace fiscus::state
