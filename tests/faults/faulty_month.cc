#include "tests/faults/faulty_month.h"

#include <chrono>

#include <gtest/gtest.h>

#include "engine/journal/block.h"
#include "engine/log/topics.h"
#include "tests/support/wait.h"

namespace fiscus::faults {
namespace {

using std::chrono::milliseconds;

// Records of the journal that are no claims.
std::int64_t entry_blocks(log::Log& log) {
    auto extent = log.extent(log::journal_topic, 0);
    EXPECT_TRUE(extent.ok()) << extent.error().text();
    auto reader = log.reader(log::journal_topic, 0, extent->first);
    EXPECT_TRUE(reader.ok()) << reader.error().text();
    journal::BlockDecoder decoder;
    std::int64_t blocks = 0;
    std::int64_t next = extent->first;
    while (next < extent->end) {
        auto records = reader.value()->read(1'000, milliseconds(10'000));
        if (!records.ok() || records->empty()) {
            ADD_FAILURE() << "the journal ends before its end";
            break;
        }
        for (const log::Record& record : *records) {
            next = record.offset + 1;
            auto view = journal::open_record(decoder, record, 0);
            EXPECT_TRUE(view.ok()) << view.error().text();
            blocks += view.ok() && view->header().kind == wire::BlockKind::entries ? 1 : 0;
        }
    }
    return blocks;
}

}  // namespace

void generate(const Words& place,
              std::uint64_t events,
              std::uint32_t first_programme,
              const std::string& output) {
    Words words{"generate",
                "--programme",
                "vouchers",
                "--events",
                std::to_string(events),
                "--seed",
                std::to_string(first_programme),
                "--first-programme",
                std::to_string(first_programme)};
    words.insert(words.end(), place.begin(), place.end());
    ASSERT_EQ(crash::run_to_exit(words, output), 0) << support::text_of(output);
}

Words run_of(const Words& place, const std::filesystem::path& state) {
    Words words{"run", "--until-end", "--state", state.string(), "--event-stamps", "publisher"};
    words.insert(words.end(), place.begin(), place.end());
    return words;
}

std::map<std::string, std::int64_t> published(log::Log& log) {
    std::map<std::string, std::int64_t> ends;
    for (const log::TopicPlan& plan : log::topic_plans(1)) {
        // A topic that was taken away has no end; one whose broker has just started tells it soon.
        auto found = log.describe(plan.name);
        EXPECT_TRUE(found.ok()) << found.error().text();
        ends[plan.name] = -1;
        if (found.ok() && *found) {
            EXPECT_TRUE(support::wait_until(
                [&] {
                    auto extent = log.extent(plan.name, 0);
                    ends[plan.name] = extent.ok() ? extent->end : -1;
                    return extent.ok();
                },
                milliseconds(30'000)))
                << plan.name << " does not tell where it ends";
        }
    }
    if (ends[std::string(log::journal_topic)] > 0) {
        ends[std::string(log::journal_topic)] = entry_blocks(log);
    }
    return ends;
}

std::string expect_refused(const Words& words,
                           int exit_code,
                           const std::vector<std::string>& says,
                           log::Log& log,
                           const std::string& output) {
    const auto before = published(log);
    EXPECT_EQ(crash::run_to_exit(words, output), exit_code);
    const std::string text = support::text_of(output);
    for (const std::string& part : says) {
        EXPECT_NE(text.find(part), std::string::npos) << "“" << part << "” is not said in:\n"
                                                      << text;
    }
    EXPECT_EQ(published(log), before) << "something was published by a start that was refused";
    return text;
}

void expect_same(const crash::Seen& seen, const crash::Seen& whole) {
    EXPECT_EQ(seen.entries, whole.entries);
    EXPECT_EQ(seen.journal, whole.journal);
    EXPECT_EQ(seen.state_digest, whole.state_digest);
    EXPECT_EQ(seen.topics, whole.topics);
}

}  // namespace fiscus::faults
