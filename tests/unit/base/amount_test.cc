// Aim: money never wraps, never rounds up. Method: the edges of 64 bits, and shares by hand.
#include "engine/base/amount.h"

#include <limits>

#include <gtest/gtest.h>

namespace fiscus {
namespace {

TEST(Amount, AddsAndSubtractsInFen) {
    EXPECT_EQ((Amount(30) + Amount(12)).fen(), 42);
    EXPECT_EQ((Amount(30) - Amount(42)).fen(), -12);
    EXPECT_LT(Amount(1), Amount(2));
}

TEST(AmountDeathTest, StopsWhereSixtyFourBitsEnd) {
    const Amount most(std::numeric_limits<std::int64_t>::max());
    const Amount least(std::numeric_limits<std::int64_t>::min());
    EXPECT_DEATH(most + Amount(1), "an amount fits 64 bits");
    EXPECT_DEATH(least - Amount(1), "an amount fits 64 bits");
}

TEST(Amount, ShareIsRoundedDownAndExactInWideArithmetic) {
    EXPECT_EQ(proportional_share(Amount(1000), Amount(1), Amount(3)), Amount(333));
    EXPECT_EQ(proportional_share(Amount(1000), Amount(3), Amount(3)), Amount(1000));
    EXPECT_EQ(proportional_share(Amount(1000), Amount(5), Amount(0)), Amount(0));
    const std::int64_t huge = 1'000'000'000'000'000;
    EXPECT_EQ(proportional_share(Amount(huge), Amount(huge - 1), Amount(huge)), Amount(huge - 1));
}

}  // namespace
}  // namespace fiscus
