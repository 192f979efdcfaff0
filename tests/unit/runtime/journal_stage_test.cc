// Aim: turns are published in order and once, nothing counts before it is durable, and after an
// error nothing follows. Method: a log in memory, read back; a second writer that claims the
// journal.
#include "engine/runtime/journal_stage.h"

#include <gtest/gtest.h>

#include "engine/journal/reader.h"
#include "engine/log/topics.h"
#include "tests/support/memory_log.h"
#include "tests/unit/journal/blocks.h"

namespace fiscus::runtime {
namespace {

constexpr std::size_t turn_entries = 10;
constexpr TurnEnd recovered{
    .next_offset = 0, .sequence = 0, .digest = {.hi = 7, .lo = 7}, .counts = {}};

class JournalStageTest : public testing::Test {
protected:
    JournalStageTest() {
        EXPECT_TRUE(log_.create(log::topic_plans(1, log::Stamps::publisher)).ok());
        stage_ = claim();
    }

    std::unique_ptr<JournalStage> claim() {
        auto publisher = journal::Publisher::open(log_, 0, {}, "test");
        EXPECT_TRUE(publisher.ok());
        return std::make_unique<JournalStage>(std::move(publisher).value(), recovered,
                                              Background::threads);
    }

    // One turn more; false when the stage has failed.
    bool submit(std::uint64_t turn) {
        auto entries = stage_->next();
        if (!entries.ok()) {
            return false;
        }
        const std::uint64_t first = turn * turn_entries + 1;
        **entries = journal::entries_of(first, turn_entries);
        stage_->submit({.next_offset = static_cast<std::int64_t>(first + turn_entries) - 1,
                        .sequence = first + turn_entries - 1,
                        .digest = {.hi = turn, .lo = 1},
                        .counts = {}});
        return true;
    }

    std::uint64_t published_entries() {
        auto reader = journal::JournalReader::open(log_, 0, {});
        EXPECT_TRUE(reader.ok());
        while (true) {
            auto block = (*reader)->next(std::chrono::milliseconds(0));
            EXPECT_TRUE(block.ok());
            if (!block.ok() || !block->has_value()) {
                return (*reader)->cursor().next_sequence - 1;
            }
        }
    }

    log::MemoryLog log_;
    std::unique_ptr<JournalStage> stage_;
};

TEST_F(JournalStageTest, PublishesManyTurnsInOrder) {
    constexpr std::uint64_t turns = 200;
    EXPECT_EQ(stage_->acknowledged().digest, recovered.digest);
    for (std::uint64_t turn = 0; turn < turns; ++turn) {
        ASSERT_TRUE(submit(turn));
    }
    ASSERT_TRUE(stage_->wait().ok());
    const TurnEnd end = stage_->acknowledged();
    EXPECT_EQ(end.sequence, turns * turn_entries);
    EXPECT_EQ(end.digest.hi, turns - 1);
    EXPECT_EQ(stage_->blocks(), turns);
    EXPECT_EQ(published_entries(), turns * turn_entries);
}

// The cursor of a mark is that of its turn, however many blocks one sync covers.
TEST_F(JournalStageTest, AMarkKeepsTheCursorOfItsTurn) {
    constexpr std::uint64_t turns = 100;
    for (std::uint64_t turn = 0; turn < turns; ++turn) {
        ASSERT_TRUE(submit(turn));
        stage_->mark();
        const std::uint64_t more = turn % 3;
        for (std::uint64_t i = 0; i < more; ++i) {
            ASSERT_TRUE(submit(++turn));
        }
        ASSERT_TRUE(stage_->wait().ok());
        auto cursor = stage_->marked();
        ASSERT_TRUE(cursor.ok() && cursor->has_value());
        const std::uint64_t marked_turns = turn - more + 1;
        EXPECT_EQ((*cursor)->next_sequence, marked_turns * turn_entries + 1);
        // The log holds one claim before the blocks.
        EXPECT_EQ((*cursor)->next_offset, static_cast<std::int64_t>(marked_turns) + 1);
        EXPECT_EQ((*cursor)->state_digest.hi, marked_turns - 1);
        // A reader goes on from there.
        EXPECT_TRUE(journal::JournalReader::open(log_, 0, **cursor).ok());
    }
    stage_->mark();
    EXPECT_TRUE(stage_->marked()->has_value()) << "everything is durable already";
}

TEST_F(JournalStageTest, PublishesWhatWasSubmittedBeforeItEnds) {
    ASSERT_TRUE(submit(0));
    ASSERT_TRUE(submit(1));
    stage_.reset();
    EXPECT_EQ(published_entries(), 2 * turn_entries);
}

TEST_F(JournalStageTest, StopsWhenAnotherWriterClaimedTheJournal) {
    ASSERT_TRUE(submit(0));
    ASSERT_TRUE(stage_->wait().ok());
    const auto other = claim();
    ASSERT_TRUE(submit(1));
    const Status fenced = stage_->wait();
    ASSERT_FALSE(fenced.ok());
    EXPECT_EQ(fenced.error().code, ErrorCode::fenced);
    EXPECT_FALSE(submit(2));
    EXPECT_EQ(stage_->acknowledged().sequence, turn_entries);
    EXPECT_EQ(stage_->check_fence().error().code, ErrorCode::fenced);
    EXPECT_EQ(stage_->marked().error().code, ErrorCode::fenced);
    // What the fenced writer said last does not count.
    EXPECT_EQ(published_entries(), turn_entries);
}

}  // namespace
}  // namespace fiscus::runtime
