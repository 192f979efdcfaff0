// Aim: no stamp that a record may carry stops a partition: the record is answered, and the engine
// goes on and starts again. Method: a log in memory whose records are stamped behind its back.
#include <filesystem>
#include <limits>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

#include "engine/log/topics.h"
#include "engine/runtime/engine.h"
#include "tests/support/memory_log.h"

namespace fiscus::runtime {
namespace {

constexpr std::int64_t stamp_us_max = log::timestamp_ms_max * 1000;

TEST(Stamps, ReadAndAppendedOnesStayWithinWhatEveryLogKeeps) {
    constexpr auto huge = std::numeric_limits<std::int64_t>::max();
    EXPECT_EQ(log::read_timestamp_us(-1), 0);
    EXPECT_EQ(log::read_timestamp_us(std::numeric_limits<std::int64_t>::min()), 0);
    EXPECT_EQ(log::read_timestamp_us(0), 0);
    EXPECT_EQ(log::read_timestamp_us(1'760'000'000'000), 1'760'000'000'000'000);
    EXPECT_EQ(log::read_timestamp_us(9'300'000'000'000'000), stamp_us_max);
    EXPECT_EQ(log::read_timestamp_us(huge), stamp_us_max);
    EXPECT_EQ(log::append_timestamp_us(-1), 1'000);
    EXPECT_EQ(log::append_timestamp_us(0), 1'000);
    EXPECT_EQ(log::append_timestamp_us(1'760'000'000'000'000), 1'760'000'000'000'000);
    EXPECT_EQ(log::append_timestamp_us(huge), stamp_us_max);
}

class StampsTest : public testing::Test {
protected:
    StampsTest() {
        std::filesystem::remove_all(directory_);
        EXPECT_TRUE(log_.create(log::topic_plans(1, log::Stamps::publisher)).ok());
    }
    ~StampsTest() override { std::filesystem::remove_all(directory_); }

    void append_garbage(std::int64_t timestamp_us) {
        auto writer = log_.writer(log::events_topic, 0);
        ASSERT_TRUE(writer.ok());
        const std::vector records{
            log::NewRecord{.key = as_byte_span("7"), .value = as_byte_span("no event")}};
        ASSERT_TRUE((*writer)->append(records).ok());
        ASSERT_TRUE((*writer)->sync().ok());
        log_.stored(log::events_topic, 0).back().timestamp_us = timestamp_us;
    }

    std::unique_ptr<Engine> open(const std::string& state) {
        EngineOptions options;
        options.state_dir = directory_ / state;
        options.memory_bytes = 128U << 20;
        options.turn_records = 1;
        options.event_stamps = log::Stamps::publisher;
        auto engine = Engine::open(log_, options);
        EXPECT_TRUE(engine.ok()) << engine.error().text();
        return engine.ok() ? std::move(engine).value() : nullptr;
    }

    static void run_to_end(Engine& engine) {
        for (;;) {
            auto applied = engine.run_once(std::chrono::milliseconds(0));
            ASSERT_TRUE(applied.ok()) << applied.error().text();
            if (*applied == 0) {
                break;
            }
        }
        ASSERT_TRUE(engine.flush().ok());
    }

    // Stamps of the blocks after the claims, which have no entries.
    std::vector<std::int64_t> stamps_of_blocks(std::size_t claims) {
        std::vector<std::int64_t> stamps;
        for (const auto& stored : log_.stored(log::journal_topic, 0)) {
            stamps.push_back(stored.timestamp_us);
        }
        stamps.erase(stamps.begin(), stamps.begin() + static_cast<std::ptrdiff_t>(claims));
        return stamps;
    }

    const std::filesystem::path directory_ =
        std::filesystem::path(testing::TempDir()) / ("stamps_test_" + std::to_string(::getpid()));
    log::MemoryLog log_;
};

TEST_F(StampsTest, NoStampStopsAPartition) {
    for (const std::int64_t stamp_us : {std::int64_t{0}, std::int64_t{-1'000}, stamp_us_max}) {
        append_garbage(stamp_us);
    }
    {
        const auto engine = open("state");
        ASSERT_NE(engine, nullptr);
        run_to_end(*engine);
        EXPECT_EQ(engine->view().front().counts.quarantined, 3U);
    }
    // A block is stamped with its entries' time, as near as a log can keep it, and never "now".
    EXPECT_EQ(stamps_of_blocks(1), (std::vector<std::int64_t>{1'000, 1'000, stamp_us_max}));
    for (const char* state : {"state", "rebuilt"}) {
        const auto engine = open(state);
        ASSERT_NE(engine, nullptr);
        append_garbage(0);
        run_to_end(*engine);
        EXPECT_EQ(engine->view().front().counts.quarantined,
                  log_.stored(log::events_topic, 0).size())
            << state;
    }
}

}  // namespace
}  // namespace fiscus::runtime
