// Aim: whatever is published, the program stays inside its one memory setting and answers rightly.
// Method: a log is flooded with events that each want something new to be remembered; `fiscus run`
// works it off with the smallest memory that it takes, engine and statistics together, and the most
// memory that it ever held is what counts. FISCUS_HOSTILE_EVENTS makes the floods larger.
#include <cstdio>
#include <functional>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/crash/crash_run.h"
#include "tests/hostile/floods.h"
#include "tests/support/temporary_directory.h"

namespace fiscus::hostile {
namespace {

constexpr std::uint64_t events_default = 100'000;
constexpr std::uint64_t setting_bytes = 256ULL << 20;
// Of the setting: what the program may hold, its code and the allocator's slack included.
constexpr double factor_max = 1.3;
constexpr std::uint64_t memory_bytes_max = 16ULL << 30;

// What cannot be forgotten must fit, or the program says how much memory it takes.
enum class Fits : std::uint8_t { always, with_more_memory };

struct Flood {
    const char* name = nullptr;
    std::function<Answers(FloodLog& log, std::uint64_t events)> write;
    Fits fits = Fits::always;
};

std::ostream& operator<<(std::ostream& out, const Flood& flood) { return out << flood.name; }

Answers answers_in(const std::string& text) {
    const auto json = nlohmann::json::parse(text.substr(text.find('{')), nullptr, false);
    if (!json.is_object()) {
        return {};
    }
    return {.accepted = json.value("accepted", std::uint64_t{0}),
            .duplicates = json.value("duplicates", std::uint64_t{0}),
            .refused = json.value("refused", std::uint64_t{0}),
            .quarantined = json.value("quarantined", std::uint64_t{0}),
            .gaps_open = json.value("gaps_open", std::uint64_t{0})};
}

class Hostile : public testing::TestWithParam<Flood> {
protected:
    crash::Ended run(std::uint64_t memory_bytes) {
        return crash::run_to_end(
            {"run", "--until-end", "--json", "--log", log(), "--state", directory_.file("state"),
             "--memory", std::to_string(memory_bytes), "--logging-level", "error"},
            output());
    }
    [[nodiscard]] std::string log() const { return directory_.file("log"); }
    [[nodiscard]] std::string output() const { return directory_.file("output"); }
    [[nodiscard]] std::string said() const { return crash::text_of(output()); }

    // Stays inside a setting.
    static void expect_inside(const crash::Ended& ended, std::uint64_t memory_bytes) {
        std::printf("%s: %llu MiB of %llu\n", GetParam().name,
                    static_cast<unsigned long long>(ended.resident_bytes_max >> 20),
                    static_cast<unsigned long long>(memory_bytes >> 20));
        EXPECT_LE(static_cast<double>(ended.resident_bytes_max),
                  factor_max * static_cast<double>(memory_bytes));
    }

private:
    support::TemporaryDirectory directory_;
};

TEST_P(Hostile, FloodStaysInsideTheMemorySetting) {
    const std::uint64_t events = crash::number_from("FISCUS_HOSTILE_EVENTS", events_default);
    FloodLog writer(log());
    const Answers expected = GetParam().write(writer, events);
    writer.close();
    std::uint64_t memory_bytes = setting_bytes;
    crash::Ended ended = run(memory_bytes);
    expect_inside(ended, memory_bytes);
    if (GetParam().fits == Fits::with_more_memory) {
        EXPECT_EQ(ended.code, 2) << said();
        EXPECT_NE(said().find("the memory setting is too small"), std::string::npos) << said();
        EXPECT_NE(said().find("engine.memory"), std::string::npos) << said();
    }
    // It goes on from where it stopped, as it was told.
    while (GetParam().fits == Fits::with_more_memory && ended.code == 2 &&
           memory_bytes < memory_bytes_max) {
        memory_bytes *= 2;
        ended = run(memory_bytes);
        expect_inside(ended, memory_bytes);
    }
    ASSERT_EQ(ended.code, 0) << said();
    EXPECT_TRUE(answers_in(said()) == expected) << said();
}

INSTANTIATE_TEST_SUITE_P(Floods,
                         Hostile,
                         testing::Values(Flood{"unknown_programmes", flood_of_unknown_programmes},
                                         Flood{"refused_claims", flood_of_refused_claims},
                                         Flood{"gaps", flood_of_gaps},
                                         Flood{"sources", flood_of_sources},
                                         Flood{"registrations", flood_of_registrations},
                                         Flood{"keys", flood_of_keys},
                                         Flood{"programmes", flood_of_programmes,
                                               Fits::with_more_memory},
                                         Flood{"batches", flood_of_batches},
                                         Flood{"merchants", flood_of_merchants},
                                         Flood{"rubbish", flood_of_rubbish}),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace fiscus::hostile
