// Aim: as crash_local_test, through a real broker: kill -9 of the engine and the statistics loses
// and repeats nothing, and the topics are those of a local log that nobody disturbed. Method: a
// broker of its own for each month, which this test starts and stops with scripts/kafka. Prints
// FISCUS_SEED and takes it back.
#include <cstdlib>
#include <filesystem>

#include <gtest/gtest.h>

#include "engine/log/kafka_log.h"
#include "tests/crash/crash_month.h"

namespace fiscus::crash {
namespace {

class CrashKafkaTest : public CrashTest {
protected:
    void SetUp() override {
        CrashTest::SetUp();
        const char* source = std::getenv("FISCUS_SOURCE_DIR");
        ASSERT_NE(source, nullptr);
        script_ = std::string(source) + "/scripts/kafka";
    }
    void TearDown() override {
        if (!broker_.empty()) {
            EXPECT_EQ(kafka("down", ""), 0) << text_of(output_ + ".notes");
        }
        CrashTest::TearDown();
    }

    // A broker with empty topics.
    void start_broker() {
        broker_ = (directory_ / "broker").string();
        std::filesystem::create_directories(broker_);
        ASSERT_EQ(kafka("up", " --port 0"), 0) << text_of(output_ + ".notes");
        address_ = text_of(output_);
        address_.erase(address_.find_last_not_of('\n') + 1);
    }
    int kafka(const std::string& verb, const std::string& flags) const {
        return std::system((script_ + " " + verb + " --dir " + broker_ + flags + " >" + output_ +
                            " 2>" + output_ + ".notes")
                               .c_str());
    }

    std::string script_;
    std::string broker_;
    std::string address_;
};

TEST_P(CrashKafkaTest, KilledAtRandomMomentsNothingIsLostOrRepeated) {
    constexpr Variable events{.name = "FISCUS_CRASH_KAFKA_EVENTS", .otherwise = 300'000};
    const Seen whole = run_whole(events);
    ASSERT_FALSE(HasFailure());
    start_broker();
    ASSERT_FALSE(HasFailure());
    const Words place{"--kafka", address_};
    generate(place, events);
    ASSERT_FALSE(HasFailure());
    const auto log = log::open_kafka_log({.bootstrap = address_});
    ASSERT_TRUE(log.ok()) << log.error().text();
    disturb_as("killed", place, *log.value(), {.name = "FISCUS_CRASH_KAFKA_KILLS", .otherwise = 10},
               whole);
}

INSTANTIATE_TEST_SUITE_P(OfEachKind, CrashKafkaTest, testing::ValuesIn(all_months()), name_of);

}  // namespace
}  // namespace fiscus::crash
