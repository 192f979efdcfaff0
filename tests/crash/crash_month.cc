#include "tests/crash/crash_month.h"

#include <algorithm>
#include <cstdio>
#include <unistd.h>

#include "engine/log/local_log.h"
#include "engine/log/topics.h"

namespace fiscus::crash {

const std::vector<Month>& all_months() {
    static const std::vector<Month> months{
        {.programme = "vouchers"},
        {.programme = "invoices",
         .events_divisor = 6,
         .kills_divisor = 3,
         .is_reconciled = false,
         .is_answered = false},
        {.programme = "gift-packs", .events_divisor = 6, .kills_divisor = 3, .has_keys = true}};
    return months;
}

std::string name_of(const testing::TestParamInfo<Month>& info) {
    std::string name = info.param.programme;
    std::replace(name.begin(), name.end(), '-', '_');
    return name;
}

void CrashTest::SetUp() {
    const std::uint64_t seed = number_from("FISCUS_SEED", std::random_device{}());
    std::printf("FISCUS_SEED=%llu\n", static_cast<unsigned long long>(seed));
    random_.seed(seed);
    directory_ =
        std::filesystem::path(testing::TempDir()) / ("crash_" + std::to_string(::getpid()));
    std::filesystem::remove_all(directory_);
    std::filesystem::create_directories(directory_);
    output_ = (directory_ / "output").string();
}

void CrashTest::TearDown() { std::filesystem::remove_all(directory_); }

CrashTest::Words CrashTest::local(const std::string& name) const {
    return {"--log", (directory_ / name / "log").string()};
}

std::filesystem::path CrashTest::state_of(const std::string& name) const {
    return directory_ / name / "state";
}

CrashTest::Words CrashTest::secrets() const {
    return {"--secrets", (directory_ / "secrets").string()};
}

CrashTest::Words CrashTest::run_of(const std::string& name, const Words& place) const {
    Words words{"run",    "--until-end", "--state",        state_of(name).string(),
                "--http", "0",           "--event-stamps", "publisher"};
    words.insert(words.end(), place.begin(), place.end());
    if (GetParam().has_keys) {
        const Words keys = secrets();
        words.insert(words.end(), keys.begin(), keys.end());
    }
    return words;
}

std::unique_ptr<log::Log> CrashTest::open_local(const Words& place) {
    auto log = log::open_local_log(place.back(), false);
    EXPECT_TRUE(log.ok()) << log.error().text();
    return log.ok() ? std::move(log).value() : nullptr;
}

void CrashTest::generate(const Words& place, const Variable& events) {
    const std::uint64_t count =
        number_from(events.name, events.otherwise) / GetParam().events_divisor;
    Words words{"generate", "--programme",         GetParam().programme,
                "--events", std::to_string(count), "--seed",
                "3"};
    for (const Words& more : {place, secrets()}) {
        words.insert(words.end(), more.begin(), more.end());
    }
    ASSERT_EQ(run_to_exit(words, output_), 0) << text_of(output_);
}

Seen CrashTest::run_whole(const Variable& events) {
    std::filesystem::create_directories(directory_ / "whole");
    generate(local("whole"), events);
    EXPECT_EQ(run_to_exit(run_of("whole", local("whole")), output_), 0) << text_of(output_);
    const auto log = open_local(local("whole"));
    if (HasFailure()) {
        return {};
    }
    Seen whole = look(*log);
    auto extent = log->extent(log::events_topic, 0);
    EXPECT_TRUE(extent.ok()) << extent.error().text();
    EXPECT_EQ(whole.entries, static_cast<std::uint64_t>(extent->end));
    for (const auto& [topic, records] : whole.topics) {
        const bool may_be_empty =
            (topic == log::reconciliation_topic && !GetParam().is_reconciled) ||
            (topic == log::outcomes_topic && !GetParam().is_answered);
        EXPECT_TRUE(may_be_empty || records.first > 0) << topic;
    }
    return whole;
}

void CrashTest::disturb_as(const std::string& name,
                           const Words& place,
                           log::Log& log,
                           const Variable& kills,
                           const Seen& whole) {
    const std::uint64_t count = number_from(kills.name, kills.otherwise) / GetParam().kills_divisor;
    disturb(run_of(name, place), output_, log,
            {.kills = count, .events = whole.entries, .state_dir = state_of(name)}, random_);
    ASSERT_FALSE(HasFailure());
    const Seen killed = look(log);
    EXPECT_EQ(killed.entries, whole.entries);
    EXPECT_EQ(killed.journal, whole.journal);
    EXPECT_EQ(killed.state_digest, whole.state_digest);
    EXPECT_EQ(killed.topics, whole.topics);
}

}  // namespace fiscus::crash
