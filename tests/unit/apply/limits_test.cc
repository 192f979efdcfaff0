// Aim: no input ever stops the process: limits that take tens of thousands of events to reach end
// in a refusal. Method: a programme as its sources publish it, through the engine's core. What
// takes few events is told in tests/scenario.
#include "engine/base/limits.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "tests/support/engine_under_test.h"
#include "tests/support/programme.h"

namespace fiscus::support {
namespace {

using reference::Answer;
using reference::Input;

constexpr std::int64_t day_us = 86'400'000'000;
constexpr std::size_t turn = 1'000;

std::size_t accepted(const std::vector<Answer>& answers) {
    return static_cast<std::size_t>(std::count_if(
        answers.begin(), answers.end(),
        [](const Answer& answer) { return answer.outcome == wire::Outcome::accepted; }));
}

BatchOpened pennies() {
    BatchOpened batch;
    batch.denominations = {{.face_fen = 1, .threshold_fen = 0}};
    return batch;
}

TEST(LimitsTest, WithoutACapAConsumerClaims65535TimesADay) {
    Programme programme;
    const auto engine = make_engine({}, {});
    const VoucherClaimed claim{.consumer = id_named("alice")};
    std::vector<Input> records = programme.open(1, 1, pennies());
    const std::size_t opened = records.size();
    Unusual same_day;
    same_day.occurred_at_us = first_morning_us;
    for (std::size_t i = 0; i <= consumer_day_claims_max; ++i) {
        records.push_back(programme.publish(2, claim, same_day));
    }
    programme.set_now(first_morning_us + day_us);
    records.push_back(programme.publish(2, claim));
    const std::vector<Answer> answers = feed_in_turns(*engine, records, turn);
    EXPECT_EQ(accepted(answers), opened + consumer_day_claims_max + 1);
    EXPECT_EQ(answers[answers.size() - 2].reason, wire::Reason::consumer_day_cap_reached);
    EXPECT_EQ(answers.back().outcome, wire::Outcome::accepted);
}

TEST(LimitsTest, AProgrammeHas4096DepositingAccounts) {
    for (const Implementation& implementation : implementations()) {
        Programme programme;
        const auto ledger = implementation.make({});
        std::vector<Input> records = programme.open();
        const std::size_t opened = records.size();
        const auto deposit = [&](const std::string& account) {
            records.push_back(
                programme.publish(Programme::authority,
                                  FundDeposited{.account = id_named(account), .amount_fen = 1}));
        };
        // The usual beginning has the first one.
        for (std::size_t i = 1; i < depositors_max; ++i) {
            deposit("account " + std::to_string(i));
        }
        deposit("one too many");
        deposit("account 7");
        const std::vector<Answer> answers = feed_in_turns(*ledger, records, turn);
        EXPECT_EQ(accepted(answers), opened + depositors_max) << implementation.name;
        EXPECT_EQ(answers[answers.size() - 2].reason, wire::Reason::account_limit_reached);
        EXPECT_EQ(answers.back().outcome, wire::Outcome::accepted);
    }
}

// Claims on as many days as the batch may have cohorts, and what releases them all at once.
std::vector<Answer> release_all(std::int32_t days, const Body& by) {
    Programme programme;
    BatchOpened batch = pennies();
    batch.claim_until_us = batch.claim_from_us + (days + 1) * day_us;
    batch.redeem_last_day = batch.redeem_first_day + days - 1;
    batch.valid_days = 1;
    std::vector<Input> records = programme.open(1, 1, batch);
    for (std::int32_t day = 0; day < days; ++day) {
        programme.set_now(first_morning_us + day * day_us);
        records.push_back(programme.publish(2, VoucherClaimed{.consumer = id_named("alice")}));
    }
    programme.set_now(first_morning_us + days * day_us);
    records.push_back(programme.publish(Programme::authority, by));
    const auto engine = make_engine({}, {});
    std::vector<Answer> answers = feed_in_turns(*engine, records, turn);
    EXPECT_EQ(accepted(answers), records.size());
    return answers;
}

TEST(LimitsTest, OneClockOrOneCloseReleasesAsManyCohortsAsAProgrammeMayHave) {
    constexpr auto days = static_cast<std::int32_t>(programme_cohorts_max);
    const auto expired =
        release_all(days, ClockAdvanced{.now_us = first_morning_us + days * day_us});
    EXPECT_EQ(expired.back().postings.size(), programme_cohorts_max);
    const auto closed = release_all(days, BatchClosed{.batch = 1});
    EXPECT_EQ(closed.back().postings.size(), programme_cohorts_max + 1);
}

}  // namespace
}  // namespace fiscus::support
