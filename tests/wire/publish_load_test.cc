// Publishing the load puts every record where it belongs. Method: publish to a local log of several
// partitions, read everything back and compare it with the load generated once more.
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "bench/load/publish.h"
#include "bench/load/standard_load.h"
#include "engine/log/local_log.h"
#include "engine/log/topics.h"
#include "tests/wire/scratch.h"

namespace fiscus::load {
namespace {

constexpr LoadOptions options{.events = 24'000, .seed = 11, .programmes = 4};
constexpr std::int32_t partitions = 3;

std::vector<std::string> read_all(log::Log& log, std::int32_t partition) {
    std::vector<std::string> texts;
    const auto extent = log.extent(log::events_topic, partition);
    if (!extent.ok()) {
        ADD_FAILURE() << extent.error().text();
        return texts;
    }
    auto reader = log.reader(log::events_topic, partition, extent.value().first);
    if (!reader.ok()) {
        ADD_FAILURE() << reader.error().text();
        return texts;
    }
    std::int64_t next = extent.value().first;
    while (next < extent.value().end) {
        const auto records = (*reader)->read(1'000, std::chrono::seconds(10));
        if (!records.ok() || records.value().empty()) {
            ADD_FAILURE() << "the log ends at " << next;
            break;
        }
        for (const log::Record& record : records.value()) {
            texts.push_back(
                std::to_string(record.timestamp_us) + " " + std::string(as_text(record.key)) +
                (record.value_is_null ? " null " : " ") + std::string(as_text(record.value)));
            next = record.offset + 1;
        }
    }
    return texts;
}

TEST(PublishLoad, WritesEachProgrammeToItsPartitionInOrder) {
    const wire_test::Scratch scratch;
    auto log = log::open_local_log(scratch.path(), true);
    ASSERT_TRUE(log.ok()) << log.error().text();
    ASSERT_TRUE((*log)->create(log::topic_plans(partitions)).ok());
    StandardLoad load(options);
    std::uint64_t told = 0;
    const auto published =
        publish(**log, load, {.sync_every = 5'000, .progress = [&told](std::uint64_t n) {
                                  told = n;
                                  return true;
                              }});
    ASSERT_TRUE(published.ok()) << published.error().text();
    EXPECT_EQ(published.value().records, options.events);
    EXPECT_EQ(told, options.events);

    std::map<std::int32_t, std::vector<std::string>> expected;
    StandardLoad again(options);
    LoadBatch batch;
    while (again.next(batch)) {
        for (const log::NewRecord& record : batch.records()) {
            expected[partition_of_key(as_text(record.key), partitions)].push_back(
                std::to_string(record.timestamp_us) + " " + std::string(as_text(record.key)) +
                (record.value_is_null ? " null " : " ") + std::string(as_text(record.value)));
        }
    }
    for (std::int32_t partition = 0; partition < partitions; ++partition) {
        EXPECT_EQ(read_all(**log, partition), expected[partition]) << "partition " << partition;
    }
}

TEST(PublishLoad, SaysWhatToDoWhenTheTopicIsMissing) {
    const wire_test::Scratch scratch;
    auto log = log::open_local_log(scratch.path(), true);
    ASSERT_TRUE(log.ok()) << log.error().text();
    StandardLoad load(options);
    const auto published = publish(**log, load);
    ASSERT_FALSE(published.ok());
    EXPECT_EQ(published.error().code, ErrorCode::not_found);
    EXPECT_NE(published.error().text().find("topics apply"), std::string::npos);
}

TEST(PublishLoad, StopsWhenAskedAndKeepsWhatItWrote) {
    const wire_test::Scratch scratch;
    auto log = log::open_local_log(scratch.path(), true);
    ASSERT_TRUE(log.ok()) << log.error().text();
    ASSERT_TRUE((*log)->create(log::topic_plans(1)).ok());
    StandardLoad load(options);
    const auto published = publish(**log, load, {.progress = [](std::uint64_t) { return false; }});
    ASSERT_FALSE(published.ok());
    EXPECT_EQ(published.error().code, ErrorCode::interrupted);
    const auto extent = (*log)->extent(log::events_topic, 0);
    ASSERT_TRUE(extent.ok());
    EXPECT_EQ(static_cast<std::uint64_t>(extent.value().end), load.records_generated());
}

}  // namespace
}  // namespace fiscus::load
