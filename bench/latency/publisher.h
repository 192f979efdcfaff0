// The publisher of an open loop: event number n of the standard load is due n / rate seconds after
// the start, and goes out at the first look after that, however slow the answers are. So a stall
// makes every event that was due meanwhile late, as it makes it for a platform (no coordinated
// omission). Thread: one. Fails: as the log's writer does.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "bench/load/standard_load.h"
#include "engine/base/result.h"
#include "engine/log/log.h"

namespace fiscus::bench {

struct Schedule {
    std::chrono::steady_clock::time_point start;
    double events_per_second = 0;

    [[nodiscard]] std::chrono::steady_clock::time_point due(std::uint64_t number) const {
        return start + std::chrono::nanoseconds(static_cast<std::int64_t>(
                           static_cast<double>(number) / events_per_second * 1e9));
    }
};

// Publishes the load to partition 0 on schedule; ends early when `stop` is set.
Status publish_on_schedule(log::Log& log,
                           load::StandardLoad& load,
                           const Schedule& schedule,
                           const std::atomic<bool>& stop);

}  // namespace fiscus::bench
