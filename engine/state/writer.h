// The thread that sorts a write set and gives it to the store, so that the rules go on meanwhile.
// Thread: the partition's one writer. Fails: an error of the store is returned by the next wait()
// and stays.
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include "engine/base/check.h"
#include "engine/state/store.h"

namespace fiscus::state {

class Writer {
public:
    explicit Writer(StateStore& store);
    ~Writer();
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    // The set to fill; empty and nobody else's after wait().
    WriteSet& set() { return set_; }
    // Starts writing the filled set.
    void submit();
    // Returns when nothing is being written.
    Status wait();
    // Something is being written: wait() would wait.
    [[nodiscard]] bool busy();
    // All that was submitted is in the store.
    [[nodiscard]] bool written();

private:
    void work(const std::stop_token& stop);

    StateStore& store_;
    WriteSet set_;
    std::mutex mutex_;
    std::condition_variable_any changed_;
    bool pending_ = false;
    std::optional<Error> error_;
    std::jthread thread_;
};

}  // namespace fiscus::state
