// Aim: each row lies in its topics once, whatever a process that died had still on its way.
// Method: a log in memory; rows that a former publisher wrote come before, and after, the opening.
#include "projections/publish/publisher.h"

#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/log/topics.h"
#include "projections/publish/row_difference.h"
#include "tests/support/memory_log.h"

namespace fiscus::projections {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

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
    std::unique_ptr<Publisher> open(const LanePositions& from = {},
                                    PublisherMode mode = PublisherMode::publish) {
        auto publisher = Publisher::open(log_, 0, from, mode);
        EXPECT_TRUE(publisher.ok()) << publisher.error().text();
        return std::move(publisher).value();
    }
    static void publish(Publisher& publisher, const RowBuffer& buffer) {
        const Status taken = publisher.take(buffer);
        ASSERT_TRUE(taken.ok()) << taken.error().text();
        const Status synced = publisher.sync();
        ASSERT_TRUE(synced.ok()) << synced.error().text();
    }
    // What a replay says of the rows first … last.
    Status compare(std::uint64_t first, std::uint64_t last) {
        const auto publisher = open({}, PublisherMode::compare);
        FISCUS_TRY(publisher->take(rows(first, last)));
        return publisher->sync();
    }
    // As what a process had handed to its client before it was stopped: no one looks at the end.
    void arrive(const RowBuffer& buffer) {
        for (const std::string_view topic :
             {log::statistics_topic, log::statistics_history_topic}) {
            const auto writer = log_.writer(topic, 0);
            ASSERT_TRUE(writer.ok());
            for (std::size_t index = 0; index < buffer.size(); ++index) {
                const Row row = buffer.row(index);
                const log::NewRecord record{.timestamp_us = row.timestamp_us,
                                            .key = as_byte_span(row.key),
                                            .value = as_byte_span(row.value)};
                ASSERT_TRUE(writer.value()->append(std::span(&record, 1)).ok());
            }
            ASSERT_TRUE(writer.value()->sync().ok());
        }
    }
    // What compaction would keep.
    std::string last_of_key(std::string_view key) {
        std::string last;
        for (const auto& stored : log_.stored(log::statistics_topic, 0)) {
            if (stored.key == key) {
                last = as_text(std::as_bytes(std::span(stored.words)).first(stored.value_bytes));
            }
        }
        return last;
    }
    void remove(std::string_view topic, std::size_t offset) {
        log_.stored(topic, 0)[offset].hole = true;
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

TEST_F(PublisherTest, AStandbyHoldsItsRowsUntilTheyAreFoundPublished) {
    const auto leader = open();
    const auto standby = open({}, PublisherMode::follow);
    publish(*leader, rows(1, 3));
    ASSERT_TRUE(standby->take(rows(1, 5)).ok());
    EXPECT_TRUE(standby->release().value());
    publish(*leader, rows(4, 4));
    EXPECT_TRUE(standby->release().value());
    publish(*leader, rows(5, 8));
    EXPECT_FALSE(standby->release().value());
    EXPECT_EQ(standby->compared(), 10U);
    EXPECT_EQ(standby->positions()[static_cast<std::size_t>(Lane::history)].end, 5);
    EXPECT_EQ(published(log::statistics_history_topic), 8U);
}

TEST_F(PublisherTest, AStandbyThatLeadsPublishesWhatItsLeaderDidNot) {
    publish(*open(), rows(1, 3));
    const auto standby = open({}, PublisherMode::follow);
    ASSERT_TRUE(standby->take(rows(1, 5)).ok());
    EXPECT_TRUE(standby->lead().value());
    publish(*standby, rows(6, 9));
    EXPECT_EQ(standby->appended(), 12U);
    EXPECT_TRUE(compare(1, 9).ok());
    EXPECT_EQ(published(log::statistics_history_topic), 9U);
}

TEST_F(PublisherTest, AStandbysRowThatDiffersIsNamed) {
    const auto leader = open();
    const auto standby = open({}, PublisherMode::follow);
    ASSERT_TRUE(standby->take(rows(1, 1)).ok());
    publish(*leader, rows(2, 2));
    const auto held = standby->release();
    ASSERT_FALSE(held.ok());
    EXPECT_EQ(held.error().code, ErrorCode::diverged);
}

// The process that was stopped wakes up and sends what it still had under way.
TEST_F(PublisherTest, WhatAZombieRepeatsIsPassedOverByEverybody) {
    const auto zombie = open();
    publish(*zombie, rows(1, 3));
    const auto standby = open({}, PublisherMode::follow);
    ASSERT_TRUE(standby->take(rows(1, 5)).ok());
    EXPECT_TRUE(standby->lead().value());
    publish(*standby, rows(6, 10));
    arrive(rows(4, 6));
    publish(*standby, rows(11, 12));
    EXPECT_EQ(standby->repeats(), 6U);
    EXPECT_EQ(published(log::statistics_history_topic), 15U);
    // Row 6 was repeated behind row 9 of the same key: compaction would keep the older one.
    EXPECT_THAT(last_of_key("1/same"), HasSubstr("\"row\":12"));
    EXPECT_TRUE(compare(1, 12).ok());
    // A restart from a state before the repeats, and one from the end.
    LanePositions from = standby->positions();
    publish(*open(from), rows(13, 13));
    for (LanePosition& lane : from) {
        lane.end = lane.end == 0 ? 0 : 3;
    }
    const auto again = open(from);
    publish(*again, rows(4, 14));
    EXPECT_TRUE(compare(1, 14).ok());
}

// Nothing is published for months, perhaps, and compaction does not wait.
TEST_F(PublisherTest, TheNewestRowOfAKeyComesAgainWhereNothingElseDoes) {
    publish(*open(), rows(1, 3));
    const auto standby = open({}, PublisherMode::follow);
    ASSERT_TRUE(standby->take(rows(1, 5)).ok());
    EXPECT_TRUE(standby->lead().value());
    publish(*standby, rows(6, 10));
    arrive(rows(4, 6));
    ASSERT_TRUE(standby->look_for_repeats().ok());
    EXPECT_THAT(last_of_key("1/same"), HasSubstr("\"row\":9"));
    const std::size_t end = published(log::statistics_topic);
    ASSERT_TRUE(standby->look_for_repeats().ok());
    EXPECT_EQ(published(log::statistics_topic), end) << "once is enough";
    publish(*standby, rows(11, 11));
    EXPECT_TRUE(compare(1, 11).ok());
}

TEST_F(PublisherTest, ARestartBringsTheNewestRowOfAKeyAgain) {
    const auto leader = open();
    publish(*leader, rows(1, 10));
    const LanePositions from = leader->positions();
    arrive(rows(4, 6));
    const auto again = open(from);
    ASSERT_TRUE(again->look_for_repeats().ok());
    EXPECT_THAT(last_of_key("1/same"), HasSubstr("\"row\":9"));
    publish(*again, rows(11, 11));
    EXPECT_TRUE(compare(1, 11).ok());
    publish(*open(again->positions()), rows(12, 12));
    EXPECT_TRUE(compare(1, 12).ok());
}

TEST_F(PublisherTest, RepeatsBehindTheLastRowAreNoRowsThatAreLeft) {
    publish(*open(), rows(1, 6));
    arrive(rows(3, 6));
    const auto replay = open({}, PublisherMode::compare);
    ASSERT_TRUE(replay->take(rows(1, 5)).ok());
    ASSERT_TRUE(replay->sync().ok());
    EXPECT_TRUE(replay->rows_left()) << "row 6 was not recomputed";
    publish(*replay, rows(6, 6));
    EXPECT_FALSE(replay->rows_left());
    EXPECT_EQ(replay->repeats(), 8U);
    arrive(rows(7, 7));
    const auto later = open({}, PublisherMode::compare);
    publish(*later, rows(1, 6));
    EXPECT_TRUE(later->rows_left()) << "row 7 is nobody's";
}

TEST_F(PublisherTest, WhoeverTookOverStillNoticesRowsThatAreNoRepeats) {
    const auto other = open();
    publish(*other, rows(1, 3));
    const auto standby = open({}, PublisherMode::follow);
    ASSERT_TRUE(standby->take(rows(1, 3)).ok());
    EXPECT_TRUE(standby->lead().value());
    publish(*standby, rows(4, 4));
    arrive(rows(4, 9));
    ASSERT_TRUE(standby->take(rows(5, 5)).ok());
    const Status synced = standby->sync();
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

TEST_F(PublisherTest, ATopicThatHasLostItsBeginningIsRefused) {
    publish(*open(), rows(1, 10));
    for (const std::int64_t first : {4, 10}) {
        log_.lose_head(log::statistics_history_topic, 0, first);
        for (const PublisherMode mode : {PublisherMode::publish, PublisherMode::compare}) {
            const auto opened = Publisher::open(log_, 0, {}, mode);
            ASSERT_FALSE(opened.ok());
            EXPECT_EQ(opened.error().code, ErrorCode::log_mismatch);
            EXPECT_THAT(opened.error().text(),
                        AllOf(HasSubstr("fiscus.statistics.daily.history.v1"),
                              HasSubstr("begins at offset " + std::to_string(first)),
                              HasSubstr("offset 0 is due"), HasSubstr("docs/operations.md")));
        }
    }
    // A state that needs nothing of what is gone may go on.
    LanePositions from;
    from[static_cast<std::size_t>(Lane::history)].end = 10;
    EXPECT_TRUE(Publisher::open(log_, 0, from, PublisherMode::publish).ok());
    from[static_cast<std::size_t>(Lane::history)].end = 9;
    EXPECT_FALSE(Publisher::open(log_, 0, from, PublisherMode::publish).ok());
}

TEST_F(PublisherTest, TheCompactedTopicMustHaveItsBeginningToo) {
    publish(*open(), rows(1, 10));
    log_.lose_head(log::statistics_topic, 0, 10);
    const auto opened = Publisher::open(log_, 0, {}, PublisherMode::compare);
    ASSERT_FALSE(opened.ok());
    EXPECT_THAT(opened.error().text(), HasSubstr("fiscus.statistics.daily.v1 begins"));
}

TEST_F(PublisherTest, AMissingRowIsNamed) {
    publish(*open(), rows(1, 10));
    remove(log::statistics_history_topic, 4);
    const Status taken = compare(1, 10);
    ASSERT_FALSE(taken.ok());
    EXPECT_EQ(taken.error().code, ErrorCode::diverged);
    EXPECT_THAT(taken.error().text(), AllOf(HasSubstr("row 5 with key 1/5 is missing"),
                                            HasSubstr("fiscus.statistics.daily.history.v1"),
                                            HasSubstr("row 6 with key 1/same")));
}

TEST_F(PublisherTest, MissingRowsAtTheEndAreNamed) {
    publish(*open(), rows(1, 10));
    remove(log::statistics_history_topic, 8);
    remove(log::statistics_history_topic, 9);
    const Status taken = compare(1, 10);
    ASSERT_FALSE(taken.ok());
    EXPECT_EQ(taken.error().code, ErrorCode::diverged);
    EXPECT_THAT(taken.error().text(), HasSubstr("row 9 with key 1/same is missing"));
}

TEST_F(PublisherTest, ARowThatCompactionDidNotTakeIsMissing) {
    publish(*open(), rows(1, 10));
    remove(log::statistics_topic, 2);
    EXPECT_TRUE(compare(1, 10).ok());
    remove(log::statistics_topic, 3);
    for (const std::uint64_t last : {10U, 14U}) {
        const Status taken = compare(1, last);
        ASSERT_FALSE(taken.ok());
        EXPECT_EQ(taken.error().code, ErrorCode::diverged);
        EXPECT_THAT(taken.error().text(), HasSubstr("row 4 is missing in "
                                                    "fiscus.statistics.daily.v1"));
    }
}

TEST_F(PublisherTest, RowsBeyondThePublishedOnesAreOnlyCounted) {
    publish(*open(), rows(1, 10));
    const auto publisher = open({}, PublisherMode::compare);
    publish(*publisher, rows(1, 13));
    EXPECT_EQ(publisher->compared(), 20U);
    EXPECT_EQ(publisher->beyond(), 6U);
    EXPECT_FALSE(publisher->rows_left());
    EXPECT_EQ(published(log::statistics_topic), 10U);
}

TEST(RowDifferenceTest, NamesTheFirstFieldWithBothValues) {
    EXPECT_EQ(row_difference(R"({"row":1,"name":"a,\"}","count":31,"x":1})",
                             R"({"row":1,"name":"a,\"}","count":30,"x":2})"),
              "count: published 31, recomputed 30");
    EXPECT_EQ(row_difference(R"({"a":null})", R"({"a":"0.5"})"),
              "a: published null, recomputed \"0.5\"");
    EXPECT_EQ(row_difference(R"({"a":1})", R"({"a":1,"b":2})"),
              "fields: published nothing, recomputed `b`");
    EXPECT_EQ(row_difference(R"({"a":1,"c":2})", R"({"a":1,"b":2})"),
              "fields: published `c`, recomputed `b`");
    EXPECT_THAT(row_difference(R"({"a":1 })", R"({"a":1})"), HasSubstr("a: published 1 , "));
    EXPECT_THAT(row_difference(R"({"a":1} )", R"({"a":1})"), HasSubstr("no flat JSON object"));
    EXPECT_THAT(row_difference("", R"({"a":1})"), HasSubstr("no flat JSON object"));
    EXPECT_THAT(row_difference(R"({"a":1)", R"({"a":1})"), HasSubstr("no flat JSON object"));
}

TEST(RowDifferenceTest, ShowsThePlaceOfALongTextAndNoHalfCharacter) {
    const auto row = [](std::size_t same, const std::string& last) {
        std::string text = R"({"why":")";
        for (std::size_t at = 0; at < same; ++at) {
            text += "账";
        }
        return text + last + R"("})";
    };
    for (std::size_t same = 0; same < 200; ++same) {
        const std::string said =
            row_difference(row(same, "甲" + std::string(200, 'x')), row(same, "乙"));
        EXPECT_THAT(said, AllOf(HasSubstr("甲"), HasSubstr("乙")));
        EXPECT_LT(said.size(), 450U);
        EXPECT_THAT(said, ::testing::Not(HasSubstr("\xEF\xBF\xBD")));
    }
    // Bytes that are no characters, and differ.
    EXPECT_EQ(row_difference("{\"a\":\"\xFF\"}", "{\"a\":\"\xFE\"}"),
              "a: published \"\xEF\xBF\xBD\", recomputed \"\xEF\xBF\xBD\", other bytes from byte 1 "
              "on");
}

}  // namespace
}  // namespace fiscus::projections
