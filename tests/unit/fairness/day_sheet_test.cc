// Aim: honest days have sheets within their limits, bias in chance has not, and what stock and caps
// do is told apart from chance. Method: days decided under many fixed keys; decisions that were
// edited.
#include "engine/fairness/day_sheet.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine/base/time.h"
#include "engine/draw/outcome.h"
#include "tests/property/random.h"
#include "tests/support/draws.h"

namespace fiscus::fairness {
namespace {

using property::Random;

#if defined(NDEBUG) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
constexpr std::uint64_t honest_days = 300;
#else
constexpr std::uint64_t honest_days = 10;
#endif

class DaySheetTest : public testing::Test {
protected:
    static constexpr std::int32_t day = 20'513;

    DaySheetTest() {
        rules_.programme = ProgrammeId(7);
        rules_.wins_max = 3;
        // The first tier has little stock and moves on.
        rules_.tiers = {{"department",
                         draw::chance_of(5, 100),
                         true,
                         {{Amount(5'000), 3}, {Amount(10'000), 1}},
                         {{0, 40}}},
                        {"catering",
                         draw::chance_of(10, 100),
                         false,
                         {{Amount(1'000), 1}, {Amount(2'000), 1}, {Amount(3'000), 2}},
                         {{0, 400}}}};
        Random random(11);
        for (std::uint64_t i = 0; i < 3'000; ++i) {
            const std::uint64_t consumer = i / 3;
            requests_.push_back(
                {.occurred_us = start_of_day_us(day) + static_cast<std::int64_t>(i) * 28'000'000,
                 .request = {PlatformId(static_cast<std::uint16_t>(1 + i % 3)), {5, consumer}},
                 .wins_before = consumer % 20 == 0 ? 3U : 0U});
            districts_.push_back(420'102 + static_cast<std::uint32_t>(random.below(13)));
        }
    }

    std::vector<draw::Decision> decisions(std::uint64_t seed) const {
        Random random(seed);
        return draw::decide_day(rules_, requests_, day, support::random_digest(random), "beacon");
    }

    DaySheet sheet(const std::vector<draw::Decision>& decided) const {
        return sheet_of({.tiers = rules_.tiers,
                         .requests = requests_,
                         .districts = districts_,
                         .decisions = decided});
    }

    static std::string outside(const DaySheet& sheet) {
        std::string names;
        for (const ChanceTest& one : sheet.tests) {
            names += one.within() ? "" : std::string(subject_word(one.subject)) + " ";
        }
        return names;
    }

    draw::DayRules rules_;
    std::vector<draw::DayRequest> requests_;
    std::vector<std::uint32_t> districts_;
};

TEST_F(DaySheetTest, HonestDaysAreWithin) {
    for (std::uint64_t seed = 1; seed <= honest_days; ++seed) {
        const DaySheet made = sheet(decisions(seed));
        EXPECT_TRUE(all_within(made.tests)) << "seed " << seed << ": " << outside(made);
        EXPECT_EQ(made.tests.size(), 8U);
        for (const ChanceTest& one : made.tests) {
            EXPECT_GT(one.chi_square.degrees, 0U) << subject_word(one.subject);
        }
    }
}

TEST_F(DaySheetTest, TellsStockAndCapsFromChance) {
    const std::vector<draw::Decision> decided = decisions(1);
    const DaySheet made = sheet(decided);
    EXPECT_EQ(made.requests, 3'000U);
    EXPECT_NEAR(made.chance, 0.15, 1e-12);
    std::uint64_t drawn = 0;
    std::uint64_t won = 0;
    ASSERT_EQ(made.outcomes.size(), 2U);
    for (std::size_t i = 0; i < made.outcomes.size(); ++i) {
        const TierLine& line = made.outcomes[i];
        EXPECT_EQ(line.won + line.moved_on + line.won_today + line.cap_reached + line.stock_out,
                  made.tiers.lines[i + 1].taken);
        drawn += made.tiers.lines[i + 1].taken;
        won += line.won + line.moved_on;
    }
    EXPECT_EQ(drawn, made.drawn);
    EXPECT_EQ(won, made.won);
    EXPECT_EQ(made.outcomes[0].won, 40U) << "as much as there is";
    EXPECT_GT(made.outcomes[0].moved_on, 0U);
    EXPECT_EQ(made.outcomes[1].moved_on, 0U);
    EXPECT_GT(made.outcomes[1].won_today, 0U);
    EXPECT_GT(made.outcomes[1].cap_reached, 0U);
    EXPECT_EQ(made.tiers.lines[0].taken, 3'000 - drawn);
    // Amounts are of the tier that was won in.
    ASSERT_EQ(made.prizes.size(), 2U);
    EXPECT_EQ(made.prizes[0].lines[0].members, 40U);
    EXPECT_EQ(made.prizes[1].lines[0].members, made.outcomes[1].won + made.outcomes[0].moved_on);
}

TEST_F(DaySheetTest, APlatformThatIsFavouredIsSeen) {
    std::vector<draw::Decision> decided = decisions(2);
    for (std::size_t i = 0; i < decided.size(); ++i) {
        if (requests_[i].request.platform == PlatformId(2)) {
            decided[i].u /= 2;
        }
    }
    const std::string found = outside(sheet(decided));
    EXPECT_NE(found.find("platform"), std::string::npos) << found;
    EXPECT_NE(found.find("chance"), std::string::npos) << found;
    EXPECT_EQ(found.find("prize"), std::string::npos) << found;
}

TEST_F(DaySheetTest, WhoComesEarlyIsSeen) {
    std::vector<draw::Decision> decided = decisions(3);
    for (std::size_t i = 0; i < 300; ++i) {
        decided[i].u /= 4;
    }
    const std::string found = outside(sheet(decided));
    EXPECT_NE(found.find("list_order"), std::string::npos) << found;
    EXPECT_NE(found.find("hour"), std::string::npos) << found;
}

TEST_F(DaySheetTest, AGeneratorThatRepeatsIsSeenByItsNeighbours) {
    // Every second number is the one before it, upside down: evenly distributed, and no chance.
    std::vector<draw::Decision> decided = decisions(4);
    for (std::size_t i = 1; i < decided.size(); i += 2) {
        decided[i].u = ~decided[i - 1].u;
    }
    const std::string found = outside(sheet(decided));
    EXPECT_NE(found.find("neighbours"), std::string::npos) << found;
}

TEST_F(DaySheetTest, AmountsThatAreAlwaysSmallAreSeen) {
    std::vector<draw::Decision> decided = decisions(5);
    for (draw::Decision& one : decided) {
        if (one.outcome == draw::DrawOutcome::won) {
            one.amount = rules_.tiers[one.tier - 1].amounts.front().amount;
        }
    }
    EXPECT_EQ(outside(sheet(decided)), "prize ");
}

TEST_F(DaySheetTest, AWinRateOtherThanThatOfTheRulesIsSeen) {
    std::vector<draw::Decision> decided = decisions(6);
    for (draw::Decision& one : decided) {
        one.u = one.u / 3 * 2;
    }
    const DaySheet made = sheet(decided);
    EXPECT_NE(outside(made).find("tier"), std::string::npos);
    EXPECT_GT(made.tiers.classes_outside(), 0U);
}

TEST_F(DaySheetTest, ADayWithoutRequestsHasASheet) {
    requests_.clear();
    districts_.clear();
    const DaySheet made = sheet({});
    EXPECT_EQ(made.requests, 0U);
    EXPECT_TRUE(all_within(made.tests));
    EXPECT_TRUE(made.tables.front().lines.empty());
}

}  // namespace
}  // namespace fiscus::fairness
