// Waits for a condition with a deadline: the only way in which a test may wait.
// Thread: any. Fails: false when the deadline passes first.
#pragma once

#include <chrono>
#include <thread>

namespace fiscus::support {

template <typename Condition>
bool wait_until(Condition condition, std::chrono::milliseconds at_most) {
    const auto deadline = std::chrono::steady_clock::now() + at_most;
    while (!condition()) {
        if (std::chrono::steady_clock::now() >= deadline) {
            return false;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return true;
}

}  // namespace fiscus::support
