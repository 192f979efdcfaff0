// Aim: a disk that fails kills the writer and nothing unsynced is ever seen; killed processes leave
// a log that opens; of two writers one is fenced. Method: pread, pwrite and fdatasync are wrapped
// at link time (see CMakeLists.txt): writes and syncs fail on the n-th call, something else happens
// before a read; writers are killed in child processes.
#include <array>
#include <atomic>
#include <cstdlib>
#include <errno.h>
#include <functional>
#include <signal.h>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "engine/log/segment.h"
#include "tests/unit/log/local_storage.h"

namespace {

// What the wrapped calls do next; −1: nothing special.
std::atomic<int> writes_until_failure{-1};
std::atomic<int> syncs_until_failure{-1};
std::atomic<bool> writes_are_short{false};
std::atomic<int> syncs_made{0};
// Happens once, before the next read of a segment by this thread.
thread_local std::function<void()> before_segment_read;

// True once, when the countdown is at zero.
bool strikes(std::atomic<int>& countdown) {
    return countdown.load() >= 0 && countdown.fetch_sub(1) == 0;
}

bool is_segment(int file) {
    return std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(file)).extension() ==
           ".segment";
}

}  // namespace

// NOLINTBEGIN(readability-identifier-naming): the linker's --wrap gives these names
extern "C" {
ssize_t __real_pread(int file, void* bytes, size_t count, off_t position);
ssize_t __wrap_pread(int file, void* bytes, size_t count, off_t position);
ssize_t __real_pwrite(int file, const void* bytes, size_t count, off_t position);
ssize_t __wrap_pwrite(int file, const void* bytes, size_t count, off_t position);
int __real_fdatasync(int file);
int __wrap_fdatasync(int file);

ssize_t __wrap_pread(int file, void* bytes, size_t count, off_t position) {
    if (before_segment_read && is_segment(file)) {
        std::exchange(before_segment_read, nullptr)();
    }
    return __real_pread(file, bytes, count, position);
}

ssize_t __wrap_pwrite(int file, const void* bytes, size_t count, off_t position) {
    if (strikes(writes_until_failure)) {
        errno = ENOSPC;
        return -1;
    }
    const size_t some = writes_are_short && count > 1 ? count / 2 : count;
    return __real_pwrite(file, bytes, some, position);
}

int __wrap_fdatasync(int file) {
    ++syncs_made;
    if (strikes(syncs_until_failure)) {
        errno = EIO;
        return -1;
    }
    return __real_fdatasync(file);
}
}
// NOLINTEND(readability-identifier-naming)

namespace fiscus::log {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view topic = "events.v1";

NewRecord record_of(const std::string& value) {
    return {
        .timestamp_us = 1'760'000'000'000'000, .value = as_byte_span(value), .key_is_null = true};
}

Status append(Writer& writer, const std::string& value) {
    const std::array records{record_of(value)};
    return writer.append(records);
}

class LocalFailure : public testing::Test {
protected:
    LocalFailure() : log_(open()) {
        const std::vector plans{TopicPlan{.name = std::string(topic)}};
        EXPECT_TRUE(succeeded(log_->create(plans)));
    }
    ~LocalFailure() override {
        writes_until_failure = -1;
        syncs_until_failure = -1;
        writes_are_short = false;
    }

    [[nodiscard]] std::unique_ptr<Log> open() const {
        auto log = open_local_log(directory_.path(), true);
        EXPECT_TRUE(succeeded(log));
        return std::move(log).value();
    }
    std::unique_ptr<Writer> writer() {
        auto writer = log_->writer(topic, 0);
        EXPECT_TRUE(succeeded(writer));
        return std::move(writer).value();
    }
    // Values of the partition, read by somebody who has it open for reading only.
    std::vector<std::string> values() {
        const auto log = open();
        std::vector<std::string> values;
        auto reader = log->reader(topic, 0, 0);
        EXPECT_TRUE(succeeded(reader));
        for (;;) {
            const auto records = (*reader)->read(1'000, milliseconds(0));
            EXPECT_TRUE(succeeded(records));
            if (!records.ok() || records.value().empty()) {
                return values;
            }
            for (const Record& record : records.value()) {
                values.emplace_back(as_text(record.value));
            }
        }
    }

    TemporaryDirectory directory_;
    std::unique_ptr<Log> log_;
};

TEST_F(LocalFailure, NothingIsSeenBeforeItIsSynced) {
    auto writer = this->writer();
    auto reader = log_->reader(topic, 0, 0);
    const auto other = open();
    auto other_reader = other->reader(topic, 0, 0);
    // More than a frame, so that bytes do reach the file.
    ASSERT_TRUE(succeeded(append(*writer, "small")));
    for (int i = 0; i < 3; ++i) {
        ASSERT_TRUE(succeeded(append(*writer, std::string(900'000, 'x'))));
    }
    EXPECT_TRUE((*reader)->read(10, milliseconds(5)).value().empty());
    EXPECT_TRUE((*other_reader)->read(10, milliseconds(5)).value().empty());
    EXPECT_EQ(log_->extent(topic, 0).value().end, 0);
    EXPECT_EQ(other->extent(topic, 0).value().end, 0);
    ASSERT_TRUE(succeeded(writer->sync()));
    EXPECT_FALSE((*reader)->read(10, milliseconds(5)).value().empty());
    EXPECT_FALSE((*other_reader)->read(10, milliseconds(5)).value().empty());
}

// A reader that found no acknowledged file took the frames for acknowledged that a writer of
// another process, begun since, had not synced yet; the next look found the log shorter than that.
TEST_F(LocalFailure, NothingIsSeenBeforeItIsSyncedByAReaderThatCameBeforeTheWriter) {
    ASSERT_TRUE(succeeded(append(*writer(), "unsynced, and gone with its writer")));
    ASSERT_EQ(values().size(), 0U);
    ASSERT_TRUE(
        std::filesystem::remove(directory_.path() / std::string(topic) / "0" / "acknowledged"));
    const auto other = open();
    std::unique_ptr<Writer> writer;
    before_segment_read = [&] {
        writer = this->writer();
        for (int i = 0; i < 2; ++i) {
            ASSERT_TRUE(succeeded(append(*writer, std::string(900'000, 'x'))));
        }
    };
    EXPECT_EQ(other->extent(topic, 0).value().end, 0);
    ASSERT_TRUE(writer) << "the reader read nothing";
    ASSERT_TRUE(succeeded(writer->sync()));
    EXPECT_EQ(other->extent(topic, 0).value().end, 2);
}

TEST_F(LocalFailure, OneSyncCoversAllThatWasAppended) {
    auto writer = this->writer();
    const int before = syncs_made;
    for (int i = 0; i < 1'000; ++i) {
        ASSERT_TRUE(succeeded(append(*writer, "x")));
    }
    ASSERT_EQ(writer->sync().value(), 1'000);
    EXPECT_EQ(syncs_made, before + 1);
}

TEST_F(LocalFailure, ShortWritesAreContinued) {
    writes_are_short = true;
    auto writer = this->writer();
    for (int i = 0; i < 10; ++i) {
        ASSERT_TRUE(succeeded(append(*writer, "value " + std::to_string(i))));
    }
    ASSERT_EQ(writer->sync().value(), 10);
    writes_are_short = false;
    EXPECT_EQ(values().size(), 10U);
    EXPECT_EQ(values()[9], "value 9");
}

TEST_F(LocalFailure, AFailedSyncKillsTheWriterForGood) {
    auto writer = this->writer();
    ASSERT_TRUE(succeeded(append(*writer, "kept")));
    ASSERT_TRUE(succeeded(writer->sync()));
    ASSERT_TRUE(succeeded(append(*writer, "lost")));
    syncs_until_failure = 0;
    const auto failed = writer->sync();
    ASSERT_TRUE(failed_with(failed, ErrorCode::io));
    EXPECT_NE(failed.error().text().find(".segment"), std::string::npos);
    const int syncs = syncs_made;
    EXPECT_TRUE(failed_with(writer->sync(), ErrorCode::io));
    EXPECT_TRUE(failed_with(append(*writer, "more"), ErrorCode::io));
    EXPECT_EQ(syncs_made, syncs) << "a failed sync is never tried again";
    EXPECT_EQ(values(), std::vector<std::string>{"kept"});

    // The next writer finds the frame whole, writes it again and syncs it: now it counts.
    writer.reset();
    writer = this->writer();
    ASSERT_TRUE(succeeded(append(*writer, "next")));
    EXPECT_EQ(writer->sync().value(), 3);
    EXPECT_EQ(values(), (std::vector<std::string>{"kept", "lost", "next"}));
}

// Five rounds, or as many as go well; false when one failed.
bool write_rounds(Log& log, const std::string& name, std::vector<std::string>& acknowledged) {
    auto writer = log.writer(topic, 0);
    for (int round = 0; round < 5; ++round) {
        const std::string value = name + " round " + std::to_string(round);
        if (!writer.ok() || !append(**writer, value).ok() || !(*writer)->sync().ok()) {
            return false;
        }
        acknowledged.push_back(value);
    }
    return true;
}

TEST_F(LocalFailure, WhicheverCallFailsTheLogOpensAgainWithWhatWasAcknowledged) {
    for (const bool sync_fails : {false, true}) {
        for (int n = 0;; ++n) {
            std::vector<std::string> acknowledged = values();
            (sync_fails ? syncs_until_failure : writes_until_failure) = n;
            const bool failed = !write_rounds(
                *log_, "n " + std::to_string(n) + (sync_fails ? " s" : " w"), acknowledged);
            writes_until_failure = -1;
            syncs_until_failure = -1;
            // A writer that heals the tail may keep the record that failed, but loses none that
            // counted.
            ASSERT_TRUE(succeeded(log_->writer(topic, 0))) << n;
            const auto found = values();
            ASSERT_GE(found.size(), acknowledged.size()) << n;
            ASSERT_LE(found.size(), acknowledged.size() + 1) << n;
            EXPECT_TRUE(std::equal(acknowledged.begin(), acknowledged.end(), found.begin())) << n;
            if (!failed) {
                break;
            }
        }
    }
}

TEST_F(LocalFailure, ASecondWriterIsFencedWithAHint) {
    auto writer = this->writer();
    const auto here = log_->writer(topic, 0);
    ASSERT_TRUE(failed_with(here, ErrorCode::fenced));
    EXPECT_NE(here.error().text().find(std::to_string(::getpid())), std::string::npos);
    EXPECT_FALSE(here.error().hint.empty());
    EXPECT_TRUE(failed_with(open()->writer(topic, 0), ErrorCode::fenced));
    const pid_t child = ::fork();
    if (child == 0) {
        const auto there = open_local_log(directory_.path(), false);
        const auto refused = there.value()->writer(topic, 0);
        ::_exit(!refused.ok() && refused.error().code == ErrorCode::fenced ? 0 : 1);
    }
    int status = -1;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
    writer.reset();
    EXPECT_TRUE(succeeded(log_->writer(topic, 0)));
}

// Somebody who took the lock's file for a left-over had two writers, who cut each other's records.
TEST_F(LocalFailure, ASecondWriterIsFencedWhateverIsDoneToTheLocksFile) {
    const auto writer = this->writer();
    std::filesystem::remove(directory_.path() / topic / "0" / "lock");
    EXPECT_TRUE(failed_with(open()->writer(topic, 0), ErrorCode::fenced));
    ASSERT_TRUE(succeeded(append(*writer, "goes on")));
    EXPECT_TRUE(succeeded(writer->sync()));
}

// Written to files that nobody will find, and then acknowledged: as good as lost.
TEST_F(LocalFailure, NothingIsAcknowledgedInAPartitionThatWasTakenAway) {
    const std::filesystem::path partition = directory_.path() / topic / "0";
    const auto replaced = [&] {
        std::filesystem::rename(partition, directory_.path() / "moved");
        std::filesystem::copy(directory_.path() / "moved", partition);
    };
    const auto removed = [&] { std::filesystem::remove_all(partition); };
    for (const std::function<void()>& taken_away :
         {std::function<void()>(replaced), std::function<void()>(removed)}) {
        const auto writer = this->writer();
        ASSERT_TRUE(succeeded(append(*writer, "there")));
        ASSERT_TRUE(succeeded(writer->sync()));
        taken_away();
        ASSERT_TRUE(succeeded(append(*writer, "gone")));
        const auto synced = writer->sync();
        ASSERT_TRUE(failed_with(synced, ErrorCode::corrupt));
        EXPECT_NE(synced.error().text().find("removed or replaced"), std::string::npos)
            << synced.error().text();
    }
}

TEST_F(LocalFailure, NothingIsAcknowledgedInASegmentThatSomebodyElseChanged) {
    const std::filesystem::path segment = directory_.path() / topic / "0" / segment_name(0);
    const auto cut = [&] {
        std::filesystem::resize_file(segment, std::filesystem::file_size(segment) - 8);
    };
    const auto grown = [&] {
        std::filesystem::resize_file(segment, std::filesystem::file_size(segment) + 4'096);
    };
    const auto replaced = [&] {
        std::filesystem::copy_file(segment, directory_.path() / "copy");
        std::filesystem::rename(directory_.path() / "copy", segment);
    };
    for (const std::function<void()>& change :
         {std::function<void()>(cut), std::function<void()>(grown),
          std::function<void()>(replaced)}) {
        const auto writer = this->writer();
        ASSERT_TRUE(succeeded(append(*writer, "there")));
        ASSERT_TRUE(succeeded(writer->sync()));
        const auto whole = values();
        std::filesystem::copy_file(segment, directory_.path() / "whole");
        change();
        ASSERT_TRUE(succeeded(append(*writer, "more")));
        EXPECT_TRUE(failed_with(writer->sync(), ErrorCode::corrupt));
        std::filesystem::rename(directory_.path() / "whole", segment);
        EXPECT_EQ(values(), whole) << "nothing was acknowledged";
    }
}

// Appends and syncs until it is killed, and tells of every sync through the pipe.
[[noreturn]] void write_until_killed(const std::filesystem::path& directory,
                                     int records,
                                     int pipe_end) {
    const auto log = open_local_log(directory, false);
    auto writer = log.value()->writer(topic, 0);
    const std::string value(3'000, 'k');
    for (;;) {
        for (int i = 0; i < records; ++i) {
            if (!append(**writer, value).ok()) {
                ::_exit(1);
            }
        }
        const std::int64_t end = (*writer)->sync().value();
        if (::write(pipe_end, &end, sizeof end) != sizeof end) {
            ::_exit(1);
        }
    }
}

TEST_F(LocalFailure, AKilledWriterLosesNothingThatItWasTold) {
    for (int round = 0; round < 20; ++round) {
        std::array<int, 2> pipe{};
        ASSERT_EQ(::pipe(pipe.data()), 0);
        const pid_t child = ::fork();
        if (child == 0) {
            ::close(pipe[0]);
            write_until_killed(directory_.path(), 100 * (round + 1), pipe[1]);
        }
        ::close(pipe[1]);
        std::int64_t told = 0;
        for (int i = 0; i <= round % 3; ++i) {
            ASSERT_EQ(::read(pipe[0], &told, sizeof told), static_cast<ssize_t>(sizeof told));
        }
        ::kill(child, SIGKILL);
        ASSERT_EQ(::waitpid(child, nullptr, 0), child);
        std::int64_t more = 0;
        while (::read(pipe[0], &more, sizeof more) == static_cast<ssize_t>(sizeof more)) {
            told = more;
        }
        ::close(pipe[0]);

        EXPECT_GE(open()->extent(topic, 0).value().end, told);
        auto writer = this->writer();
        ASSERT_TRUE(succeeded(append(*writer, "after")));
        const auto end = writer->sync();
        ASSERT_TRUE(succeeded(end));
        EXPECT_GT(end.value(), told);
        EXPECT_EQ(values().size(), static_cast<std::size_t>(end.value()));
    }
}

TEST_F(LocalFailure, ReadersFollowAWriterRecordByRecord) {
    constexpr int total = 2'000;
    auto writer = this->writer();
    const auto follow = [&](Log& log) {
        auto reader = log.reader(topic, 0, 0);
        int next = 0;
        while (next < total) {
            const auto records = (*reader)->read(64, patience);
            if (!records.ok() || records.value().empty()) {
                break;
            }
            for (const Record& record : records.value()) {
                if (as_text(record.value) != std::to_string(next)) {
                    return -1;
                }
                ++next;
            }
        }
        return next;
    };
    int here = 0;
    int there = 0;
    const auto other = open();
    std::thread same_process([&] { here = follow(*log_); });
    std::thread other_process([&] { there = follow(*other); });
    for (int i = 0; i < total; ++i) {
        EXPECT_TRUE(succeeded(append(*writer, std::to_string(i))));
        if (i % 7 == 0 || i == total - 1) {
            EXPECT_TRUE(succeeded(writer->sync()));
        }
    }
    same_process.join();
    other_process.join();
    EXPECT_EQ(here, total);
    EXPECT_EQ(there, total);
}

TEST_F(LocalFailure, OfManyThatCreateAtOnceAllSeeOneTopicAndOneIdentity) {
    TemporaryDirectory fresh;
    std::vector<std::string> identities(6);
    std::vector<std::string> topics(6);
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < identities.size(); ++i) {
        threads.emplace_back([&, i] {
            // Drafts are named after the process, so processes are what must race.
            std::array<int, 2> pipe{};
            if (::pipe(pipe.data()) != 0) {
                return;
            }
            const pid_t child = ::fork();
            if (child == 0) {
                auto log = open_local_log(fresh.path() / "log", true);
                const std::vector plans{TopicPlan{.name = "race.v1", .partitions = 4}};
                if (!log.ok() || !log.value()->create(plans).ok()) {
                    ::_exit(1);
                }
                const std::string found = log.value()->identity().value() +
                                          log.value()->describe("race.v1").value()->identity;
                const bool sent =
                    ::write(pipe[1], found.data(), found.size()) == static_cast<ssize_t>(64);
                ::_exit(sent ? 0 : 1);
            }
            ::close(pipe[1]);
            std::string found(64, '\0');
            if (::read(pipe[0], found.data(), found.size()) == 64) {
                identities[i] = found.substr(0, 32);
                topics[i] = found.substr(32);
            }
            ::close(pipe[0]);
            ::waitpid(child, nullptr, 0);
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    for (std::size_t i = 0; i < identities.size(); ++i) {
        EXPECT_FALSE(identities[i].empty());
        EXPECT_EQ(identities[i], identities[0]);
        EXPECT_EQ(topics[i], topics[0]);
    }
}

}  // namespace
}  // namespace fiscus::log
