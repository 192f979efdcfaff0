// Instants are UTC microseconds, business days are days since 1970-01-01 of the calendar at
// UTC+08:00 (Asia/Shanghai has had no other offset since 1991). No clock is read here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fiscus {

inline constexpr std::int64_t us_per_second = 1'000'000;
inline constexpr std::int64_t us_per_minute = 60 * us_per_second;
inline constexpr std::int64_t us_per_day = 86'400 * us_per_second;
inline constexpr std::int64_t shanghai_offset_us = 8 * 3'600 * us_per_second;

// For any instant at all: entries of refused events carry the business day of whatever was
// published.
constexpr std::int32_t business_day(std::int64_t instant_us) {
    std::int64_t day = instant_us / us_per_day;
    std::int64_t rest_us = instant_us % us_per_day;
    if (rest_us < 0) {
        rest_us += us_per_day;
        --day;
    }
    // Midnight in Shanghai comes before midnight UTC, by the offset.
    return static_cast<std::int32_t>(rest_us + shanghai_offset_us >= us_per_day ? day + 1 : day);
}

// 00:00 of a business day as an instant; the end of a day is the start of the next.
constexpr std::int64_t start_of_day_us(std::int32_t day) {
    return static_cast<std::int64_t>(day) * us_per_day - shanghai_offset_us;
}

// 2026-01-02 ⇄ days since 1970-01-01 (proleptic Gregorian calendar).
std::string date_text(std::int32_t day);
std::optional<std::int32_t> date_from_text(std::string_view text);

// 2026-01-02T03:04:05.000006Z and back; also accepts an offset such as +08:00 and no fraction.
std::string instant_text(std::int64_t instant_us);
std::optional<std::int64_t> instant_from_text(std::string_view text);

// 10:00:00.000000 and back: microseconds since 00:00, less than a day; also reads no fraction.
std::string time_of_day_text(std::int64_t time_us);
std::optional<std::int64_t> time_of_day_from_text(std::string_view text);

}  // namespace fiscus
