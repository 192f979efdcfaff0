// What paces work: when something is due, how long to wait for it. The machine's own, or one of a
// simulation, in which time passes only when the simulation says so. No rule ever sees it: time in
// the ledger comes from the log. Thread: any, unless a clock says otherwise. Fails: never.
#pragma once

#include <chrono>

namespace fiscus {

class Clock {
public:
    using Time = std::chrono::steady_clock::time_point;

    virtual ~Clock() = default;
    virtual Time now() = 0;
    virtual void sleep_until(Time time) = 0;
};

// Never goes back, whatever is done to the wall clock.
Clock& machine_clock();

}  // namespace fiscus
