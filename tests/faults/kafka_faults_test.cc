// Aim: a broker's log that lost its tail, its head or its settings, that was written or made anew,
// or that is another one stops `fiscus run` before anything is published; the message says what,
// why and what to do, and after what it says to do everything is as if nothing had happened.
// Method: a broker of this test's own with a month that is worked off; its data and the state are
// copied, and each test damages the log, starts the program, restores the copy and starts it again.
#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine/log/local_log.h"
#include "engine/log/topics.h"
#include "tests/faults/faulty_month.h"
#include "tests/faults/report.h"
#include "tests/kafka/support.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/wait.h"

namespace fiscus::faults {
namespace {

namespace fs = std::filesystem;
using crash::Seen;

// The folder of all tests, removed with the suite.
struct World {
    World() {
        state = (directory.path() / "state").string();
        output = (directory.path() / "output").string();
    }
    [[nodiscard]] Words kafka() const { return {"--kafka", broker.address()}; }
    [[nodiscard]] Words local() const { return {"--log", (directory.path() / "local").string()}; }
    [[nodiscard]] fs::path copy(const std::string& of) const { return directory.path() / of; }
    [[nodiscard]] fs::path partition(std::string_view topic) const {
        return broker.data() / (std::string(topic) + "-0");
    }

    Report report{"kafka_log", "the broker's log is not what it was"};
    support::TemporaryDirectory directory;
    log::OwnBroker broker;
    std::string state;
    std::string output;
    bool damaged = false;
    Seen first;   // after the first month
    Seen second;  // and after one more
};

Seen look_local(const World& world) {
    auto log = log::open_local_log(world.local().back(), false);
    EXPECT_TRUE(log::succeeded(log));
    return crash::look(**log);
}

class KafkaFaults : public testing::Test {
protected:
    static void SetUpTestSuite() {
        world() = std::make_unique<World>();
        World& w = *world();
        // Undisturbed.
        const std::string state = (w.directory.path() / "whole").string();
        generate(w.local(), events_few, 1, w.output);
        ASSERT_EQ(crash::run_to_exit(run_of(w.local(), state), w.output), 0)
            << support::text_of(w.output);
        w.first = look_local(w);
        generate(w.local(), events_few, 2, w.output);
        ASSERT_EQ(crash::run_to_exit(run_of(w.local(), state), w.output), 0)
            << support::text_of(w.output);
        w.second = look_local(w);
        // The same through the broker, as far as the first month.
        generate(w.kafka(), events_few, 1, w.output);
        ASSERT_EQ(crash::run_to_exit(run_of(w.kafka(), w.state), w.output), 0)
            << support::text_of(w.output);
        w.broker.stop();
        fs::copy(w.broker.data(), w.copy("data.copy"), fs::copy_options::recursive);
        fs::copy(w.state, w.copy("state.copy"), fs::copy_options::recursive);
        w.broker.start();
    }
    static void TearDownTestSuite() { world().reset(); }

    void SetUp() override {
        ASSERT_NE(world(), nullptr);
        if (world()->damaged) {
            restore_log();
        }
        restore_state();
    }

    static std::unique_ptr<World>& world() {
        static std::unique_ptr<World> kept;
        return kept;
    }
    static World& w() { return *world(); }

    // What the messages ask for: the broker's data as they were copied.
    static void restore_log() {
        w().broker.kill();
        fs::remove_all(w().broker.data());
        fs::copy(w().copy("data.copy"), w().broker.data(), fs::copy_options::recursive);
        w().broker.start();
        w().damaged = false;
    }
    static void restore_state() {
        fs::remove_all(w().state);
        fs::copy(w().copy("state.copy"), w().state, fs::copy_options::recursive);
    }
    static void remove_state() { fs::remove_all(w().state); }

    // The last bytes of a topic go, as after a power failure of a broker that does not sync.
    static void cut_tail(std::string_view topic, double kept) {
        w().damaged = true;
        w().broker.stop();
        // Else it believes that its segments are as it left them.
        ASSERT_TRUE(fs::remove(w().broker.data() / ".kafka_cleanshutdown"));
        const fs::path segment = w().partition(topic) / "00000000000000000000.log";
        const auto bytes = static_cast<double>(fs::file_size(segment));
        fs::resize_file(segment, static_cast<std::uintmax_t>(bytes * kept));
        w().broker.start();
    }
    static std::unique_ptr<log::Log> open() {
        return log::opened({.bootstrap = w().broker.address()});
    }

    static void expect_refused_with(const std::vector<std::string>& says, int exit_code = 1) {
        const auto log = open();
        expect_refused(run_of(w().kafka(), w().state), exit_code, says, *log, w().output);
        w().report.count("refused starts");
    }
    static void expect_runs_on(const Seen& whole) {
        ASSERT_EQ(crash::run_to_exit(run_of(w().kafka(), w().state), w().output), 0)
            << support::text_of(w().output);
        const auto log = open();
        expect_same(crash::look(*log), whole);
        w().report.count("remedies");
    }
};

TEST_F(KafkaFaults, ALostTailOfTheEventsIsNamedAndComesBackWithTheLog) {
    cut_tail(log::events_topic, 0.7);
    expect_refused_with(
        {"fiscus.events.v1 partition 0 is not the log that the state was built from",
         "the last one applied, is outside of what the log holds, 0 up to", "Restore the log.",
         "--kafka"});
    // Nor does the log pass with a state that is built anew: the journal knows better.
    remove_state();
    expect_refused_with({"partition 0 of fiscus.events.v1 ends before record",
                         "the journal has published its entry", "restore it"});
    restore_log();
    restore_state();
    expect_runs_on(w().first);
}

TEST_F(KafkaFaults, ARewrittenTailIsToldFromTheOneThatWasApplied) {
    cut_tail(log::events_topic, 0.7);
    generate(w().kafka(), events_few, 2, w().output);
    expect_refused_with(
        {"fiscus.events.v1 partition 0 is not the log that the state was built from",
         "the last one applied, has other bytes now", "Restore the log."});
    remove_state();
    expect_refused_with({"differs from the published journal", "fiscus replay"}, 3);
    restore_log();
    restore_state();
    // And on with what was to come.
    w().damaged = true;
    generate(w().kafka(), events_few, 2, w().output);
    expect_runs_on(w().second);
}

TEST_F(KafkaFaults, ALostTailOfTheJournalIsNamedAndComesBackWithTheLog) {
    cut_tail(log::journal_topic, 0.5);
    expect_refused_with({"the journal of partition 0 is not the one that the state was built from",
                         "the block with entry 6000, the last one, lay in front of offset",
                         "the journal holds 0 up to", "Restore the journal from a copy",
                         "remove the state"});
    // The events are whole, so this log is the right one: what was lost is published once more.
    remove_state();
    expect_runs_on(w().first);
    restore_log();
    restore_state();
    expect_runs_on(w().first);
}

TEST_F(KafkaFaults, AHeadThatWasDeletedUnreadIsNotPassedOver) {
    w().damaged = true;
    generate(w().kafka(), events_few, 2, w().output);
    const auto log = open();
    auto extent = log->extent(log::events_topic, 0);
    ASSERT_TRUE(log::succeeded(extent));
    const std::string topic(log::events_topic);
    ASSERT_EQ(extent->end, 12'000);
    // Of what is not applied yet.
    log::delete_records_before(w().broker.address(), topic, extent->end - 100);
    expect_refused_with(
        {"fiscus.events.v1 partition 0 is not the log that the state was built from",
         "the last one applied, is outside of what the log holds, 11900 up to 12000",
         "Restore the log."});
    remove_state();
    expect_refused_with({"fiscus.events.v1 partition 0 cannot be read from offset 0",
                         "from 11900 up to, not with, 12000", "Its beginning is gone",
                         "restore it from a copy"});
    restore_log();
    restore_state();
    w().damaged = true;
    generate(w().kafka(), events_few, 2, w().output);
    expect_runs_on(w().second);
}

TEST_F(KafkaFaults, SettingsThatLoseRecordsStopTheStartUntilTheyAreSetBack) {
    const std::map<std::string, std::string> events{{"cleanup.policy", "delete"},
                                                    {"retention.ms", "-1"},
                                                    {"retention.bytes", "-1"},
                                                    {"max.message.bytes", "8388608"},
                                                    {"message.timestamp.type", "CreateTime"}};
    struct Alteration {
        std::string_view topic;
        std::string name;
        std::string value;
    };
    w().damaged = true;
    for (const Alteration& one : {Alteration{log::events_topic, "cleanup.policy", "compact"},
                                  Alteration{log::events_topic, "retention.ms", "86400000"},
                                  Alteration{log::journal_topic, "cleanup.policy", "compact"},
                                  Alteration{log::journal_topic, "retention.bytes", "1000000"}}) {
        const std::string topic(one.topic);
        auto settings = events;
        settings[one.name] = one.value;
        log::change_settings(w().broker.address(), topic, settings);
        const auto log = open();
        // The broker answers with its old settings until all of it knows.
        ASSERT_TRUE(support::wait_until(
            [&] {
                auto found = log->describe(topic);
                return found.ok() && *found &&
                       ((*found)->plan.compacted || (*found)->plan.retention_ms != -1 ||
                        (*found)->plan.retention_bytes != -1);
            },
            log::patience));
        expect_refused_with({topic, one.name + " " + one.value + " instead of",
                             "Set " + one.name + "=" + events.at(one.name)});
        Words plan{"topics", "plan", "--event-stamps", "publisher"};
        const Words kafka = w().kafka();
        plan.insert(plan.end(), kafka.begin(), kafka.end());
        expect_refused(plan, 3, {topic, one.name + " " + one.value}, *log, w().output);
        log::change_settings(w().broker.address(), topic, events);
        ASSERT_TRUE(support::wait_until(
            [&] {
                auto found = log->describe(topic);
                return found.ok() && *found && !(*found)->plan.compacted &&
                       (*found)->plan.retention_ms == -1 && (*found)->plan.retention_bytes == -1;
            },
            log::patience));
    }
    expect_runs_on(w().first);
}

TEST_F(KafkaFaults, TopicsThatWereMadeAnewAreNotTakenForTheOldOnes) {
    w().damaged = true;
    const std::string events(log::events_topic);
    log::delete_topic(w().broker.address(), events);
    // Without any, it says which is missing.
    expect_refused_with({"fiscus.events.v1", "fiscus topics apply"});
    Words apply{"topics", "apply", "--event-stamps", "publisher"};
    const Words kafka = w().kafka();
    apply.insert(apply.end(), kafka.begin(), kafka.end());
    ASSERT_EQ(crash::run_to_exit(apply, w().output), 0) << support::text_of(w().output);
    expect_refused_with(
        {"fiscus.events.v1 partition 0 is not the log that the state was built from", "0 up to 0",
         "Restore the log."});
    generate(w().kafka(), events_few, 2, w().output);
    expect_refused_with(
        {"fiscus.events.v1 partition 0 is not the log that the state was built from",
         "has other bytes now", "Restore the log."});
    restore_log();
    expect_runs_on(w().first);
}

TEST_F(KafkaFaults, AJournalThatWasMadeAnewIsPublishedOnceMore) {
    w().damaged = true;
    log::delete_topic(w().broker.address(), std::string(log::journal_topic));
    expect_refused_with({"fiscus.journal.v1", "fiscus topics apply"});
    Words apply{"topics", "apply", "--event-stamps", "publisher"};
    const Words kafka = w().kafka();
    apply.insert(apply.end(), kafka.begin(), kafka.end());
    ASSERT_EQ(crash::run_to_exit(apply, w().output), 0) << support::text_of(w().output);
    expect_refused_with({"the journal of partition 0 is not the one that the state was built from",
                         "the journal holds 0 up to 0", "remove the state"});
    remove_state();
    expect_runs_on(w().first);
}

TEST_F(KafkaFaults, PartitionsThatWereAddedStopTheStart) {
    w().damaged = true;
    log::add_partitions(w().broker.address(), std::string(log::events_topic), 2);
    const auto log = open();
    ASSERT_TRUE(support::wait_until(
        [&] {
            auto found = log->describe(log::events_topic);
            return found.ok() && *found && (*found)->plan.partitions == 2;
        },
        log::patience));
    expect_refused_with({"fiscus.events.v1 and fiscus.journal.v1 differ in their partitions",
                         "partitions 2 of the events, 1 of the journal", "must never change",
                         "restore the topic that was altered"});
    restore_log();
    expect_runs_on(w().first);
}

TEST_F(KafkaFaults, AnotherClusterIsNotTheStates) {
    const log::OwnBroker other;
    const Words place{"--kafka", other.address()};
    generate(place, events_few, 1, w().output);
    const auto log = log::opened({.bootstrap = other.address()});
    expect_refused(
        run_of(place, w().state), 1,
        {"the state belongs to another log", "it was built from", "Check the log's address"}, *log,
        w().output);
    w().report.count("refused starts");
    expect_runs_on(w().first);
}

}  // namespace
}  // namespace fiscus::faults
