#include "tests/faults/acknowledged.h"

#include <chrono>
#include <fstream>
#include <map>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

#include "bench/load/standard_load.h"
#include "engine/journal/reader.h"
#include "engine/log/local_log.h"
#include "engine/log/start_check.h"
#include "engine/log/topics.h"
#include "tests/support/wait.h"

namespace fiscus::faults {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t records_each_sync = 20;
constexpr milliseconds patience{120'000};

std::uint64_t hash_of(const log::NewRecord& record) { return xxh3_64(record.key, record.value); }

// Each record of a topic, in order.
template <typename Visit>
void read_events(log::Log& log, const Visit& visit) {
    auto extent = log.extent(log::events_topic, 0);
    ASSERT_TRUE(extent.ok()) << extent.error().text();
    auto reader = log.reader(log::events_topic, 0, extent->first);
    ASSERT_TRUE(reader.ok()) << reader.error().text();
    for (std::int64_t next = extent->first; next < extent->end;) {
        auto records = (*reader)->read(5'000, milliseconds(20'000));
        ASSERT_TRUE(records.ok()) << records.error().text();
        ASSERT_FALSE(records->empty()) << "the events end before their end";
        for (const log::Record& record : *records) {
            next = record.offset + 1;
            visit(record);
        }
    }
}

}  // namespace

JournalledPublisher::JournalledPublisher(log::Log& log,
                                         std::uint64_t events,
                                         std::filesystem::path journal)
    : journal_(std::move(journal)), thread_([this, &log, events] { run(log, events); }) {}

JournalledPublisher::~JournalledPublisher() {
    stop_ = true;
    thread_.join();
}

bool JournalledPublisher::wait() {
    return support::wait_until([this] { return acknowledged_ >= allowed_; }, patience);
}

void JournalledPublisher::run(log::Log& log, std::uint64_t events) {
    load::StandardLoad standard({.events = events});
    load::LoadBatch batch;
    std::ofstream journal(journal_);
    std::unique_ptr<log::Writer> writer;
    while (!stop_ && standard.next(batch, records_each_sync)) {
        const auto records = batch.records();
        for (bool there = false; !there && !stop_;) {
            if (!support::wait_until([this] { return stop_ || acknowledged_ < allowed_; },
                                     patience)) {
                return;
            }
            if (!writer) {
                auto opened = log.writer(log::events_topic, 0);
                if (!opened.ok()) {
                    continue;
                }
                writer = std::move(opened).value();
            }
            if (!writer->append(records).ok()) {
                writer.reset();
                ++writers_lost_;
                continue;
            }
            const auto end = writer->sync();
            if (!end.ok()) {
                // Whatever arrived of it will be a repeat.
                writer.reset();
                ++writers_lost_;
                continue;
            }
            std::int64_t offset = end.value() - static_cast<std::int64_t>(records.size());
            for (const log::NewRecord& record : records) {
                journal << offset++ << ' ' << hash_of(record) << '\n';
            }
            journal.flush();
            acknowledged_ += records.size();
            there = true;
        }
    }
}

std::uint64_t expect_all_kept(log::Log& log, const std::filesystem::path& journal) {
    std::map<std::int64_t, std::uint64_t> bytes;
    read_events(
        log, [&](const log::Record& record) { bytes[record.offset] = log::record_hash(record); });
    std::map<std::int64_t, std::uint64_t> entries;
    auto reader = journal::JournalReader::open(log, 0, {});
    auto extent = log.extent(log::journal_topic, 0);
    EXPECT_TRUE(reader.ok() && extent.ok());
    while (reader.ok() && extent.ok()) {
        auto block = (*reader)->next_before(extent->end, milliseconds(20'000));
        EXPECT_TRUE(block.ok()) << block.error().text();
        if (!block.ok() || !block->has_value()) {
            break;
        }
        for (const wire::Entry& entry : (*block)->view.entries()) {
            ++entries[entry.input_offset()];
        }
    }
    std::ifstream acknowledged(journal);
    std::uint64_t count = 0;
    std::int64_t offset = 0;
    for (std::uint64_t hash = 0; acknowledged >> offset >> hash; ++count) {
        EXPECT_EQ(bytes[offset], hash) << "what was acknowledged at " << offset << " is not there";
        EXPECT_EQ(entries[offset], 1U) << "entries of the record at " << offset;
        if (testing::Test::HasFailure()) {
            break;
        }
    }
    return count;
}

void copy_events(log::Log& from, const std::filesystem::path& to) {
    auto copy = log::open_local_log(to, true);
    ASSERT_TRUE(copy.ok()) << copy.error().text();
    ASSERT_TRUE((*copy)->create(log::topic_plans(1, log::Stamps::publisher)).ok());
    auto writer = (*copy)->writer(log::events_topic, 0);
    ASSERT_TRUE(writer.ok()) << writer.error().text();
    read_events(from, [&](const log::Record& record) {
        const std::vector<log::NewRecord> one{{.timestamp_us = record.timestamp_us,
                                               .key = record.key,
                                               .value = record.value,
                                               .key_is_null = record.key_is_null,
                                               .value_is_null = record.value_is_null}};
        EXPECT_TRUE((*writer)->append(one).ok());
    });
    EXPECT_TRUE((*writer)->sync().ok());
}

}  // namespace fiscus::faults
