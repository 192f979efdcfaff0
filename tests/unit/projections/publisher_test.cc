// Aim: each row lies in its topics once, whatever a process that died had still on its way.
// Method: a log in memory; rows that a former publisher wrote come before, and after, the opening.
#include "projections/publish/publisher.h"

#include <limits>

#include <gtest/gtest.h>

#include "engine/log/topics.h"
#include "tests/unit/log/memory_log.h"

namespace fiscus::projections {
namespace {

class PublisherTest : public testing::Test {
protected:
    void SetUp() override { ASSERT_TRUE(log_.create(log::topic_plans(1)).ok()); }

    // Rows first … last of the statistics, all with keys of their own but every third.
    static RowBuffer rows(std::uint64_t first, std::uint64_t last) {
        RowBuffer buffer;
        buffer.set_next_numbers({first, 1, 1});
        buffer.set_timestamp(1'772'424'000'000'000);
        for (std::uint64_t number = first; number <= last; ++number) {
            const std::string key = number % 3 == 0 ? "1/same" : "1/" + std::to_string(number);
            JsonLine line =
                buffer.begin(Stream::statistics, Keep::latest_and_history, key, "statistics");
            buffer.end(line);
        }
        return buffer;
    }
    std::unique_ptr<Publisher> open(const LanePositions& from = {}) {
        auto publisher = Publisher::open(log_, 0, from, false);
        EXPECT_TRUE(publisher.ok()) << publisher.error().text();
        return std::move(publisher).value();
    }
    static void publish(Publisher& publisher, const RowBuffer& buffer) {
        const Status taken = publisher.take(buffer);
        ASSERT_TRUE(taken.ok()) << taken.error().text();
        const Status synced = publisher.sync();
        ASSERT_TRUE(synced.ok()) << synced.error().text();
    }
    std::size_t published(std::string_view topic) { return log_.stored(topic, 0).size(); }

    log::MemoryLog log_;
};

TEST_F(PublisherTest, AfterACrashPublishesOnlyWhatIsMissing) {
    publish(*open(), rows(1, 10));
    const auto again = open();
    publish(*again, rows(1, 12));
    EXPECT_EQ(again->compared(), 20U);
    EXPECT_EQ(again->appended(), 4U);
    EXPECT_EQ(published(log::statistics_topic), 12U);
    EXPECT_EQ(published(log::statistics_history_topic), 12U);
}

// Refusals of records that a publisher stamped with nonsense are rows like any other.
TEST_F(PublisherTest, RowsOfAnyTimeAtAllAreTaken) {
    const auto publisher = open();
    RowBuffer buffer;
    for (const std::int64_t logged_at_us :
         {std::int64_t{-1}, std::int64_t{0}, std::numeric_limits<std::int64_t>::max()}) {
        buffer.set_timestamp(logged_at_us);
        JsonLine line = buffer.begin(Stream::refusals, Keep::history_only, "1/1", "refusal");
        buffer.end(line);
    }
    publish(*publisher, buffer);
    ASSERT_EQ(published(log::refusals_topic), 3U);
    EXPECT_EQ(log_.stored(log::refusals_topic, 0)[1].timestamp_us, 1'000);
}

TEST_F(PublisherTest, RowsThatArriveAfterTheOpeningAreNotPublishedTwice) {
    const auto died = open();
    publish(*died, rows(1, 10));
    const auto again = open();
    // Its last rows were still on their way to the broker.
    publish(*died, rows(11, 11));
    publish(*again, rows(1, 12));
    EXPECT_EQ(again->compared(), 22U);
    EXPECT_EQ(again->appended(), 2U);
    EXPECT_EQ(published(log::statistics_topic), 12U);
    EXPECT_EQ(published(log::statistics_history_topic), 12U);
}

TEST_F(PublisherTest, RowsThatCompactionTookAwayAreNotMissed) {
    publish(*open(), rows(1, 10));
    for (const std::size_t replaced : {2U, 5U}) {
        log_.stored(log::statistics_topic, 0)[replaced].hole = true;
    }
    const auto again = open();
    publish(*again, rows(1, 12));
    EXPECT_EQ(again->appended(), 4U);
    EXPECT_EQ(published(log::statistics_topic), 12U);
}

TEST_F(PublisherTest, AnotherPublisherAtTheSameTimeIsNoticed) {
    const auto one = open();
    const auto other = open();
    publish(*one, rows(1, 3));
    publish(*other, rows(1, 4));
    ASSERT_TRUE(one->take(rows(4, 5)).ok());
    const Status synced = one->sync();
    ASSERT_FALSE(synced.ok());
    EXPECT_EQ(synced.error().code, ErrorCode::fenced);
}

TEST_F(PublisherTest, ARowThatDiffersIsNamed) {
    publish(*open(), rows(1, 3));
    const auto again = open();
    const Status taken = again->take(rows(2, 2));
    ASSERT_FALSE(taken.ok());
    EXPECT_EQ(taken.error().code, ErrorCode::diverged);
    EXPECT_NE(taken.error().text().find("offset 0"), std::string::npos) << taken.error().text();
}

}  // namespace
}  // namespace fiscus::projections
