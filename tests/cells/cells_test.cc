// Aim: every kind of event is answered in every way that there is, about something in every state:
// the table of event × state × answer is complete. Method: histories of the simulation's seeds,
// before the oracle, which knows the states, and before the engine, which must answer alike. A cell
// that is not reached any more fails; so does one that no ladder has (ladders.txt).
// There are as many histories as it takes, up to a limit; FISCUS_CELL_HISTORIES says how many
// instead, which need not be enough.
#include "tests/cells/cells.h"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include "tests/property/seeds.h"
#include "tests/property/world.h"
#include "tests/support/engine_under_test.h"

namespace fiscus::cells {
namespace {

// What a change of the random worlds makes rarer is still found; what it makes impossible is not.
constexpr std::uint64_t histories_max = 60'000;
// All of the first ones go through the engine, later ones when they reach a new cell.
constexpr std::uint64_t engine_histories = 4'000;
// As the simulation has it.
constexpr std::size_t records = 300;
constexpr std::size_t turn_records = 64;

// Empty, or the first answer that differs.
std::string engine_differs(const std::vector<reference::Input>& history,
                           const property::World& world) {
    const auto engine = support::make_engine(world.shard(), {});
    const auto answers = support::feed_in_turns(*engine, history, turn_records);
    for (std::size_t at = 0; at < history.size(); ++at) {
        const std::string differs = reference::differences(world.answers()[at], answers.at(at));
        if (!differs.empty()) {
            return "record " + std::to_string(at) + ", oracle ≠ engine:\n" + differs;
        }
    }
    return {};
}

// For the report on reliability.
void write_report(const std::string& json) {
    const char* folder = std::getenv("FISCUS_SOURCE_DIR");
    if (folder != nullptr) {
        const std::filesystem::path log = std::filesystem::path(folder) / "build" / "log";
        std::filesystem::create_directories(log);
        std::ofstream(log / "coverage_cells.json") << json;
    }
}

TEST(Cells, EveryKindIsAnsweredInEveryWayInEveryState) {
    const Table table = read_ladders(ladders_path());
    const std::uint64_t wanted = property::from_environment("FISCUS_CELL_HISTORIES", 0);
    Tally tally;
    std::uint64_t seed = 0;
    for (bool enough = false; !enough;) {
        const std::size_t before = tally.cells().size();
        property::World world({.seed = ++seed, .records = records, .tally = &tally});
        const std::vector<reference::Input> history = world.make();
        const bool reached_more = tally.cells().size() > before;
        if (seed <= engine_histories || reached_more) {
            ASSERT_EQ(engine_differs(history, world), "") << "seed " << seed;
        }
        const bool complete = reached_more && compare(table, tally).uncovered.empty();
        enough = wanted != 0 ? seed == wanted : complete || seed == histories_max;
    }
    const Coverage coverage = compare(table, tally);
    for (const Cell& cell : coverage.impossible) {
        ADD_FAILURE() << cell.text() << " was met, and no ladder has it: see ladders.txt";
    }
    if (wanted != 0) {
        return;
    }
    for (const Cell& cell : coverage.uncovered) {
        ADD_FAILURE() << cell.text() << " is not reached: see tests/property/deeds_rare.cc";
    }
    std::printf("%llu histories\n", static_cast<unsigned long long>(seed));
    write_report(json_of(table, tally));
    std::printf("%s", text_of(table, tally).c_str());
}

TEST(Cells, LaddersThatSayNonsenseAreRefused) {
    const auto refused = [](const std::string& text) {
        const std::filesystem::path file = std::filesystem::path(testing::TempDir()) / "ladders";
        std::ofstream(file) << text;
        try {
            read_ladders(file);
        } catch (const std::runtime_error& error) {
            return std::string(error.what());
        }
        return std::string("nothing");
    };
    EXPECT_NE(refused("ClockAdvanced: set\n  may: accepted\n").find("has no ladder"),
              std::string::npos);
    EXPECT_NE(refused("ClockAdvanced: set\n  ends unset: accepted\n").find("no state unset"),
              std::string::npos);
    EXPECT_NE(refused("ClockAdvanced: set\n  ends set: clock_goes_back\n  only set: accepted\n")
                  .find("set has been answered"),
              std::string::npos);
    EXPECT_NE(refused("ClockAdvanced: set\n  may: tired\n").find("no answer tired"),
              std::string::npos);
    EXPECT_NE(refused("ClockAdvanced: set\n  sometimes: accepted\n").find("what is sometimes?"),
              std::string::npos);
    EXPECT_NE(refused("never ClockAdvanced set: accepted\n").find("impossible anyhow"),
              std::string::npos);
}

}  // namespace
}  // namespace fiscus::cells
