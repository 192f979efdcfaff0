// Aim: the business day turns at midnight in Shanghai, and dates read back as they were printed.
#include "engine/base/time.h"

#include <chrono>
#include <cstdio>
#include <string>

#include <gtest/gtest.h>

namespace fiscus {
namespace {

TEST(Time, BusinessDayTurnsAtSixteenHundredUtc) {
    const auto before = instant_from_text("2026-03-01T15:59:59.999999Z");
    const auto after = instant_from_text("2026-03-01T16:00:00Z");
    ASSERT_TRUE(before.has_value() && after.has_value());
    EXPECT_EQ(date_text(business_day(*before)), "2026-03-01");
    EXPECT_EQ(date_text(business_day(*after)), "2026-03-02");
    EXPECT_EQ(start_of_day_us(business_day(*after)), *after);
}

TEST(Time, DaysBeforeTheEpochRoundDown) {
    EXPECT_EQ(business_day(-shanghai_offset_us), 0);
    EXPECT_EQ(business_day(-shanghai_offset_us - 1), -1);
}

TEST(Time, ReadsOffsetsAndFractions) {
    const auto utc = instant_from_text("2026-03-01T02:00:00.5Z");
    ASSERT_TRUE(utc.has_value());
    EXPECT_EQ(instant_from_text("2026-03-01T10:00:00.500000+08:00"), utc);
    EXPECT_EQ(instant_text(*utc), "2026-03-01T02:00:00.500000Z");
}

// Every day of four centuries and its last microsecond, against what the library says of the parts.
TEST(Time, WritesEveryDayWithAllItsDigits) {
    for (std::int32_t day = *date_from_text("1900-01-01"); day < *date_from_text("2300-01-01");
         ++day) {
        const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(day))};
        char text[64];
        std::snprintf(text, sizeof text, "%04d-%02u-%02u", static_cast<int>(date.year()),
                      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
        ASSERT_EQ(date_text(day), text);
        ASSERT_EQ(instant_text((day + std::int64_t{1}) * us_per_day - 1),
                  std::string(text) + "T23:59:59.999999Z");
    }
    EXPECT_EQ(instant_text(0), "1970-01-01T00:00:00.000000Z");
    EXPECT_EQ(instant_text(-1), "1969-12-31T23:59:59.999999Z");
    EXPECT_EQ(instant_text(3'723'000'045), "1970-01-01T01:02:03.000045Z");
}

TEST(Time, WritesYearsOfMoreOrFewerDigits) {
    EXPECT_EQ(date_text(-719'162), "0001-01-01");
    EXPECT_EQ(date_text(-719'528 - 365), "-001-01-01");
    EXPECT_EQ(date_text(2'932'897), "10000-01-01");
    EXPECT_EQ(instant_text(2'932'897 * us_per_day + 1), "10000-01-01T00:00:00.000001Z");
}

TEST(Time, ReadsTimesOfDayAsItWritesThem) {
    EXPECT_EQ(time_of_day_text(0), "00:00:00.000000");
    EXPECT_EQ(time_of_day_text(3'723'000'045), "01:02:03.000045");
    EXPECT_EQ(time_of_day_text(us_per_day - 1), "23:59:59.999999");
    for (const std::int64_t time_us : {std::int64_t{0}, 3'723'000'045L, us_per_day - 1}) {
        EXPECT_EQ(time_of_day_from_text(time_of_day_text(time_us)), time_us);
    }
    EXPECT_EQ(time_of_day_from_text("10:00:00"), 36'000 * us_per_second);
    for (const char* const text :
         {"", "10:00", "24:00:00", "10:60:00", "10:00:60", "10:00:00Z", "1:00:00", "10:00:00."}) {
        EXPECT_FALSE(time_of_day_from_text(text).has_value()) << text;
    }
}

TEST(Time, RefusesDatesThatDoNotExist) {
    EXPECT_FALSE(date_from_text("2026-02-29").has_value());
    EXPECT_TRUE(date_from_text("2028-02-29").has_value());
    EXPECT_FALSE(date_from_text("2026-3-1").has_value());
    EXPECT_FALSE(date_from_text("2026-03-01x").has_value());
    EXPECT_FALSE(instant_from_text("2026-03-01T24:00:00Z").has_value());
    EXPECT_FALSE(instant_from_text("2026-03-01T10:00:00").has_value());
    EXPECT_FALSE(instant_from_text("2026-03-01T10:00:00.1234567Z").has_value());
}

}  // namespace
}  // namespace fiscus
