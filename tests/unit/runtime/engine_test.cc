// Aim: the same log gives the same entries, journal and digest whatever the turns, folds, stops and
// partitions; a log that is not the state's is refused. Method: the standard load over local logs.
#include "engine/runtime/engine.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <numeric>
#include <unistd.h>

#include <gtest/gtest.h>

#include "bench/load/publish.h"
#include "bench/load/standard_load.h"
#include "engine/journal/reader.h"
#include "engine/log/local_log.h"
#include "engine/log/topics.h"

namespace fiscus::runtime {
namespace {

using std::chrono::milliseconds;

class EngineTest : public testing::Test {
protected:
    void SetUp() override {
        directory_ = std::filesystem::path(testing::TempDir()) /
                     ("engine_test_" + std::to_string(::getpid()) + "_" +
                      testing::UnitTest::GetInstance()->current_test_info()->name());
        std::filesystem::remove_all(directory_);
    }
    void TearDown() override { std::filesystem::remove_all(directory_); }

    std::unique_ptr<log::Log> make_log(const std::string& name,
                                       std::int32_t partitions = 1,
                                       std::uint32_t programmes = 1) {
        auto log = log::open_local_log(directory_ / name, true);
        EXPECT_TRUE(log.ok()) << (log.ok() ? "" : log.error().text());
        EXPECT_TRUE(log.value()->create(log::topic_plans(partitions)).ok());
        load::StandardLoad standard({.events = std::max(20'000U, 5'000U * programmes),
                                     .seed = 7,
                                     .programmes = programmes});
        auto published = load::publish(*log.value(), standard);
        EXPECT_TRUE(published.ok()) << (published.ok() ? "" : published.error().text());
        return std::move(log).value();
    }

    EngineOptions options(const std::string& name) const {
        EngineOptions options;
        options.state_dir = directory_ / name;
        options.memory_bytes = 128U << 20;
        return options;
    }

    static std::unique_ptr<Engine> open(log::Log& log, const EngineOptions& options) {
        auto engine = Engine::open(log, options);
        EXPECT_TRUE(engine.ok()) << (engine.ok() ? "" : engine.error().text());
        return engine.ok() ? std::move(engine).value() : nullptr;
    }

    static void run_to_end(Engine& engine, std::uint64_t turns_max = ~0ULL) {
        for (std::uint64_t turn = 0; turn < turns_max; ++turn) {
            auto caught_up = engine.caught_up();
            ASSERT_TRUE(caught_up.ok()) << caught_up.error().text();
            if (*caught_up) {
                return;
            }
            auto applied = engine.run_once(milliseconds(0));
            ASSERT_TRUE(applied.ok()) << applied.error().text();
        }
    }

    // Hash of all counted entries of a journal partition, in order, and how many there are.
    static std::pair<Hash128, std::uint64_t> journal_of(log::Log& log, std::int32_t partition) {
        auto reader = journal::JournalReader::open(log, partition, {});
        EXPECT_TRUE(reader.ok());
        Hash128 hash;
        std::uint64_t count = 0;
        while (true) {
            auto block = reader.value()->next(milliseconds(0));
            EXPECT_TRUE(block.ok()) << block.error().text();
            if (!block.ok() || !block->has_value()) {
                return {hash, count};
            }
            for (const wire::Entry& entry : (*block)->view.entries()) {
                const auto bytes = std::as_bytes(std::span(&entry, 1));
                hash = xxh3_128(std::as_bytes(std::span(&hash, 1)), bytes);
                EXPECT_EQ(entry.sequence(), ++count);
            }
        }
    }

    std::filesystem::path directory_;
};

TEST_F(EngineTest, TurnsAndFoldsOfAnySizeGiveTheSameEntriesAndDigest) {
    std::map<std::string, std::pair<Hash128, std::uint64_t>> journals;
    std::map<std::string, Hash128> digests;
    for (const std::size_t turn : {7U, 1'000U, 8'192U}) {
        const std::string name = std::to_string(turn);
        auto log = make_log("log" + name);
        EngineOptions opened = options("state" + name);
        opened.turn_records = turn;
        opened.fold_records = turn * 3;
        auto engine = open(*log, opened);
        ASSERT_NE(engine, nullptr);
        run_to_end(*engine);
        ASSERT_TRUE(engine->verify_state().ok());
        digests[name] = engine->digest();
        journals[name] = journal_of(*log, 0);
    }
    EXPECT_EQ(digests["7"], digests["1000"]);
    EXPECT_EQ(digests["7"], digests["8192"]);
    EXPECT_EQ(journals["7"], journals["1000"]);
    EXPECT_EQ(journals["7"], journals["8192"]);
    EXPECT_EQ(journals["7"].second, 20'000U);
}

TEST_F(EngineTest, AcceptsAndRefusesAsTheLoadIntends) {
    auto log = make_log("log");
    auto engine = open(*log, options("state"));
    ASSERT_NE(engine, nullptr);
    run_to_end(*engine);
    load::StandardLoad standard({.events = 20'000, .seed = 7});
    load::LoadBatch batch;
    while (standard.next(batch)) {
    }
    const load::Expected expected = standard.expected();
    const Counts counts = engine->view().front().counts;
    EXPECT_EQ(counts.accepted, expected.accepted);
    EXPECT_EQ(counts.duplicates, expected.duplicates);
    EXPECT_EQ(counts.refused, expected.refused);
    EXPECT_EQ(counts.by_reason, expected.reasons);
}

// A publisher that lost its place sends all of it again: what was refused is answered as before.
TEST_F(EngineTest, CountsARefusalOnceWhenTheSameEventComesAgain) {
    auto log = make_log("log");
    load::StandardLoad again({.events = 20'000, .seed = 7});
    ASSERT_TRUE(load::publish(*log, again).ok());
    auto engine = open(*log, options("state"));
    ASSERT_NE(engine, nullptr);
    run_to_end(*engine);
    const Counts counts = engine->view().front().counts;
    const auto& by_reason = counts.by_reason;
    EXPECT_EQ(std::accumulate(by_reason.begin(), by_reason.end(), std::uint64_t{0}),
              counts.refused + counts.quarantined);
    auto reader = journal::JournalReader::open(*log, 0, {});
    ASSERT_TRUE(reader.ok());
    std::uint64_t repeated_refusals = 0;
    while (true) {
        auto block = reader.value()->next(milliseconds(0));
        ASSERT_TRUE(block.ok()) << block.error().text();
        if (!block->has_value()) {
            break;
        }
        for (const wire::Entry& entry : (*block)->view.entries()) {
            const auto outcome = static_cast<wire::Outcome>(entry.outcome());
            repeated_refusals += outcome == wire::Outcome::duplicate && entry.reason() != 0;
        }
    }
    EXPECT_GT(repeated_refusals, 0U);
}

TEST_F(EngineTest, ReplaysAndComparesTheJournalWhenStateWasNotWritten) {
    auto log = make_log("log");
    Hash128 digest;
    {
        auto engine = open(*log, options("state"));
        ASSERT_NE(engine, nullptr);
        run_to_end(*engine);
        digest = engine->digest();
        // No flush: the state directory knows nothing of it.
    }
    const auto journal = journal_of(*log, 0);
    auto engine = open(*log, options("state"));
    ASSERT_NE(engine, nullptr);
    EXPECT_EQ(engine->view().front().replayed, 20'000U);
    EXPECT_EQ(engine->digest(), digest);
    EXPECT_EQ(engine->view().front().term, 2U);
    run_to_end(*engine);
    EXPECT_EQ(journal_of(*log, 0), journal);
}

TEST_F(EngineTest, GoesOnWhereItStoppedInTheMiddle) {
    auto whole = make_log("whole");
    auto undisturbed = open(*whole, options("undisturbed"));
    ASSERT_NE(undisturbed, nullptr);
    run_to_end(*undisturbed);
    auto log = make_log("log");
    EngineOptions small = options("state");
    small.turn_records = 512;
    small.fold_records = 1'500;
    for (int stop = 0; stop < 8; ++stop) {
        auto engine = open(*log, small);
        ASSERT_NE(engine, nullptr);
        run_to_end(*engine, 7);
        if (stop % 2 == 0) {
            ASSERT_TRUE(engine->flush().ok());
        }
    }
    auto engine = open(*log, small);
    ASSERT_NE(engine, nullptr);
    run_to_end(*engine);
    EXPECT_EQ(engine->digest(), undisturbed->digest());
    EXPECT_EQ(journal_of(*log, 0), journal_of(*whole, 0));
}

TEST_F(EngineTest, FourPartitionsGiveTheDigestOfOne) {
    auto one_log = make_log("one", 1, 5);
    auto four_log = make_log("four", 4, 5);
    auto one = open(*one_log, options("state1"));
    auto four = open(*four_log, options("state4"));
    ASSERT_NE(one, nullptr);
    ASSERT_NE(four, nullptr);
    run_to_end(*one);
    run_to_end(*four);
    EXPECT_EQ(one->digest(), four->digest());
    std::uint64_t used = 0;
    for (const PartitionView& view : four->view()) {
        used += view.sequence > 0 ? 1 : 0;
    }
    EXPECT_GE(used, 2U);
}

TEST_F(EngineTest, ASecondEngineIsFencedAndTheFirstOneGoesOn) {
    auto log = make_log("log");
    auto first = open(*log, options("state1"));
    ASSERT_NE(first, nullptr);
    auto second = Engine::open(*log, options("state2"));
    ASSERT_FALSE(second.ok());
    EXPECT_EQ(second.error().code, ErrorCode::fenced);
    run_to_end(*first);
}

TEST_F(EngineTest, RefusesALogThatIsNotTheStates) {
    auto log = make_log("log");
    {
        auto engine = open(*log, options("state"));
        ASSERT_NE(engine, nullptr);
        run_to_end(*engine);
        ASSERT_TRUE(engine->flush().ok());
    }
    auto other = make_log("other");
    auto engine = Engine::open(*other, options("state"));
    ASSERT_FALSE(engine.ok());
    EXPECT_EQ(engine.error().code, ErrorCode::log_mismatch);
}

TEST_F(EngineTest, RefusesALogWithoutTopics) {
    auto log = log::open_local_log(directory_ / "empty", true);
    ASSERT_TRUE(log.ok());
    auto engine = Engine::open(*log.value(), options("state"));
    ASSERT_FALSE(engine.ok());
    EXPECT_EQ(engine.error().code, ErrorCode::not_found);
    EXPECT_NE(engine.error().hint.find("fiscus topics apply"), std::string::npos);
}

TEST_F(EngineTest, ShowsAccountsOfAStateDirectory) {
    auto log = make_log("log");
    Hash128 digest;
    {
        auto engine = open(*log, options("state"));
        ASSERT_NE(engine, nullptr);
        run_to_end(*engine);
        ASSERT_TRUE(engine->flush().ok());
        digest = engine->digest();
    }
    auto view = read_state(directory_ / "state");
    ASSERT_TRUE(view.ok()) << view.error().text();
    EXPECT_EQ(view->digest, digest);
    std::int64_t sum = 0;
    for (const AccountBalance& balance : view->accounts) {
        sum += balance.fen;
    }
    EXPECT_EQ(sum, 0);
    EXPECT_GT(view->accounts.size(), 50U);
}

}  // namespace
}  // namespace fiscus::runtime
