// Aim: what clients that are not ours write into the events topic stops neither the engine nor the
// statistics. Method: both over a broker of the test's own, because the topics have one name.
#include <chrono>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine/log/topics.h"
#include "engine/runtime/engine.h"
#include "projections/runner.h"
#include "tests/kafka/support.h"
#include "tests/support/wait.h"

namespace fiscus::log {
namespace {

using std::chrono::milliseconds;

class KafkaEngineTest : public testing::Test {
protected:
    void SetUp() override {
        log_ = opened({.bootstrap = broker_.address()});
        ASSERT_NE(log_, nullptr);
    }

    [[nodiscard]] runtime::EngineOptions engine_options() const {
        runtime::EngineOptions options;
        options.state_dir = directory_.path() / "state";
        options.memory_bytes = 128U << 20;
        options.event_stamps = event_stamps_;
        return options;
    }

    bool refused(Error& refusal) {
        const auto engine = runtime::Engine::open(*log_, engine_options());
        if (engine.ok()) {
            return false;
        }
        refusal = engine.error();
        return true;
    }

    // Applies what is there and ends; how many records are quarantined by now.
    void run_engine(std::uint64_t& quarantined) {
        auto engine = runtime::Engine::open(*log_, engine_options());
        ASSERT_TRUE(succeeded(engine));
        for (;;) {
            auto caught_up = (*engine)->caught_up();
            ASSERT_TRUE(succeeded(caught_up));
            if (*caught_up) {
                break;
            }
            ASSERT_TRUE(succeeded((*engine)->run_once(milliseconds(100))));
        }
        ASSERT_TRUE(succeeded((*engine)->flush()));
        quarantined = (*engine)->view().front().counts.quarantined;
    }

    // Folds and publishes until nothing comes.
    void run_statistics(std::uint64_t entries) {
        projections::RunnerOptions options;
        options.directory = (directory_.path() / "statistics").string();
        auto runner = projections::Runner::open(*log_, 0, options);
        ASSERT_TRUE(succeeded(runner));
        const auto deadline = std::chrono::steady_clock::now() + patience;
        while ((*runner)->cursor().next_sequence <= entries) {
            ASSERT_LT(std::chrono::steady_clock::now(), deadline);
            ASSERT_TRUE(succeeded((*runner)->run_once(milliseconds(100))));
        }
        ASSERT_TRUE(succeeded((*runner)->flush()));
    }

    OwnBroker broker_;
    TemporaryDirectory directory_;
    std::unique_ptr<Log> log_;
    Stamps event_stamps_ = Stamps::log;
};

TEST_F(KafkaEngineTest, NoStampOfAPublisherStopsAPartition) {
    ASSERT_TRUE(succeeded(log_->create(topic_plans(1, Stamps::publisher))));
    event_stamps_ = Stamps::publisher;
    const std::string topic(events_topic);
    std::uint64_t sent = 0;
    // One at a time, so that each stamp is the last one of its block.
    for (const std::int64_t stamp_ms :
         {std::int64_t{-1}, std::int64_t{9'300'000'000'000'000}, timestamp_ms_max + 1}) {
        write_stamped(broker_.address(), topic, stamp_ms, "no event");
        ++sent;
        std::uint64_t quarantined = 0;
        ASSERT_NO_FATAL_FAILURE(run_engine(quarantined));
        EXPECT_EQ(quarantined, sent);
    }
    // The second time as after a restart: what is published is compared.
    for (int time = 0; time < 2; ++time) {
        ASSERT_NO_FATAL_FAILURE(run_statistics(sent));
        EXPECT_EQ(log_->extent(refusals_topic, 0).value().end, static_cast<std::int64_t>(sent));
    }
    auto reader = log_->reader(events_topic, 0, 0);
    ASSERT_TRUE(succeeded(reader));
    std::vector<std::int64_t> stamps_us;
    while (stamps_us.size() < sent) {
        const auto records = (*reader)->read(sent, patience);
        ASSERT_TRUE(succeeded(records));
        ASSERT_FALSE(records.value().empty());
        for (const Record& record : records.value()) {
            stamps_us.push_back(record.timestamp_us);
        }
    }
    const std::int64_t largest_us = timestamp_ms_max * 1000;
    EXPECT_EQ(stamps_us, (std::vector<std::int64_t>{0, largest_us, largest_us}));
}

TEST_F(KafkaEngineTest, TopicsThatWereAlteredStopTheStart) {
    ASSERT_TRUE(succeeded(log_->create(topic_plans(1))));
    const std::map<std::string, std::string> as_planned{{"cleanup.policy", "delete"},
                                                        {"retention.ms", "-1"},
                                                        {"retention.bytes", "-1"},
                                                        {"max.message.bytes", "8388608"},
                                                        {"message.timestamp.type", "CreateTime"}};
    struct Alteration {
        std::string_view topic;
        std::string name;
        std::string value;
    };
    const auto planned = [&](std::string_view topic) {
        auto settings = as_planned;
        if (topic == events_topic) {
            settings["message.timestamp.type"] = "LogAppendTime";
        }
        return settings;
    };
    for (const Alteration& one : {Alteration{events_topic, "message.timestamp.type", "CreateTime"},
                                  Alteration{events_topic, "retention.bytes", "1000000"},
                                  Alteration{events_topic, "retention.ms", "86400000"},
                                  Alteration{journal_topic, "cleanup.policy", "compact"},
                                  Alteration{journal_topic, "max.message.bytes", "100000"}}) {
        const std::string topic(one.topic);
        auto settings = planned(topic);
        settings[one.name] = one.value;
        change_settings(broker_.address(), topic, settings);
        Error refusal;
        // The broker answers with its old settings until all of it knows.
        ASSERT_TRUE(support::wait_until([&] { return refused(refusal); }, patience)) << one.name;
        EXPECT_EQ(refusal.code, ErrorCode::log_mismatch);
        EXPECT_NE(refusal.what.find(topic), std::string::npos) << refusal.text();
        EXPECT_NE(refusal.why.find(one.name + " " + one.value + " instead of"), std::string::npos)
            << refusal.text();
        EXPECT_NE(refusal.hint.find("Set " + one.name + "="), std::string::npos) << refusal.text();
        change_settings(broker_.address(), topic, planned(topic));
        ASSERT_TRUE(support::wait_until([&] { return !refused(refusal); }, patience)) << one.name;
    }
}

}  // namespace
}  // namespace fiscus::log
