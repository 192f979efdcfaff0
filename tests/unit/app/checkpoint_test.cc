// Aim: a checkpoint is made only of a state from which an engine can go on. Method: states of real
// engines over a log in memory, stopped at the moment in question.
#include "engine/app/checkpoint.h"

#include <filesystem>

#include <gtest/gtest.h>

#include "engine/log/topics.h"
#include "engine/runtime/engine.h"
#include "tests/support/memory_log.h"
#include "tests/support/temporary_directory.h"

namespace fiscus::app {
namespace {

class CheckpointTest : public testing::Test {
protected:
    // A process that ends as it stands, or in order.
    void run_engine(const std::filesystem::path& state, bool in_order) {
        runtime::EngineOptions options;
        options.state_dir = state;
        auto engine = runtime::Engine::open(log_, options);
        ASSERT_TRUE(engine.ok()) << engine.error().text();
        if (in_order) {
            ASSERT_TRUE((*engine)->flush().ok());
        }
    }

    void SetUp() override { ASSERT_TRUE(log_.create(log::topic_plans(2)).ok()); }

    const support::TemporaryDirectory directory_;
    log::MemoryLog log_;
};

TEST_F(CheckpointTest, OfAStateIntoWhichNothingWasWrittenThereIsNone) {
    const auto state = directory_.path() / "state";
    run_engine(state, false);
    const auto made = create_checkpoint(state, directory_.path() / "checkpoint");
    ASSERT_FALSE(made.ok()) << "nobody could start from it";
    EXPECT_EQ(made.error().code, ErrorCode::not_found) << made.error().text();
    EXPECT_NE(made.error().what.find("nothing in the state"), std::string::npos)
        << made.error().text();
    EXPECT_FALSE(std::filesystem::exists(directory_.path() / "checkpoint"));
}

TEST_F(CheckpointTest, OfAStateThatWasWrittenItIsRestored) {
    const auto state = directory_.path() / "state";
    run_engine(state, true);
    const auto checkpoint = directory_.path() / "checkpoint";
    const auto made = create_checkpoint(state, checkpoint);
    ASSERT_TRUE(made.ok()) << made.error().text();
    const auto restored = restore_checkpoint(checkpoint, directory_.path() / "new", log_);
    ASSERT_TRUE(restored.ok()) << restored.error().text();
    run_engine(directory_.path() / "new", true);
}

}  // namespace
}  // namespace fiscus::app
