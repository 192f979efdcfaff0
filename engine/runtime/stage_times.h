// Where the time of a turn goes, for /metrics and the benchmarks; journal and sync belong to a
// thread of their own. The only clock near the core; nothing that it says reaches an entry.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace fiscus::runtime {

enum class Stage : std::uint8_t { read, decode, prefetch, apply, digest, journal, sync, fold };
inline constexpr std::size_t stages = 8;
inline constexpr std::array<std::string_view, stages> stage_names = {
    "read", "decode", "prefetch", "apply", "digest", "journal", "sync", "fold"};

struct StageTimes {
    std::array<std::int64_t, stages> nanoseconds{};

    std::int64_t& operator[](Stage stage) { return nanoseconds[static_cast<std::size_t>(stage)]; }
    StageTimes& operator+=(const StageTimes& other) {
        for (std::size_t i = 0; i < stages; ++i) {
            nanoseconds[i] += other.nanoseconds[i];
        }
        return *this;
    }
};

// Adds the time until its end to one stage.
class StageTimer {
public:
    StageTimer(StageTimes& times, Stage stage)
        : sum_(times[stage]), started_(std::chrono::steady_clock::now()) {}
    ~StageTimer() {
        sum_ += std::chrono::nanoseconds(std::chrono::steady_clock::now() - started_).count();
    }
    StageTimer(const StageTimer&) = delete;
    StageTimer& operator=(const StageTimer&) = delete;

private:
    std::int64_t& sum_;
    std::chrono::steady_clock::time_point started_;
};

}  // namespace fiscus::runtime
