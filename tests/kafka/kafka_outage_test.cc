// Aim: a broker that stops, dies or freezes loses nothing that was acknowledged, and nothing of
// ours waits for ever. Method: a broker of these tests' own is stopped, killed and frozen while
// records are on their way. Times are limits to fail at, not to wait for.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "tests/kafka/support.h"
#include "tests/support/wait.h"

namespace fiscus::log {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

// Numbered records, a sync every hundred, until told to stop; how many were acknowledged.
class Producer {
public:
    Producer(Log& log, const std::string& topic)
        : thread_([this, &log, topic] { run(log, topic); }) {}
    ~Producer() { finish(); }
    Producer(const Producer&) = delete;
    Producer& operator=(const Producer&) = delete;

    [[nodiscard]] int acknowledged() const { return acknowledged_; }
    void wait_for(int count) const {
        ASSERT_TRUE(
            support::wait_until([&] { return acknowledged_ >= count || failed_; }, seconds(60)));
        ASSERT_FALSE(failed_);
    }
    int finish() {
        stop_ = true;
        if (thread_.joinable()) {
            thread_.join();
        }
        return acknowledged_;
    }

private:
    void run(Log& log, const std::string& topic) {
        auto writer = log.writer(topic, 0);
        EXPECT_TRUE(succeeded(writer));
        int next = 0;
        while (writer.ok() && !stop_) {
            for (int i = 0; i < 100; ++i, ++next) {
                const std::string value = std::to_string(next);
                const std::vector records{
                    NewRecord{.value = as_byte_span(value), .key_is_null = true}};
                const auto appended = (*writer)->append(records);
                EXPECT_TRUE(succeeded(appended));
                failed_ = failed_ || !appended.ok();
            }
            const auto end = (*writer)->sync();
            EXPECT_TRUE(succeeded(end));
            if (!end.ok()) {
                failed_ = true;
                return;
            }
            acknowledged_ = next;
        }
    }

    std::atomic<bool> stop_{false};
    std::atomic<bool> failed_{false};
    std::atomic<int> acknowledged_{0};
    std::thread thread_;
};

// Reads until `count` records came and checks that they are numbered without hole or repeat.
void expect_numbered(Log& log, const std::string& topic, int count) {
    auto reader = log.reader(topic, 0, 0);
    ASSERT_TRUE(succeeded(reader));
    int next = 0;
    while (next < count) {
        const auto records = (*reader)->read(10'000, patience);
        ASSERT_TRUE(succeeded(records));
        ASSERT_FALSE(records.value().empty()) << "nothing after " << next << " of " << count;
        for (const Record& record : records.value()) {
            ASSERT_EQ(as_text(record.value), std::to_string(next));
            ++next;
        }
    }
}

// One broker for all of them, running when a test begins: a start takes seconds.
class KafkaOutage : public testing::Test {
protected:
    static void SetUpTestSuite() { owned() = std::make_unique<OwnBroker>(); }
    static void TearDownTestSuite() { owned().reset(); }
    void SetUp() override { broker().start(); }

    static OwnBroker& broker() { return *owned(); }

private:
    // The broker of all tests of the suite.
    static std::unique_ptr<OwnBroker>& owned() {
        static std::unique_ptr<OwnBroker> broker;
        return broker;
    }
};

TEST_F(KafkaOutage, ABrokerStoppedKilledAndFrozenMidProduceLosesAndRepeatsNothing) {
    const auto log = opened({.bootstrap = broker().address()});
    ASSERT_NE(log, nullptr);
    const std::string topic = fresh_topic();
    ASSERT_TRUE(succeeded(create(*log, {.name = topic})));
    Producer producer(*log, topic);
    producer.wait_for(1'000);

    broker().stop();
    broker().start();
    producer.wait_for(producer.acknowledged() + 1'000);
    broker().kill();
    broker().start();
    producer.wait_for(producer.acknowledged() + 1'000);
    broker().freeze();
    // Longer than the broker's session with its controller.
    const auto thawing = steady_clock::now() + seconds(2);
    support::wait_until([&] { return steady_clock::now() >= thawing; }, seconds(10));
    broker().thaw();
    producer.wait_for(producer.acknowledged() + 1'000);

    const int acknowledged = producer.finish();
    EXPECT_EQ(log->extent(topic, 0).value().end, acknowledged);
    expect_numbered(*log, topic, acknowledged);
}

TEST_F(KafkaOutage, AReaderGoesOnWhenTheBrokerIsBack) {
    const auto log = opened({.bootstrap = broker().address()});
    const std::string topic = fresh_topic();
    ASSERT_TRUE(succeeded(create(*log, {.name = topic})));
    ASSERT_TRUE(succeeded(write(*log, topic, 10, "")));
    auto reader = log->reader(topic, 0, 0);
    ASSERT_TRUE(succeeded(reader));
    ASSERT_EQ((*reader)->read(10, patience).value().size(), 10U);

    broker().stop();
    // Nothing, not an error: an outage shorter than the time allowed is waited out.
    const auto nothing = (*reader)->read(10, milliseconds(500));
    ASSERT_TRUE(succeeded(nothing));
    EXPECT_TRUE(nothing.value().empty());
    broker().start();
    ASSERT_TRUE(succeeded(write(*log, topic, 5, "later ")));
    const auto records = (*reader)->read(1, seconds(60));
    ASSERT_TRUE(succeeded(records));
    ASSERT_FALSE(records.value().empty());
    EXPECT_EQ(records.value()[0].offset, 10);
}

// librdkafka tells once that the last broker went away; records that it had fetched come after
// that.
TEST_F(KafkaOutage, AReaderWithRecordsLeftNoticesThatNobodyAnswers) {
    const auto log = opened({.bootstrap = broker().address(),
                             .answer_within = milliseconds(1'500),
                             .close_within = milliseconds(2'000)});
    const std::string topic = fresh_topic();
    ASSERT_TRUE(succeeded(create(*log, {.name = topic})));
    ASSERT_TRUE(succeeded(write(*log, topic, 100, "")));
    auto reader = log->reader(topic, 0, 0);
    ASSERT_TRUE(succeeded(reader));
    ASSERT_EQ((*reader)->read(1, patience).value().size(), 1U);
    broker().stop();
    for (int i = 1; i < 100; ++i) {
        support::wait_until([] { return false; }, milliseconds(20));
        ASSERT_EQ((*reader)->read(1, milliseconds(0)).value().size(), 1U);
    }
    Status left = Done{};
    EXPECT_TRUE(support::wait_until(
        [&] {
            auto records = (*reader)->read(1, milliseconds(100));
            left = records.ok() ? Status(Done{}) : Status(records.error());
            return !records.ok();
        },
        seconds(30)));
    EXPECT_TRUE(failed_with(left, ErrorCode::log_unavailable));
}

// Signs of life are left and looked for all the time, so also while the broker dies.
TEST_F(KafkaOutage, NotesFailWhileTheBrokerIsAwayAndComeBackWithIt) {
    const auto log = opened({.bootstrap = broker().address()});
    const std::string topic = fresh_topic();
    ASSERT_TRUE(succeeded(create(*log, {.name = topic})));
    const std::vector<std::string> names = {"fiscus.test.a", "fiscus.test.b"};
    for (int round = 0; round < 2; ++round) {
        std::atomic<bool> stop{false};
        std::atomic<int> left{0};
        std::atomic<int> failed{0};
        std::vector<std::jthread> writers;
        for (const std::string& name : names) {
            writers.emplace_back([&, name] {
                while (!stop) {
                    const Note note{.position = left, .text = "beat"};
                    const bool done =
                        log->put_note(topic, 0, name, note).ok() && log->note(topic, 0, name).ok();
                    ++(done ? left : failed);
                }
            });
        }
        EXPECT_TRUE(support::wait_until([&] { return left > 4; }, seconds(30)));
        broker().kill();
        EXPECT_TRUE(support::wait_until([&] { return failed > 1; }, seconds(30)));
        broker().start();
        const int before = left;
        EXPECT_TRUE(support::wait_until([&] { return left > before + 4; }, seconds(60)));
        stop = true;
    }
    for (const std::string& name : names) {
        ASSERT_TRUE(succeeded(log->put_note(topic, 0, name, {.position = 7, .text = name})));
        const auto note = log->note(topic, 0, name);
        ASSERT_TRUE(succeeded(note));
        ASSERT_TRUE(note.value().has_value());
        EXPECT_EQ(note.value()->position, 7);
        EXPECT_EQ(note.value()->text, name);
    }
}

TEST_F(KafkaOutage, AFrozenBrokerHoldsNobodyBeyondTheTimeAllowed) {
    const KafkaOptions options{.bootstrap = broker().address(),
                               .answer_within = milliseconds(1'500),
                               .deliver_within = milliseconds(2'500),
                               .close_within = milliseconds(2'000)};
    auto log = opened(options);
    const std::string topic = fresh_topic();
    ASSERT_TRUE(succeeded(create(*log, {.name = topic})));
    auto writer = log->writer(topic, 0);
    auto reader = log->reader(topic, 0, 0);
    ASSERT_TRUE(succeeded(writer));
    ASSERT_TRUE(succeeded(reader));
    broker().freeze();
    auto begun = steady_clock::now();
    const std::string value = "v";
    const std::vector one{NewRecord{.value = as_byte_span(value), .key_is_null = true}};
    ASSERT_TRUE(succeeded((*writer)->append(one)));
    EXPECT_FALSE((*writer)->sync().ok());
    EXPECT_FALSE(log->extent(topic, 0).ok());
    EXPECT_LT(steady_clock::now() - begun, seconds(15));
    begun = steady_clock::now();
    writer.value().reset();
    reader.value().reset();
    log.reset();
    EXPECT_LT(steady_clock::now() - begun, seconds(10));
    broker().thaw();
}

TEST_F(KafkaOutage, WithoutBrokerEverythingEndsWithinItsTime) {
    const KafkaOptions options{.bootstrap = broker().address(),
                               .write_queue_bytes_max = 1U << 20,
                               .answer_within = milliseconds(1'500),
                               .deliver_within = milliseconds(2'500),
                               .close_within = milliseconds(2'000)};
    auto log = opened(options);
    const std::string topic = fresh_topic();
    ASSERT_TRUE(succeeded(create(*log, {.name = topic})));
    ASSERT_TRUE(succeeded(write(*log, topic, 10, "")));
    auto reader = log->reader(topic, 0, 0);
    auto writer = log->writer(topic, 0);
    auto full = log->writer(topic, 0);
    ASSERT_TRUE(succeeded(reader));
    ASSERT_TRUE(succeeded(writer));
    ASSERT_TRUE(succeeded(full));
    ASSERT_EQ((*reader)->read(10, patience).value().size(), 10U);
    broker().stop();

    const std::string value(1'000, 'v');
    const std::vector one{NewRecord{.value = as_byte_span(value), .key_is_null = true}};
    ASSERT_TRUE(succeeded((*writer)->append(one)));
    auto begun = steady_clock::now();
    const auto synced = (*writer)->sync();
    EXPECT_TRUE(failed_with(synced, ErrorCode::log_unavailable));
    EXPECT_LT(steady_clock::now() - begun, seconds(10));
    EXPECT_FALSE((*writer)->append(one).ok()) << "a writer that failed stays dead";

    // A queue that nobody empties fills up; append() waits for it, but not for ever.
    begun = steady_clock::now();
    Status appended = Done{};
    while (appended.ok() && steady_clock::now() - begun < seconds(30)) {
        appended = (*full)->append(one);
    }
    EXPECT_TRUE(failed_with(appended, ErrorCode::log_unavailable));

    begun = steady_clock::now();
    auto read = (*reader)->read(10, milliseconds(100));
    while (read.ok() && steady_clock::now() - begun < seconds(30)) {
        read = (*reader)->read(10, milliseconds(100));
    }
    EXPECT_TRUE(failed_with(read, ErrorCode::log_unavailable));
    EXPECT_TRUE(failed_with(log->extent(topic, 0), ErrorCode::log_unavailable));

    // Closing: each handle has its two seconds and some.
    begun = steady_clock::now();
    ASSERT_TRUE(full.ok() && writer.ok() && reader.ok());
    full.value().reset();
    writer.value().reset();
    reader.value().reset();
    log.reset();
    EXPECT_LT(steady_clock::now() - begun, seconds(12));
}

}  // namespace
}  // namespace fiscus::log
