// Aim: as crash_local_test, through a real broker: kill -9 of the engine and the statistics loses
// and repeats nothing. Method: two brokers' worth of topics one after the other on a broker of its
// own, which this test starts and stops with scripts/kafka. Prints FISCUS_SEED and takes it back.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <unistd.h>

#include <gtest/gtest.h>

#include "engine/log/kafka_log.h"
#include "tests/crash/crash_run.h"

namespace fiscus::crash {
namespace {

class CrashKafkaTest : public testing::Test {
protected:
    void SetUp() override {
        directory_ = std::filesystem::path(testing::TempDir()) /
                     ("crash_kafka_" + std::to_string(::getpid()));
        std::filesystem::remove_all(directory_);
        std::filesystem::create_directories(directory_);
        output_ = (directory_ / "output").string();
        const char* source = std::getenv("FISCUS_SOURCE_DIR");
        ASSERT_NE(source, nullptr);
        script_ = std::string(source) + "/scripts/kafka";
    }
    void TearDown() override {
        stop_broker();
        std::filesystem::remove_all(directory_);
    }

    // A broker with empty topics; the one before is gone with its data.
    void start_broker(const std::string& name) {
        stop_broker();
        broker_ = (directory_ / name / "broker").string();
        std::filesystem::create_directories(broker_);
        ASSERT_EQ(kafka("up", " --port 0"), 0) << text_of(output_ + ".notes");
        address_ = text_of(output_);
        address_.erase(address_.find_last_not_of('\n') + 1);
    }
    void stop_broker() {
        if (!broker_.empty()) {
            EXPECT_EQ(kafka("down", ""), 0) << text_of(output_ + ".notes");
            broker_.clear();
        }
    }
    int kafka(const std::string& verb, const std::string& flags) const {
        return std::system((script_ + " " + verb + " --dir " + broker_ + flags + " >" + output_ +
                            " 2>" + output_ + ".notes")
                               .c_str());
    }

    std::vector<std::string> run_of(const std::string& name) const {
        return {"run",      "--until-end", "--kafka",
                address_,   "--state",     (directory_ / name / "state").string(),
                "--http",   "0",           "--event-stamps",
                "publisher"};
    }
    void generate(std::uint64_t events) {
        ASSERT_EQ(run_to_exit({"generate", "--events", std::to_string(events), "--seed", "3",
                               "--kafka", address_},
                              output_),
                  0)
            << text_of(output_);
    }

    Seen look_at_broker() const {
        auto log = log::open_kafka_log({.bootstrap = address_});
        EXPECT_TRUE(log.ok()) << log.error().text();
        return log.ok() ? look(*log.value()) : Seen{};
    }

    std::filesystem::path directory_;
    std::string output_;
    std::string script_;
    std::string broker_;
    std::string address_;
};

TEST_F(CrashKafkaTest, KilledAtRandomMomentsNothingIsLostOrRepeated) {
    const std::uint64_t events = number_from("FISCUS_CRASH_KAFKA_EVENTS", 300'000);
    const std::uint64_t kills = number_from("FISCUS_CRASH_KAFKA_KILLS", 10);
    const std::uint64_t seed = number_from("FISCUS_SEED", std::random_device{}());
    std::printf("FISCUS_SEED=%llu\n", static_cast<unsigned long long>(seed));
    std::mt19937_64 random(seed);
    start_broker("whole");
    ASSERT_FALSE(HasFatalFailure());
    generate(events);
    ASSERT_EQ(run_to_exit(run_of("whole"), output_), 0) << text_of(output_);
    const Seen whole = look_at_broker();
    start_broker("killed");
    ASSERT_FALSE(HasFatalFailure());
    generate(events);
    {
        auto log = log::open_kafka_log({.bootstrap = address_});
        ASSERT_TRUE(log.ok()) << log.error().text();
        disturb(run_of("killed"), output_, *log.value(),
                {.kills = kills, .events = events, .state_dir = directory_ / "killed" / "state"},
                random);
    }
    ASSERT_FALSE(HasFailure());
    const Seen killed = look_at_broker();
    EXPECT_EQ(whole.entries, events);
    EXPECT_EQ(killed.entries, whole.entries);
    EXPECT_EQ(killed.journal, whole.journal);
    EXPECT_EQ(killed.state_digest, whole.state_digest);
    EXPECT_EQ(killed.topics, whole.topics);
}

}  // namespace
}  // namespace fiscus::crash
