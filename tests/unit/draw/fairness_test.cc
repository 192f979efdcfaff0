// Aim: nobody is favoured, and the checks that say so would notice if somebody were. Method:
// millions of instant draws and thousands of batch draws at fixed seeds against exact limits (one
// in a million) for positions, tiers, platforms, amounts and neighbours; then the same checks over
// draws with a planted bias: remainders, arrival order, a linear congruential generator.
#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "engine/base/wide.h"
#include "engine/draw/batch_draw.h"
#include "engine/draw/instant_draw.h"
#include "engine/draw/limits.h"
#include "engine/fairness/chi_square.h"
#include "engine/fairness/odds.h"
#include "tests/property/random.h"
#include "tests/property/seeds.h"
#include "tests/support/draws.h"

namespace fiscus::draw {
namespace {

using fairness::chi_square_tail;
using fairness::rarest;
using property::Random;

// Sanitisers and builds without optimisation look at the steps, not at the odds.
#if defined(NDEBUG) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
constexpr std::uint64_t instant_draws = 10'000'000;
constexpr std::uint64_t batch_draws = 10'000;
#else
constexpr std::uint64_t instant_draws = 100'000;
constexpr std::uint64_t batch_draws = 2'000;
#endif

constexpr std::size_t tickets = 100;
constexpr std::size_t winners = 10;

std::uint64_t fairness_seed() { return property::from_environment("FISCUS_SEED", 20'260'301); }

class Fairness : public testing::Test {
private:
    testing::ScopedTrace seed_{__FILE__, __LINE__,
                               "FISCUS_SEED=" + std::to_string(fairness_seed())};
};

// The less likely side.
double tail_of(std::uint64_t trials, std::uint64_t count, double chance) {
    const fairness::Binomial of(trials, chance);
    return std::min(of.at_most(count), of.at_least(count));
}

// Of a p-value.
bool is_likely(double p) { return p > rarest && p < 1 - rarest; }

// What a draw of `winners` of `tickets` does over many draws.
struct Tails {
    double positions = 0;   // how often each ticket won: χ² over the list
    double deciles = 0;     // the same for tenths of the list
    double parity = 0;      // winners after one another on the same side of odd and even
    double neighbours = 0;  // the next winner stands right behind the last one
};

using OneDraw = std::function<std::vector<std::size_t>(std::uint64_t number)>;

Tails tails_of(const OneDraw& draw, std::uint64_t draws) {
    std::array<std::uint64_t, tickets> wins{};
    std::array<std::uint64_t, 10> by_decile{};
    std::uint64_t pairs = 0;
    std::uint64_t same_parity = 0;
    std::uint64_t neighbours = 0;
    for (std::uint64_t number = 0; number < draws; ++number) {
        const std::vector<std::size_t> order = draw(number);
        for (std::size_t i = 0; i < order.size(); ++i) {
            ++wins[order[i]];
            ++by_decile[order[i] / (tickets / 10)];
            if (i > 0) {
                ++pairs;
                same_parity += order[i] % 2 == order[i - 1] % 2 ? 1U : 0U;
                neighbours += order[i] == order[i - 1] + 1 ? 1U : 0U;
            }
        }
    }
    const auto sum = [&](const auto& counts) {
        const double expected = static_cast<double>(draws) * static_cast<double>(winners) /
                                static_cast<double>(counts.size());
        double squares = 0;
        for (const std::uint64_t count : counts) {
            const double off = static_cast<double>(count) - expected;
            squares += off * off / expected;
        }
        // Winners are drawn without putting back, which makes counts of one draw depend on one
        // another.
        return squares * (tickets - 1.0) / (tickets - winners);
    };
    // Of two different tickets 49 of the other 99 have the same parity, and in 99 of the 9,900
    // ordered pairs the second stands right behind the first.
    return {chi_square_tail(sum(wins), tickets - 1), chi_square_tail(sum(by_decile), 9),
            tail_of(pairs, same_parity, 49.0 / 99), tail_of(pairs, neighbours, 0.01)};
}

std::vector<Ticket> numbered_tickets() {
    std::vector<Ticket> list;
    for (std::uint64_t i = 0; i < tickets; ++i) {
        list.push_back({{0, i}, {1, i}});
    }
    return list;
}

OneDraw hash_rank(HashKind hash) {
    return [hash, list = numbered_tickets()](std::uint64_t number) {
        Random random(fairness_seed() + number);
        const PrizePlan plan{{{winners, Amount(1)}}, 0};
        const auto places = rank(hash, support::random_digest(random), list, plan);
        std::vector<std::size_t> order;
        for (const Place& place : places.value()) {
            order.push_back(place.ticket);
        }
        return order;
    };
}

TEST_F(Fairness, BatchDrawsFavourNoPlaceInTheList) {
    for (const HashKind hash : {HashKind::sha256, HashKind::sm3}) {
        const Tails tails = tails_of(hash_rank(hash), batch_draws);
        EXPECT_TRUE(is_likely(tails.positions)) << tails.positions;
        EXPECT_TRUE(is_likely(tails.deciles)) << tails.deciles;
        EXPECT_GT(tails.parity, rarest);
        EXPECT_GT(tails.neighbours, rarest);
    }
}

TEST_F(Fairness, BatchDrawFavoursAConsumerByTicketsOnly) {
    // One consumer has ten of the hundred tickets: wins first with 1 in 10.
    std::vector<Ticket> list = numbered_tickets();
    for (std::size_t i = 0; i < 10; ++i) {
        list[i * 7].consumer = {9, 9};
    }
    std::uint64_t first = 0;
    for (std::uint64_t number = 0; number < batch_draws; ++number) {
        Random random(fairness_seed() + number);
        const auto places = rank(HashKind::sha256, support::random_digest(random), list,
                                 PrizePlan{{{1, Amount(1)}}, 0});
        first += list[places.value().front().ticket].consumer == Id128{9, 9} ? 1U : 0U;
    }
    EXPECT_GT(tail_of(batch_draws, first, 0.1), rarest) << first;
}

TEST_F(Fairness, ArrivalOrderIsCaught) {
    // Nine times out of ten a fair draw; else the first that came win.
    const OneDraw fair = hash_rank(HashKind::sha256);
    const Tails tails = tails_of(
        [&fair](std::uint64_t number) {
            if (number % 10 != 0) {
                return fair(number);
            }
            std::vector<std::size_t> order;
            for (std::size_t i = 0; i < winners; ++i) {
                order.push_back(i);
            }
            return order;
        },
        batch_draws);
    EXPECT_FALSE(is_likely(tails.positions));
    EXPECT_FALSE(is_likely(tails.deciles));
    EXPECT_LT(tails.neighbours, rarest);
}

TEST_F(Fairness, LinearCongruentialGeneratorIsCaught) {
    // As it is done: a seed of six digits, x → (1103515245 x + 12345) mod 2^31, x mod count.
    const Tails tails = tails_of(
        [](std::uint64_t number) {
            Random random(fairness_seed() + number);
            std::uint64_t x = random.below(1'000'000);
            std::vector<std::size_t> order;
            while (order.size() < winners) {
                x = (1'103'515'245 * x + 12'345) % (std::uint64_t{1} << 31U);
                const std::size_t drawn = x % tickets;
                if (std::ranges::find(order, drawn) == order.end()) {
                    order.push_back(drawn);
                }
            }
            return order;
        },
        batch_draws);
    EXPECT_LT(tails.parity, rarest) << "odd follows even";
}

TEST_F(Fairness, ModuloIsCaughtInABatchDraw) {
    // One byte of chance for a hundred tickets: the first 56 come up half as often again.
    const Tails tails = tails_of(
        [](std::uint64_t number) {
            Random random(fairness_seed() + number);
            std::vector<std::size_t> order;
            while (order.size() < winners) {
                const std::size_t drawn = (random.next() & 0xffU) % tickets;
                if (std::ranges::find(order, drawn) == order.end()) {
                    order.push_back(drawn);
                }
            }
            return order;
        },
        batch_draws);
    EXPECT_FALSE(is_likely(tails.positions));
}

fairness::ChiSquare chi_square_of(const std::vector<std::uint64_t>& counts,
                                  const std::vector<std::uint64_t>& weights) {
    const auto sum =
        static_cast<double>(std::accumulate(weights.begin(), weights.end(), std::uint64_t{0}));
    std::vector<fairness::Share> shares;
    for (std::size_t i = 0; i < counts.size(); ++i) {
        shares.push_back({.count = counts[i], .chance = static_cast<double>(weights[i]) / sum});
    }
    return fairness::of_sample(std::move(shares));
}

std::vector<InstantTier> three_tiers() {
    std::vector<InstantTier> tiers(3);
    tiers[0] = {"department", chance_of(1, 1'000), false, {{Amount(50'000), 1}}, {}};
    tiers[1] = {"catering", chance_of(2, 100), false, {{Amount(5'000), 1}}, {}};
    tiers[2] = {"online",
                chance_of(1, 7),
                false,
                {{Amount(1'000), 5}, {Amount(2'000), 3}, {Amount(3'000), 1}, {Amount(4'000), 2}},
                {}};
    return tiers;
}

// Consumers are numbered and ask three platforms in turn: whatever order there is in tokens must
// not be seen in chance.
TEST_F(Fairness, InstantDrawsKeepTheirOddsForEveryPlatformAndAmount) {
    const std::vector<InstantTier> tiers = three_tiers();
    const std::array<double, 3> odds = {0.001, 0.02, 1.0 / 7};
    Random random(fairness_seed());
    InstantChance chance(HashKind::sha256, support::random_digest(random), ProgrammeId(7), 20'513,
                         "beacon");
    std::array<std::uint64_t, 3> won{};
    std::vector<std::uint64_t> by_platform(3);
    std::vector<std::uint64_t> by_share(100);
    std::vector<std::uint64_t> by_amount(4);
    std::uint64_t runs = 0;
    bool low_before = false;
    for (std::uint64_t i = 0; i < instant_draws; ++i) {
        const InstantRequest request{PlatformId(static_cast<std::uint16_t>(1 + i % 3)), {7, i / 3}};
        const std::uint64_t u = chance.u(request);
        ++by_share[static_cast<std::size_t>((static_cast<UnsignedWide>(u) * 100) >> 64U)];
        const bool low = u < std::uint64_t{1} << 63U;
        runs += low == low_before ? 1U : 0U;
        low_before = low;
        const std::uint32_t tier = tier_of(tiers, u);
        if (tier > 0) {
            ++won[tier - 1];
            ++by_platform[i % 3];
        }
        if (tier == 3) {
            const Amount amount = chance.amount(request, tiers[2].amounts);
            ++by_amount[static_cast<std::size_t>(amount.fen() / 1'000 - 1)];
        }
    }
    for (std::size_t i = 0; i < odds.size(); ++i) {
        EXPECT_GT(tail_of(instant_draws, won[i], odds[i]), rarest) << i << ": " << won[i];
    }
    EXPECT_GT(tail_of(instant_draws, runs, 0.5), rarest) << "one draw tells of the next";
    EXPECT_TRUE(chi_square_of(by_share, std::vector<std::uint64_t>(100, 1)).within());
    EXPECT_TRUE(chi_square_of(by_platform, {1, 1, 1}).within());
    EXPECT_TRUE(chi_square_of(by_amount, {5, 3, 1, 2}).within());
}

// Weights that no power of two is a multiple of: three amounts of 2^61 each.
constexpr std::uint64_t third = std::uint64_t{1} << 61U;

TEST_F(Fairness, AmountsOfHugeWeightsAreEven) {
    const std::vector<WeightedAmount> amounts{
        {Amount(1), third}, {Amount(2), third}, {Amount(3), third}};
    std::vector<std::uint64_t> counts(3);
    Random random(fairness_seed());
    for (std::uint64_t i = 0; i < instant_draws / 10; ++i) {
        ++counts[choose_amount(amounts, [&random](std::uint32_t) { return random.next(); })];
    }
    EXPECT_TRUE(chi_square_of(counts, {1, 1, 1}).within());
}

TEST_F(Fairness, ModuloIsCaughtInAnAmount) {
    // The remainder of the same blocks: 2^64 holds eight thirds, so the first two amounts come up
    // three times where the last one does twice.
    std::vector<std::uint64_t> counts(3);
    Random random(fairness_seed());
    for (std::uint64_t i = 0; i < instant_draws / 10; ++i) {
        ++counts[random.next() % (3 * third) / third];
    }
    EXPECT_FALSE(chi_square_of(counts, {1, 1, 1}).within());
}

}  // namespace
}  // namespace fiscus::draw
