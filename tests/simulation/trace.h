// What was done and said, step by step: a hash of it, and counts. Thread: one. Fails: never.
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

#include "engine/base/hash.h"
#include "tests/simulation/faults.h"

namespace fiscus::simulation {

class Trace {
public:
    explicit Trace(bool loud) : loud_(loud) {}

    void note(std::string_view what, std::uint64_t number = 0) {
        ++steps_;
        ++happened_[std::string(what)];
        hash_ = xxh3_64(std::as_bytes(std::span(&hash_, 1)),
                        as_byte_span(std::string(what) + " " + std::to_string(number)));
        if (loud_) {
            std::fprintf(stderr, "%llu %.*s %llu\n", static_cast<unsigned long long>(steps_),
                         static_cast<int>(what.size()), what.data(),
                         static_cast<unsigned long long>(number));
        }
    }
    [[nodiscard]] std::uint64_t hash() const { return hash_; }
    [[nodiscard]] std::uint64_t steps() const { return steps_; }
    [[nodiscard]] const Counts& happened() const { return happened_; }

private:
    const bool loud_;
    std::uint64_t hash_ = 0;
    std::uint64_t steps_ = 0;
    Counts happened_;
};

}  // namespace fiscus::simulation
