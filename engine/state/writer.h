// Sorts a write set and gives it to the store, beside the rules.
// Thread: the partition's one writer. Fails: an error of the store is returned by the next wait()
// and stays.
#pragma once

#include <optional>

#include "engine/state/store.h"
#include "engine/threads/worker.h"

namespace fiscus::state {

class Writer {
public:
    Writer(StateStore& store, Background background);
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
    // Background::steps: writes what was submitted; false: nothing was.
    bool step() { return worker_.step(); }

private:
    void write(Worker::Lock& lock);

    StateStore& store_;
    WriteSet set_;
    bool pending_ = false;
    std::optional<Error> error_;
    Worker worker_;
};

}  // namespace fiscus::state
