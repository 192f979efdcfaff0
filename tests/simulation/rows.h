// What a reader of the topics of rows takes, who skips every number that was there before
// (docs/formats/statistics.md). Thread: one. Fails: never; what is wrong is text.
#pragma once

#include <cstdint>
#include <string>

#include "tests/simulation/cluster.h"

namespace fiscus::simulation {

// No number is left out, a repeat says what was said before, and where a topic keeps the last
// record of each key that is the newest. Empty, or the first that is not so.
[[nodiscard]] std::string wrong_rows(Cluster& cluster, std::int32_t partition, Faults& counts);

}  // namespace fiscus::simulation
