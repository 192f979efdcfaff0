// What many simulations came to, for people and for reports. Thread: values. Fails: never.
#pragma once

#include <cstdint>
#include <string>

#include "tests/simulation/simulation.h"

namespace fiscus::simulation {

struct Totals {
    std::uint64_t seeds = 0;
    std::uint64_t steps = 0;
    Counts happened;
    Counts faults;

    void add(const Report& report);
};

// {"seeds": …, "steps": …, "faults": {kind: count}, "happened": {what: count}}.
std::string json_of(const Totals& totals);

}  // namespace fiscus::simulation
