// Aim: what only happens at the edges of a log or of the memory: holes at the end, blocks that grow
// too large, another writer while nothing comes, a reader of the state beside the engine.
// Method: the standard load over a log in memory; waits have a deadline.
#include <atomic>
#include <filesystem>
#include <string>
#include <unistd.h>

#include <gtest/gtest.h>

#include "bench/load/publish.h"
#include "bench/load/standard_load.h"
#include "engine/log/topics.h"
#include "engine/runtime/core.h"
#include "engine/runtime/engine.h"
#include "tests/support/memory_log.h"
#include "tests/support/wait.h"

namespace fiscus::runtime {
namespace {

using std::chrono::milliseconds;

constexpr std::uint64_t events = 6'000;

// A log in which nothing that is appended becomes durable while it is held.
class HeldLog final : public log::Log {
public:
    explicit HeldLog(log::Log& inner) : inner_(inner) {}

    void hold() { held_ = true; }
    void let_go() {
        held_ = false;
        held_.notify_all();
    }

    Result<std::string> identity() override { return inner_.identity(); }
    Result<std::optional<log::TopicInfo>> describe(std::string_view topic) override {
        return inner_.describe(topic);
    }
    Status create(std::span<const log::TopicPlan> plans) override { return inner_.create(plans); }
    Result<log::Extent> extent(std::string_view topic, std::int32_t partition) override {
        return inner_.extent(topic, partition);
    }
    Result<std::unique_ptr<log::Reader>> reader(std::string_view topic,
                                                std::int32_t partition,
                                                std::int64_t offset) override {
        return inner_.reader(topic, partition, offset);
    }
    Result<std::unique_ptr<log::Writer>> writer(std::string_view topic,
                                                std::int32_t partition) override {
        FISCUS_ASSIGN(auto writer, inner_.writer(topic, partition));
        return std::unique_ptr<log::Writer>(std::make_unique<Writer>(std::move(writer), held_));
    }

private:
    class Writer final : public log::Writer {
    public:
        Writer(std::unique_ptr<log::Writer> inner, const std::atomic<bool>& held)
            : inner_(std::move(inner)), held_(held) {}
        Status append(std::span<const log::NewRecord> records) override {
            return inner_->append(records);
        }
        Result<std::int64_t> sync() override {
            held_.wait(true);
            return inner_->sync();
        }

    private:
        std::unique_ptr<log::Writer> inner_;
        const std::atomic<bool>& held_;
    };

    log::Log& inner_;
    std::atomic<bool> held_ = false;
};

class EngineEdgesTest : public testing::Test {
protected:
    void SetUp() override {
        directory_ = std::filesystem::path(testing::TempDir()) /
                     ("engine_edges_" + std::to_string(::getpid()) + "_" +
                      testing::UnitTest::GetInstance()->current_test_info()->name());
        std::filesystem::remove_all(directory_);
        ASSERT_TRUE(log_.create(log::topic_plans(1)).ok());
        load::StandardLoad standard({.events = events, .seed = 7});
        auto published = load::publish(log_, standard);
        ASSERT_TRUE(published.ok()) << published.error().text();
    }
    void TearDown() override { std::filesystem::remove_all(directory_); }

    std::unique_ptr<Engine> open(const std::string& name, std::uint64_t memory = 64U << 20) {
        return open_over(log_, name, memory);
    }
    std::unique_ptr<Engine> open_over(log::Log& log,
                                      const std::string& name,
                                      std::uint64_t memory = 64U << 20) {
        auto engine = Engine::open(log, options(name, memory));
        EXPECT_TRUE(engine.ok()) << engine.error().text();
        return std::move(engine).value();
    }
    [[nodiscard]] EngineOptions options(const std::string& name, std::uint64_t memory) const {
        EngineOptions options;
        options.state_dir = directory_ / name;
        options.memory_bytes = memory;
        options.turn_records = 500;
        return options;
    }
    static void run_to_end(Engine& engine) {
        for (std::uint64_t applied = 0; applied < events;) {
            auto count = engine.run_once(milliseconds(0));
            ASSERT_TRUE(count.ok()) << count.error().text();
            ASSERT_GT(*count, 0U);
            applied += *count;
        }
        ASSERT_TRUE(engine.caught_up().ok());
    }

    std::filesystem::path directory_;
    log::MemoryLog log_;
};

TEST_F(EngineEdgesTest, IsCaughtUpAtAnOffsetWithoutARecord) {
    // As the marker of somebody's transaction leaves it in Kafka.
    log_.stored(log::events_topic, 0).push_back({.hole = true});
    const auto engine = open("state");
    run_to_end(*engine);
    ASSERT_TRUE(engine->run_once(milliseconds(0)).ok());
    auto caught_up = engine->caught_up();
    ASSERT_TRUE(caught_up.ok());
    EXPECT_TRUE(*caught_up);
    EXPECT_EQ(engine->view().front().next_offset, engine->view().front().input_end);
}

TEST_F(EngineEdgesTest, WhatIsNotDurableIsNotShown) {
    HeldLog log(log_);
    const auto engine = open_over(log, "state");
    log.hold();
    auto applied = engine->run_once(milliseconds(0));
    ASSERT_TRUE(applied.ok());
    EXPECT_GT(*applied, 0U);
    const PartitionView before = engine->view().front();
    EXPECT_EQ(before.sequence, 0U);
    EXPECT_EQ(before.next_offset, 0);
    EXPECT_EQ(before.counts.accepted, 0U);
    EXPECT_EQ(before.digest, Hash128{});
    log.let_go();
    ASSERT_TRUE(engine->caught_up().ok());
    const PartitionView after = engine->view().front();
    EXPECT_EQ(after.sequence, *applied);
    EXPECT_EQ(after.next_offset, static_cast<std::int64_t>(*applied));
    EXPECT_GT(after.counts.accepted, 0U);
}

TEST_F(EngineEdgesTest, WhoComesToOtherEntriesThanThePublishedOnesDoesNotStart) {
    run_to_end(*open("state"));
    // An event that was answered already becomes another one: its neighbour, said twice.
    auto& stored = log_.stored(log::events_topic, 0);
    stored[4'000].words = stored[3'999].words;
    stored[4'000].value_bytes = stored[3'999].value_bytes;
    const auto engine = Engine::open(log_, options("rebuilt", 64U << 20));
    ASSERT_FALSE(engine.ok());
    EXPECT_EQ(engine.error().code, ErrorCode::diverged);
    EXPECT_NE(engine.error().text().find("the entry at ledger sequence 4001 differs"),
              std::string::npos)
        << engine.error().text();
}

TEST_F(EngineEdgesTest, AnIdleEngineNoticesThatAnotherOneTookOver) {
    const auto first = open("first");
    run_to_end(*first);
    const auto second = open("second");
    Status idle = Done{};
    ASSERT_TRUE(support::wait_until(
        [&] {
            auto turn = first->run_once(milliseconds(0));
            idle = turn.ok() ? Status(Done{}) : Status(std::move(turn).error());
            return !idle.ok();
        },
        milliseconds(10'000)));
    EXPECT_EQ(idle.error().code, ErrorCode::fenced) << idle.error().text();
    EXPECT_TRUE(second->run_once(milliseconds(0)).ok());
}

TEST_F(EngineEdgesTest, EventsThatWereCutAtAnOffsetWithoutARecordAreMissed) {
    run_to_end(*open("first"));
    auto& stored = log_.stored(log::events_topic, 0);
    stored.resize(stored.size() - 7);
    stored.push_back({.hole = true});
    EngineOptions options;
    options.state_dir = directory_ / "second";
    options.memory_bytes = 64U << 20;
    const auto again = Engine::open(log_, options);
    ASSERT_FALSE(again.ok());
    EXPECT_EQ(again.error().code, ErrorCode::log_mismatch) << again.error().text();
}

// As a cluster leaves it that lost the tail: the same entries, as many records, in other blocks.
// Whoever went on behind them would break the chain for every reader.
TEST_F(EngineEdgesTest, AStateOfAJournalThatWasLostAndWrittenAnewIsRefused) {
    {
        const auto first = open("first");
        run_to_end(*first);
        ASSERT_TRUE(first->flush().ok());
    }
    auto& journal = log_.stored(log::journal_topic, 0);
    const std::size_t records = journal.size();
    journal.clear();
    {
        EngineOptions options;
        options.state_dir = directory_ / "other";
        options.memory_bytes = 64U << 20;
        options.turn_records = 700;
        auto other = Engine::open(log_, options);
        ASSERT_TRUE(other.ok()) << other.error().text();
        run_to_end(**other);
    }
    ASSERT_LE(journal.size(), records);
    while (journal.size() < records) {
        journal.push_back({.hole = true});
    }
    EngineOptions options;
    options.state_dir = directory_ / "first";
    options.memory_bytes = 64U << 20;
    const auto again = Engine::open(log_, options);
    ASSERT_FALSE(again.ok());
    EXPECT_EQ(again.error().code, ErrorCode::log_mismatch) << again.error().text();
    EXPECT_EQ(journal.size(), records) << "nothing was published, not even a claim";
    std::filesystem::remove_all(directory_ / "first");
    EXPECT_TRUE(Engine::open(log_, options).ok()) << "rebuilt, as the message says";
}

TEST_F(EngineEdgesTest, WhoReadsTheStateBesideItSeesWhatWasApplied) {
    const auto engine = open("state");
    run_to_end(*engine);
    EXPECT_TRUE(support::wait_until(
        [&] {
            EXPECT_TRUE(engine->run_once(milliseconds(0)).ok());
            auto seen = read_state(directory_ / "state");
            return seen.ok() && seen->digest == engine->digest();
        },
        milliseconds(20'000)));
}

TEST_F(EngineEdgesTest, ACacheThatIsFullIsFoldedEarlyAndChangesNothing) {
    const auto roomy = open("roomy");
    run_to_end(*roomy);
    log_.stored(log::journal_topic, 0).clear();
    const auto narrow = open("narrow", 1U << 20);
    run_to_end(*narrow);
    EXPECT_EQ(narrow->digest(), roomy->digest());
    const Status verified = narrow->verify_state();
    EXPECT_TRUE(verified.ok()) << verified.error().text();
}

TEST_F(EngineEdgesTest, ATurnEndsBeforeItsBlockIsTooLarge) {
    auto reader = log_.reader(log::events_topic, 0, 0);
    ASSERT_TRUE(reader.ok());
    auto read = reader.value()->read(events, milliseconds(0));
    ASSERT_TRUE(read.ok());
    const std::span<const log::Record> records = *read;
    constexpr std::size_t block_bytes = 20'000;
    Hash128 digests[2];
    for (const bool cut : {false, true}) {
        auto state = state::State::open(state::make_memory_store(), {});
        ASSERT_TRUE(state.ok());
        Core core(decode::Shard{.partition = 0, .partitions = 1}, *state.value());
        journal::Entries entries;
        std::size_t turns = 0;
        for (std::size_t at = 0; at < records.size(); ++turns) {
            entries.clear();
            auto applied = core.turn(records.subspan(at), entries, cut ? block_bytes : SIZE_MAX);
            ASSERT_TRUE(applied.ok());
            ASSERT_EQ(entries.entries.size(), *applied);
            at += *applied;
            if (cut && *applied > 1) {
                // Only the last entry may cross the limit.
                ASSERT_LT(journal::block_bytes_bound(entries), block_bytes + event_bytes_max);
            }
        }
        EXPECT_EQ(turns > 1, cut);
        digests[cut ? 1 : 0] = core.digest();
    }
    EXPECT_EQ(digests[0], digests[1]);
}

}  // namespace
}  // namespace fiscus::runtime
