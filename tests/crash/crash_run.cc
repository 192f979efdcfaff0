#include "tests/crash/crash_run.h"

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <sstream>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>
#include <spawn.h>

#include "engine/journal/reader.h"
#include "engine/log/topics.h"
#include "tests/support/wait.h"

extern char** environ;

namespace fiscus::crash {
namespace {

using std::chrono::milliseconds;

pid_t start(const std::vector<std::string>& arguments, const std::string& output_file) {
    std::vector<std::string> words = {program()};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<char*> argv;
    for (std::string& word : words) {
        argv.push_back(word.data());
    }
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output_file.c_str(),
                                     O_CREAT | O_WRONLY | O_TRUNC, 0644);
    posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
    pid_t child = -1;
    const int failed = posix_spawn(&child, argv[0], &actions, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    EXPECT_EQ(failed, 0) << "cannot start " << words[0];
    return failed == 0 ? child : -1;
}

int exit_code(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : -1; }

// All records of a topic's partition in order: how many, and the hash of keys and values. Journal
// blocks differ after restarts (terms, claims), so only their entries are compared.
std::pair<std::uint64_t, Hash128> records_of(log::Log& log,
                                             std::string_view topic,
                                             std::int32_t partition) {
    auto extent = log.extent(topic, partition);
    EXPECT_TRUE(extent.ok()) << extent.error().text();
    auto reader = log.reader(topic, partition, extent->first);
    EXPECT_TRUE(reader.ok()) << reader.error().text();
    std::uint64_t count = 0;
    Hash128 hash;
    std::int64_t next = extent->first;
    while (next < extent->end) {
        auto records = reader.value()->read(10'000, milliseconds(10'000));
        EXPECT_TRUE(records.ok()) << records.error().text();
        if (!records.ok() || records->empty()) {
            ADD_FAILURE() << topic << " ends before its end";
            break;
        }
        for (const log::Record& record : *records) {
            ++count;
            next = record.offset + 1;
            const std::uint64_t one = xxh3_64(record.key, record.value);
            hash = xxh3_128(std::as_bytes(std::span(&hash, 1)), std::as_bytes(std::span(&one, 1)));
        }
    }
    return {count, hash};
}

}  // namespace

std::string program() {
    const char* path = std::getenv("FISCUS_PROGRAM");
    EXPECT_NE(path, nullptr) << "FISCUS_PROGRAM names the built program; ctest sets it";
    return path == nullptr ? "" : path;
}

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
    const char* text = std::getenv(variable);
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

int run_to_exit(const std::vector<std::string>& arguments, const std::string& output_file) {
    const pid_t child = start(arguments, output_file);
    int status = 0;
    return child > 0 && ::waitpid(child, &status, 0) == child ? exit_code(status) : -1;
}

bool run_and_kill(const std::vector<std::string>& arguments,
                  const std::string& output_file,
                  std::uint64_t microseconds) {
    const pid_t child = start(arguments, output_file);
    if (child <= 0) {
        return false;
    }
    int status = 0;
    const bool ended =
        support::wait_until([&] { return ::waitpid(child, &status, WNOHANG) == child; },
                            std::chrono::milliseconds(microseconds / 1'000));
    if (ended) {
        EXPECT_EQ(exit_code(status), 0) << text_of(output_file);
        return exit_code(status) == 0;
    }
    ::kill(child, SIGKILL);
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) && exit_code(status) == 0;
}

void disturb(const std::vector<std::string>& run,
             const std::string& output_file,
             std::uint64_t kills,
             std::mt19937_64& random) {
    std::uint64_t killed = 0;
    std::uint64_t finished = 0;
    // A run needs time to get past its recovery; short lives are tried as well.
    while (killed < kills && finished < kills) {
        const std::uint64_t life_us = random() % 4 == 0 ? random() % 100'000 : random() % 900'000;
        if (run_and_kill(run, output_file, life_us)) {
            ++finished;
        } else {
            ++killed;
        }
        ASSERT_FALSE(testing::Test::HasFailure());
    }
    EXPECT_GE(killed, kills)
        << "the load ended too soon to be killed often enough; give more events";
    ASSERT_EQ(run_to_exit(run, output_file), 0) << text_of(output_file);
}

Seen look(log::Log& log) {
    Seen seen;
    auto reader = journal::JournalReader::open(log, 0, {});
    EXPECT_TRUE(reader.ok()) << reader.error().text();
    while (reader.ok()) {
        auto block = reader.value()->next(milliseconds(2'000));
        EXPECT_TRUE(block.ok()) << block.error().text();
        if (!block.ok() || !block->has_value()) {
            break;
        }
        for (const wire::Entry& entry : (*block)->view.entries()) {
            EXPECT_EQ(entry.sequence(), ++seen.entries);
            seen.journal = xxh3_128(std::as_bytes(std::span(&seen.journal, 1)),
                                    std::as_bytes(std::span(&entry, 1)));
        }
        seen.state_digest = (*block)->view.header().state_digest;
    }
    for (const std::string_view topic :
         {log::refusals_topic, log::statistics_topic, log::statistics_history_topic,
          log::reconciliation_topic}) {
        seen.topics[std::string(topic)] = records_of(log, topic, 0);
    }
    return seen;
}

std::string text_of(const std::string& output_file) {
    std::ifstream file(output_file);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

}  // namespace fiscus::crash
