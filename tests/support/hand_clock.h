// A clock in which time passes when a test or a simulation says so. Thread: one. Fails: never.
#pragma once

#include <algorithm>
#include <chrono>

#include "engine/threads/clock.h"

namespace fiscus::support {

class HandClock final : public Clock {
public:
    Time now() override { return now_; }
    // Whoever sleeps alone in one thread wakes up at once, later.
    void sleep_until(Time time) override { now_ = std::max(now_, time); }
    void pass(std::chrono::milliseconds span) { now_ += span; }

private:
    Time now_{std::chrono::hours(1)};
};

}  // namespace fiscus::support
