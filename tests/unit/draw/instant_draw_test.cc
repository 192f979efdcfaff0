// Aim: chance of an instant draw is exact and depends on who asks, where and on which day, and on
// nothing else; caps and stock follow the log's order. Method: bytes frozen from the format's page
// by another program; every border of intervals and tables; keys of wrong days by name.
#include "engine/draw/instant_draw.h"

#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine/base/time.h"
#include "engine/base/wide.h"
#include "engine/draw/limits.h"
#include "engine/draw/outcome.h"
#include "tests/property/random.h"
#include "tests/support/draws.h"

namespace fiscus::draw {
namespace {

using property::Random;

constexpr std::int32_t day = 20'513;  // 2026-03-01

Digest repeated(unsigned byte) {
    Digest digest{};
    digest.fill(static_cast<std::byte>(byte));
    return digest;
}

InstantChance chance_on(std::int32_t of_day, HashKind hash = HashKind::sha256) {
    return {hash, repeated(0x33), ProgrammeId(7), of_day, "ff00"};
}

std::vector<WeightedAmount> thousand_amounts_of_one() {
    std::vector<WeightedAmount> amounts;
    for (std::int64_t i = 0; i < 1'000; ++i) {
        amounts.push_back({Amount(i), 1});
    }
    return amounts;
}

const InstantRequest somebody{PlatformId(2), {1, 2}};

// From verify/verify_draw.py's mac() and joined(), by hand.
TEST(InstantDraw, BytesAreThoseOfTheFormat) {
    ASSERT_EQ(date_text(day), "2026-03-01");
    InstantChance chance = chance_on(day);
    EXPECT_EQ(chance.u(somebody), 0x44c92d025cdd5827U);
    EXPECT_EQ(chance.amount(somebody, thousand_amounts_of_one()), Amount(399));
    InstantChance by_sm3 = chance_on(day, HashKind::sm3);
    EXPECT_EQ(by_sm3.u(somebody), 0x3c7ff3f1fc073d64U);
    EXPECT_EQ(by_sm3.amount(somebody, thousand_amounts_of_one()), Amount(944));
}

TEST(InstantDraw, RetryGetsTheSameAndEveryPartCounts) {
    InstantChance chance = chance_on(day);
    const std::uint64_t u = chance.u(somebody);
    std::set<std::uint64_t> all{u};
    EXPECT_TRUE(all.insert(chance.u({PlatformId(3), {1, 2}})).second);
    EXPECT_TRUE(all.insert(chance.u({PlatformId(2), {1, 3}})).second);
    EXPECT_TRUE(all.insert(chance.u({PlatformId(2), {2, 2}})).second);
    EXPECT_EQ(chance.u(somebody), u) << "whatever was asked between";
    InstantChance tomorrow = chance_on(day + 1);
    EXPECT_TRUE(all.insert(tomorrow.u(somebody)).second);
    InstantChance other_value(HashKind::sha256, repeated(0x33), ProgrammeId(7), day, "ff01");
    EXPECT_TRUE(all.insert(other_value.u(somebody)).second);
    InstantChance other_programme(HashKind::sha256, repeated(0x33), ProgrammeId(8), day, "ff00");
    EXPECT_TRUE(all.insert(other_programme.u(somebody)).second);
    InstantChance other_key(HashKind::sha256, repeated(0x34), ProgrammeId(7), day, "ff00");
    EXPECT_TRUE(all.insert(other_key.u(somebody)).second);
}

TEST(InstantDraw, ChancesAreWholeNumbersOver2To64) {
    EXPECT_EQ(chance_of(1, 2), std::uint64_t{1} << 63U);
    EXPECT_EQ(chance_of(1, 3), 6'148'914'691'236'517'205U);
    EXPECT_EQ(chance_of(1, 100), 184'467'440'737'095'516U);
    EXPECT_EQ(chance_of(0, 5), 0U);
    EXPECT_EQ(chance_of(1, 1), UINT64_MAX);
    EXPECT_EQ(chance_of(7, 5), UINT64_MAX);
    EXPECT_EQ(chance_of(UINT64_MAX, UINT64_MAX), UINT64_MAX);
}

TEST(InstantDraw, TierIsTheIntervalThatULiesIn) {
    std::vector<InstantTier> tiers(3);
    tiers[0].chance = 10;
    tiers[2].chance = 5;
    EXPECT_EQ(tier_of(tiers, 0), 1U);
    EXPECT_EQ(tier_of(tiers, 9), 1U);
    EXPECT_EQ(tier_of(tiers, 10), 3U) << "a tier without a chance is never drawn";
    EXPECT_EQ(tier_of(tiers, 14), 3U);
    EXPECT_EQ(tier_of(tiers, 15), 0U);
    EXPECT_EQ(tier_of(tiers, UINT64_MAX), 0U);
    tiers[1].chance = UINT64_MAX - 15;
    EXPECT_EQ(tier_of(tiers, UINT64_MAX - 1), 3U);
    EXPECT_EQ(tier_of(tiers, UINT64_MAX), 0U);
}

// The index that the block v gives, or nothing when v is passed over (the next block is v = 2^63,
// which no table below passes over and which is told by `again`).
std::optional<std::size_t> chosen_by(std::span<const WeightedAmount> amounts, std::uint64_t v) {
    bool again = false;
    const std::size_t index = choose_amount(amounts, [&](std::uint32_t number) {
        again = number > 1;
        // Blocks after the first: some that are not passed over.
        return number == 1 ? v : UINT64_MAX - number;
    });
    return again ? std::nullopt : std::optional<std::size_t>(index);
}

// Each point of the sum of the weights has the same count of blocks, to the last one.
TEST(InstantDraw, AmountsAreExactlyProportionalToTheirWeights) {
    Random random(20'260'301);
    for (int i = 0; i < 2'000; ++i) {
        const std::uint64_t total =
            2 + (random.chance(500) ? random.below(weights_max - 2) : random.below(1'000));
        const std::uint64_t point = random.below(total);
        // Three amounts: below the point, the point alone, above it. Empty ones are left out.
        std::vector<WeightedAmount> amounts;
        if (point > 0) {
            amounts.push_back({Amount(1), point});
        }
        const std::size_t wanted = amounts.size();
        amounts.push_back({Amount(2), 1});
        if (point + 1 < total) {
            amounts.push_back({Amount(3), total - point - 1});
        }
        const UnsignedWide whole = UnsignedWide{1} << 64U;
        const auto passed_over = static_cast<std::uint64_t>(whole % total);
        const UnsignedWide low = point * whole + passed_over;
        const auto first = static_cast<std::uint64_t>((low + total - 1) / total);
        const auto last = static_cast<std::uint64_t>(((point + 1) * whole - 1) / total);
        ASSERT_EQ(last - first + 1, static_cast<std::uint64_t>(whole / total));
        EXPECT_EQ(chosen_by(amounts, first), wanted);
        EXPECT_EQ(chosen_by(amounts, last), wanted);
        if (first > 0) {
            EXPECT_NE(chosen_by(amounts, first - 1), wanted);
        }
        if (last < UINT64_MAX) {
            EXPECT_NE(chosen_by(amounts, last + 1), wanted);
        }
    }
}

TEST(InstantDraw, BlocksThatWouldFavourSomebodyArePassedOver) {
    const std::vector<WeightedAmount> three{{Amount(1), 1}, {Amount(2), 1}, {Amount(3), 1}};
    EXPECT_EQ(chosen_by(three, 0), std::nullopt) << "2^64 is not divisible by three";
    EXPECT_EQ(chosen_by(three, 1), 0U);
    const std::vector<WeightedAmount> two{{Amount(1), 1}, {Amount(2), 1}};
    EXPECT_EQ(chosen_by(two, 0), 0U) << "but by two";
}

TEST(InstantDraw, KeyOfAnotherDayOrChainIsRefusedByName) {
    for (const HashKind hash : {HashKind::sha256, HashKind::sm3}) {
        const auto keys = make_key_chain(hash, repeated(0x44), 31);
        ASSERT_EQ(keys.size(), 32U);
        for (std::uint32_t number = 1; number <= 31; ++number) {
            EXPECT_EQ(hash_of(hash, keys[number]), keys[number - 1]);
            EXPECT_TRUE(check_key(hash, keys[0], 31, number, keys[number]).ok());
        }
        const Status other = check_key(hash, keys[0], 31, 5, keys[7]);
        ASSERT_FALSE(other.ok());
        EXPECT_NE(other.error().text().find("belongs to day 7"), std::string::npos);
        const Status none = check_key(hash, keys[0], 31, 5, repeated(1));
        ASSERT_FALSE(none.ok());
        EXPECT_NE(none.error().text().find("none of the committed chain"), std::string::npos);
        EXPECT_FALSE(check_key(hash, keys[0], 31, 1, keys[0]).ok()) << "the head is no day's key";
    }
}

// Wins always, in the first of two tiers.
std::vector<InstantTier> two_tiers() {
    std::vector<InstantTier> tiers(2);
    tiers[0] = {"department", UINT64_MAX, true, {{Amount(500), 1}}, {{0, 1}, {us_per_minute, 1}}};
    tiers[1] = {"catering", 0, false, {{Amount(20), 1}}, {{0, 1}}};
    return tiers;
}

Decision decided(const Standing& standing, std::vector<InstantTier> tiers = two_tiers()) {
    InstantChance chance = chance_on(day);
    return decide(chance, tiers, somebody, standing);
}

TEST(InstantDraw, StockIsReleasedByTimeAndMovesOnWhereTheRulesSaySo) {
    std::vector<std::uint64_t> given{0, 0};
    Standing standing{.given = given};
    EXPECT_EQ(decided(standing).tier, 1U);
    EXPECT_EQ(decided(standing).amount, Amount(500));
    given = {1, 0};
    EXPECT_EQ(decided(standing).tier, 2U) << "the second of the day comes a minute later";
    EXPECT_EQ(decided(standing).amount, Amount(20));
    standing.time_of_day_us = us_per_minute;
    EXPECT_EQ(decided(standing).tier, 1U);
    given = {2, 1};
    EXPECT_EQ(decided(standing).outcome, DrawOutcome::stock_out);
    EXPECT_EQ(decided(standing).tier, 1U) << "where it was drawn";
    given = {2, 0};
    std::vector<InstantTier> tiers = two_tiers();
    tiers[0].moves_on = false;
    EXPECT_EQ(decided(standing, tiers).outcome, DrawOutcome::stock_out);
}

TEST(InstantDraw, ChanceComesFirstThenTheDayThenTheCapThenTheStock) {
    const std::vector<std::uint64_t> given{9, 9};
    Standing standing{.won_today = true, .wins_before = 3, .wins_max = 3, .given = given};
    EXPECT_EQ(decided(standing).outcome, DrawOutcome::won_today);
    standing.won_today = false;
    EXPECT_EQ(decided(standing).outcome, DrawOutcome::cap_reached);
    standing.wins_max = 4;
    EXPECT_EQ(decided(standing).outcome, DrawOutcome::stock_out);
    std::vector<InstantTier> tiers = two_tiers();
    tiers[0].chance = 0;
    standing.won_today = true;
    const Decision lost = decided(standing, tiers);
    EXPECT_EQ(lost.outcome, DrawOutcome::lost);
    EXPECT_EQ(lost.tier, 0U);
    EXPECT_EQ(lost.amount, Amount(0));
}

TEST(InstantDraw, OrderOfTheLogChangesWhoGetsTheStockButNobodysChance) {
    Random random(5);
    const DayDraw draw = support::random_day(random, 200);
    std::vector<DayRequest> reversed(draw.requests.rbegin(), draw.requests.rend());
    const auto forward =
        decide_day(draw.rules, draw.requests, draw.day, draw.key, draw.public_value);
    const auto backward = decide_day(draw.rules, reversed, draw.day, draw.key, draw.public_value);
    ASSERT_EQ(forward.size(), backward.size());
    for (std::size_t i = 0; i < forward.size(); ++i) {
        EXPECT_EQ(forward[i].u, backward[forward.size() - 1 - i].u);
    }
}

TEST(InstantDraw, ListThatGivesASecondChanceIsRefusedByName) {
    const DayRequest request{start_of_day_us(day), somebody, 0};
    DayRequest other = request;
    other.request.platform = PlatformId(9);
    EXPECT_TRUE(check_requests(std::vector{request, other}, day).ok());
    const Status twice = check_requests(std::vector{request, other, request}, day);
    ASSERT_FALSE(twice.ok());
    EXPECT_NE(twice.error().text().find("line 3 of list.txt gives a consumer a second chance"),
              std::string::npos);
    other.wins_before = 1;
    EXPECT_FALSE(check_requests(std::vector{request, other}, day).ok());
    EXPECT_FALSE(check_requests(std::vector{request}, day + 1).ok());
}

}  // namespace
}  // namespace fiscus::draw
