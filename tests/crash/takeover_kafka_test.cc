// Aim: over a real broker a standby takes the place of a leader that is killed, stopped, or asked
// to leave, within five seconds, also where nothing is published; no entry is lost or repeated, no
// row either; a leader that wakes up again publishes nothing that a reader takes, and follows.
// Method: two `fiscus run --standby`, events that trickle in, and the journal as every reader sees
// it. FISCUS_TAKEOVERS changes how often; FISCUS_SEED is printed and taken back.
#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <mutex>
#include <random>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <gtest/gtest.h>
#include <spawn.h>

#include "engine/log/kafka_log.h"
#include "engine/log/local_log.h"
#include "engine/log/topics.h"
#include "tests/crash/crash_run.h"
#include "tests/support/wait.h"

extern char** environ;

namespace fiscus::crash {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using Words = std::vector<std::string>;

constexpr milliseconds takeover_max{5'000};

// One process of the program.
class Process {
public:
    void start(const Words& arguments, const std::string& output) {
        Words words = {program()};
        words.insert(words.end(), arguments.begin(), arguments.end());
        std::vector<char*> argv;
        for (std::string& word : words) {
            argv.push_back(word.data());
        }
        argv.push_back(nullptr);
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output.c_str(),
                                         O_CREAT | O_WRONLY | O_APPEND, 0644);
        posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
        ASSERT_EQ(posix_spawn(&child_, argv[0], &actions, nullptr, argv.data(), environ), 0);
        posix_spawn_file_actions_destroy(&actions);
    }
    Process() = default;
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;
    ~Process() { kill(); }
    void kill() {
        if (child_ > 0) {
            signal(SIGKILL);
            (void)wait();
        }
    }
    void signal(int number) const { ASSERT_EQ(::kill(child_, number), 0); }
    // Its exit code, −1 when a signal ended it.
    int wait() {
        int status = 0;
        const bool ended = ::waitpid(std::exchange(child_, -1), &status, 0) > 0;
        return ended && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }

private:
    pid_t child_ = -1;
};

enum class End { killed, stopped, asked, idle_killed, by_command };
constexpr std::array ends{End::killed,      End::stopped, End::asked,
                          End::idle_killed, End::stopped, End::by_command};
constexpr std::array end_names{"kill -9", "stopped, woken up later", "asked to end",
                               "kill -9, nothing to publish", "promoted by command"};

class TakeoverTest : public testing::Test {
protected:
    void SetUp() override {
        const std::uint64_t seed = number_from("FISCUS_SEED", std::random_device{}());
        std::printf("FISCUS_SEED=%llu\n", static_cast<unsigned long long>(seed));
        random_.seed(seed);
        directory_ =
            std::filesystem::path(testing::TempDir()) / ("takeover_" + std::to_string(::getpid()));
        std::filesystem::remove_all(directory_);
        std::filesystem::create_directories(directory_);
        output_ = (directory_ / "output").string();
        const char* const source = std::getenv("FISCUS_SOURCE_DIR");
        ASSERT_NE(source, nullptr);
        script_ = std::string(source) + "/scripts/kafka";
        std::filesystem::create_directories(directory_ / "broker");
        ASSERT_EQ(kafka("up", " --port 0"), 0) << text_of(output_ + ".notes");
        address_ = text_of(output_);
        address_.erase(address_.find_last_not_of('\n') + 1);
    }
    void TearDown() override {
        stop_trickle();
        for (Process& process : processes_) {
            process.kill();
        }
        EXPECT_EQ(kafka("down", ""), 0) << text_of(output_ + ".notes");
        std::filesystem::remove_all(directory_);
    }

    int kafka(const std::string& verb, const std::string& flags) const {
        return std::system((script_ + " " + verb + " --dir " + (directory_ / "broker").string() +
                            flags + " >" + output_ + " 2>" + output_ + ".notes")
                               .c_str());
    }
    int fiscus(const Words& words) { return run_to_exit(words, output_); }

    [[nodiscard]] std::string name(std::size_t which) const {
        return "engine-" + std::to_string(which);
    }
    [[nodiscard]] std::string output_of(std::size_t which) const {
        return (directory_ / name(which)).string() + ".output";
    }
    void start(std::size_t which) {
        ::setenv("FISCUS_ENGINE__WRITER", name(which).c_str(), 1);
        processes_[which].start({"run", "--standby", "--kafka", address_, "--state",
                                 (directory_ / name(which) / "state").string(), "--memory",
                                 "256MiB", "--event-stamps", "publisher"},
                                output_of(which));
    }

    // Events of the month arrive, a few hundred every twentieth of a second, until told otherwise.
    void trickle() {
        trickling_ = true;
        trickler_ = std::thread([this] {
            auto writer = kafka_->writer(log::events_topic, 0);
            auto reader = month_->reader(log::events_topic, 0, arrived_);
            ASSERT_TRUE(writer.ok() && reader.ok());
            while (trickling_ && arrived_ < events_) {
                auto records = reader.value()->read(chunk_, milliseconds(0));
                ASSERT_TRUE(records.ok() && !records->empty());
                std::vector<log::NewRecord> sent;
                for (const log::Record& record : *records) {
                    sent.push_back({.timestamp_us = log::append_timestamp_us(record.timestamp_us),
                                    .key = record.key,
                                    .value = record.value,
                                    .key_is_null = record.key_is_null,
                                    .value_is_null = record.value_is_null});
                }
                ASSERT_TRUE(writer.value()->append(sent).ok());
                ASSERT_TRUE(writer.value()->sync().ok());
                arrived_ += static_cast<std::int64_t>(sent.size());
                std::unique_lock lock(mutex_);
                changed_.wait_for(lock, milliseconds(50), [this] { return !trickling_; });
            }
        });
    }
    void stop_trickle() {
        {
            const std::lock_guard lock(mutex_);
            trickling_ = false;
        }
        changed_.notify_all();
        if (trickler_.joinable()) {
            trickler_.join();
        }
    }

    // Follows the journal until the condition holds; how long that took.
    template <typename Condition>
    milliseconds journal_until(Condition condition, milliseconds longest) {
        const auto began = steady_clock::now();
        while (!condition(journal_->cursor())) {
            if (steady_clock::now() - began > longest) {
                ADD_FAILURE() << "not within " << longest.count() << " ms\n"
                              << text_of(output_of(0)) << '\n'
                              << text_of(output_of(1));
                break;
            }
            auto block = journal_->next(milliseconds(20));
            EXPECT_TRUE(block.ok()) << (block.ok() ? "" : block.error().text());
        }
        return std::chrono::duration_cast<milliseconds>(steady_clock::now() - began);
    }
    void journal_to_its_end() {
        for (;;) {
            const auto block = journal_->next(milliseconds(0));
            ASSERT_TRUE(block.ok()) << block.error().text();
            if (!block.value()) {
                return;
            }
        }
    }
    // Its signs say that it follows and how far it is.
    bool follows_closely(std::size_t which) {
        const auto note = kafka_->note(log::events_topic, 0, "fiscus.standby." + name(which));
        journal_to_its_end();
        return note.ok() && note.value() && note.value()->text != last_note_[which] &&
               note.value()->text.find("beat=0") == std::string::npos &&
               note.value()->position + 20'000 >= arrived_;
    }
    void remember_note(std::size_t which) {
        const auto note = kafka_->note(log::events_topic, 0, "fiscus.standby." + name(which));
        last_note_[which] = note.ok() && note.value() ? note.value()->text : "";
    }

    // The whole month in a local log, with what becomes of it undisturbed; the broker's topics.
    void prepare(std::uint64_t takeovers) {
        const std::string whole = (directory_ / "whole").string();
        // Enough for some six seconds a takeover.
        const std::uint64_t events = 60'000 + takeovers * 18'000;
        ASSERT_EQ(
            fiscus({"generate", "--events", std::to_string(events), "--seed", "3", "--log", whole}),
            0)
            << text_of(output_);
        ASSERT_EQ(fiscus({"run", "--until-end", "--log", whole, "--state", whole + ".state",
                          "--event-stamps", "publisher"}),
                  0)
            << text_of(output_);
        auto month = log::open_local_log(whole, false);
        ASSERT_TRUE(month.ok());
        month_ = std::move(month).value();
        undisturbed_ = look(*month_);
        events_ = month_->extent(log::events_topic, 0)->end;
        ASSERT_EQ(fiscus({"topics", "apply", "--kafka", address_, "--event-stamps", "publisher"}),
                  0)
            << text_of(output_);
        auto opened = log::open_kafka_log({.bootstrap = address_});
        ASSERT_TRUE(opened.ok()) << opened.error().text();
        kafka_ = std::move(opened).value();
        auto reader = journal::JournalReader::open(*kafka_, 0, {});
        ASSERT_TRUE(reader.ok());
        journal_ = std::move(reader).value();
    }

    // What arrived is published.
    void journal_catches_up() {
        journal_until(
            [&](const journal::Cursor& at) {
                return at.next_sequence == static_cast<std::uint64_t>(arrived_) + 1;
            },
            milliseconds(120'000));
    }

    void end_leader(End end, std::size_t standby) {
        if (end == End::by_command) {
            ASSERT_EQ(fiscus({"promote", name(standby), "--kafka", address_}), 0)
                << text_of(output_);
            return;
        }
        const int number = end == End::stopped ? SIGSTOP : end == End::asked ? SIGTERM : SIGKILL;
        processes_[1 - standby].signal(number);
    }

    // From the leader's end until somebody else writes.
    milliseconds time_takeover(End end, std::size_t standby) {
        journal_to_its_end();
        // A claim by command comes before the standby's own.
        const std::uint64_t next = journal_->cursor().term + (end == End::by_command ? 2 : 1);
        const auto began = steady_clock::now();
        end_leader(end, standby);
        const milliseconds claimed =
            journal_until([&](const journal::Cursor& at) { return at.term >= next; }, takeover_max);
        std::printf("claimed after %lld ms, ", static_cast<long long>(claimed.count()));
        if (end != End::idle_killed) {
            const std::uint64_t sequence = journal_->cursor().next_sequence;
            journal_until([&](const journal::Cursor& at) { return at.next_sequence > sequence; },
                          takeover_max);
        }
        return std::chrono::duration_cast<milliseconds>(steady_clock::now() - began);
    }

    // The former leader wakes up, or starts again, and follows.
    void bring_back(End end, std::size_t which) {
        remember_note(which);
        if (end == End::stopped) {
            processes_[which].signal(SIGCONT);
        } else if (end != End::by_command) {
            EXPECT_EQ(processes_[which].wait(), end == End::asked ? 0 : -1)
                << text_of(output_of(which));
            start(which);
        }
        if (end == End::idle_killed) {
            trickle();
        }
    }

    // The rest of the month arrives, and both processes end in order.
    void finish(std::size_t leader) {
        stop_trickle();
        chunk_ = 10'000;
        trickle();
        trickler_.join();
        ASSERT_EQ(arrived_, events_);
        journal_catches_up();
        for (const std::size_t which : {1 - leader, leader}) {
            processes_[which].signal(SIGTERM);
            EXPECT_EQ(processes_[which].wait(), 0) << text_of(output_of(which));
        }
        // Rows that were still to come.
        ASSERT_EQ(
            fiscus({"run", "--until-end", "--kafka", address_, "--state",
                    (directory_ / name(leader) / "state").string(), "--event-stamps", "publisher"}),
            0)
            << text_of(output_);
    }

    std::mt19937_64 random_;
    std::filesystem::path directory_;
    std::string output_;
    std::string script_;
    std::string address_;
    std::array<Process, 2> processes_;
    std::array<std::string, 2> last_note_;
    std::unique_ptr<log::Log> month_;
    Seen undisturbed_;
    std::unique_ptr<log::Log> kafka_;
    std::unique_ptr<journal::JournalReader> journal_;
    std::int64_t events_ = 0;
    std::size_t chunk_ = 200;
    std::atomic<std::int64_t> arrived_{0};
    std::atomic<bool> trickling_{false};
    std::mutex mutex_;
    std::condition_variable changed_;
    std::thread trickler_;
};

TEST_F(TakeoverTest, AStandbyTakesOverInTimeAndNothingIsLostOrRepeated) {
    const std::uint64_t takeovers = number_from("FISCUS_TAKEOVERS", 20);
    prepare(takeovers);
    ASSERT_FALSE(HasFatalFailure());
    std::size_t leader = 0;
    start(leader);
    journal_until([](const journal::Cursor& at) { return at.term > 0; }, milliseconds(20'000));
    start(1 - leader);
    trickle();
    std::vector<milliseconds> times;
    for (std::uint64_t round = 0; round < takeovers && !HasFailure(); ++round) {
        const End end = ends[(round + random_() % 2) % ends.size()];
        const std::size_t standby = 1 - leader;
        ASSERT_TRUE(
            support::wait_until([&] { return follows_closely(standby); }, milliseconds(60'000)))
            << text_of(output_of(standby));
        if (end == End::idle_killed) {
            stop_trickle();
            journal_catches_up();
        }
        times.push_back(time_takeover(end, standby));
        std::printf(
            "takeover %2llu, leader %s: %lld ms\n", static_cast<unsigned long long>(round + 1),
            end_names[static_cast<std::size_t>(end)], static_cast<long long>(times.back().count()));
        EXPECT_LE(times.back(), takeover_max);
        bring_back(end, leader);
        leader = standby;
    }
    ASSERT_FALSE(HasFailure());
    std::ranges::sort(times);
    std::printf("%zu takeovers: median %lld ms, longest %lld ms\n", times.size(),
                static_cast<long long>(times[times.size() / 2].count()),
                static_cast<long long>(times.back().count()));
    finish(leader);
    const Seen seen = look(*kafka_);
    EXPECT_EQ(seen.entries, undisturbed_.entries);
    EXPECT_EQ(seen.journal, undisturbed_.journal);
    EXPECT_EQ(seen.state_digest, undisturbed_.state_digest);
    EXPECT_EQ(rows_of(*kafka_).rows, rows_of(*month_).rows);
    EXPECT_EQ(
        fiscus({"replay", "--kafka", address_, "--expect", to_hex(undisturbed_.state_digest)}), 0)
        << text_of(output_);
}

}  // namespace
}  // namespace fiscus::crash
