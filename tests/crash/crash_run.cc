#include "tests/crash/crash_run.h"

#include <algorithm>
#include <chrono>
#include <csignal>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "engine/journal/reader.h"
#include "engine/log/topics.h"
#include "tests/support/rows.h"
#include "tests/support/wait.h"

namespace fiscus::crash {
namespace {

using std::chrono::milliseconds;
using support::Child;

// No life of the program takes that long, on any machine that runs these tests.
constexpr milliseconds life_max{240'000};

Child::Words command(const std::vector<std::string>& arguments) {
    Child::Words words = {program()};
    words.insert(words.end(), arguments.begin(), arguments.end());
    return words;
}

// What a reader of a topic's partition is left with, in order: how many records, and the hash of
// keys and values. Of a compacted topic that is the last record of each key, whatever the broker
// has taken away so far. Journal blocks differ after restarts, so only their entries are compared.
std::pair<std::uint64_t, Hash128> records_of(log::Log& log,
                                             std::string_view topic,
                                             std::int32_t partition) {
    const auto info = log.describe(topic);
    EXPECT_TRUE(info.ok() && info.value()) << topic;
    const bool compacted = info.ok() && info.value() && info.value()->plan.compacted;
    auto extent = log.extent(topic, partition);
    EXPECT_TRUE(extent.ok()) << extent.error().text();
    auto reader = log.reader(topic, partition, extent->first);
    EXPECT_TRUE(reader.ok()) << reader.error().text();
    std::map<std::string, std::uint64_t> kept;
    std::int64_t next = extent->first;
    while (next < extent->end) {
        auto records = reader.value()->read(10'000, milliseconds(10'000));
        EXPECT_TRUE(records.ok()) << records.error().text();
        if (!records.ok() || records->empty()) {
            ADD_FAILURE() << topic << " ends before its end";
            break;
        }
        for (const log::Record& record : *records) {
            next = record.offset + 1;
            const std::string place =
                compacted ? std::string(as_text(record.key)) : fmt::format("{:020}", record.offset);
            kept[place] = xxh3_64(record.key, record.value);
        }
    }
    Hash128 hash;
    for (const auto& [place, one] : kept) {
        hash = xxh3_128(std::as_bytes(std::span(&hash, 1)), std::as_bytes(std::span(&one, 1)));
    }
    return {kept.size(), hash};
}

}  // namespace

int run_to_exit(const std::vector<std::string>& arguments, const std::string& output_file) {
    return run_to_end(arguments, output_file).code;
}

Ended run_to_end(const std::vector<std::string>& arguments, const std::string& output_file) {
    Child child(command(arguments), output_file);
    const int code = child.wait();
    return {.code = code, .resident_bytes_max = child.resident_bytes_max()};
}

bool run_and_kill(const std::vector<std::string>& arguments,
                  const std::string& output_file,
                  const std::function<bool()>& due) {
    Child child(command(arguments), output_file);
    if (!child.started()) {
        return false;
    }
    const bool in_time = support::wait_until([&] { return child.ended() || due(); }, life_max);
    EXPECT_TRUE(in_time) << "the program neither ended nor came far enough to be killed";
    if (!child.ended()) {
        child.signal(SIGKILL);
        child.wait();
    }
    if (child.exited()) {
        EXPECT_EQ(child.exit_code(), 0) << text_of(output_file);
    }
    return child.exited() && child.exit_code() == 0;
}

JournalWatch::JournalWatch(log::Log& log) {
    auto reader = journal::JournalReader::open(log, 0, {});
    EXPECT_TRUE(reader.ok()) << reader.error().text();
    reader_ = std::move(reader).value();
}

std::uint64_t JournalWatch::entries() {
    while (true) {
        auto block = reader_->next(milliseconds(0));
        EXPECT_TRUE(block.ok()) << block.error().text();
        if (!block.ok() || !block->has_value()) {
            return reader_->cursor().next_sequence - 1;
        }
    }
}

void disturb(const std::vector<std::string>& run,
             const std::string& output_file,
             log::Log& log,
             const Disturbance& disturbance,
             std::mt19937_64& random) {
    // The last tenth stays free, so that nobody ends between the look at the journal and the kill.
    std::vector<std::uint64_t> places(disturbance.kills);
    for (std::uint64_t& place : places) {
        place = random() % (disturbance.events * 9 / 10);
    }
    std::sort(places.begin(), places.end());
    JournalWatch watch(log);
    std::uint64_t killed = 0;
    for (std::uint64_t life = 0; killed < disturbance.kills; ++life) {
        ASSERT_LT(life, 10 * disturbance.kills) << "only " << killed << " kills";
        const bool early = random() % 4 == 0 || watch.entries() >= disturbance.events;
        const auto patience = milliseconds(random() % (early ? 100 : 20));
        auto since = std::chrono::steady_clock::now();
        bool there = early;
        const bool finished = run_and_kill(run, output_file, [&] {
            if (!there && watch.entries() > places[killed]) {
                there = true;
                since = std::chrono::steady_clock::now();
            }
            return there && std::chrono::steady_clock::now() - since >= patience;
        });
        ASSERT_FALSE(testing::Test::HasFailure());
        if (finished) {
            std::filesystem::remove_all(disturbance.state_dir);
        } else {
            ++killed;
        }
    }
    ASSERT_EQ(run_to_exit(run, output_file), 0) << text_of(output_file);
}

Seen look(log::Log& log) {
    Seen seen;
    auto reader = journal::JournalReader::open(log, 0, {});
    EXPECT_TRUE(reader.ok()) << reader.error().text();
    auto extent = log.extent(log::journal_topic, 0);
    EXPECT_TRUE(extent.ok()) << extent.error().text();
    while (reader.ok() && extent.ok()) {
        auto block = reader.value()->next_before(extent->end, milliseconds(10'000));
        EXPECT_TRUE(block.ok()) << block.error().text();
        if (!block.ok() || !block->has_value()) {
            EXPECT_GE(reader.value()->cursor().next_offset, extent->end)
                << "the journal's tail did not come in time";
            break;
        }
        for (const wire::Entry& entry : (*block)->view.entries()) {
            EXPECT_EQ(entry.sequence(), ++seen.entries);
            seen.journal = xxh3_128(std::as_bytes(std::span(&seen.journal, 1)),
                                    std::as_bytes(std::span(&entry, 1)));
        }
        seen.state_digest = (*block)->view.header().state_digest;
    }
    for (const std::string_view topic : support::row_topics) {
        seen.topics[std::string(topic)] = records_of(log, topic, 0);
    }
    return seen;
}

Rows rows_of(log::Log& log) {
    Rows all;
    for (const std::string_view topic : support::row_topics) {
        auto& rows = all.rows[std::string(topic)];
        const auto info = log.describe(topic);
        auto extent = log.extent(topic, 0);
        auto reader = log.reader(topic, 0, 0);
        EXPECT_TRUE(info.ok() && info.value() && extent.ok() && reader.ok()) << topic;
        std::uint64_t last = 0;
        for (std::int64_t next = 0; next < extent->end;) {
            auto records = reader.value()->read(10'000, milliseconds(10'000));
            if (!records.ok() || records->empty()) {
                ADD_FAILURE() << topic << " ends before its end";
                break;
            }
            for (const log::Record& record : *records) {
                next = record.offset + 1;
                const std::uint64_t number = support::row_number_of(as_text(record.value));
                EXPECT_GT(number, 0U) << topic << " at offset " << record.offset;
                const std::uint64_t hash = xxh3_64(record.key, record.value);
                if (info.value()->plan.compacted) {
                    rows[std::string(as_text(record.key))] = hash;
                } else if (number > last) {
                    EXPECT_EQ(number, last + 1) << topic << " at offset " << record.offset;
                    last = number;
                    rows[std::to_string(number)] = hash;
                } else {
                    EXPECT_EQ(rows[std::to_string(number)], hash) << "a repeat that differs";
                    ++all.repeats;
                }
            }
        }
    }
    return all;
}

}  // namespace fiscus::crash
