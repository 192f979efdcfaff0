// Aim: kill -9 at any moment changes nothing that anybody can read: digest, journal and statistics
// equal those of an undisturbed run. Method: two copies of a month of each kind over local logs;
// one's runs are killed again and again. Prints FISCUS_SEED and takes it back.
#include <algorithm>
#include <chrono>
#include <filesystem>

#include <gtest/gtest.h>

#include "tests/crash/crash_month.h"

namespace fiscus::crash {
namespace {

class CrashLocalTest : public CrashTest {
protected:
    // At the first chance of a day whose key is missing nothing goes on: a run to the end ends
    // there, a service waits, whatever kills it.
    void stand_still_without_keys(log::Log& log, std::uint64_t events) {
        Words words = run_of("killed", local("killed"));
        const Words keys = secrets();
        words.erase(std::search(words.begin(), words.end(), keys.begin(), keys.end()), words.end());
        EXPECT_NE(run_to_exit(words, output_), 0);
        EXPECT_NE(text_of(output_).find("the key of 2026-03-01"), std::string::npos)
            << text_of(output_);
        JournalWatch watch(log);
        const std::uint64_t before = watch.entries();
        EXPECT_GT(before, 0U);
        EXPECT_LT(before, events);
        words.erase(std::find(words.begin(), words.end(), "--until-end"));
        const auto since = std::chrono::steady_clock::now();
        const auto patience = std::chrono::milliseconds(random_() % 1'000);
        EXPECT_FALSE(run_and_kill(words, output_, [&] {
            return std::chrono::steady_clock::now() - since >= patience;
        })) << text_of(output_);
        EXPECT_EQ(watch.entries(), before);
    }
};

TEST_P(CrashLocalTest, KilledAtRandomMomentsNothingIsLostOrRepeated) {
    constexpr Variable events{.name = "FISCUS_CRASH_EVENTS", .otherwise = 1'000'000};
    const Seen whole = run_whole(events);
    ASSERT_FALSE(HasFailure());
    std::filesystem::create_directories(directory_ / "killed");
    generate(local("killed"), events);
    const auto log = open_local(local("killed"));
    ASSERT_FALSE(HasFailure());
    if (GetParam().has_keys) {
        stand_still_without_keys(*log, whole.entries);
    }
    disturb_as("killed", local("killed"), *log, {.name = "FISCUS_CRASH_KILLS", .otherwise = 30},
               whole);
}

INSTANTIATE_TEST_SUITE_P(OfEachKind, CrashLocalTest, testing::ValuesIn(all_months()), name_of);

}  // namespace
}  // namespace fiscus::crash
