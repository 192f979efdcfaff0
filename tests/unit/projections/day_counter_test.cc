// Aim: a day says the same however little memory its count is given, and no more is held than that.
// Method: random facts, counted whole and in slices: of many people, of one shop that has nearly
// all of them, of the smallest and the largest ordinals.
#include "projections/statistics/day_counter.h"

#include <algorithm>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/unit/projections/fold_fixture.h"
#include "tests/unit/projections/seed.h"

namespace fiscus::projections {
namespace {

constexpr std::size_t small_share = DayCounter::facts_min * DayCounter::bytes_of_fact;
constexpr std::size_t large_share = 256U << 20;
constexpr std::size_t portion_facts = 700;

using Ordinal = std::function<std::uint32_t(Dice&)>;

Ordinal up_to(std::uint64_t end) {
    return [end](Dice& dice) { return static_cast<std::uint32_t>(dice.throw_of(end) + 1); };
}

void set(Fact& fact, Dimension dimension, std::uint64_t value) {
    fact.values[static_cast<std::size_t>(dimension)] = static_cast<std::uint32_t>(value);
}

// Claims, redemptions, and refunds of some of these, and invoices, as a day has them.
std::vector<Fact> facts_of(Dice& dice,
                           std::size_t count,
                           const Ordinal& who,
                           const Ordinal& where) {
    std::vector<Fact> facts;
    std::vector<Fact> redeemed;
    while (facts.size() < count) {
        if (!redeemed.empty() && dice.one_in(6)) {
            const std::size_t at = dice.throw_of(redeemed.size());
            Fact refund = redeemed[at];
            redeemed.erase(redeemed.begin() + static_cast<std::ptrdiff_t>(at));
            refund.kind = FactKind::refund;
            refund.own_day = !dice.one_in(3);
            refund.removes = true;
            refund.amounts = {};
            if (refund.own_day) {
                refund.amounts = {1, 500, 900};
            }
            facts.push_back(refund);
            continue;
        }
        Fact fact{.own_day = true, .consumer = who(dice)};
        set(fact, Dimension::batch, dice.throw_of(3) + 1);
        set(fact, Dimension::pack, dice.throw_of(2) + 1);
        set(fact, Dimension::platform, dice.throw_of(4) + 1);
        set(fact, Dimension::district, 420'000 + dice.throw_of(5) * 100 + dice.throw_of(3));
        set(fact, Dimension::prefecture, fact.value(Dimension::district) / 100);
        if (dice.one_in(8)) {
            fact.kind = FactKind::submission;
            fact.merchant = where(dice);
            fact.amounts = {1, static_cast<std::int64_t>(dice.throw_of(50'000))};
        } else if (dice.one_in(8)) {
            fact.kind = FactKind::request;
            fact.amounts[dice.one_in(3) ? 0 : 2] = 1;
        } else if (dice.one_in(10)) {
            fact.kind = FactKind::reversal;
            fact.merchant = where(dice);
            fact.amounts = {1, 700, 700};
        } else if (dice.one_in(2)) {
            fact.kind = dice.one_in(5) ? FactKind::refused_claim : FactKind::claim;
            if (fact.kind == FactKind::claim) {
                fact.amounts = {1, 3'000};
            }
        } else {
            fact.kind = FactKind::redemption;
            fact.merchant = where(dice);
            set(fact, Dimension::industry, fact.merchant % 30);
            set(fact, Dimension::size_class, fact.merchant % 4);
            fact.amounts = {1, 1'000, static_cast<std::int64_t>(dice.throw_of(9'000)), 7, 3};
            redeemed.push_back(fact);
        }
        facts.push_back(fact);
    }
    return facts;
}

FactSource source_of(const std::vector<Fact>& facts) {
    return [&facts](const VisitFacts& visit) -> Status {
        const std::span<const Fact> all(facts);
        for (std::size_t from = 0; from < all.size(); from += portion_facts) {
            FISCUS_TRY(visit(all.subspan(from, std::min(portion_facts, all.size() - from))));
        }
        return Done{};
    };
}

bool same(const CellValues& a, const CellValues& b) {
    return a.key == b.key && a.sums == b.sums && a.distinct == b.distinct;
}

class DayCounterTest : public testing::TestWithParam<std::uint64_t> {
protected:
    DayCounterTest() : seed_(test_seed(GetParam())), dice_(seed_) {}

    // Counts with a large share and with the smallest one; how often the latter read the day.
    std::uint64_t expect_same(const std::vector<Fact>& facts) {
        SCOPED_TRACE("FISCUS_TEST_SEED=" + std::to_string(seed_));
        DayCounter whole(large_share);
        DayCounter sliced(small_share);
        const auto expected = whole.count(source_of(facts));
        const auto found = sliced.count(source_of(facts));
        EXPECT_TRUE(expected.ok() && found.ok());
        EXPECT_TRUE(std::ranges::equal(expected.value(), found.value(), same));
        EXPECT_TRUE(std::ranges::is_sorted(found.value(), {}, &CellValues::key));
        EXPECT_EQ(whole.readings(), 1U);
        EXPECT_GT(whole.memory_peak(), facts.size() * (sizeof(FinePlace) + sizeof(Step)));
        EXPECT_LT(whole.memory_peak(), large_share);
        EXPECT_LT(sliced.memory_peak(), small_share);
        return sliced.readings();
    }

    std::uint64_t seed_;
    Dice dice_;
};

TEST_P(DayCounterTest, ADayOfManyPeopleIsCountedInSlices) {
    const std::uint64_t readings =
        expect_same(facts_of(dice_, 60'000, up_to(20'000), up_to(3'000)));
    EXPECT_GT(readings, 60'000U / DayCounter::facts_min);
    EXPECT_LT(readings, 60U);
}

TEST_P(DayCounterTest, AShopThatHasNearlyTheWholeDayIsCountedByItself) {
    const auto one_shop = [](Dice& dice) {
        return dice.one_in(9) ? static_cast<std::uint32_t>(dice.throw_of(90'000) + 1) : 77'777U;
    };
    expect_same(facts_of(dice_, 40'000, up_to(9'000), one_shop));
    expect_same(facts_of(dice_, 40'000, one_shop, up_to(50)));
    expect_same(facts_of(dice_, 20'000, up_to(1), up_to(1)));
}

TEST_P(DayCounterTest, OrdinalsMayLieAnywhere) {
    const auto anywhere = [](Dice& dice) {
        const auto near = static_cast<std::uint32_t>(dice.throw_of(300));
        return dice.one_in(2) ? near + 1 : UINT32_MAX - near;
    };
    expect_same(facts_of(dice_, 30'000, anywhere, anywhere));
}

TEST_P(DayCounterTest, AsManyFactsAsFitAreReadOnce) {
    std::vector<Fact> facts =
        facts_of(dice_, DayCounter::facts_min + 1, up_to(20'000), up_to(3'000));
    EXPECT_GT(expect_same(facts), 1U);
    facts.pop_back();
    EXPECT_EQ(expect_same(facts), 1U);
    facts.clear();
    DayCounter counter(small_share);
    EXPECT_TRUE(counter.count(source_of(facts)).value().empty());
    EXPECT_TRUE(counter.sum(source_of(facts)).value().empty());
}

TEST_P(DayCounterTest, SumsAreTheSameInAnyPortions) {
    const std::vector<Fact> facts = facts_of(dice_, 30'000, up_to(20'000), up_to(3'000));
    DayCounter counter(small_share);
    const DayValues found = counter.sum(source_of(facts)).value();
    GatheredFacts whole;
    for (const Fact& fact : facts) {
        whole.add(fact);
    }
    const DayValues expected = sums_of(whole, std::nullopt);
    EXPECT_TRUE(std::ranges::equal(found, expected, same));
    EXPECT_LT(counter.memory_peak(), small_share);
}

// The last facts come late: few, so many that the day is counted anew, and none.
TEST_P(DayCounterTest, WhatComesLateGivesTheSameAsTheWholeDay) {
    for (const std::size_t share : {small_share, large_share}) {
        for (const std::size_t late_count : {0U, 1U, 300U, 9'000U}) {
            std::vector<Fact> day = facts_of(dice_, 20'000, up_to(15'000), up_to(900));
            const auto from = day.end() - static_cast<std::ptrdiff_t>(late_count);
            const DayValues expected = DayCounter(large_share).count(source_of(day)).value();
            const std::vector<Fact> late(from, day.end());
            day.erase(from, day.end());
            DayCounter counter(share);
            const DayValues before = counter.count(source_of(day)).value();
            const std::uint64_t readings = counter.readings();
            const auto found = counter.count_late(before, source_of(day), source_of(late));
            ASSERT_TRUE(found.ok()) << "FISCUS_TEST_SEED=" << seed_;
            EXPECT_TRUE(std::ranges::equal(found.value(), expected, same))
                << "FISCUS_TEST_SEED=" << seed_ << " late " << late_count;
            EXPECT_LT(counter.memory_peak(), share);
            if (share == large_share) {  // what came late twice, the day once
                EXPECT_EQ(counter.readings() - readings, 3U);
            }
        }
    }
}

TEST_P(DayCounterTest, ARefundThatComesLateNeedsItsRedemption) {
    const std::vector<Fact> day = facts_of(dice_, 5'000, up_to(900), up_to(90));
    DayCounter counter(large_share);
    const DayValues before = counter.count(source_of(day)).value();
    Fact refund = *std::ranges::find(day, FactKind::redemption, &Fact::kind);
    refund.own_day = false;
    refund.removes = true;
    refund.amounts = {};
    set(refund, Dimension::platform, 99);
    const std::vector<Fact> late = {refund};
    const auto counted = counter.count_late(before, source_of(day), source_of(late));
    ASSERT_FALSE(counted.ok());
    EXPECT_EQ(counted.error().code, ErrorCode::corrupt);
}

TEST_P(DayCounterTest, MoreRefundsThanRedemptionsAreFoundInEverySlice) {
    for (const std::uint32_t people : {1U, 20'000U}) {
        std::vector<Fact> facts = facts_of(dice_, 20'000, up_to(people), up_to(people));
        const auto redemption = std::ranges::find(facts, FactKind::redemption,
                                                  [](const Fact& fact) { return fact.kind; });
        ASSERT_NE(redemption, facts.end());
        Fact refund = *redemption;
        refund.own_day = false;
        refund.removes = true;
        refund.amounts = {};
        set(refund, Dimension::platform, 99);
        facts.push_back(refund);
        DayCounter counter(small_share);
        const auto counted = counter.count(source_of(facts));
        ASSERT_FALSE(counted.ok());
        EXPECT_EQ(counted.error().code, ErrorCode::corrupt);
    }
}

INSTANTIATE_TEST_SUITE_P(Seeds, DayCounterTest, testing::Values(41, 42, 43));

// The same through the fold: rows, state, and what a cut held.
TEST(CutMemoryTest, ADayOfManyEventsIsTheSameInASmallShare) {
    constexpr std::uint64_t events = 30'000;
    FoldUnderTest large;
    FoldUnderTest small(small_share);
    const auto apply = [&](JournalMaker& maker) {
        const journal::Entries entries = maker.take();
        expect_ok(large.apply(entries));
        expect_ok(small.apply(entries));
        large.restart();
        small.commit();
        small.fold().trim(0);
    };
    Dice dice(test_seed(44));
    JournalMaker maker;
    maker.open();
    const auto fill = [&](std::int32_t day, std::uint64_t count) {
        for (std::uint64_t event = 0; event < count; ++event) {
            const auto consumer = static_cast<std::uint32_t>(dice.throw_of(9'000) + 1);
            const auto merchant = static_cast<std::uint32_t>(dice.throw_of(400) + 1);
            const EntryFields redemption = JournalMaker::redemption(day, consumer, merchant);
            maker.add(dice.one_in(2) ? JournalMaker::claim(day, consumer) : redemption);
            if (dice.one_in(20)) {
                maker.add(redemption);
                maker.add(JournalMaker::full_refund(day, redemption));
            }
        }
        apply(maker);
    };
    fill(day_0 - 1, events / 4);
    fill(day_0, events);
    maker.clock(day_0 + 1);
    apply(maker);
    fill(day_0, events);
    maker.clock(day_0 + 2);
    apply(maker);
    EXPECT_EQ(small.rows_of("day").size(), 3U);
    EXPECT_EQ(small.rows(), large.rows());
    EXPECT_EQ(small.dump(), large.dump());
    EXPECT_GT(small.fold().counter().readings(), 2 * events / DayCounter::facts_min);
    EXPECT_GT(small.fold().counter().memory_peak(), small_share / 2);
    EXPECT_LT(small.fold().counter().memory_peak(), small_share);
}

}  // namespace
}  // namespace fiscus::projections
