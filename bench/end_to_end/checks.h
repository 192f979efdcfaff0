// Whether the job did what the load intends, within its memory and above its floor: a list of
// checks, each with what was found. Thread: values. Fails: never; a check that fails is an answer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "bench/end_to_end/job.h"

namespace fiscus::bench {

struct Check {
    bool good = false;
    std::string what;
};

struct Bounds {
    // Of the whole job, in events/s; 0: none.
    double floor = 0;
    // Nothing: the memory is told, not judged.
    std::optional<std::uint64_t> resident_bytes_max;
};

double events_per_second(std::uint64_t events, double seconds);

std::vector<Check> check_job(const JobResult& result, const Bounds& bounds);

}  // namespace fiscus::bench
