#include "engine/threads/clock.h"

#include <thread>

namespace fiscus {
namespace {

class MachineClock final : public Clock {
public:
    Time now() override { return std::chrono::steady_clock::now(); }
    void sleep_until(Time time) override { std::this_thread::sleep_until(time); }
};

}  // namespace

Clock& machine_clock() {
    static MachineClock clock;
    return clock;
}

}  // namespace fiscus
