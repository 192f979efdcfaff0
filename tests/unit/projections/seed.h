// Randomness of the property tests: the seed is printed with every failure and may be given back in
// the environment variable FISCUS_TEST_SEED. Thread: one. Fails: never.
#pragma once

#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <string_view>

namespace fiscus::projections {

inline std::uint64_t test_seed(std::uint64_t otherwise) {
    const char* given = std::getenv("FISCUS_TEST_SEED");
    std::uint64_t seed = otherwise;
    if (given != nullptr) {
        const std::string_view text = given;
        std::from_chars(text.data(), text.data() + text.size(), seed);
    }
    return seed;
}

class Dice {
public:
    explicit Dice(std::uint64_t seed) : engine_(seed) {}

    // 0 … sides − 1, the same on every machine.
    std::uint64_t throw_of(std::uint64_t sides) { return engine_() % sides; }
    bool one_in(std::uint64_t sides) { return throw_of(sides) == 0; }

private:
    std::mt19937_64 engine_;
};

}  // namespace fiscus::projections
