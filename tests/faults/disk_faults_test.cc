// Aim: whichever call to the disk fails, engine and statistics stop with an error that names it,
// say nothing more to the world, and a restart comes to what an undisturbed run gives; a power
// failure at any call loses nothing that was acknowledged. Method: lives of a script of 500 events
// over real files and a real RocksDB, on a disk that fails at the n-th call: for each n until a
// life needs fewer calls, and at random ones for power failures. Prints FISCUS_SEED and takes it
// back.
#include <atomic>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/faults/faulty_disk.h"
#include "tests/faults/faulty_month.h"
#include "tests/faults/report.h"
#include "tests/faults/script.h"
#include "tests/property/random.h"
#include "tests/support/child.h"
#include "tests/support/temporary_directory.h"

namespace fiscus::faults {
namespace {

namespace fs = std::filesystem;

// A sanitiser's allocator may stay locked in a child that is forked while another lane allocates.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::size_t lanes = 1;
#else
constexpr std::size_t lanes = 3;
#endif

// Of the calls to the disk every so many fails one.
std::uint64_t every() { return support::number_from("FISCUS_FAULTS_STRIDE", 1); }

class DiskFaults : public testing::Test {
protected:
    // The script, and what an undisturbed life makes of it.
    void write(std::uint64_t seed) {
        const fs::path whole = directory_.path() / "whole";
        fs::create_directories(whole);
        const std::uint64_t events = write_script(whole, seed);
        fs::copy(whole, directory_.path() / "script", fs::copy_options::recursive);
        const End end = run(whole, {}, {});
        ASSERT_EQ(end.exit_code, 0) << end.error << ", signal " << end.signal;
        calls_ = end.calls;
        whole_ = look_at(whole);
        ASSERT_EQ(whole_.entries, events);
        ASSERT_GT(whole_.topics.at("fiscus.statistics.daily.v1").first, 0U);
    }

    [[nodiscard]] fs::path fresh(const std::string& name) const {
        fs::path copy = directory_.path() / name;
        fs::remove_all(copy);
        fs::copy(directory_.path() / "script", copy, fs::copy_options::recursive);
        return copy;
    }

    static End run(const fs::path& directory, DiskPlan plan, const LifeOptions& options) {
        plan.root = directory;
        return in_child(
            directory,
            [&] {
                start_disk(plan);
                Lived lived = live(directory, options);
                // What only could not be read may be read again, and then all goes on as it should.
                if (!disk_failed_to_write()) {
                    lived.finding.clear();
                }
                if (!lived.error.empty()) {
                    lived.error += "\n(" + disk_failed_call() + ")";
                }
                stop_disk();
                return lived;
            },
            disk_calls);
    }

    // The same as undisturbed, after one more life, which may need an empty state, if the last one
    // says so.
    void expect_recovers(const fs::path& directory, const std::string& what, Report& report) const {
        End end = run(directory, {}, {});
        if (end.exit_code != 0 && may_delete_state(end)) {
            report.count("states that were deleted as the message says");
            fs::remove_all(directory / "state");
            end = run(directory, {}, {});
        }
        ASSERT_EQ(end.exit_code, 0) << what << ": " << end.error;
        const crash::Seen seen = look_at(directory);
        EXPECT_EQ(seen.entries, whole_.entries) << what;
        EXPECT_EQ(seen.journal, whole_.journal) << what;
        EXPECT_EQ(seen.state_digest, whole_.state_digest) << what;
        EXPECT_EQ(seen.topics, whole_.topics) << what;
    }
    static bool may_delete_state(const End& end) {
        return end.code == "state" && end.error.find("rebuilt from the") != std::string::npos;
    }

    // RocksDB 7.8 of Debian is built with its assertions, and asserts what only holds
    // while files can be read: the process ends before anything is committed.
    static bool asserted_by_rocksdb(const End& end) {
        return end.signal == SIGABRT && end.error.find("rocksdb::") != std::string::npos &&
               end.error.find("Assertion `") != std::string::npos;
    }

    void sweep(DiskFault fault, int error_number, Report& report);

    support::TemporaryDirectory directory_;
    crash::Seen whole_;
    std::uint64_t calls_ = 0;
};

// Every call, in as many lanes as there is work for.
void DiskFaults::sweep(DiskFault fault, int error_number, Report& report) {
    std::atomic<std::uint64_t> next{support::number_from("FISCUS_FIRST", 1)};
    in_lanes(lanes, [&](std::size_t lane) {
        for (;;) {
            const std::uint64_t n = next.fetch_add(every());
            const fs::path place = fresh("lane" + std::to_string(lane));
            const End end =
                run(place, {.fault = fault, .strike_at = n, .error_number = error_number}, {});
            if (std::getenv("FISCUS_LOUD") != nullptr) {
                std::fprintf(stderr, "%d:%llu\n", static_cast<int>(fault),
                             static_cast<unsigned long long>(n));
            }
            const std::string what = "call " + std::to_string(n) + " with errno " +
                                     std::to_string(error_number) + ": " + end.error;
            if (end.exit_code == 0) {
                // It was no loss, or there are fewer calls.
                if (end.calls < n) {
                    return;
                }
                report.count("calls that nobody needed");
            } else if (asserted_by_rocksdb(end)) {
                report.count("ends by an assertion of RocksDB's");
            } else {
                report.count("calls that failed");
                ASSERT_EQ(end.exit_code, 1) << what << ", signal " << end.signal;
                EXPECT_EQ(end.finding, "") << what;
                // A key file that cannot be read is a key that is missing.
                EXPECT_TRUE(end.code == "io" || end.code == "state" || end.code == "corrupt" ||
                            end.code == "secret_missing")
                    << what << " " << end.code;
                // What failed, and what to do.
                EXPECT_NE(end.error.find(place.string()), std::string::npos) << what;
                EXPECT_NE(end.error.find('\n'), std::string::npos) << what;
            }
            expect_recovers(place, what, report);
            if (HasFailure()) {
                return;
            }
        }
    });
}

TEST_F(DiskFaults, WhicheverCallFailsNothingIsSaidAfterItAndARestartIsWhole) {
    Report report("disk_errors", "n-th call to the disk");
    ASSERT_NO_FATAL_FAILURE(write(report.seed()));
    sweep(DiskFault::once, EIO, report);
    sweep(DiskFault::always, ENOSPC, report);
    EXPECT_GE(report.counted("calls that failed"), calls_ / 4 / every());
}

// One life after the other until the script is worked off; each is cut at a random call.
TEST_F(DiskFaults, APowerFailureAtAnyCallLosesNothingThatWasAcknowledged) {
    Report report("power", "power loss");
    const std::uint64_t seed = report.seed();
    ASSERT_NO_FATAL_FAILURE(write(seed));
    const std::uint64_t failures = support::number_from("FISCUS_POWER_FAILURES", 500);
    std::atomic<std::uint64_t> failed{0};
    in_lanes(lanes, [&](std::size_t lane) {
        property::Random random(seed + lane);
        static const std::vector<std::size_t> turns = {1, 7, 64, 500};
        static const std::vector<std::size_t> folds = {5, 50, 400};
        for (std::uint64_t round = 0; failed < failures; ++round) {
            const fs::path place = fresh("lane" + std::to_string(lane));
            const std::string name =
                "lane " + std::to_string(lane) + " round " + std::to_string(round);
            for (int life = 0; life < 12 && failed < failures; ++life) {
                const LifeOptions options{
                    .turn_records = random.pick(turns),
                    .fold_records = random.pick(folds),
                    .commit_entries = random.between<std::uint64_t>(1, 300),
                    .background = random.chance(500) ? Background::threads : Background::steps};
                const End end = run(place,
                                    {.fault = DiskFault::power,
                                     .strike_at = 1 + random.below(calls_ + calls_ / 2),
                                     .seed = random.next()},
                                    options);
                if (end.exit_code == 0) {
                    break;
                }
                ASSERT_EQ(end.exit_code, power_failed)
                    << name << " life " << life << ", signal " << end.signal << ": " << end.error;
                ++failed;
                report.count("power failures");
            }
            report.count("histories that came to their end");
            expect_recovers(place, name, report);
            if (HasFailure()) {
                return;
            }
        }
    });
    EXPECT_GE(failed, failures);
    EXPECT_EQ(report.counted("states that were deleted as the message says"), 0U);
}

}  // namespace
}  // namespace fiscus::faults
