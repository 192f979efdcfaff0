// Aim: the sums of squares and their degrees of freedom are right, and likely counts are never
// called unlikely for being whole numbers. Method: worked examples; all rankings of a short list.
#include "engine/fairness/chi_square.h"

#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

#include "engine/fairness/odds.h"

namespace fiscus::fairness {
namespace {

TEST(ChiSquare, OfAnHonestDie) {
    // Sixty throws, 5 8 9 8 10 20: 13.4 with five degrees of freedom, a textbook's example.
    std::vector<Share> faces;
    for (const std::uint64_t count : {5U, 8U, 9U, 8U, 10U, 20U}) {
        faces.push_back({count, 1.0 / 6});
    }
    const ChiSquare sum = of_sample(faces);
    EXPECT_NEAR(sum.statistic, 13.4, 1e-12);
    EXPECT_EQ(sum.degrees, 5U);
    EXPECT_NEAR(sum.p(), 0.0199, 1e-4);
    EXPECT_TRUE(sum.within());
}

TEST(ChiSquare, OfClassesWithAKnownChance) {
    // (30 − 25)² ÷ 25 + (70 − 75)² ÷ 75 + (40 − 50)² ÷ 50 + (160 − 150)² ÷ 150.
    const ChiSquare sum = of_classes({{100, 30}, {200, 40}}, 0.25);
    EXPECT_NEAR(sum.statistic, 1 + 1.0 / 3 + 2 + 2.0 / 3, 1e-12);
    EXPECT_EQ(sum.degrees, 2U);
}

TEST(ChiSquare, OfRanksHasItsDegreesAsMeanOverAllRankings) {
    // Two classes of ten, and the first ten ranks: choose(10, k)² of the rankings have k of the one
    // class there. The mean of the statistic is (2 − 1)(2 − 1).
    constexpr std::array<std::uint64_t, 11> choose{1, 10, 45, 120, 210, 252, 210, 120, 45, 10, 1};
    double sum = 0;
    double ways = 0;
    for (std::uint64_t k = 0; k <= 10; ++k) {
        const ChiSquare of = of_ranks({{k, 10 - k}, {10 - k, k}});
        EXPECT_EQ(of.degrees, 1U);
        const auto weight = static_cast<double>(choose[k] * choose[k]);
        EXPECT_NEAR(of.log_probability, std::log(weight / 184'756), 1e-9);
        sum += weight * of.statistic;
        ways += weight;
    }
    EXPECT_EQ(ways, 184'756);
    EXPECT_NEAR(sum / ways, 1, 1e-12);
}

TEST(ChiSquare, SmallClassesArePutTogether) {
    // Expected 2, 3 and 95: the first two are one class of 5.
    const ChiSquare sum = of_sample({{4, 0.02}, {4, 0.03}, {92, 0.95}});
    EXPECT_EQ(sum.degrees, 1U);
    EXPECT_NEAR(sum.statistic, 9.0 / 5 + 9.0 / 95, 1e-12);
    // What is still too small goes to the smallest of the others.
    EXPECT_EQ(of_sample({{1, 0.02}, {40, 0.38}, {59, 0.6}}).degrees, 1U);
    EXPECT_EQ(of_ranks({{6, 60}, {300, 3'000}, {30, 300}}).degrees, 2U);
    EXPECT_EQ(of_ranks({{1, 30}, {300, 3'000}, {30, 300}}).degrees, 1U);
}

TEST(ChiSquare, TooFewCountsTestNothing) {
    EXPECT_EQ(of_sample({}).degrees, 0U);
    EXPECT_EQ(of_sample({{3, 0.5}, {2, 0.5}}).degrees, 0U);
    EXPECT_EQ(of_classes({{3, 3}}, 0.5).degrees, 0U);
    EXPECT_EQ(of_ranks({}).degrees, 0U);
    EXPECT_EQ(of_ranks({{10, 0}, {20, 0}}).degrees, 0U) << "everybody is among the first";
    EXPECT_EQ(of_ranks({{10, 20}}).degrees, 0U);
    EXPECT_TRUE(of_ranks({{10, 20}}).within());
    EXPECT_EQ(of_ranks({{10, 20}}).p(), 1);
}

TEST(ChiSquare, CountsThatAreLikelyAreNotTooEven) {
    // Five of five and five: a sum of zero, which chance gives every fourth time.
    const ChiSquare even = of_ranks({{5, 45}, {5, 45}});
    EXPECT_EQ(even.statistic, 0);
    EXPECT_NEAR(std::exp(even.log_probability), 0.2591, 1e-3);
    EXPECT_TRUE(even.within());
    // A hundred classes that are all exactly even are not chance.
    const std::vector<Share> shares(100, {1'000, 0.01});
    EXPECT_FALSE(of_sample(shares).within());
    EXPECT_EQ(of_sample(shares).p(), 1);
}

TEST(ChiSquare, BiasIsOutside) {
    EXPECT_FALSE(of_sample({{560, 0.5}, {340, 0.5}}).within());
    EXPECT_FALSE(of_classes({{1'000, 200}, {1'000, 100}}, 0.1).within());
    EXPECT_FALSE(of_ranks({{90, 410}, {10, 490}}).within());
}

}  // namespace
}  // namespace fiscus::fairness
