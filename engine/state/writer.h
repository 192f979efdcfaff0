// The thread that sorts a write set and gives it to the store, so that the rules go on meanwhile.
// Two
// sets alternate: one is filled while the other is written. Thread: submit() and wait() by the
// partition's one writer. Fails: an error of the store is returned by the next wait() and stays.
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

    // The set to fill next; empty.
    WriteSet& set() { return sets_[filling_]; }
    // Starts writing the filled set. wait() must have returned before.
    void submit();
    // Returns when nothing is being written.
    Status wait();

private:
    void work(const std::stop_token& stop);

    StateStore& store_;
    WriteSet sets_[2];
    std::size_t filling_ = 0;
    std::mutex mutex_;
    std::condition_variable_any changed_;
    WriteSet* pending_ = nullptr;
    std::optional<Error> error_;
    std::jthread thread_;
};

}  // namespace fiscus::state
