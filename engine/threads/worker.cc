#include "engine/threads/worker.h"

#include <utility>

#include "engine/base/thread_name.h"

namespace fiscus {

Worker::Worker(Background background,
               const char* name,
               std::function<bool()> has_work,
               std::function<void(Lock&)> work)
    : has_work_(std::move(has_work)), work_(std::move(work)) {
    if (background == Background::threads) {
        thread_ = std::jthread([this, name](const std::stop_token& stop) {
            name_thread(name);
            run(stop);
        });
    }
}

Worker::~Worker() {
    thread_.request_stop();
    changed_.notify_all();
}

void Worker::run(const std::stop_token& stop) {
    Lock lock(mutex_);
    // Work that there is comes before the wish to stop.
    while (changed_.wait(lock, stop, has_work_)) {
        work_(lock);
        changed_.notify_all();
    }
}

bool Worker::step() {
    FISCUS_CHECK(!thread_.joinable(), "a worker with a thread of its own takes no steps");
    Lock lock(mutex_);
    if (!has_work_()) {
        return false;
    }
    work_(lock);
    return true;
}

}  // namespace fiscus
