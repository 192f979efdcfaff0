// Aim: a log that is not the one the state was built from stops the start, with a hint; the right
// one passes. Method: a log in memory whose topics and records are changed behind the state's back.
#include "engine/log/start_check.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine/log/record_rules.h"
#include "engine/log/topics.h"
#include "tests/unit/log/conformance.h"
#include "tests/unit/log/memory_log.h"

namespace fiscus::log {
namespace {

class StartCheck : public testing::Test {
protected:
    StartCheck() {
        EXPECT_TRUE(succeeded(log_.create(plans_)));
        auto writer = log_.writer(events_topic, 0);
        for (const char* value : {"a", "b", "c"}) {
            const std::vector records{
                NewRecord{.key = as_byte_span("7"), .value = as_byte_span(value)}};
            EXPECT_TRUE(succeeded((*writer)->append(records)));
        }
        EXPECT_TRUE(succeeded((*writer)->sync()));
    }

    [[nodiscard]] std::uint64_t hash_at(std::int64_t offset) {
        auto reader = log_.reader(events_topic, 0, offset);
        return record_hash((*reader)->read(1, std::chrono::milliseconds(0)).value()[0]);
    }
    [[nodiscard]] Status check(std::int64_t offset, std::uint64_t hash) {
        return check_record(log_, events_topic, 0, offset, hash);
    }

    const std::vector<TopicPlan> plans_ = topic_plans(2);
    MemoryLog log_;
};

TEST_F(StartCheck, PassesTheLogThatTheStateWasBuiltFrom) {
    const auto first = check_start(log_, "", plans_);
    ASSERT_TRUE(succeeded(first));
    EXPECT_TRUE(succeeded(check_start(log_, first.value(), plans_)));
    for (std::int64_t offset = 0; offset < 3; ++offset) {
        EXPECT_TRUE(succeeded(check(offset, hash_at(offset))));
    }
}

TEST_F(StartCheck, NamesAnotherIdentityAMissingTopicAndADifferentOne) {
    const auto other = check_start(log_, "elsewhere", plans_);
    ASSERT_TRUE(failed_with(other, ErrorCode::log_mismatch));
    EXPECT_NE(other.error().text().find("elsewhere"), std::string::npos);
    EXPECT_FALSE(other.error().hint.empty());
    const auto missing = check_start(log_, "", std::vector{TopicPlan{.name = "missing.v1"}});
    ASSERT_TRUE(failed_with(missing, ErrorCode::not_found));
    EXPECT_NE(missing.error().text().find("missing.v1"), std::string::npos);
    const auto differs = check_start(log_, "", topic_plans(3));
    ASSERT_TRUE(failed_with(differs, ErrorCode::log_mismatch));
    EXPECT_NE(differs.error().text().find("partitions 2 instead of 3"), std::string::npos);
}

TEST_F(StartCheck, NamesARecordThatChangedOrWentAway) {
    const std::uint64_t hash = hash_at(1);
    EXPECT_TRUE(failed_with(check(1, hash + 1), ErrorCode::log_mismatch));
    auto& stored = log_.stored(events_topic, 0);
    stored[1].key = "8";
    EXPECT_TRUE(failed_with(check(1, hash), ErrorCode::log_mismatch));
    stored[1].key = "7";
    EXPECT_TRUE(succeeded(check(1, hash)));
    stored[1].hole = true;
    const auto gone = check(1, hash);
    ASSERT_TRUE(failed_with(gone, ErrorCode::log_mismatch));
    EXPECT_NE(gone.error().why.find("the next one is 2"), std::string::npos);
    stored.resize(1);
    const auto truncated = check(1, hash);
    ASSERT_TRUE(failed_with(truncated, ErrorCode::log_mismatch));
    EXPECT_FALSE(truncated.error().hint.empty());
    EXPECT_TRUE(failed_with(check(-1, hash), ErrorCode::log_mismatch));
}

TEST(PlanDifference, NamesWhatIsUnfitAndNothingElse) {
    const TopicPlan wanted{.name = "t", .partitions = 4, .retention_ms = 1'000};
    TopicPlan actual = wanted;
    EXPECT_EQ(plan_difference(wanted, actual), "");
    actual.retention_ms = -1;
    actual.max_message_bytes *= 2;
    EXPECT_EQ(plan_difference(wanted, actual), "") << "longer and larger is fit";
    actual = wanted;
    actual.retention_ms = 999;
    actual.retention_bytes = 5;
    actual.partitions = 3;
    EXPECT_EQ(plan_difference(wanted, actual),
              "partitions 3 instead of 4, retention.ms 999 instead of 1000, "
              "retention.bytes 5 instead of -1");
}

}  // namespace
}  // namespace fiscus::log
