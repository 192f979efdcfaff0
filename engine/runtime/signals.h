// Leaves the signs of one partition in the log and asks for the leader's, beside the engine's
// thread: a broker that is slow to answer holds no event up.
// Thread: all calls from the partition's one writer. Fails: never; trouble is told by the answers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "engine/log/log.h"
#include "engine/runtime/sign.h"
#include "engine/threads/worker.h"

namespace fiscus::runtime {

class Signals {
public:
    // What the log said to the last question that was answered.
    struct Answer {
        std::uint64_t number = 0;  // counts up; 0: none yet
        bool known = false;        // the log did answer
        std::optional<Sign> leader{};
    };

    Signals(log::Log& log, std::int32_t partition, Background background);
    Signals(const Signals&) = delete;
    Signals& operator=(const Signals&) = delete;

    // Leaves it as soon as it can, in place of one that still waits.
    void leave(const Sign& sign, std::int64_t position);
    // Waits until what was to be left is left, or the log has refused it.
    void wait();
    // Asks for the leader's note, unless a question waits already.
    void ask();
    [[nodiscard]] Answer answer() const;
    // Why the last sign could not be left; empty: it was.
    [[nodiscard]] std::string trouble() const;
    // Background::steps: leaves or asks; false: there was neither to do.
    bool step() { return worker_.step(); }

private:
    struct Leaving {
        Sign sign;
        std::int64_t position = 0;
    };
    void work(Worker::Lock& lock);

    log::Log& log_;
    std::int32_t partition_;

    // What follows is guarded by the worker's mutex.
    std::optional<Leaving> leaving_;
    bool busy_ = false;
    bool asking_ = false;
    Answer answer_;
    std::string trouble_;
    Worker worker_;
};

}  // namespace fiscus::runtime
