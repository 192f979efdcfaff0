// Aim: tails and bands are exact. Method: small cases against sums of whole numbers that are
// counted here, large ones against published tables and closed forms.
#include "engine/fairness/odds.h"

#include <cmath>
#include <cstdint>

#include <gtest/gtest.h>

namespace fiscus::fairness {
namespace {

// n over k, as a whole number.
std::uint64_t choose(std::uint64_t n, std::uint64_t k) {
    std::uint64_t ways = k > n ? 0 : 1;
    for (std::uint64_t i = 0; ways > 0 && i < k; ++i) {
        ways = ways * (n - i) / (i + 1);
    }
    return ways;
}

double ratio(std::uint64_t part, std::uint64_t whole) {
    return static_cast<double>(part) / static_cast<double>(whole);
}

TEST(Odds, ChiSquareTailsAreThoseOfTheTables) {
    EXPECT_NEAR(chi_square_tail(3.841, 1), 0.05, 1e-4);
    EXPECT_NEAR(chi_square_tail(18.307, 10), 0.05, 1e-5);
    EXPECT_NEAR(chi_square_tail(148.23, 99), 0.001, 1e-5);
    // Two degrees: exp(−x ÷ 2). Four: (1 + x ÷ 2) exp(−x ÷ 2).
    EXPECT_NEAR(chi_square_tail(30, 2) / std::exp(-15.0), 1, 1e-12);
    EXPECT_NEAR(chi_square_tail(40, 4) / (21 * std::exp(-20.0)), 1, 1e-12);
    EXPECT_NEAR(chi_square_lower_tail(0.002, 2) / -std::expm1(-0.001), 1, 1e-12);
    EXPECT_EQ(chi_square_tail(0, 3), 1);
    EXPECT_EQ(chi_square_lower_tail(0, 3), 0);
}

TEST(Odds, HypergeometricTailsAreCountedWays) {
    for (std::uint64_t total = 1; total <= 12; ++total) {
        for (std::uint64_t marked = 0; marked <= total; ++marked) {
            for (std::uint64_t taken = 0; taken <= total; ++taken) {
                const Hypergeometric of(total, marked, taken);
                const std::uint64_t all = choose(total, taken);
                std::uint64_t below = 0;
                for (std::uint64_t k = 0; k <= marked && k <= taken; ++k) {
                    if (taken - k > total - marked) {
                        continue;
                    }
                    const std::uint64_t ways =
                        choose(marked, k) * choose(total - marked, taken - k);
                    EXPECT_NEAR(of.at_least(k), ratio(all - below, all), 1e-12);
                    below += ways;
                    EXPECT_NEAR(of.at_most(k), ratio(below, all), 1e-12);
                }
                EXPECT_EQ(below, all);
                EXPECT_NEAR(of.mean(), ratio(marked * taken, total), 1e-12);
            }
        }
    }
}

TEST(Odds, BinomialTailsAreCountedWays) {
    // A chance of 3 in 8.
    for (std::uint64_t trials = 0; trials <= 12; ++trials) {
        const Binomial of(trials, 3.0 / 8);
        std::uint64_t all = 1;
        for (std::uint64_t i = 0; i < trials; ++i) {
            all *= 8;
        }
        std::uint64_t below = 0;
        for (std::uint64_t k = 0; k <= trials; ++k) {
            std::uint64_t ways = choose(trials, k);
            for (std::uint64_t i = 0; i < trials; ++i) {
                ways *= i < k ? 3 : 5;
            }
            EXPECT_NEAR(of.at_least(k), ratio(all - below, all), 1e-12);
            below += ways;
            EXPECT_NEAR(of.at_most(k), ratio(below, all), 1e-12);
        }
    }
    EXPECT_NEAR(Binomial(10'000'000, 0.1).at_least(1'005'000), 6.9e-8, 1e-8);
}

TEST(Odds, ABandEndsWhereATailBecomesRarerThanItsLimit) {
    const Hypergeometric tickets(3'189, 319, 124);
    for (const double limit : {1e-1, 1e-3, rarest, 1e-9}) {
        const Band band = tickets.band(limit);
        EXPECT_GT(tickets.at_most(band.least), limit);
        EXPECT_GT(tickets.at_least(band.most), limit);
        EXPECT_TRUE(band.least == 0 || tickets.at_most(band.least - 1) <= limit);
        EXPECT_LE(tickets.at_least(band.most + 1), limit);
    }
    // Nothing is rarer than the limit, and nothing is left to chance.
    EXPECT_EQ(Binomial(3, 0.5).band(rarest).most, 3U);
    EXPECT_EQ(Binomial(0, 0.5).band(rarest).most, 0U);
    EXPECT_EQ(Binomial(100, 0).band(rarest).most, 0U);
    EXPECT_EQ(Hypergeometric(50, 20, 50).band(rarest).least, 20U);
    EXPECT_EQ(Hypergeometric(50, 20, 50).band(rarest).most, 20U);
}

TEST(Odds, ALongListHasABandToo) {
    // Ten million tickets: near enough to normal, with a deviation of 284.6.
    const Band band = Hypergeometric(10'000'000, 1'000'000, 1'000'000).band(rarest);
    EXPECT_NEAR(static_cast<double>(band.least), 100'000 - 4.753 * 284.6, 5);
    EXPECT_NEAR(static_cast<double>(band.most), 100'000 + 4.753 * 284.6, 5);
}

}  // namespace
}  // namespace fiscus::fairness
