// Aim: a replay finds the published journal and statistics right when they are, and otherwise names
// the first difference with its place and field. Method: a small standard load through the whole
// pipeline over a local log; then the same log seen through glass that alters or hides one record
// of one topic, or hides its beginning.
#include "engine/app/replay.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/load/publish.h"
#include "bench/load/standard_load.h"
#include "engine/app/pipeline.h"
#include "engine/log/local_log.h"
#include "engine/log/topics.h"
#include "tests/unit/app/support.h"

namespace fiscus::app {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

// Which record to show with other bytes, or not at all; from where on the topic is there.
struct Alteration {
    std::string topic;
    std::int64_t offset = -1;
    std::vector<std::byte> value;
    bool hidden = false;
    std::int64_t first = 0;
};

class AlteredReader final : public log::Reader {
public:
    AlteredReader(std::unique_ptr<log::Reader> inner, const Alteration* alteration)
        : inner_(std::move(inner)), alteration_(alteration) {}

    Result<std::span<const log::Record>> read(std::size_t records_max,
                                              std::chrono::milliseconds wait) override {
        FISCUS_ASSIGN(const auto records, inner_->read(records_max, wait));
        records_.assign(records.begin(), records.end());
        for (log::Record& record : records_) {
            if (alteration_ != nullptr && record.offset == alteration_->offset) {
                record.value = alteration_->value;
            }
        }
        std::erase_if(records_, [this](const log::Record& record) {
            return alteration_ != nullptr && alteration_->hidden &&
                   record.offset == alteration_->offset;
        });
        return std::span<const log::Record>(records_);
    }
    [[nodiscard]] std::int64_t position() const override { return inner_->position(); }
    Status seek(std::int64_t offset) override { return inner_->seek(offset); }

private:
    std::unique_ptr<log::Reader> inner_;
    const Alteration* alteration_;
    std::vector<log::Record> records_;
};

class AlteredLog final : public log::Log {
public:
    AlteredLog(log::Log& inner, Alteration alteration)
        : inner_(inner), alteration_(std::move(alteration)) {}

    Result<std::string> identity() override { return inner_.identity(); }
    Result<std::optional<log::TopicInfo>> describe(std::string_view topic) override {
        return inner_.describe(topic);
    }
    Status create(std::span<const log::TopicPlan> plans) override { return inner_.create(plans); }
    Result<log::Extent> extent(std::string_view topic, std::int32_t partition) override {
        FISCUS_ASSIGN(log::Extent extent, inner_.extent(topic, partition));
        if (topic == alteration_.topic) {
            extent.first = std::max(extent.first, alteration_.first);
        }
        return extent;
    }
    Result<std::unique_ptr<log::Reader>> reader(std::string_view topic,
                                                std::int32_t partition,
                                                std::int64_t offset) override {
        FISCUS_ASSIGN(auto reader, inner_.reader(topic, partition, offset));
        return std::unique_ptr<log::Reader>(std::make_unique<AlteredReader>(
            std::move(reader), topic == alteration_.topic ? &alteration_ : nullptr));
    }
    Result<std::unique_ptr<log::Writer>> writer(std::string_view topic, std::int32_t) override {
        ADD_FAILURE() << "a replay writes nothing, also not to " << topic;
        return Error{ErrorCode::io, "read only", "", ""};
    }

private:
    log::Log& inner_;
    Alteration alteration_;
};

constexpr std::uint64_t events = 6'000;

// One published month for all tests; they only read it.
class ReplayTest : public ::testing::Test {
protected:
    static void SetUpTestSuite() {
        shared_directory = std::make_unique<test::TemporaryDirectory>();
        auto opened = log::open_local_log(shared_directory->path() / "log", true);
        ASSERT_TRUE(opened.ok()) << opened.error().text();
        shared_log = std::move(opened).value();
        const auto plans = log::topic_plans(1);
        ASSERT_TRUE(shared_log->create(plans).ok());
        load::StandardLoad load({.events = events, .seed = 5});
        ASSERT_TRUE(load::publish(*shared_log, load).ok());
        PipelineOptions options;
        options.until_end = true;
        options.engine_options.state_dir = shared_directory->path() / "state";
        options.engine_options.memory_bytes = 128U << 20;
        options.engine_options.turn_records = 500;
        options.statistics_options.directory =
            (shared_directory->path() / "state/statistics").string();
        options.statistics_options.memory_bytes = 64U << 20;
        FiguresBoard board;
        const auto result =
            run_pipeline(*shared_log, options, board, [](const Figures&) { return true; });
        ASSERT_TRUE(result.ok()) << result.error().text();
        shared_digest = result.value().digest;
    }
    static void TearDownTestSuite() {
        shared_log.reset();
        shared_directory.reset();
    }

    // An altered record, and what comes out.
    static JournalReplay journal_with(Alteration alteration) {
        AlteredLog altered(*shared_log, std::move(alteration));
        const test::TemporaryDirectory own;
        VerifiedJournal verified;
        auto result = replay_journal(
            altered, verified,
            {.directory = own.path(), .memory_bytes = 128U << 20, .progress = nullptr});
        EXPECT_TRUE(result.ok()) << result.error().text();
        return result.ok() ? std::move(result).value() : JournalReplay{};
    }

    // The same of the statistics, whose journal is right.
    static Result<StatisticsReplay> statistics_with(Alteration alteration) {
        AlteredLog altered(*shared_log, std::move(alteration));
        const test::TemporaryDirectory own;
        const ReplayOptions options{
            .directory = own.path(), .memory_bytes = 128U << 20, .progress = nullptr};
        VerifiedJournal verified;
        FISCUS_ASSIGN(const JournalReplay journal, replay_journal(altered, verified, options));
        EXPECT_EQ(journal.difference, "");
        return replay_statistics(altered, verified, options);
    }

    static std::vector<std::byte> value_of(std::string_view topic, std::int64_t offset) {
        const auto reader = shared_log->reader(topic, 0, offset);
        EXPECT_TRUE(reader.ok());
        const auto records = reader.value()->read(1, std::chrono::seconds(10));
        EXPECT_TRUE(records.ok() && !records.value().empty());
        const Bytes value = records.value().front().value;
        return {value.begin(), value.end()};
    }

    static std::unique_ptr<test::TemporaryDirectory> shared_directory;
    static std::unique_ptr<log::Log> shared_log;
    static Hash128 shared_digest;
};

std::unique_ptr<test::TemporaryDirectory> ReplayTest::shared_directory;
std::unique_ptr<log::Log> ReplayTest::shared_log;
Hash128 ReplayTest::shared_digest;

TEST_F(ReplayTest, FindsTheJournalAndTheStatisticsRight) {
    AlteredLog untouched(*shared_log, {});
    const test::TemporaryDirectory own;
    const ReplayOptions options{
        .directory = own.path(), .memory_bytes = 128U << 20, .progress = nullptr};
    VerifiedJournal verified;
    const auto journal = replay_journal(untouched, verified, options);
    ASSERT_TRUE(journal.ok()) << journal.error().text();
    EXPECT_EQ(journal.value().difference, "");
    EXPECT_EQ(journal.value().entries, events);
    EXPECT_EQ(journal.value().blocks, events / 500);
    EXPECT_EQ(journal.value().digest, shared_digest);
    EXPECT_EQ(journal.value().events_beyond, 0U);
    const auto statistics = replay_statistics(untouched, verified, options);
    ASSERT_TRUE(statistics.ok()) << statistics.error().text();
    EXPECT_EQ(statistics.value().difference, "");
    EXPECT_GT(statistics.value().rows, 0U);
}

TEST_F(ReplayTest, BothAtOnceSayTheSame) {
    AlteredLog untouched(*shared_log, {});
    const test::TemporaryDirectory own;
    std::uint64_t shown = 0;
    const auto both = replay(untouched, {.directory = own.path(),
                                         .memory_bytes = 256U << 20,
                                         .progress = [&shown](std::uint64_t done, std::uint64_t) {
                                             shown = done;
                                             return true;
                                         }});
    ASSERT_TRUE(both.ok()) << both.error().text();
    EXPECT_EQ(both.value().journal.difference, "");
    EXPECT_EQ(both.value().journal.digest, shared_digest);
    EXPECT_EQ(both.value().statistics.difference, "");
    EXPECT_GT(both.value().statistics.rows, 0U);
    EXPECT_LE(shown, events);
}

TEST_F(ReplayTest, AJournalThatDiffersLeavesTheStatisticsUnlookedAt) {
    AlteredLog altered(*shared_log, {std::string(log::events_topic), 4'321, {}});
    const test::TemporaryDirectory own;
    const auto both =
        replay(altered, {.directory = own.path(), .memory_bytes = 256U << 20, .progress = nullptr});
    ASSERT_TRUE(both.ok()) << both.error().text();
    EXPECT_NE(both.value().journal.difference, "");
    EXPECT_EQ(both.value().statistics.difference, "");
}

TEST_F(ReplayTest, BothStopWhenTheyAreAsked) {
    const test::TemporaryDirectory own;
    const auto both = replay(
        *shared_log, {.directory = own.path(),
                      .memory_bytes = 256U << 20,
                      .progress = [](std::uint64_t done, std::uint64_t) { return done < 500; }});
    ASSERT_FALSE(both.ok());
    EXPECT_EQ(both.error().code, ErrorCode::interrupted);
}

TEST_F(ReplayTest, NamesTheFieldOfAnAlteredEvent) {
    const JournalReplay replay = journal_with({std::string(log::events_topic), 4'321, {}});
    EXPECT_THAT(replay.difference,
                AllOf(HasSubstr("partition 0, ledger sequence 4322"),
                      HasSubstr("outcome: published \""), HasSubstr("recomputed \"quarantined\"")));
    EXPECT_LT(replay.entries, events);
}

TEST_F(ReplayTest, NamesAnEventThatIsAnotherOfTheSameKind) {
    // The bytes of the neighbour: sound, but said twice, so it comes out as a duplicate.
    const JournalReplay replay =
        journal_with({std::string(log::events_topic), 3'001, value_of(log::events_topic, 3'000)});
    EXPECT_THAT(replay.difference, HasSubstr("ledger sequence 3002"));
}

TEST_F(ReplayTest, AnAlteredStatisticIsAFindingWithKeyAndField) {
    std::vector<std::byte> row = value_of(log::statistics_history_topic, 7);
    const std::string_view field = "\"issued_count\":";
    const std::size_t at = as_text(row).find(field) + field.size();
    ASSERT_LT(at, row.size());
    row[at] = std::byte{'-'};
    const auto statistics = statistics_with({std::string(log::statistics_history_topic), 7, row});
    ASSERT_TRUE(statistics.ok()) << statistics.error().text();
    EXPECT_THAT(statistics.value().difference,
                AllOf(HasSubstr("offset 7 of fiscus.statistics.daily.history.v1"),
                      HasSubstr("row 8 with key 1/"), HasSubstr("issued_count: published -"),
                      HasSubstr(", recomputed ")));
}

TEST_F(ReplayTest, AMissingStatisticIsAFinding) {
    const auto extent = shared_log->extent(log::statistics_history_topic, 0);
    ASSERT_TRUE(extent.ok());
    for (const std::int64_t offset : {std::int64_t{11}, extent.value().end - 1}) {
        const auto statistics =
            statistics_with({.topic = std::string(log::statistics_history_topic),
                             .offset = offset,
                             .value = {},
                             .hidden = true});
        ASSERT_TRUE(statistics.ok()) << statistics.error().text();
        EXPECT_THAT(statistics.value().difference,
                    AllOf(HasSubstr("row " + std::to_string(offset + 1) + " with key 1/"),
                          HasSubstr("is missing in fiscus.statistics.daily.history.v1")));
    }
}

TEST_F(ReplayTest, ATopicOfStatisticsWithoutItsBeginningIsAnError) {
    for (const std::string_view topic :
         {log::statistics_topic, log::statistics_history_topic, log::reconciliation_topic}) {
        const auto extent = shared_log->extent(topic, 0);
        ASSERT_TRUE(extent.ok());
        const auto statistics = statistics_with(
            {.topic = std::string(topic), .value = {}, .first = extent.value().end});
        ASSERT_FALSE(statistics.ok());
        EXPECT_EQ(statistics.error().code, ErrorCode::log_mismatch);
        EXPECT_THAT(statistics.error().text(), HasSubstr(topic));
    }
}

TEST_F(ReplayTest, AskedToStopItStops) {
    const test::TemporaryDirectory own;
    VerifiedJournal verified;
    const auto result = replay_journal(
        *shared_log, verified,
        {.directory = own.path(),
         .memory_bytes = 128U << 20,
         .progress = [](std::uint64_t done, std::uint64_t) { return done < 1'000; }});
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.error().code, ErrorCode::interrupted);
}

}  // namespace
}  // namespace fiscus::app
