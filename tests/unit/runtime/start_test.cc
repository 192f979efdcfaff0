// Aim: neither the engine nor the statistics start over topics that are not as planned. Method: a
// log in memory whose topics are altered one property at a time, as an operator may alter them.
#include <filesystem>
#include <functional>
#include <string>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

#include "engine/log/local_log.h"
#include "engine/log/topics.h"
#include "engine/runtime/engine.h"
#include "projections/runner.h"
#include "tests/support/memory_log.h"

namespace fiscus::runtime {
namespace {

struct Alteration {
    std::string said;  // in the refusal
    std::function<void(log::TopicInfo&)> alter;
};

const std::vector<Alteration> alterations{
    {"partitions 2 instead of 1", [](log::TopicInfo& topic) { topic.plan.partitions = 2; }},
    {"cleanup.policy compact instead of delete",
     [](log::TopicInfo& topic) { topic.plan.compacted = true; }},
    {"retention.ms 86400000 instead of -1",
     [](log::TopicInfo& topic) { topic.plan.retention_ms = 86'400'000; }},
    {"retention.bytes 1000000 instead of -1",
     [](log::TopicInfo& topic) { topic.plan.retention_bytes = 1'000'000; }},
    {"max.message.bytes 100000 instead of",
     [](log::TopicInfo& topic) { topic.plan.max_message_bytes = 100'000; }},
    {"message.timestamp.type",
     [](log::TopicInfo& topic) {
         topic.plan.stamps =
             topic.plan.stamps == log::Stamps::log ? log::Stamps::publisher : log::Stamps::log;
     }},
    {"min.insync.replicas 1 instead of 2", [](log::TopicInfo& topic) { topic.replicas = 3; }},
};

class StartTest : public testing::Test {
protected:
    StartTest() { std::filesystem::remove_all(directory_); }
    ~StartTest() override { std::filesystem::remove_all(directory_); }

    Status open_engine(log::Log& log, log::Stamps event_stamps = log::Stamps::log) const {
        EngineOptions options;
        options.event_stamps = event_stamps;
        options.state_dir = directory_ / "state";
        options.memory_bytes = 128U << 20;
        FISCUS_ASSIGN(const auto engine, Engine::open(log, options));
        static_cast<void>(engine);
        return Done{};
    }
    Status open_statistics(log::Log& log) const {
        projections::RunnerOptions options;
        options.directory = (directory_ / "statistics").string();
        FISCUS_ASSIGN(const auto runner, projections::Runner::open(log, 0, options));
        static_cast<void>(runner);
        return Done{};
    }

    static void expect_refusal(const Status& opened,
                               std::string_view topic,
                               const std::string& said) {
        ASSERT_FALSE(opened.ok()) << topic << ": " << said;
        const Error& error = opened.error();
        EXPECT_EQ(error.code, ErrorCode::log_mismatch);
        EXPECT_NE(error.what.find(topic), std::string::npos) << error.text();
        EXPECT_NE(error.why.find(said), std::string::npos) << error.text();
        EXPECT_FALSE(error.hint.empty());
    }

    const std::filesystem::path directory_ =
        std::filesystem::path(testing::TempDir()) / ("start_test_" + std::to_string(::getpid()));
};

TEST_F(StartTest, TheEngineRefusesTopicsThatAreNotAsPlanned) {
    for (const std::string_view topic : {log::events_topic, log::journal_topic}) {
        for (const Alteration& one : alterations) {
            log::MemoryLog log;
            ASSERT_TRUE(log.create(log::topic_plans(1)).ok());
            ASSERT_TRUE(open_engine(log).ok());
            one.alter(log.info(topic));
            // The journal has as many partitions as the events, whatever their number.
            const bool of_events = topic == log::events_topic;
            const std::string counted = of_events ? "partitions 2 of the events, 1 of the journal"
                                                  : "partitions 1 of the events, 2 of the journal";
            expect_refusal(open_engine(log), topic,
                           one.said.starts_with("partitions") ? counted : one.said);
            if (HasFatalFailure()) {
                return;
            }
        }
    }
}

TEST_F(StartTest, WhoStampsTheEventsIsWhomTheSettingNames) {
    log::MemoryLog load;
    ASSERT_TRUE(load.create(log::topic_plans(1, log::Stamps::publisher)).ok());
    const Status refused = open_engine(load);
    expect_refusal(refused, log::events_topic,
                   "message.timestamp.type CreateTime instead of LogAppendTime");
    for (const char* said :
         {"date events into the future", "--event-stamps publisher",
          "FISCUS_TOPICS__EVENT_STAMPS=publisher", "Set message.timestamp.type=LogAppendTime"}) {
        EXPECT_NE(refused.error().hint.find(said), std::string::npos) << refused.error().text();
    }
    EXPECT_TRUE(open_engine(load, log::Stamps::publisher).ok());

    log::MemoryLog service;
    ASSERT_TRUE(service.create(log::topic_plans(1)).ok());
    const Status other = open_engine(service, log::Stamps::publisher);
    expect_refusal(other, log::events_topic,
                   "message.timestamp.type LogAppendTime instead of CreateTime");
    EXPECT_EQ(other.error().hint.find("Set "), std::string::npos) << other.error().text();

    // Whoever writes a directory owns it.
    auto local = log::open_local_log(directory_ / "log", true);
    ASSERT_TRUE(local.ok()) << local.error().text();
    ASSERT_TRUE((*local)->create(log::topic_plans(1)).ok());
    for (const log::Stamps stamps : {log::Stamps::log, log::Stamps::publisher}) {
        std::filesystem::remove_all(directory_ / "state");
        EXPECT_TRUE(open_engine(**local, stamps).ok());
    }
}

TEST_F(StartTest, TheStatisticsRefuseTopicsThatAreNotAsPlanned) {
    for (const std::string_view topic :
         {log::outcomes_topic, log::refusals_topic, log::statistics_history_topic,
          log::reconciliation_topic}) {
        for (const Alteration& one : alterations) {
            log::MemoryLog log;
            ASSERT_TRUE(log.create(log::topic_plans(1)).ok());
            ASSERT_TRUE(open_statistics(log).ok());
            one.alter(log.info(topic));
            expect_refusal(open_statistics(log), topic, one.said);
            if (HasFatalFailure()) {
                return;
            }
        }
    }
    log::MemoryLog log;
    ASSERT_TRUE(log.create(log::topic_plans(1)).ok());
    log.info(log::statistics_topic).plan.compacted = false;
    expect_refusal(open_statistics(log), log::statistics_topic,
                   "cleanup.policy delete instead of compact");
    // What only the engine needs is no matter of theirs.
    log::MemoryLog other;
    ASSERT_TRUE(other.create(log::topic_plans(1)).ok());
    other.info(log::events_topic).plan.retention_bytes = 5;
    EXPECT_TRUE(open_statistics(other).ok());
}

}  // namespace
}  // namespace fiscus::runtime
