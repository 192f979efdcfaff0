// Aim: rows are published by whoever leads, and by nobody else, whatever a process slept through.
// Method: what an engine would say is said by the test, and so is the time.
#include "engine/app/partition_statistics.h"

#include <algorithm>
#include <optional>

#include <gtest/gtest.h>

#include "engine/log/topics.h"
#include "tests/support/hand_clock.h"
#include "tests/support/memory_log.h"
#include "tests/support/temporary_directory.h"

namespace fiscus::app {
namespace {

using std::chrono::milliseconds;

class PartitionStatisticsTest : public testing::Test {
protected:
    void SetUp() override {
        ASSERT_TRUE(log_.create(log::topic_plans(1)).ok());
        projections::RunnerOptions options;
        options.directory = directory_.path() / "statistics";
        options.memory_bytes = 64U << 20;
        options.clock = &clock_;
        statistics_.emplace(log_, 0, options, true);
        ASSERT_TRUE(statistics_->open().ok());
    }
    bool may_go_on(const Lead& lead) {
        auto now = statistics_->keep_to(lead);
        EXPECT_TRUE(now.ok()) << (now.ok() ? "" : now.error().text());
        return now.ok() && *now;
    }

    const support::TemporaryDirectory directory_;
    log::MemoryLog log_;
    support::HandClock clock_;
    std::optional<PartitionStatistics> statistics_;
};

TEST_F(PartitionStatisticsTest, RowsAreHeldUntilTheEngineHasLedForALease) {
    Lead lead;
    EXPECT_TRUE(may_go_on(lead));
    EXPECT_TRUE(statistics_->follows());
    lead = {.leads = true, .since = clock_.now(), .unfenced = clock_.now()};
    clock_.pass(row_lease - milliseconds(1));
    EXPECT_TRUE(may_go_on(lead));
    EXPECT_TRUE(statistics_->follows()) << "the one before may still publish";
    clock_.pass(milliseconds(1));
    lead.unfenced = clock_.now();
    EXPECT_TRUE(may_go_on(lead));
    EXPECT_FALSE(statistics_->follows());
    clock_.pass(row_lease);
    EXPECT_FALSE(may_go_on(lead)) << "somebody may have claimed the journal since";
    lead.leads = false;
    EXPECT_TRUE(may_go_on(lead));
    EXPECT_TRUE(statistics_->follows());
}

TEST_F(PartitionStatisticsTest, WhoeverSleptAfterATakeoverDoesNotBeginToPublish) {
    const Lead lead{.leads = true, .since = clock_.now(), .unfenced = clock_.now()};
    EXPECT_TRUE(may_go_on(lead));
    clock_.pass(std::chrono::hours(1));
    EXPECT_TRUE(may_go_on(lead));
    EXPECT_TRUE(statistics_->follows()) << "who leads by now is not known";
}

}  // namespace
}  // namespace fiscus::app
