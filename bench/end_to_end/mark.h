// A progress mark of the engine, made after each of its turns. Thread: values. Fails: never.
#pragma once

#include <cstdint>

namespace fiscus::bench {

// Records applied, and when.
struct Mark {
    std::uint64_t records = 0;
    double seconds = 0;
};

}  // namespace fiscus::bench
