// Aim: a log that is not the one the state was built from stops the start, with a hint; the right
// one passes. Method: a log in memory whose topics and records are changed behind the state's back.
#include "engine/log/start_check.h"

#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine/log/record_rules.h"
#include "engine/log/topics.h"
#include "tests/support/memory_log.h"
#include "tests/unit/log/conformance.h"
#include "tests/unit/log/local_storage.h"

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
    const auto first = check_identity(log_, "");
    ASSERT_TRUE(succeeded(first));
    EXPECT_TRUE(succeeded(check_identity(log_, first.value())));
    EXPECT_TRUE(succeeded(check_topics(log_, plans_)));
    for (std::int64_t offset = 0; offset < 3; ++offset) {
        EXPECT_TRUE(succeeded(check(offset, hash_at(offset))));
    }
}

TEST_F(StartCheck, NamesAnotherIdentityAMissingTopicAndADifferentOne) {
    const auto other = check_identity(log_, "elsewhere");
    ASSERT_TRUE(failed_with(other, ErrorCode::log_mismatch));
    EXPECT_NE(other.error().text().find("elsewhere"), std::string::npos);
    EXPECT_FALSE(other.error().hint.empty());
    const auto missing = check_topics(log_, std::vector{TopicPlan{.name = "missing.v1"}});
    ASSERT_TRUE(failed_with(missing, ErrorCode::not_found));
    EXPECT_NE(missing.error().text().find("missing.v1"), std::string::npos);
    const auto differs = check_topics(log_, topic_plans(3));
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

TEST(OutsideExtent, SaysWhatToDoByTheSideThatIsGone) {
    const Extent extent{.first = 5, .end = 9};
    const Error head = outside_extent("t partition 0", 4, extent);
    EXPECT_EQ(head.why, "it holds the offsets from 5 up to, not with, 9");
    EXPECT_NE(head.hint.find("Its beginning is gone"), std::string::npos);
    // A state that is removed could not be rebuilt.
    EXPECT_EQ(head.hint.find("remove the state"), std::string::npos);
    const Error tail = outside_extent("t partition 0", 10, extent);
    EXPECT_NE(tail.hint.find("restore it from a copy"), std::string::npos);
    EXPECT_NE(tail.hint.find("remove the state"), std::string::npos);
}

TEST(PlanDifference, NamesWhatIsUnfitAndNothingElse) {
    const TopicPlan wanted{.name = "t", .partitions = 4, .retention_ms = 1'000};
    TopicInfo found{.plan = wanted};
    EXPECT_EQ(plan_difference(wanted, found), "");
    found.plan.retention_ms = -1;
    found.plan.max_message_bytes *= 2;
    EXPECT_EQ(plan_difference(wanted, found), "") << "longer and larger is fit";
    found.plan = wanted;
    found.plan.retention_ms = 999;
    found.plan.retention_bytes = 5;
    found.plan.partitions = 3;
    EXPECT_EQ(plan_difference(wanted, found),
              "partitions 3 instead of 4, retention.ms 999 instead of 1000, "
              "retention.bytes 5 instead of -1");
}

TEST(PlanDifference, AnAcknowledgedRecordMustOutliveABroker) {
    const TopicPlan wanted{.name = "t"};
    EXPECT_EQ(plan_difference(wanted, {.plan = wanted, .replicas = 1, .insync_replicas_min = 1}),
              "");
    EXPECT_EQ(plan_difference(wanted, {.plan = wanted, .replicas = 3, .insync_replicas_min = 2}),
              "");
    EXPECT_EQ(plan_difference(wanted, {.plan = wanted, .replicas = 3, .insync_replicas_min = 1}),
              "min.insync.replicas 1 instead of 2");
}

TEST(PlanDifference, SaysWhatToDo) {
    const TopicPlan wanted{.name = "t"};
    TopicInfo found{.plan = wanted};
    EXPECT_TRUE(succeeded(check_topic(wanted, found)));
    found.plan.retention_bytes = 5;
    found.plan.max_message_bytes = 9;
    const auto settings = check_topic(wanted, found);
    ASSERT_TRUE(failed_with(settings, ErrorCode::log_mismatch));
    EXPECT_NE(settings.error().hint.find("Set retention.bytes=-1,max.message.bytes=1048576 for "
                                         "topic t with the broker's own tools"),
              std::string::npos)
        << settings.error().text();
    EXPECT_EQ(settings.error().hint.find("partitions"), std::string::npos);
    found = {.plan = wanted};
    found.plan.partitions = 2;
    const auto partitions = check_topic(wanted, found);
    ASSERT_TRUE(failed_with(partitions, ErrorCode::log_mismatch));
    EXPECT_NE(partitions.error().hint.find("must never change"), std::string::npos);
    EXPECT_EQ(partitions.error().hint.find("Set "), std::string::npos);
}

// What a local log knows of its end is not synced with its records.
TEST(StartCheckOfALocalLog, APowerFailureThatLeftAnOlderEndIsNoLossOfRecords) {
    const TemporaryDirectory directory;
    const auto open = [&] { return open_local_log(directory.path(), true).value(); };
    const auto acknowledged = directory.path() / std::string(events_topic) / "0" / "acknowledged";
    const auto older = directory.path() / "older";
    {
        const auto log = open();
        ASSERT_TRUE(succeeded(log->create(topic_plans(1))));
        auto writer = log->writer(events_topic, 0);
        ASSERT_TRUE(succeeded(writer));
        const std::vector records{NewRecord{.key = as_byte_span("7"), .value = as_byte_span("a")}};
        for (int i = 0; i < 3; ++i) {
            std::filesystem::copy_file(acknowledged, older,
                                       std::filesystem::copy_options::overwrite_existing);
            ASSERT_TRUE(succeeded((*writer)->append(records)));
            ASSERT_TRUE(succeeded((*writer)->sync()));
        }
    }
    std::filesystem::copy_file(older, acknowledged,
                               std::filesystem::copy_options::overwrite_existing);
    const std::uint64_t hash = xxh3_64(as_byte_span("7"), as_byte_span("a"));
    EXPECT_EQ(open()->extent(events_topic, 0).value().end, 2);
    EXPECT_TRUE(succeeded(check_record(*open(), events_topic, 0, 2, hash)));
    // What nobody wrote is gone as before, and whoever writes has looked.
    const auto log = open();
    const auto writer = log->writer(events_topic, 0);
    EXPECT_TRUE(succeeded(check_record(*open(), events_topic, 0, 2, hash)));
    const auto beyond = check_record(*open(), events_topic, 0, 3, hash);
    ASSERT_TRUE(failed_with(beyond, ErrorCode::log_mismatch));
    EXPECT_NE(beyond.error().why.find("0 up to 3"), std::string::npos);
}

}  // namespace
}  // namespace fiscus::log
