// Time that passes when the simulation says so. Thread: one. Fails: never.
#pragma once

#include "engine/threads/clock.h"

namespace fiscus::simulation {

class SimulatedClock final : public Clock {
public:
    Time now() override { return now_; }
    // Whoever sleeps alone in one thread wakes up at once, later.
    void sleep_until(Time time) override { now_ = std::max(now_, time); }
    void pass(std::chrono::milliseconds span) { now_ += span; }

private:
    Time now_{std::chrono::hours(1)};
};

}  // namespace fiscus::simulation
