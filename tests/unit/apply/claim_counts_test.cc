// Aim: caps hold for a consumer with more claims than its own record has places for, on many days
// and in several batches, whatever the turns, and a void gives back what was counted in either
// place. Method: one consumer and some bystanders, every implementation against the oracle.
#include <algorithm>
#include <array>
#include <random>
#include <string_view>

#include <gtest/gtest.h>

#include "engine/base/time.h"
#include "tests/support/engine_under_test.h"
#include "tests/support/programme.h"

namespace fiscus::support {
namespace {

using reference::Answer;
using reference::Input;

constexpr std::int64_t day_us = 86'400'000'000;
constexpr std::uint16_t source = 2;

BatchOpened capped() {
    BatchOpened batch;
    batch.claim_until_us = first_morning_us + 90 * day_us;
    batch.redeem_last_day = first_day + 90;
    batch.cap_per_consumer_day = 3;
    batch.cap_per_consumer = 25;
    batch.void_returns_quota = true;
    return batch;
}

// Why the second batch is never counted in the consumer's own record.
struct Second {
    std::string_view name;
    int days = 90;   // that it runs
    int before = 0;  // batches that open between the first and it
};
constexpr std::array second_batches{Second{.name = "runs too long", .days = 300},
                                    Second{.name = "is the 256th", .before = 254}};

std::vector<Input> open_two_batches(Programme& programme, const Second& second) {
    BatchOpened batch = capped();
    std::vector<Input> records = programme.open(1, 1, batch);
    for (int i = 0; i < second.before; ++i) {
        BatchOpened other = batch;
        other.batch = static_cast<std::uint32_t>(1'000 + i);
        other.claim_until_us = first_morning_us + day_us;
        other.redeem_last_day = first_day + 1;
        records.push_back(programme.publish(Programme::authority, other));
    }
    batch.batch = 2;
    batch.claim_until_us = first_morning_us + second.days * day_us;
    batch.redeem_last_day = first_day + second.days;
    records.push_back(programme.publish(Programme::authority, batch));
    records.push_back(
        programme.publish(Programme::authority, BatchFunded{.batch = 2, .amount_fen = 5'000'000}));
    return records;
}

// Claims and voids over 60 days, days out of order, so that pages of days and both places of
// counting are used.
std::vector<Input> many_days(Programme& programme, const Second& second, std::uint32_t seed) {
    std::vector<Input> records = open_two_batches(programme, second);
    std::mt19937 random(seed);
    std::vector<Id128> vouchers;
    programme.set_now(first_morning_us + 60 * day_us);
    for (int i = 0; i < 600; ++i) {
        Unusual when;
        when.occurred_at_us = first_morning_us + static_cast<std::int64_t>(random() % 60) * day_us;
        if (random() % 5 == 0 && !vouchers.empty()) {
            records.push_back(programme.publish(
                source, VoucherVoided{.voucher = vouchers[random() % vouchers.size()]}));
            continue;
        }
        const std::uint32_t batch = random() % 2 == 0 ? 1 : 2;
        const char* consumer = random() % 4 == 0 ? "bystander" : "collector";
        records.push_back(programme.publish(
            source, VoucherClaimed{.consumer = id_named(consumer), .batch = batch}, when));
        vouchers.push_back(programme.last_key());
    }
    return records;
}

class ClaimCountsTest : public testing::TestWithParam<Second> {};

TEST_P(ClaimCountsTest, CapsHoldBeyondTheConsumersOwnRecord) {
    for (const std::uint32_t seed : {1U, 2U, 3U}) {
        Programme programme;
        const std::vector<Input> records = many_days(programme, GetParam(), seed);
        const auto oracle = make_oracle({});
        const std::vector<Answer> expected = feed_in_turns(*oracle, records, records.size());
        const auto count = [&expected](wire::Reason reason) {
            return std::count_if(expected.begin(), expected.end(), [reason](const Answer& answer) {
                return answer.reason == reason;
            });
        };
        EXPECT_GT(count(wire::Reason::consumer_cap_reached), 20) << "seed " << seed;
        EXPECT_GT(count(wire::Reason::voucher_voided), 0) << "seed " << seed;
        std::string digest;
        for (const std::size_t turn : {std::size_t{1}, std::size_t{7}, records.size()}) {
            for (const Implementation& implementation : implementations()) {
                const auto ledger = implementation.make({});
                const std::vector<Answer> answers = feed_in_turns(*ledger, records, turn);
                ASSERT_EQ(answers.size(), expected.size());
                for (std::size_t i = 0; i < answers.size(); ++i) {
                    ASSERT_EQ(answers[i].outcome, expected[i].outcome)
                        << implementation.name << ", turn " << turn << ", seed " << seed
                        << ", record " << i;
                    ASSERT_EQ(answers[i].reason, expected[i].reason)
                        << implementation.name << ", turn " << turn << ", seed " << seed
                        << ", record " << i;
                }
                if (const std::string own = ledger->digest(); !own.empty()) {
                    EXPECT_EQ(own, digest.empty() ? own : digest) << implementation.name;
                    digest = own;
                }
            }
        }
    }
}

// Two voids of one consumer, whom nobody else of the turn knows, and whose claims were counted
// beyond the own record: both must be found, though the first has only just asked for the consumer.
TEST(ClaimCounts, TwoVoidsOfOneTurnFindWhatWasCountedFurther) {
    Programme programme;
    BatchOpened batch;
    batch.void_returns_quota = true;
    std::vector<Input> records = programme.open(1, 1, batch);
    std::vector<Id128> late;
    programme.set_now(first_morning_us + 2 * day_us);
    for (int i = 0; i < 19; ++i) {
        Unusual when;
        when.occurred_at_us = first_morning_us + (i < 16 ? 0 : day_us);
        records.push_back(
            programme.publish(source, VoucherClaimed{.consumer = id_named("collector")}, when));
        if (i >= 16) {
            late.push_back(programme.last_key());
        }
    }
    std::vector<Input> voids = {programme.publish(source, VoucherVoided{.voucher = late[0]}),
                                programme.publish(source, VoucherVoided{.voucher = late[1]})};
    const auto engine =
        make_engine({}, {.cache_bytes_max = 1, .fold_each_turn = true, .reopen_after_turns = 1});
    for (const Answer& answer : engine->feed(records)) {
        ASSERT_EQ(answer.outcome, wire::Outcome::accepted);
    }
    for (const Answer& answer : engine->feed(voids)) {
        EXPECT_EQ(answer.outcome, wire::Outcome::accepted);
    }
}

INSTANTIATE_TEST_SUITE_P(Seconds, ClaimCountsTest, testing::ValuesIn(second_batches));

}  // namespace
}  // namespace fiscus::support
