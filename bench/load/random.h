// Randomness of the load: integers only, so the same seed gives the same numbers under every
// compiler and standard library (std:: distributions differ between them). SplitMix64 seeds and
// scatters, xoshiro256** draws. Both are public-domain algorithms of Blackman and Vigna. Thread:
// values, one thread at a time. Fails: never.
#pragma once

#include <array>
#include <cstdint>

#include "engine/base/wide.h"

namespace fiscus::load {

// The output function of SplitMix64: a bijection of 64 bits that scatters neighbours.
constexpr std::uint64_t scatter(std::uint64_t x) {
    x += 0x9e3779b97f4a7c15ULL;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31);
}

// x × n ÷ 2^64: a number in [0, n) from 64 uniform bits.
constexpr std::uint64_t reduce(std::uint64_t x, std::uint64_t n) {
    return static_cast<std::uint64_t>((static_cast<UnsignedWide>(x) * n) >> 64);
}

class Random {
public:
    constexpr explicit Random(std::uint64_t seed) {
        for (auto& word : state_) {
            seed += 0x9e3779b97f4a7c15ULL;
            word = scatter(seed);
        }
    }

    constexpr std::uint64_t next() {
        const std::uint64_t result = rotate(state_[1] * 5, 7) * 9;
        const std::uint64_t shifted = state_[1] << 17;
        state_[2] ^= state_[0];
        state_[3] ^= state_[1];
        state_[1] ^= state_[2];
        state_[0] ^= state_[3];
        state_[2] ^= shifted;
        state_[3] = rotate(state_[3], 45);
        return result;
    }

    // Uniform in [0, n); n ≥ 1. The bias, below n ÷ 2^64, does not matter here.
    constexpr std::uint64_t below(std::uint64_t n) { return reduce(next(), n); }
    // Uniform in [first, last].
    constexpr std::uint64_t between(std::uint64_t first, std::uint64_t last) {
        return first + below(last - first + 1);
    }
    // True `parts` times in 10,000.
    constexpr bool chance(std::uint64_t parts) { return below(10'000) < parts; }

    // Exponentially distributed with this mean, by von Neumann's comparison of uniforms: no
    // logarithm, hence no rounding that could differ between machines.
    constexpr std::uint64_t exponential(std::uint64_t mean) {
        for (std::uint64_t whole = 0;; ++whole) {
            const std::uint64_t first = next();
            std::uint64_t last = first;
            bool odd = true;
            for (std::uint64_t draw = next(); draw < last; draw = next()) {
                last = draw;
                odd = !odd;
            }
            if (odd) {
                return whole * mean + reduce(first, mean);
            }
        }
    }

private:
    static constexpr std::uint64_t rotate(std::uint64_t x, unsigned bits) {
        return (x << bits) | (x >> (64 - bits));
    }

    std::array<std::uint64_t, 4> state_{};
};

}  // namespace fiscus::load
