// Aim: what happens to a topic behind our back is noticed and named, and two writers of one journal
// are told apart. Method: against the broker of FISCUS_TEST_KAFKA; records and topics are deleted,
// settings changed through the broker's own interface.
#include <chrono>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine/journal/publisher.h"
#include "engine/log/record_rules.h"
#include "engine/log/start_check.h"
#include "engine/log/topics.h"
#include "tests/kafka/support.h"
#include "tests/support/wait.h"
#include "tests/unit/journal/blocks.h"

namespace fiscus::log {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

class KafkaLogTest : public testing::Test {
protected:
    void SetUp() override {
        broker_ = broker_address();
        log_ = opened({.bootstrap = broker_});
        ASSERT_NE(log_, nullptr);
        topic_ = fresh_topic();
    }

    std::string broker_;
    std::unique_ptr<Log> log_;
    std::string topic_;
};

TEST_F(KafkaLogTest, KeepsTombstonesOfACompactedTopic) {
    ASSERT_TRUE(succeeded(create(*log_, {.name = topic_, .compacted = true})));
    auto writer = log_->writer(topic_, 0);
    ASSERT_TRUE(succeeded(writer));
    const std::string key = "2026-01-02/420100";
    const std::string value = "{}";
    const std::vector<NewRecord> records{
        {.timestamp_us = 1'760'000'000'000'000,
         .key = as_byte_span(key),
         .value = as_byte_span(value)},
        {.timestamp_us = 1'760'000'000'000'000, .key = as_byte_span(key), .value_is_null = true}};
    ASSERT_TRUE(succeeded((*writer)->append(records)));
    ASSERT_EQ((*writer)->sync().value(), 2);
    auto reader = log_->reader(topic_, 0, 1);
    ASSERT_TRUE(succeeded(reader));
    const auto read = (*reader)->read(1, patience);
    ASSERT_TRUE(succeeded(read));
    ASSERT_EQ(read.value().size(), 1U);
    EXPECT_TRUE(read.value()[0].value_is_null);
    EXPECT_EQ(as_text(read.value()[0].key), key);
}

TEST_F(KafkaLogTest, ACompactedTopicRefusesARecordWithoutKeyAndTheWriterIsDead) {
    ASSERT_TRUE(succeeded(create(*log_, {.name = topic_, .compacted = true})));
    auto writer = log_->writer(topic_, 0);
    ASSERT_TRUE(succeeded(writer));
    const std::vector records{NewRecord{.key_is_null = true}};
    ASSERT_TRUE(succeeded((*writer)->append(records)));
    const auto refused = (*writer)->sync();
    ASSERT_FALSE(refused.ok());
    EXPECT_FALSE((*writer)->sync().ok());
    EXPECT_FALSE((*writer)->append(records).ok());
}

TEST_F(KafkaLogTest, DeletedRecordsAreAMismatch) {
    ASSERT_TRUE(succeeded(create(*log_, {.name = topic_})));
    ASSERT_EQ(write(*log_, topic_, 100, "v").value(), 100);
    auto before = log_->reader(topic_, 0, 0);
    ASSERT_TRUE(succeeded(before));
    delete_records_before(broker_, topic_, 60);

    EXPECT_EQ(log_->extent(topic_, 0).value().first, 60);
    const auto refused = log_->reader(topic_, 0, 59);
    ASSERT_TRUE(failed_with(refused, ErrorCode::log_mismatch));
    EXPECT_NE(refused.error().text().find("60"), std::string::npos) << refused.error().text();
    const auto checked = check_record(*log_, topic_, 0, 10, 1);
    ASSERT_TRUE(failed_with(checked, ErrorCode::log_mismatch));
    EXPECT_FALSE(checked.error().hint.empty());
    auto reader = log_->reader(topic_, 0, 60);
    ASSERT_TRUE(succeeded(reader));
    EXPECT_EQ((*reader)->read(1, patience).value()[0].offset, 60);
}

TEST_F(KafkaLogTest, AReaderWhosePositionIsDeletedStops) {
    ASSERT_TRUE(succeeded(create(*log_, {.name = topic_})));
    ASSERT_EQ(write(*log_, topic_, 10, "v").value(), 10);
    // Nothing is fetched ahead: the reader is at the end when the records after it come and go.
    auto reader = log_->reader(topic_, 0, 10);
    ASSERT_TRUE(succeeded(reader));
    ASSERT_TRUE((*reader)->read(1, milliseconds(100)).value().empty());
    delete_topic(broker_, topic_);
    ASSERT_TRUE(succeeded(create(*log_, {.name = topic_})));
    ASSERT_EQ(write(*log_, topic_, 3, "w").value(), 3);
    const auto deadline = steady_clock::now() + patience;
    for (;;) {
        const auto read = (*reader)->read(1, milliseconds(200));
        if (!read.ok()) {
            EXPECT_TRUE(read.error().code == ErrorCode::log_mismatch ||
                        read.error().code == ErrorCode::not_found)
                << read.error().text();
            break;
        }
        ASSERT_TRUE(read.value().empty()) << "a record of the new topic was handed out";
        ASSERT_LT(steady_clock::now(), deadline) << "the reader did not notice";
    }
    EXPECT_FALSE((*reader)->read(1, milliseconds(0)).ok()) << "it stays stopped";
}

TEST_F(KafkaLogTest, ATopicMadeAnewWithFewerRecordsIsAMismatch) {
    ASSERT_TRUE(succeeded(create(*log_, {.name = topic_})));
    ASSERT_EQ(write(*log_, topic_, 50, "old").value(), 50);
    delete_topic(broker_, topic_);
    ASSERT_TRUE(succeeded(create(*log_, {.name = topic_})));
    ASSERT_EQ(write(*log_, topic_, 20, "new").value(), 20);
    EXPECT_TRUE(failed_with(log_->reader(topic_, 0, 50), ErrorCode::log_mismatch));
}

TEST_F(KafkaLogTest, ATopicMadeAnewWithAsManyRecordsIsFoundByReadingTheLastOneAgain) {
    ASSERT_TRUE(succeeded(create(*log_, {.name = topic_})));
    ASSERT_EQ(write(*log_, topic_, 50, "old").value(), 50);
    auto reader = log_->reader(topic_, 0, 49);
    const auto last = (*reader)->read(1, patience);
    ASSERT_TRUE(succeeded(last));
    const std::uint64_t hash = record_hash(last.value()[0]);
    EXPECT_TRUE(succeeded(check_record(*log_, topic_, 0, 49, hash)));

    delete_topic(broker_, topic_);
    ASSERT_TRUE(succeeded(create(*log_, {.name = topic_})));
    ASSERT_EQ(write(*log_, topic_, 60, "new").value(), 60);
    EXPECT_TRUE(succeeded(log_->reader(topic_, 0, 50)));
    const auto checked = check_record(*log_, topic_, 0, 49, hash);
    ASSERT_TRUE(failed_with(checked, ErrorCode::log_mismatch));
    EXPECT_NE(checked.error().why.find("other bytes"), std::string::npos);
}

TEST_F(KafkaLogTest, TheStartChecksNameWhatDiffers) {
    const TopicPlan plan{.name = topic_, .partitions = 2};
    const std::vector plans{plan};
    const std::string identity = log_->identity().value();
    EXPECT_TRUE(failed_with(check_topics(*log_, plans), ErrorCode::not_found));
    ASSERT_TRUE(succeeded(log_->create(plans)));
    EXPECT_TRUE(succeeded(check_topics(*log_, plans)));
    EXPECT_EQ(check_identity(*log_, identity).value(), identity);
    EXPECT_TRUE(failed_with(check_identity(*log_, "another"), ErrorCode::log_mismatch));

    const auto expect = [&](const std::string& name, const std::string& value) {
        change_settings(broker_, topic_, {{name, value}});
        // The broker answers with its old settings until all of it knows.
        const auto deadline = steady_clock::now() + patience;
        auto checked = check_topics(*log_, plans);
        while (checked.ok() || checked.error().why.find(name) == std::string::npos) {
            ASSERT_LT(steady_clock::now(), deadline) << "not noticed: " << name;
            checked = check_topics(*log_, plans);
        }
        EXPECT_EQ(checked.error().code, ErrorCode::log_mismatch);
        EXPECT_NE(checked.error().what.find(topic_), std::string::npos) << checked.error().text();
        EXPECT_NE(checked.error().why.find(value), std::string::npos) << checked.error().text();
        EXPECT_NE(checked.error().hint.find(name + "="), std::string::npos)
            << checked.error().text();
    };
    expect("cleanup.policy", "compact");
    expect("retention.ms", "86400000");
    expect("retention.bytes", "1000000");
    expect("max.message.bytes", "2048");
}

// A platform whose clock runs ahead, or who says so, moves nobody's time.
TEST_F(KafkaLogTest, ATopicStampsRecordsItselfWhateverItsPublisherSays) {
    ASSERT_TRUE(succeeded(create(*log_, {.name = topic_, .stamps = Stamps::log})));
    const auto found = log_->describe(topic_);
    ASSERT_TRUE(succeeded(found));
    EXPECT_EQ(found.value()->plan.stamps, Stamps::log);
    const auto now_us = [] { return record_timestamp_ms({}) * 1000; };
    const std::int64_t before_us = now_us();
    write_stamped(broker_, topic_, 4'070'908'800'000, "of the year 2099");
    ASSERT_EQ(write(*log_, topic_, 1, "of the year 2025").value(), 2);
    auto reader = log_->reader(topic_, 0, 0);
    ASSERT_TRUE(succeeded(reader));
    for (std::int64_t offset = 0; offset < 2; ++offset) {
        const auto read = (*reader)->read(1, patience);
        ASSERT_TRUE(succeeded(read));
        ASSERT_EQ(read.value().size(), 1U);
        EXPECT_EQ(read.value()[0].offset, offset);
        EXPECT_GE(read.value()[0].timestamp_us, before_us);
        EXPECT_LE(read.value()[0].timestamp_us, now_us());
    }
}

TEST_F(KafkaLogTest, ATopicKeepsThePublishersStampsWhereThatIsPlanned) {
    ASSERT_TRUE(succeeded(create(*log_, {.name = topic_, .stamps = Stamps::publisher})));
    EXPECT_EQ(log_->describe(topic_).value()->plan.stamps, Stamps::publisher);
    ASSERT_EQ(write(*log_, topic_, 1, "v").value(), 1);
    auto reader = log_->reader(topic_, 0, 0);
    ASSERT_TRUE(succeeded(reader));
    EXPECT_EQ((*reader)->read(1, patience).value()[0].timestamp_us, 1'760'000'000'000'000);
    EXPECT_TRUE(failed_with(create(*log_, {.name = topic_, .stamps = Stamps::log}),
                            ErrorCode::log_mismatch));
}

TEST_F(KafkaLogTest, AReaderGetsPastTheMarkersOfTransactions) {
    ASSERT_TRUE(succeeded(create(*log_, {.name = topic_})));
    write_in_transaction(broker_, topic_, 3);
    write_in_transaction(broker_, topic_, 2);
    // Two markers: the extent is longer than the records. The broker writes a marker after it has
    // answered the commit.
    EXPECT_TRUE(
        support::wait_until([&] { return log_->extent(topic_, 0).value().end == 7; }, patience));
    auto reader = log_->reader(topic_, 0, 0);
    ASSERT_TRUE(succeeded(reader));
    EXPECT_EQ((*reader)->position(), 0);
    std::vector<std::int64_t> offsets;
    const auto at_end = [&] {
        const auto records = (*reader)->read(1'000, milliseconds(50));
        EXPECT_TRUE(succeeded(records));
        for (const Record& record : records.value()) {
            offsets.push_back(record.offset);
        }
        return (*reader)->position() >= 7;
    };
    EXPECT_TRUE(support::wait_until(at_end, patience));
    EXPECT_EQ(offsets, (std::vector<std::int64_t>{0, 1, 2, 4, 5}));
    EXPECT_EQ(write(*log_, topic_, 1, "v").value(), 8);
    EXPECT_EQ((*reader)->read(1, patience).value()[0].offset, 7);
}

TEST_F(KafkaLogTest, SettingsThatAGuaranteeHangsOnAreRefusedAndOthersPass) {
    for (const char* name :
         {"acks", "enable.idempotence", "auto.offset.reset", "transactional.id"}) {
        const auto refused = open_kafka_log({.bootstrap = broker_, .settings = {{name, "1"}}});
        ASSERT_TRUE(failed_with(refused, ErrorCode::usage));
        EXPECT_NE(refused.error().text().find(name), std::string::npos);
    }
    const auto unknown = open_kafka_log({.bootstrap = broker_, .settings = {{"no.such", "1"}}});
    ASSERT_TRUE(failed_with(unknown, ErrorCode::usage));
    EXPECT_NE(unknown.error().text().find("no.such"), std::string::npos);
    const auto log = opened(
        {.bootstrap = broker_, .settings = {{"client.id", "test"}, {"compression.codec", "zstd"}}});
    ASSERT_TRUE(succeeded(create(*log, {.name = topic_})));
    EXPECT_EQ(write(*log, topic_, 10, "v").value(), 10);
}

TEST_F(KafkaLogTest, ABrokerThatIsNotThereIsUnavailableWithinTheTimeAllowed) {
    const auto begun = steady_clock::now();
    const auto refused =
        open_kafka_log({.bootstrap = "127.0.0.1:1", .answer_within = milliseconds(1'500)});
    const auto taken = steady_clock::now() - begun;
    ASSERT_TRUE(failed_with(refused, ErrorCode::log_unavailable));
    EXPECT_NE(refused.error().text().find("127.0.0.1:1"), std::string::npos);
    EXPECT_LT(taken, milliseconds(10'000));
    EXPECT_TRUE(failed_with(open_kafka_log({}), ErrorCode::usage));
}

// The same as on the log in memory, over a real broker with two Logs, as two processes would. The
// journal's topic has one name, so this takes a broker of its own.
TEST(KafkaJournal, AFencedWriterIsToldAndItsLastWordsAreDropped) {
    OwnBroker broker;
    const auto log = opened({.bootstrap = broker.address()});
    const auto other = opened({.bootstrap = broker.address()});
    ASSERT_TRUE(log != nullptr && other != nullptr);
    ASSERT_TRUE(succeeded(log->create(topic_plans(1))));
    const auto publish = [](journal::Publisher& publisher, std::size_t count) -> Status {
        const std::uint64_t first = publisher.cursor().next_sequence;
        FISCUS_TRY(
            publisher.append(journal::entries_of(first, count), journal::digest_of(first), 0));
        return publisher.sync();
    };
    auto old_writer = journal::Publisher::open(*log, 0, {}, "old");
    ASSERT_TRUE(succeeded(old_writer));
    ASSERT_TRUE(succeeded(publish(**old_writer, 3)));
    EXPECT_TRUE(succeeded((*old_writer)->check_fence()));

    auto new_writer = journal::Publisher::open(*other, 0, {}, "new");
    ASSERT_TRUE(succeeded(new_writer));
    EXPECT_EQ((*new_writer)->term(), 2U);
    EXPECT_EQ((*new_writer)->tail_end().next_sequence, 4U);
    ASSERT_TRUE(succeeded(publish(**new_writer, 2)));
    EXPECT_TRUE(failed_with(publish(**old_writer, 4), ErrorCode::fenced));
    EXPECT_TRUE(failed_with((*old_writer)->check_fence(), ErrorCode::fenced));
    ASSERT_TRUE(succeeded(publish(**new_writer, 1)));

    auto reader = journal::JournalReader::open(*log, 0, {});
    ASSERT_TRUE(succeeded(reader));
    std::uint64_t next = 1;
    while ((*reader)->cursor() != (*new_writer)->cursor()) {
        const auto block = (*reader)->next(patience);
        ASSERT_TRUE(succeeded(block));
        ASSERT_TRUE(block.value().has_value());
        for (const wire::Entry& entry : block.value()->view.entries()) {
            EXPECT_EQ(entry.sequence(), next++);
        }
    }
    EXPECT_EQ(next, 7U);
}

}  // namespace
}  // namespace fiscus::log
