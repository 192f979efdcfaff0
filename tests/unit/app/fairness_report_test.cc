// Aim: a sheet says plainly whether a draw lies within its limits, in both languages and in JSON.
// Method: a draw whose result is right, told with facts about its tickets that chance made, and
// with facts that agree with the ranking.
#include "engine/app/fairness_report.h"

#include <cstdint>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "engine/draw/lines.h"
#include "tests/property/random.h"
#include "tests/support/draws.h"

namespace fiscus::app {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

DrawnBatch batch_of_tickets(std::size_t count) {
    property::Random random(5);
    DrawnBatch batch;
    do {
        batch.draw = support::random_batch(random, count);
    } while (batch.draw.tickets.size() < count / 2);
    batch.draw.rules.plan = {.tiers = {{.count = 40, .amount = Amount(5'000)}}, .reserves = 10};
    batch.stage = DrawStage::executed;
    fairness::TicketFacts facts;
    facts.platform = PlatformId(1);
    batch.facts.assign(batch.draw.tickets.size(), facts);
    return batch;
}

TEST(FairnessReportTest, OfAnHonestDrawIsWithin) {
    DrawnBatch batch = batch_of_tickets(1'000);
    property::Random random(6);
    for (fairness::TicketFacts& facts : batch.facts) {
        facts.platform = PlatformId(static_cast<std::uint16_t>(1 + random.below(3)));
    }
    const auto report = fairness_report(batch);
    ASSERT_TRUE(report.ok());
    EXPECT_TRUE(report.value().within());
    EXPECT_THAT(report_text(report.value(), Language::english, false),
                EndsWith("\nVerdict: within (11 tests, 0 outside)\n"));
}

TEST(FairnessReportTest, SaysInEveryFormWhichTestLiesOutside) {
    DrawnBatch batch = batch_of_tickets(1'000);
    const draw::BatchDraw& drawn = batch.draw;
    const draw::Digest seed =
        draw::seed_of(drawn.rules.hash, drawn.rules.batch,
                      draw::sealed_list(drawn.rules.hash, drawn.tickets), drawn.entropy);
    const auto ranking = draw::ranking(drawn.rules.hash, seed, drawn.tickets);
    for (std::size_t rank = 0; rank < 50; ++rank) {
        batch.facts[ranking.value()[rank]].platform = PlatformId(2);
    }
    const auto report = fairness_report(batch);
    ASSERT_TRUE(report.ok());
    EXPECT_FALSE(report.value().within());
    const std::string chinese = report_text(report.value(), Language::chinese, false);
    EXPECT_THAT(chinese, StartsWith("公平性检验单\n"));
    EXPECT_THAT(chinese, EndsWith("\n结论：超出界限（11项检验，1项超出）\n"));
    EXPECT_THAT(report_text(report.value(), Language::english, true),
                EndsWith("\nVerdict: outside (11 tests, 1 outside)\n"));
    const nlohmann::json json = nlohmann::json::parse(report_json(report.value()));
    EXPECT_EQ(json["verdict"], "outside");
    EXPECT_EQ(json["tests_outside"], 1);
    EXPECT_EQ(json["platform"][1]["observed"], 50);
    EXPECT_EQ(json["platform"][1]["verdict"], "outside");
    for (const nlohmann::json& test : json["tests"]) {
        const bool planted = test["test"] == "platform" && test["measured"] == "first k ranks";
        EXPECT_EQ(test["verdict"], planted ? "outside" : "within") << test;
    }
}

TEST(FairnessReportTest, IsOnlyMadeOfADrawThatCanBeDoneAgain) {
    DrawnBatch batch = batch_of_tickets(100);
    batch.draw.entropy.secret[0] ^= std::byte{1};
    EXPECT_FALSE(fairness_report(batch).ok());
}

}  // namespace
}  // namespace fiscus::app
