#include "engine/base/time.h"

#include <chrono>
#include <cstdio>
#include <string>

namespace fiscus {
namespace {

// Reads exactly `count` digits at the front of `text` and drops them.
std::optional<int> take_digits(std::string_view& text, std::size_t count) {
    if (text.size() < count) {
        return std::nullopt;
    }
    int value = 0;
    for (std::size_t i = 0; i < count; ++i) {
        if (text[i] < '0' || text[i] > '9') {
            return std::nullopt;
        }
        value = value * 10 + (text[i] - '0');
    }
    text.remove_prefix(count);
    return value;
}

bool take(std::string_view& text, char c) {
    if (text.empty() || text.front() != c) {
        return false;
    }
    text.remove_prefix(1);
    return true;
}

std::optional<std::int32_t> take_date(std::string_view& text) {
    const auto year = take_digits(text, 4);
    if (!year || !take(text, '-')) {
        return std::nullopt;
    }
    const auto month = take_digits(text, 2);
    if (!month || !take(text, '-')) {
        return std::nullopt;
    }
    const auto day = take_digits(text, 2);
    if (!day) {
        return std::nullopt;
    }
    const std::chrono::year_month_day date{std::chrono::year(*year),
                                           std::chrono::month(static_cast<unsigned>(*month)),
                                           std::chrono::day(static_cast<unsigned>(*day))};
    if (!date.ok()) {
        return std::nullopt;
    }
    return static_cast<std::int32_t>(std::chrono::sys_days(date).time_since_epoch().count());
}

// The part after the seconds: up to six digits of a fraction, as microseconds.
std::optional<std::int64_t> take_fraction(std::string_view& text) {
    if (!take(text, '.')) {
        return 0;
    }
    std::int64_t us = 0;
    int digits = 0;
    while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
        if (++digits > 6) {
            return std::nullopt;
        }
        us = us * 10 + (text.front() - '0');
        text.remove_prefix(1);
    }
    if (digits == 0) {
        return std::nullopt;
    }
    for (; digits < 6; ++digits) {
        us *= 10;
    }
    return us;
}

// hh:mm:ss with up to six digits of a fraction, as microseconds since 00:00.
std::optional<std::int64_t> take_time_of_day(std::string_view& text) {
    const auto hours = take_digits(text, 2);
    if (!hours || !take(text, ':')) {
        return std::nullopt;
    }
    const auto minutes = take_digits(text, 2);
    if (!minutes || !take(text, ':')) {
        return std::nullopt;
    }
    const auto seconds = take_digits(text, 2);
    if (!seconds || *hours > 23 || *minutes > 59 || *seconds > 59) {
        return std::nullopt;
    }
    const auto fraction = take_fraction(text);
    if (!fraction) {
        return std::nullopt;
    }
    return (*hours * 3'600LL + *minutes * 60LL + *seconds) * us_per_second + *fraction;
}

// Z, +hh:mm or -hh:mm to the end of the text, as microseconds east of UTC.
std::optional<std::int64_t> take_offset(std::string_view& text) {
    if (take(text, 'Z')) {
        return text.empty() ? std::optional<std::int64_t>(0) : std::nullopt;
    }
    const bool east = take(text, '+');
    if (!east && !take(text, '-')) {
        return std::nullopt;
    }
    const auto hours = take_digits(text, 2);
    if (!hours || !take(text, ':')) {
        return std::nullopt;
    }
    const auto minutes = take_digits(text, 2);
    if (!minutes || !text.empty() || *hours > 14 || *minutes > 59) {
        return std::nullopt;
    }
    const std::int64_t offset = (*hours * 60 + *minutes) * us_per_minute;
    return east ? offset : -offset;
}

// `count` digits, zeros in front, over those that end at `end` characters of the text. Rows are
// full of instants, and printf would be a quarter of what they cost.
void put_digits(std::string& text, std::size_t end, std::size_t count, std::uint64_t value) {
    for (std::size_t at = end; at > end - count; --at) {
        text[at - 1] = static_cast<char>('0' + value % 10);
        value /= 10;
    }
}

// 10:00:00.000000 over the characters that end at `end`.
void put_time_of_day(std::string& text, std::size_t end, std::int64_t time_us) {
    const auto seconds = static_cast<std::uint64_t>(time_us / us_per_second);
    put_digits(text, end, 6, static_cast<std::uint64_t>(time_us % us_per_second));
    put_digits(text, end - 7, 2, seconds % 60);
    put_digits(text, end - 10, 2, seconds / 60 % 60);
    put_digits(text, end - 13, 2, seconds / 3'600);
}

}  // namespace

std::string date_text(std::int32_t day) {
    const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(day))};
    const int year = static_cast<int>(date.year());
    if (year < 0 || year > 9'999) {
        char text[32];
        std::snprintf(text, sizeof text, "%04d-%02u-%02u", year,
                      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
        return text;
    }
    std::string text = "0000-00-00";
    put_digits(text, 4, 4, static_cast<std::uint64_t>(year));
    put_digits(text, 7, 2, static_cast<unsigned>(date.month()));
    put_digits(text, 10, 2, static_cast<unsigned>(date.day()));
    return text;
}

std::optional<std::int32_t> date_from_text(std::string_view text) {
    const auto day = take_date(text);
    return text.empty() ? day : std::nullopt;
}

std::string instant_text(std::int64_t instant_us) {
    std::int64_t day = instant_us / us_per_day;
    std::int64_t rest = instant_us % us_per_day;
    if (rest < 0) {
        rest += us_per_day;
        --day;
    }
    std::string text = date_text(static_cast<std::int32_t>(day));
    text.append("T00:00:00.000000Z");
    put_time_of_day(text, text.size() - 1, rest);
    return text;
}

std::optional<std::int64_t> instant_from_text(std::string_view text) {
    const auto day = take_date(text);
    if (!day || !(take(text, 'T') || take(text, ' '))) {
        return std::nullopt;
    }
    const auto time = take_time_of_day(text);
    const auto offset = time ? take_offset(text) : std::nullopt;
    if (!offset) {
        return std::nullopt;
    }
    return *day * us_per_day + *time - *offset;
}

std::string time_of_day_text(std::int64_t time_us) {
    std::string text = "00:00:00.000000";
    put_time_of_day(text, text.size(), time_us);
    return text;
}

std::optional<std::int64_t> time_of_day_from_text(std::string_view text) {
    const auto time = take_time_of_day(text);
    return text.empty() ? time : std::nullopt;
}

}  // namespace fiscus
