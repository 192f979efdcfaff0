// log_append: a turn of events appended to the local log and synced, again and again (group
// commit). log_read: the whole load read back through the checksums. Floors: the same bytes through
// write and fdatasync, and through read, without frames. Wall time, because a sync is waiting.
#include <algorithm>
#include <fcntl.h>
#include <vector>

#include "bench/micro/corpus.h"
#include "bench/support/scratch_directory.h"
#include "engine/base/check.h"
#include "engine/base/hash.h"
#include "engine/log/file.h"
#include "engine/log/local_log.h"
#include "engine/log/topics.h"

namespace fiscus::bench {
namespace {

constexpr std::size_t read_bytes = std::size_t{2} << 20;

std::vector<log::NewRecord> new_records(std::span<const log::Record> records) {
    std::vector<log::NewRecord> made;
    for (const log::Record& record : records) {
        made.push_back({.timestamp_us = record.timestamp_us,
                        .key = record.key,
                        .value = record.value,
                        .key_is_null = record.key_is_null,
                        .value_is_null = record.value_is_null});
    }
    return made;
}

// Keys and values of a turn one after the other.
std::vector<std::byte> bytes_of(std::span<const log::Record> records) {
    std::vector<std::byte> bytes;
    for (const log::Record& record : records) {
        bytes.insert(bytes.end(), record.key.begin(), record.key.end());
        bytes.insert(bytes.end(), record.value.begin(), record.value.end());
    }
    return bytes;
}

std::unique_ptr<log::Log> open_log(const ScratchDirectory& directory) {
    auto log = log::open_local_log(directory.path() / "log", true);
    FISCUS_CHECK(log.ok() && log.value()->create(log::topic_plans(1)).ok(),
                 "a log is made in an empty directory");
    return std::move(log).value();
}

std::unique_ptr<log::Writer> open_writer(log::Log& log) {
    auto writer = log.writer(log::events_topic, 0);
    FISCUS_CHECK(writer.ok(), "a new log has no other writer");
    return std::move(writer).value();
}

void append_and_sync(benchmark::State& bench, const Corpus& corpus) {
    const ScratchDirectory directory;
    const auto log = open_log(directory);
    const auto writer = open_writer(*log);
    const auto records = new_records(corpus.turns().front().records);
    std::int64_t end = 0;
    for ([[maybe_unused]] auto iteration : bench) {
        const bool appended = writer->append(records).ok();
        auto synced = writer->sync();
        FISCUS_CHECK(appended && synced.ok(), "the disk takes a turn");
        end += static_cast<std::int64_t>(records.size());
        FISCUS_CHECK(synced.value() == end, "every record of the turn is durable");
    }
    report(bench, records.size());
}

void write_and_sync(benchmark::State& bench, const Corpus& corpus) {
    const ScratchDirectory directory;
    const std::filesystem::path path = directory.path() / "bytes";
    auto file = log::open_file(path, O_RDWR | O_CREAT);
    FISCUS_CHECK(file.ok(), "a file is made in an empty directory");
    const Turn& turn = corpus.turns().front();
    const std::vector<std::byte> bytes = bytes_of(turn.records);
    std::uint64_t position = 0;
    for ([[maybe_unused]] auto iteration : bench) {
        FISCUS_CHECK(
            log::write_at(*file, bytes, position, path).ok() && log::sync_file(*file, path).ok(),
            "the disk takes a turn");
        position += bytes.size();
    }
    bench.SetLabel("write and fdatasync of the same bytes");
    report(bench, turn.records.size());
}

void read_log(benchmark::State& bench, const Corpus& corpus) {
    const ScratchDirectory directory;
    const auto log = open_log(directory);
    const auto writer = open_writer(*log);
    FISCUS_CHECK(writer->append(new_records(corpus.records())).ok() && writer->sync().ok(),
                 "the disk takes the load");
    for ([[maybe_unused]] auto iteration : bench) {
        auto reader = log->reader(log::events_topic, 0, 0);
        FISCUS_CHECK(reader.ok(), "a log that was written can be read");
        std::uint64_t records = 0;
        std::uint64_t bytes = 0;
        while (records < corpus.records().size()) {
            auto read = reader.value()->read(8'192, std::chrono::milliseconds(0));
            FISCUS_CHECK(read.ok() && !read.value().empty(), "nothing that was synced is missing");
            records += read.value().size();
            for (const log::Record& record : read.value()) {
                bytes += record.value.size();
            }
        }
        FISCUS_CHECK(bytes == corpus.value_bytes(), "every byte comes back");
    }
    report(bench, corpus.records().size());
}

void read_file(benchmark::State& bench, const Corpus& corpus) {
    const ScratchDirectory directory;
    const std::filesystem::path path = directory.path() / "bytes";
    const std::vector<std::byte> bytes = bytes_of(corpus.records());
    FISCUS_CHECK(log::write_new_file(path, bytes).ok(), "the disk takes the load");
    auto file = log::open_file(path, O_RDONLY);
    FISCUS_CHECK(file.ok(), "a file that was written can be read");
    std::vector<std::byte> buffer(read_bytes);
    for ([[maybe_unused]] auto iteration : bench) {
        std::uint64_t done = 0;
        while (done < bytes.size()) {
            auto count = log::read_at(*file, buffer, done, path);
            FISCUS_CHECK(count.ok() && count.value() > 0, "nothing that was written is missing");
            done += count.value();
            benchmark::DoNotOptimize(buffer.data());
        }
    }
    bench.SetLabel("read of the same bytes");
    report(bench, corpus.records().size());
}

}  // namespace

void register_log(const Corpus& corpus) {
    add("log_append", corpus, append_and_sync)->UseRealTime();
    add("log_append/floor", corpus, write_and_sync)->UseRealTime();
    add("log_read", corpus, read_log)->UseRealTime();
    add("log_read/floor", corpus, read_file)->UseRealTime();
}

}  // namespace fiscus::bench
