// The answers of /livez and /readyz, worked out from the figures. Live: every loop has turned
// lately. Ready: recovered, not too far behind, not stalled, nothing failed. Both name every reason
// for a no, so the person who is woken up knows what to look at. Thread: any. Fails: never.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/app/http/figures.h"

namespace fiscus::app {

struct HealthLimits {
    std::int64_t ready_lag_records = 0;
    std::chrono::seconds live{0};
};

struct Health {
    std::vector<std::string> reasons;  // empty: yes
    [[nodiscard]] bool good() const { return reasons.empty(); }
};

Health live_health(const Figures& figures,
                   const HealthLimits& limits,
                   std::chrono::steady_clock::time_point now);
Health ready_health(const Figures& figures,
                    const HealthLimits& limits,
                    std::chrono::steady_clock::time_point now);

// {"live":true,"reasons":[]}; `word` is "live" or "ready".
std::string health_json(const Health& health, std::string_view word);

}  // namespace fiscus::app
