// Aim: honest draws have sheets within their limits, and a ranking that favours somebody has not.
// Method: draws of one list under many fixed seeds; rankings with a planted bias; a short list
// whose figures are counted by hand.
#include "engine/fairness/batch_sheet.h"

#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine/base/time.h"
#include "tests/property/random.h"
#include "tests/support/draws.h"

namespace fiscus::fairness {
namespace {

using property::Random;

#if defined(NDEBUG) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
constexpr std::uint64_t honest_draws = 100;
#else
constexpr std::uint64_t honest_draws = 10;
#endif

// A month's list: tickets in the order of their fingerprints, which tells nothing.
class BatchSheetTest : public testing::Test {
protected:
    static constexpr std::size_t count = 2'000;

    BatchSheetTest() {
        Random random(7);
        for (std::size_t i = 0; i < count; ++i) {
            tickets_.push_back({{i, random.next()}, {0, random.below(count / 2)}});
            facts_.push_back(
                {.platform = PlatformId(static_cast<std::uint16_t>(1 + random.below(4))),
                 .district = 420'102 + static_cast<std::uint32_t>(random.below(13)),
                 .submitted_at_us = start_of_day_us(20'513) +
                                    static_cast<std::int64_t>(random.below(30)) * us_per_day +
                                    random.between<std::int64_t>(8, 21) * 60 * us_per_minute,
                 .amount = Amount(random.between<std::int64_t>(10'000, 400'000))});
        }
        plan_.tiers = {{.count = 5, .amount = Amount(100'000)},
                       {.count = 150, .amount = Amount(5'000)}};
        plan_.reserves = 45;
    }

    std::vector<std::uint32_t> honest(std::uint64_t seed) const {
        Random random(seed);
        return draw::ranking(draw::HashKind::sha256, support::random_digest(random), tickets_)
            .value();
    }

    BatchSheet sheet(const std::vector<std::uint32_t>& ranking) const {
        return sheet_of({.tickets = tickets_, .facts = facts_, .ranking = ranking, .plan = plan_});
    }

    static ChanceTest test(const BatchSheet& sheet, Subject subject, Measured measured) {
        return *std::ranges::find_if(sheet.tests, [&](const ChanceTest& one) {
            return one.subject == subject && one.measured == measured;
        });
    }

    static std::string outside(const BatchSheet& sheet) {
        std::string names;
        for (const ChanceTest& one : sheet.tests) {
            if (!one.within()) {
                names += std::string(subject_word(one.subject)) +
                         (one.measured == Measured::ranks ? "/ranks " : " ");
            }
        }
        return names;
    }

    std::vector<draw::Ticket> tickets_;
    std::vector<TicketFacts> facts_;
    draw::PrizePlan plan_;
};

TEST_F(BatchSheetTest, HonestDrawsAreWithin) {
    for (std::uint64_t seed = 1; seed <= honest_draws; ++seed) {
        const BatchSheet made = sheet(honest(seed));
        EXPECT_TRUE(all_within(made.tests)) << "seed " << seed << ": " << outside(made);
        EXPECT_EQ(made.tests.size(), 11U);
        for (const ChanceTest& one : made.tests) {
            EXPECT_GT(one.chi_square.degrees, 0U) << subject_word(one.subject);
        }
    }
}

TEST_F(BatchSheetTest, CountsEveryTicketOnceInEachTable) {
    const BatchSheet made = sheet(honest(1));
    EXPECT_EQ(made.tickets, count);
    EXPECT_EQ(made.depth, 200U);
    EXPECT_EQ(made.awarded, (std::vector<std::uint64_t>{5, 150}));
    EXPECT_EQ(made.reserves, 45U);
    ASSERT_EQ(made.tables.size(), 5U);
    for (const ClassTable& table : made.tables) {
        ClassLine sum;
        for (const ClassLine& line : table.lines) {
            sum.members += line.members;
            sum.taken += line.taken;
            sum.expected += line.expected;
            sum.winners += line.winners;
        }
        EXPECT_EQ(sum.members, count);
        EXPECT_EQ(sum.taken, made.depth);
        EXPECT_NEAR(sum.expected, 200, 1e-9);
        EXPECT_EQ(sum.winners, 155U);
    }
}

TEST_F(BatchSheetTest, TheOrderOfTheListIsSeen) {
    std::vector<std::uint32_t> ranking(count);
    std::iota(ranking.begin(), ranking.end(), 0U);
    const BatchSheet made = sheet(ranking);
    EXPECT_FALSE(test(made, Subject::list_order, Measured::taken).within());
    EXPECT_FALSE(test(made, Subject::list_order, Measured::ranks).within());
    EXPECT_FALSE(test(made, Subject::neighbours, Measured::ranks).within());
    EXPECT_TRUE(test(made, Subject::platform, Measured::taken).within());
    EXPECT_EQ(made.tables.front().lines.front().taken, 200U);
    EXPECT_FALSE(made.tables.front().lines.front().within());
}

TEST_F(BatchSheetTest, TheOrderOfArrivalWithinADayIsSeen) {
    std::vector<std::uint32_t> ranking = honest(2);
    std::ranges::stable_sort(
        ranking, {}, [this](std::uint32_t at) { return hour_of(facts_[at].submitted_at_us); });
    const BatchSheet made = sheet(ranking);
    EXPECT_EQ(outside(made), "hour hour/ranks ");
}

TEST_F(BatchSheetTest, OneTicketInFiveOfAPlatformDrawnTwiceIsSeen) {
    // A fifth of the tickets of platform 3 have the better of two ranks.
    std::vector<std::uint32_t> first = honest(3);
    std::vector<std::uint32_t> second = honest(4);
    std::vector<std::uint64_t> score(count);
    for (std::size_t rank = 0; rank < count; ++rank) {
        score[first[rank]] += 2 * rank;
    }
    for (std::size_t rank = 0; rank < count; ++rank) {
        const std::uint32_t at = second[rank];
        if (facts_[at].platform == PlatformId(3)) {
            score[at] = std::min<std::uint64_t>(score[at], 2 * rank + 1);
        }
    }
    std::ranges::sort(first, {}, [&](std::uint32_t at) { return score[at]; });
    const BatchSheet made = sheet(first);
    EXPECT_FALSE(test(made, Subject::platform, Measured::ranks).within());
    EXPECT_TRUE(test(made, Subject::district, Measured::ranks).within());
}

TEST_F(BatchSheetTest, LargeInvoicesFirstAreSeenAmongTheWinnersAlone) {
    // Among the first 600 ranks the invoices from 2,000 yuan on come first.
    std::vector<std::uint32_t> ranking = honest(5);
    std::stable_partition(ranking.begin(), ranking.begin() + 600, [this](std::uint32_t at) {
        return facts_[at].amount >= Amount(200'000);
    });
    const BatchSheet made = sheet(ranking);
    EXPECT_FALSE(test(made, Subject::amount, Measured::taken).within());
}

TEST_F(BatchSheetTest, ALinearCongruentialGeneratorIsSeen) {
    // As it is done: x → (1103515245 x + 12345) mod 2^31, x mod count, what came before is skipped.
    std::vector<std::uint32_t> ranking;
    std::vector<bool> drawn(count);
    std::uint64_t x = 123'456;
    while (ranking.size() < count) {
        x = (1'103'515'245 * x + 12'345) % (std::uint64_t{1} << 31U);
        const auto at = static_cast<std::uint32_t>(x % count);
        if (!drawn[at]) {
            drawn[at] = true;
            ranking.push_back(at);
        }
    }
    EXPECT_FALSE(test(sheet(ranking), Subject::neighbours, Measured::ranks).within());
}

TEST_F(BatchSheetTest, PlacesDealtOutInTurnAreTooEven) {
    // The first of each tenth of the list, the second of each … : nobody is favoured, nothing is
    // left to chance.
    std::vector<std::uint32_t> ranking;
    for (std::uint32_t i = 0; i < count; ++i) {
        ranking.push_back(i % 10 * (std::uint32_t{count} / 10) + i / 10);
    }
    const ChanceTest even = test(sheet(ranking), Subject::list_order, Measured::ranks);
    EXPECT_EQ(even.chi_square.statistic, 0);
    EXPECT_FALSE(even.within());
}

TEST_F(BatchSheetTest, ListsThatTestNothingHaveSheetsAllTheSame) {
    tickets_.clear();
    facts_.clear();
    const BatchSheet empty = sheet({});
    EXPECT_EQ(empty.tickets, 0U);
    EXPECT_EQ(empty.depth, 0U);
    EXPECT_TRUE(all_within(empty.tests));
    // Three tickets of two consumers, and more prizes than that.
    tickets_ = {{{0, 1}, {0, 9}}, {{0, 2}, {0, 9}}, {{0, 3}, {0, 8}}};
    facts_.assign(3, {.platform = PlatformId(1), .amount = Amount(1)});
    const BatchSheet few = sheet({2, 0, 1});
    EXPECT_EQ(few.consumers, 2U);
    EXPECT_EQ(few.depth, 3U);
    EXPECT_EQ(few.awarded, (std::vector<std::uint64_t>{2, 0}));
    ASSERT_EQ(few.tables[1].lines.size(), 1U);
    EXPECT_EQ(few.tables[1].lines[0].taken, 3U);
    EXPECT_EQ(few.tables[1].lines[0].winners, 2U);
    EXPECT_TRUE(all_within(few.tests));
}

}  // namespace
}  // namespace fiscus::fairness
