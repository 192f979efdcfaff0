// Aim: the business day turns at midnight in Shanghai, and dates read back as they were printed.
#include "engine/base/time.h"

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
