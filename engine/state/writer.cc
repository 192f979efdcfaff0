#include "engine/state/writer.h"

#include "engine/base/thread_name.h"

namespace fiscus::state {

Writer::Writer(StateStore& store)
    : store_(store), thread_([this](const std::stop_token& stop) { work(stop); }) {}

Writer::~Writer() {
    thread_.request_stop();
    changed_.notify_all();
}

void Writer::submit() {
    {
        const std::lock_guard lock(mutex_);
        FISCUS_CHECK(!pending_, "one set is written at a time");
        pending_ = true;
    }
    changed_.notify_all();
}

Status Writer::wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !pending_; });
    if (error_.has_value()) {
        return *error_;
    }
    return Done{};
}

bool Writer::busy() {
    const std::lock_guard lock(mutex_);
    return pending_;
}

bool Writer::written() {
    const std::lock_guard lock(mutex_);
    return !pending_ && !error_.has_value();
}

void Writer::work(const std::stop_token& stop) {
    name_thread("store");
    while (true) {
        {
            std::unique_lock lock(mutex_);
            if (!changed_.wait(lock, stop, [this] { return pending_; })) {
                return;
            }
        }
        set_.sort();
        Status status = store_.write(set_);
        set_.clear();
        {
            const std::lock_guard lock(mutex_);
            if (!status.ok() && !error_.has_value()) {
                error_ = std::move(status).error();
            }
            pending_ = false;
        }
        changed_.notify_all();
    }
}

}  // namespace fiscus::state
