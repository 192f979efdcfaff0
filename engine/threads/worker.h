// Work beside its owner's, piece by piece: in a thread of its own; or, where everything has to
// happen in one thread and in an order that can be repeated, in steps, which whoever waits for the
// work takes, and anybody else may ask for. What the work is about is guarded by mutex().
// Thread: the owner's; with Background::threads one more. Fails: never; what the work meets is kept
// by the work.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>

#include "engine/base/check.h"

namespace fiscus {

enum class Background : std::uint8_t { threads, steps };

class Worker {
public:
    using Lock = std::unique_lock<std::mutex>;

    // Both are called with the mutex held. `work` does one piece of what `has_work` tells of, and
    // may release the lock meanwhile. `name` is what people see of the thread.
    Worker(Background background,
           const char* name,
           std::function<bool()> has_work,
           std::function<void(Lock&)> work);
    // With a thread: does all the work that there is first. In steps: leaves it undone, as a killed
    // process does.
    ~Worker();
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    std::mutex& mutex() const { return mutex_; }
    // After a change that gives work, or that somebody waits for.
    void notify() { changed_.notify_all(); }
    template <typename Done>
    void wait(Lock& lock, Done done) {
        if (thread_.joinable()) {
            changed_.wait(lock, done);
            return;
        }
        while (!done()) {
            FISCUS_CHECK(has_work_(), "what is waited for comes from the work");
            work_(lock);
        }
    }
    // One piece of work; false: there is none. Only in steps.
    bool step();

private:
    void run(const std::stop_token& stop);

    std::function<bool()> has_work_;
    std::function<void(Lock&)> work_;
    mutable std::mutex mutex_;
    std::condition_variable_any changed_;
    std::jthread thread_;
};

}  // namespace fiscus
