// Which seeds a property test runs: FISCUS_SEED alone, or as many as FISCUS_PROPERTY_RUNS says.
// Thread: any. Fails: never.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <vector>

namespace fiscus::property {

inline constexpr std::uint64_t first_seed = 20'260'301;

inline std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
    const char* text = std::getenv(name);
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

inline std::vector<std::uint64_t> seeds(std::uint64_t runs_default) {
    if (std::getenv("FISCUS_SEED") != nullptr) {
        return {from_environment("FISCUS_SEED", 0)};
    }
    std::vector<std::uint64_t> all;
    const std::uint64_t runs = from_environment("FISCUS_PROPERTY_RUNS", runs_default);
    for (std::uint64_t run = 0; run < runs; ++run) {
        all.push_back(first_seed + run);
    }
    return all;
}

}  // namespace fiscus::property
