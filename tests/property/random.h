// Randomness that is the same on every machine: SplitMix64 and a few ways to ask it.
// Thread: one. Fails: never.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <vector>

namespace fiscus::property {

class Random {
public:
    explicit Random(std::uint64_t seed) : state_(seed) {}

    std::uint64_t next() {
        state_ += 0x9e3779b97f4a7c15ULL;
        std::uint64_t x = state_;
        x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9ULL;
        x = (x ^ (x >> 27U)) * 0x94d049bb133111ebULL;
        return x ^ (x >> 31U);
    }
    // 0 … count − 1; 0 when there is nothing to choose from.
    std::uint64_t below(std::uint64_t count) { return count == 0 ? 0 : next() % count; }
    // first … last, both included.
    template <typename Number>
    Number between(Number first, Number last) {
        const auto span = static_cast<std::uint64_t>(last) - static_cast<std::uint64_t>(first) + 1;
        return static_cast<Number>(static_cast<std::uint64_t>(first) + below(span));
    }
    bool chance(std::uint64_t per_thousand) { return below(1'000) < per_thousand; }

    template <typename T>
    const T& pick(const std::vector<T>& values) {
        return values[below(values.size())];
    }
    // An entry of a map, or null when it is empty.
    template <typename Map>
    const typename Map::value_type* entry(const Map& map) {
        if (map.empty()) {
            return nullptr;
        }
        return &*std::next(map.begin(), static_cast<std::ptrdiff_t>(below(map.size())));
    }

private:
    std::uint64_t state_;
};

}  // namespace fiscus::property
