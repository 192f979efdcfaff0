// Aim: kill -9 at any moment changes nothing that anybody can read: digest, journal and statistics
// equal those of an undisturbed run. Method: two copies of one load over local logs; one run is
// killed again and again. Prints FISCUS_SEED and takes it back.
#include <cstdio>
#include <filesystem>
#include <unistd.h>

#include <gtest/gtest.h>

#include "engine/log/local_log.h"
#include "tests/crash/crash_run.h"

namespace fiscus::crash {
namespace {

class CrashLocalTest : public testing::Test {
protected:
    void SetUp() override {
        directory_ = std::filesystem::path(testing::TempDir()) /
                     ("crash_local_" + std::to_string(::getpid()));
        std::filesystem::remove_all(directory_);
        std::filesystem::create_directories(directory_);
        output_ = (directory_ / "output").string();
    }
    void TearDown() override { std::filesystem::remove_all(directory_); }

    std::vector<std::string> run_of(const std::string& name) const {
        return {"run",     "--until-end",
                "--log",   (directory_ / name / "log").string(),
                "--state", (directory_ / name / "state").string(),
                "--http",  "0"};
    }

    Seen look_at(const std::string& name) const {
        auto log = log::open_local_log(directory_ / name / "log", false);
        EXPECT_TRUE(log.ok()) << log.error().text();
        return log.ok() ? look(*log.value()) : Seen{};
    }

    std::filesystem::path directory_;
    std::string output_;
};

TEST_F(CrashLocalTest, KilledAtRandomMomentsNothingIsLostOrRepeated) {
    const std::uint64_t events = number_from("FISCUS_CRASH_EVENTS", 1'000'000);
    const std::uint64_t kills = number_from("FISCUS_CRASH_KILLS", 30);
    const std::uint64_t seed = number_from("FISCUS_SEED", std::random_device{}());
    std::printf("FISCUS_SEED=%llu\n", static_cast<unsigned long long>(seed));
    std::mt19937_64 random(seed);
    const auto log_of = [this](const char* name) { return (directory_ / name / "log").string(); };
    std::filesystem::create_directories(directory_ / "whole");
    ASSERT_EQ(run_to_exit({"generate", "--events", std::to_string(events), "--seed", "3", "--log",
                           log_of("whole")},
                          output_),
              0)
        << text_of(output_);
    std::filesystem::create_directories(directory_ / "killed");
    std::filesystem::copy(log_of("whole"), log_of("killed"),
                          std::filesystem::copy_options::recursive);
    ASSERT_EQ(run_to_exit(run_of("whole"), output_), 0) << text_of(output_);
    {
        auto log = log::open_local_log(log_of("killed"), false);
        ASSERT_TRUE(log.ok()) << log.error().text();
        disturb(run_of("killed"), output_, *log.value(),
                {.kills = kills, .events = events, .state_dir = directory_ / "killed" / "state"},
                random);
    }
    ASSERT_FALSE(HasFailure());
    const Seen whole = look_at("whole");
    const Seen killed = look_at("killed");
    EXPECT_EQ(whole.entries, events);
    EXPECT_EQ(killed.entries, whole.entries);
    EXPECT_EQ(killed.journal, whole.journal);
    EXPECT_EQ(killed.state_digest, whole.state_digest);
    EXPECT_EQ(killed.topics, whole.topics);
    for (const auto& [topic, records] : whole.topics) {
        EXPECT_GT(records.first, 0U) << topic;
    }
}

}  // namespace
}  // namespace fiscus::crash
