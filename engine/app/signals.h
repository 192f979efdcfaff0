// Turns SIGINT and SIGTERM into an orderly stop: the first one sets the flag that loops look at,
// the second one ends the process at once (nothing is lost: the log is the truth). No signal
// handler and no global: the signals are blocked and a thread of its own waits for them.
// Thread: make it in main before any other thread starts. Fails: never.
#pragma once

#include <atomic>
#include <csignal>
#include <stop_token>
#include <thread>

namespace fiscus::app {

class StopSignals {
public:
    StopSignals();
    ~StopSignals();
    StopSignals(const StopSignals&) = delete;
    StopSignals& operator=(const StopSignals&) = delete;

    [[nodiscard]] bool stop() const { return stop_.load(std::memory_order_relaxed); }

private:
    void wait(const std::stop_token& token);

    sigset_t watched_{};
    sigset_t before_{};
    std::atomic<bool> stop_{false};
    std::jthread thread_;
};

}  // namespace fiscus::app
