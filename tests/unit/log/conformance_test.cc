// Aim: both adapters are the same log to everything above. Method: each test runs against each
// storage through the port only.
#include "tests/unit/log/conformance.h"

#include <cstdint>
#include <cstdlib>
#include <random>
#include <thread>

namespace fiscus::log {
namespace {

using std::chrono::milliseconds;

constexpr std::int64_t stamp_us = 1'760'000'000'123'000;

NewRecord valued(const std::string& value) {
    return {.timestamp_us = stamp_us, .value = as_byte_span(value), .key_is_null = true};
}

std::uint64_t seed() {
    const char* given = std::getenv("FISCUS_SEED");
    const std::uint64_t seed =
        given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
    std::printf("FISCUS_SEED=%llu\n", static_cast<unsigned long long>(seed));
    return seed;
}

}  // namespace

void LogConformance::SetUp() {
    storage_ = GetParam().make();
    ASSERT_NE(storage_, nullptr);
    topic_ = storage_->topic();
}

void LogConformance::create(const TopicPlan& plan) {
    const std::vector plans{plan};
    ASSERT_TRUE(succeeded(log().create(plans)));
}

std::int64_t LogConformance::write(std::int32_t partition, const std::vector<std::string>& values) {
    auto writer = log().writer(topic_, partition);
    EXPECT_TRUE(succeeded(writer));
    std::vector<NewRecord> records;
    for (const std::string& value : values) {
        records.push_back(valued(value));
    }
    EXPECT_TRUE(succeeded((*writer)->append(records)));
    const auto end = (*writer)->sync();
    EXPECT_TRUE(succeeded(end));
    return end.ok() ? end.value() : -1;
}

std::vector<std::string> LogConformance::read_from(Log& from,
                                                   std::int32_t partition,
                                                   std::int64_t offset) {
    std::vector<std::string> values;
    const auto extent = from.extent(topic_, partition);
    EXPECT_TRUE(succeeded(extent));
    auto reader = from.reader(topic_, partition, offset);
    EXPECT_TRUE(succeeded(reader));
    std::int64_t next = offset;
    while (next < extent.value().end) {
        const auto records = (*reader)->read(1'000, patience);
        EXPECT_TRUE(succeeded(records));
        if (!records.ok() || records.value().empty()) {
            ADD_FAILURE() << "nothing came after offset " << next;
            break;
        }
        for (const Record& record : records.value()) {
            values.emplace_back(as_text(record.value));
            next = record.offset + 1;
        }
    }
    return values;
}

TEST_P(LogConformance, DescribesNothingForATopicThatDoesNotExist) {
    const auto found = log().describe(topic_);
    ASSERT_TRUE(succeeded(found));
    EXPECT_FALSE(found.value().has_value());
}

TEST_P(LogConformance, DescribesATopicAsItWasPlanned) {
    create({.name = topic_, .partitions = 3, .max_message_bytes = 123'456});
    const auto found = log().describe(topic_);
    ASSERT_TRUE(succeeded(found));
    ASSERT_TRUE(found.value().has_value());
    const TopicPlan& plan = found.value()->plan;
    EXPECT_EQ(plan.name, topic_);
    EXPECT_EQ(plan.partitions, 3);
    EXPECT_FALSE(plan.compacted);
    EXPECT_EQ(plan.retention_ms, -1);
    EXPECT_EQ(plan.max_message_bytes, 123'456);
}

TEST_P(LogConformance, DescribesACompactedTopic) {
    create({.name = topic_, .compacted = true});
    const auto found = log().describe(topic_);
    ASSERT_TRUE(succeeded(found));
    EXPECT_TRUE(found.value()->plan.compacted);
}

TEST_P(LogConformance, CreatingAgainIsFineAndADifferenceIsNamed) {
    create({.name = topic_, .partitions = 2});
    create({.name = topic_, .partitions = 2});
    const std::vector other{TopicPlan{.name = topic_, .partitions = 5}};
    const auto refused = log().create(other);
    ASSERT_TRUE(failed_with(refused, ErrorCode::log_mismatch));
    EXPECT_NE(refused.error().text().find("partitions 2 instead of 5"), std::string::npos)
        << refused.error().text();
    const std::vector compacted{TopicPlan{.name = topic_, .partitions = 2, .compacted = true}};
    const auto policy = log().create(compacted);
    ASSERT_TRUE(failed_with(policy, ErrorCode::log_mismatch));
    EXPECT_NE(policy.error().text().find("cleanup.policy delete instead of compact"),
              std::string::npos)
        << policy.error().text();
}

TEST_P(LogConformance, RefusesPlansThatNoLogCouldKeep) {
    for (const TopicPlan& bad :
         {TopicPlan{.name = ""}, TopicPlan{.name = ".."}, TopicPlan{.name = "a/b"},
          TopicPlan{.name = "消费券"}, TopicPlan{.name = std::string(250, 'x')},
          TopicPlan{.name = topic_, .partitions = 0}, TopicPlan{.name = topic_, .retention_ms = -2},
          TopicPlan{.name = topic_, .max_message_bytes = 0}}) {
        const std::vector plans{bad};
        EXPECT_TRUE(failed_with(log().create(plans), ErrorCode::usage)) << bad.name;
    }
}

TEST_P(LogConformance, IdentityIsTheSameForEverybody) {
    const auto identity = log().identity();
    ASSERT_TRUE(succeeded(identity));
    EXPECT_FALSE(identity.value().empty());
    const auto same = storage_->other_log()->identity();
    ASSERT_TRUE(succeeded(same));
    EXPECT_EQ(same.value(), identity.value());
}

TEST_P(LogConformance, ANewPartitionIsEmptyAndReadableAtItsEnd) {
    create({.name = topic_});
    const auto extent = log().extent(topic_, 0);
    ASSERT_TRUE(succeeded(extent));
    EXPECT_EQ(extent.value().first, 0);
    EXPECT_EQ(extent.value().end, 0);
    auto reader = log().reader(topic_, 0, 0);
    ASSERT_TRUE(succeeded(reader));
    const auto records = (*reader)->read(10, milliseconds(20));
    ASSERT_TRUE(succeeded(records));
    EXPECT_TRUE(records.value().empty());
}

TEST_P(LogConformance, UnknownTopicsAndPartitionsAreNotFound) {
    create({.name = topic_, .partitions = 2});
    const std::string unknown = topic_ + "-unknown";
    EXPECT_TRUE(failed_with(log().extent(unknown, 0), ErrorCode::not_found));
    EXPECT_TRUE(failed_with(log().reader(unknown, 0, 0), ErrorCode::not_found));
    EXPECT_TRUE(failed_with(log().writer(unknown, 0), ErrorCode::not_found));
    for (const std::int32_t partition : {-1, 2}) {
        EXPECT_TRUE(failed_with(log().extent(topic_, partition), ErrorCode::not_found));
        EXPECT_TRUE(failed_with(log().reader(topic_, partition, 0), ErrorCode::not_found));
        EXPECT_TRUE(failed_with(log().writer(topic_, partition), ErrorCode::not_found));
    }
}

TEST_P(LogConformance, GivesBackKeysValuesNullsAndTimes) {
    create({.name = topic_});
    const std::string key = "17";
    const std::string value("a\0b", 3);
    const std::vector<NewRecord> records{
        {.timestamp_us = stamp_us, .key = as_byte_span(key), .value = as_byte_span(value)},
        {.timestamp_us = stamp_us + 1'999, .value = as_byte_span(value), .key_is_null = true},
        {.timestamp_us = 1'000, .key = as_byte_span(key), .value_is_null = true},
        {.timestamp_us = stamp_us, .key_is_null = true, .value_is_null = true},
        {.timestamp_us = 4'102'444'799'999'999},
    };
    auto writer = log().writer(topic_, 0);
    ASSERT_TRUE(succeeded(writer));
    ASSERT_TRUE(succeeded((*writer)->append(records)));
    ASSERT_EQ((*writer)->sync().value(), 5);

    auto reader = log().reader(topic_, 0, 0);
    ASSERT_TRUE(succeeded(reader));
    std::size_t next = 0;
    while (next < records.size()) {
        const auto read = (*reader)->read(10, patience);
        ASSERT_TRUE(succeeded(read));
        ASSERT_FALSE(read.value().empty());
        for (const Record& record : read.value()) {
            const NewRecord& wanted = records[next];
            EXPECT_EQ(record.offset, static_cast<std::int64_t>(next));
            EXPECT_EQ(record.timestamp_us, wanted.timestamp_us / 1000 * 1000);
            EXPECT_EQ(record.key_is_null, wanted.key_is_null);
            EXPECT_EQ(record.value_is_null, wanted.value_is_null);
            EXPECT_EQ(as_text(record.key), as_text(wanted.key));
            EXPECT_EQ(as_text(record.value), as_text(wanted.value));
            ++next;
        }
    }
}

TEST_P(LogConformance, ValuesBeginAtMultiplesOfEight) {
    create({.name = topic_});
    std::vector<std::string> values;
    for (std::size_t length = 1; length < 40; ++length) {
        values.emplace_back(length, 'v');
    }
    write(0, values);
    auto reader = log().reader(topic_, 0, 0);
    ASSERT_TRUE(succeeded(reader));
    std::size_t seen = 0;
    while (seen < values.size()) {
        const auto records = (*reader)->read(7, patience);
        ASSERT_TRUE(succeeded(records));
        ASSERT_FALSE(records.value().empty());
        for (const Record& record : records.value()) {
            EXPECT_EQ(reinterpret_cast<std::uintptr_t>(record.value.data()) % 8, 0U);
            EXPECT_EQ(as_text(record.value), values[seen]);
            ++seen;
        }
    }
}

TEST_P(LogConformance, SyncSaysWhereTheLastRecordEnds) {
    create({.name = topic_});
    auto writer = log().writer(topic_, 0);
    ASSERT_TRUE(succeeded(writer));
    const std::string value = "x";
    const std::vector one{valued(value)};
    ASSERT_TRUE(succeeded((*writer)->append(one)));
    ASSERT_EQ((*writer)->sync().value(), 1);
    ASSERT_EQ((*writer)->sync().value(), 1);
    const std::vector three{valued(value), valued(value), valued(value)};
    ASSERT_TRUE(succeeded((*writer)->append(three)));
    ASSERT_TRUE(succeeded((*writer)->append(one)));
    ASSERT_EQ((*writer)->sync().value(), 5);
    EXPECT_EQ(log().extent(topic_, 0).value().end, 5);
}

TEST_P(LogConformance, ANewWriterGoesOnWhereTheLastOneEnded) {
    create({.name = topic_});
    EXPECT_EQ(write(0, {"a", "b"}), 2);
    EXPECT_EQ(write(0, {"c"}), 3);
    EXPECT_EQ(read_from(log(), 0, 0), (std::vector<std::string>{"a", "b", "c"}));
}

TEST_P(LogConformance, ReadsFromAnyOffsetAndSeeksBothWays) {
    create({.name = topic_});
    std::vector<std::string> values;
    for (int i = 0; i < 100; ++i) {
        values.push_back("value " + std::to_string(i));
    }
    write(0, values);
    auto reader = log().reader(topic_, 0, 90);
    ASSERT_TRUE(succeeded(reader));
    for (const std::int64_t offset : {90, 99, 0, 50, 51, 49, 99, 1}) {
        ASSERT_TRUE(succeeded((*reader)->seek(offset)));
        const auto records = (*reader)->read(1, patience);
        ASSERT_TRUE(succeeded(records));
        ASSERT_EQ(records.value().size(), 1U);
        EXPECT_EQ(records.value()[0].offset, offset);
        EXPECT_EQ(as_text(records.value()[0].value), values[static_cast<std::size_t>(offset)]);
    }
}

TEST_P(LogConformance, TheReadersPositionFollowsWhatItHandsOut) {
    create({.name = topic_});
    write(0, {"a", "b", "c"});
    auto reader = log().reader(topic_, 0, 1);
    ASSERT_TRUE(succeeded(reader));
    EXPECT_EQ((*reader)->position(), 1);
    std::size_t seen = 0;
    while (seen < 2) {
        const auto records = (*reader)->read(1, patience);
        ASSERT_TRUE(succeeded(records));
        ASSERT_EQ(records.value().size(), 1U);
        EXPECT_EQ((*reader)->position(), records.value()[0].offset + 1);
        ++seen;
    }
    EXPECT_TRUE((*reader)->read(1, milliseconds(100)).value().empty());
    EXPECT_EQ((*reader)->position(), 3);
}

TEST_P(LogConformance, NeverGivesMoreRecordsThanAskedFor) {
    create({.name = topic_});
    write(0, std::vector<std::string>(50, "x"));
    auto reader = log().reader(topic_, 0, 0);
    ASSERT_TRUE(succeeded(reader));
    std::size_t seen = 0;
    while (seen < 50) {
        const auto records = (*reader)->read(7, patience);
        ASSERT_TRUE(succeeded(records));
        ASSERT_GE(records.value().size(), 1U);
        ASSERT_LE(records.value().size(), 7U);
        seen += records.value().size();
    }
    EXPECT_EQ(seen, 50U);
}

TEST_P(LogConformance, APositionOutsideTheExtentIsAMismatch) {
    create({.name = topic_});
    write(0, {"a", "b"});
    EXPECT_TRUE(failed_with(log().reader(topic_, 0, 3), ErrorCode::log_mismatch));
    EXPECT_TRUE(failed_with(log().reader(topic_, 0, -1), ErrorCode::log_mismatch));
    auto reader = log().reader(topic_, 0, 2);
    ASSERT_TRUE(succeeded(reader));
    const auto refused = (*reader)->seek(1'000);
    ASSERT_TRUE(failed_with(refused, ErrorCode::log_mismatch));
    EXPECT_FALSE(refused.error().hint.empty());
}

TEST_P(LogConformance, AReaderWaitsAtTheEndForWhatIsWrittenLater) {
    create({.name = topic_});
    write(0, {"before"});
    auto reader = log().reader(topic_, 0, 1);
    ASSERT_TRUE(succeeded(reader));
    const auto nothing = (*reader)->read(10, milliseconds(10));
    ASSERT_TRUE(succeeded(nothing));
    EXPECT_TRUE(nothing.value().empty());
    std::int64_t written = 0;
    std::thread later([&] { written = write(0, {"later"}); });
    const auto records = (*reader)->read(10, patience);
    later.join();
    EXPECT_EQ(written, 2);
    ASSERT_TRUE(succeeded(records));
    ASSERT_EQ(records.value().size(), 1U);
    EXPECT_EQ(as_text(records.value()[0].value), "later");
}

TEST_P(LogConformance, TakesARecordUpToTheLimitAndRefusesALargerOne) {
    create({.name = topic_, .max_message_bytes = 300'000});
    // Bytes that no compression makes smaller, so that the limit is met as it stands.
    std::mt19937_64 random(seed());
    std::string large(299'000, '\0');
    for (char& c : large) {
        c = static_cast<char>(random());
    }
    EXPECT_EQ(write(0, {large}), 1);
    EXPECT_EQ(read_from(log(), 0, 0), std::vector<std::string>{large});

    auto writer = log().writer(topic_, 0);
    ASSERT_TRUE(succeeded(writer));
    const std::string larger(300'000, 'x');
    const std::vector too_large{valued(larger)};
    EXPECT_TRUE(failed_with((*writer)->append(too_large), ErrorCode::usage));
    const std::string small = "small";
    const std::vector fitting{valued(small)};
    EXPECT_TRUE(failed_with((*writer)->append(fitting), ErrorCode::usage))
        << "a writer that failed stays dead";
    EXPECT_TRUE(failed_with((*writer)->sync(), ErrorCode::usage));
}

TEST_P(LogConformance, StampsWithNowWhenAskedAndRefusesTimesBefore1970) {
    create({.name = topic_});
    const auto before = std::chrono::duration_cast<milliseconds>(
        std::chrono::system_clock::now().time_since_epoch());
    auto writer = log().writer(topic_, 0);
    ASSERT_TRUE(succeeded(writer));
    const std::vector unstamped{NewRecord{}};
    ASSERT_TRUE(succeeded((*writer)->append(unstamped)));
    ASSERT_TRUE(succeeded((*writer)->sync()));
    auto reader = log().reader(topic_, 0, 0);
    ASSERT_TRUE(succeeded(reader));
    const auto records = (*reader)->read(1, patience);
    ASSERT_TRUE(succeeded(records));
    ASSERT_EQ(records.value().size(), 1U);
    EXPECT_GE(records.value()[0].timestamp_us, before.count() * 1000);
    EXPECT_LT(records.value()[0].timestamp_us, (before.count() + patience.count()) * 1000);

    const std::vector negative{NewRecord{.timestamp_us = -5}};
    EXPECT_TRUE(failed_with((*writer)->append(negative), ErrorCode::usage));
}

TEST_P(LogConformance, PartitionsKnowNothingOfEachOther) {
    create({.name = topic_, .partitions = 3});
    write(0, {"a"});
    write(2, {"b", "c"});
    EXPECT_EQ(read_from(log(), 0, 0), std::vector<std::string>{"a"});
    EXPECT_EQ(log().extent(topic_, 1).value().end, 0);
    EXPECT_EQ(read_from(log(), 2, 0), (std::vector<std::string>{"b", "c"}));
}

TEST_P(LogConformance, AnotherProcessReadsWhatThisOneSynced) {
    const auto other = storage_->other_log();
    create({.name = topic_});
    write(0, {"a", "b"});
    EXPECT_EQ(read_from(*other, 0, 0), (std::vector<std::string>{"a", "b"}));
    auto reader = other->reader(topic_, 0, 2);
    ASSERT_TRUE(succeeded(reader));
    write(0, {"c"});
    const auto records = (*reader)->read(10, patience);
    ASSERT_TRUE(succeeded(records));
    ASSERT_EQ(records.value().size(), 1U);
    EXPECT_EQ(as_text(records.value()[0].value), "c");
}

TEST_P(LogConformance, ANoteIsKeptForItsNameAndPartitionUntilTheNext) {
    create({.name = topic_, .partitions = 2});
    // Names are shared by all that use a broker.
    const std::string name = topic_ + ".leader";
    const auto none = log().note(topic_, 0, name);
    ASSERT_TRUE(succeeded(none));
    EXPECT_EQ(none.value(), std::nullopt);
    const Note first{.position = 7, .text = "leader term=1 beat=1"};
    const Note second{.position = 9, .text = "leader term=1 beat=2"};
    EXPECT_TRUE(succeeded(log().put_note(topic_, 0, name, first)));
    const auto other = storage_->other_log();
    EXPECT_EQ(other->note(topic_, 0, name).value(), first);
    EXPECT_EQ(other->note(topic_, 1, name).value(), std::nullopt);
    EXPECT_EQ(other->note(topic_, 0, name + "s").value(), std::nullopt);
    EXPECT_TRUE(succeeded(other->put_note(topic_, 0, name, second)));
    EXPECT_EQ(log().note(topic_, 0, name).value(), second);
    EXPECT_TRUE(succeeded(log().put_note(topic_, 0, name, {})));
    EXPECT_EQ(log().note(topic_, 0, name).value(), Note{});
}

TEST_P(LogConformance, RefusesNotesThatNoLogCouldKeep) {
    create({.name = topic_});
    const auto code = [&](std::string_view name, const Note& note) {
        const Status put = log().put_note(topic_, 0, name, note);
        return put.ok() ? ErrorCode::none : put.error().code;
    };
    EXPECT_EQ(code("", {}), ErrorCode::usage);
    EXPECT_EQ(code("a/b", {}), ErrorCode::usage);
    EXPECT_EQ(code("..", {.position = -1}), ErrorCode::usage);
    EXPECT_EQ(code("a", {.text = "two\nlines"}), ErrorCode::usage);
    EXPECT_EQ(code("a", {.text = std::string(note_bytes_max + 1, 'x')}), ErrorCode::usage);
    EXPECT_EQ(log().note(topic_, 0, "a/b").error().code, ErrorCode::usage);
}

TEST_P(LogConformance, KeepsRandomRecordsInOrderFromAnyPlace) {
    create({.name = topic_, .max_message_bytes = 400'000});
    std::mt19937_64 random(seed());
    std::vector<std::string> values;
    auto writer = log().writer(topic_, 0);
    ASSERT_TRUE(succeeded(writer));
    while (values.size() < 20'000) {
        // References into `values` must stay valid while the records borrow them.
        std::vector<std::string> batch(random() % 300 + 1);
        std::vector<NewRecord> records;
        for (std::string& value : batch) {
            const std::size_t bytes = random() % 500 == 0 ? random() % 300'000 : random() % 300;
            value = std::string(bytes, static_cast<char>('a' + random() % 26));
            records.push_back(valued(value));
        }
        ASSERT_TRUE(succeeded((*writer)->append(records)));
        values.insert(values.end(), batch.begin(), batch.end());
        if (random() % 8 == 0) {
            ASSERT_EQ((*writer)->sync().value(), static_cast<std::int64_t>(values.size()));
        }
    }
    ASSERT_EQ((*writer)->sync().value(), static_cast<std::int64_t>(values.size()));
    EXPECT_TRUE(read_from(log(), 0, 0) == values);
    for (int i = 0; i < 5; ++i) {
        const std::size_t from = random() % values.size();
        const std::vector<std::string> tail(values.begin() + static_cast<std::ptrdiff_t>(from),
                                            values.end());
        EXPECT_TRUE(read_from(log(), 0, static_cast<std::int64_t>(from)) == tail) << from;
    }
}

}  // namespace fiscus::log
