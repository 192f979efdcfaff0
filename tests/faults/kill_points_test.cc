// Aim: a process that dies at any of the named places of its path, the first time it comes there
// and later ones, leaves nothing wrong. Method: the program built with its kill points, one life
// for each place and time over a small month, and lives that die at one of many places by chance;
// the program as it is shipped then goes on to the end. Every place that the sources name must have
// been reached. Prints FISCUS_SEED and takes it back.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/faults/report.h"
#include "tests/faults/script.h"
#include "tests/faults/small_world.h"
#include "tests/property/random.h"
#include "tests/support/child.h"

namespace fiscus::faults {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t lanes = 4;
constexpr std::chrono::seconds life_max{60};

// What the sources name.
std::vector<std::string> all_places() {
    const char* source = std::getenv("FISCUS_SOURCE_DIR");
    EXPECT_NE(source, nullptr) << "FISCUS_SOURCE_DIR is not set: run this test with ctest";
    std::vector<std::string> places;
    for (const char* folder : {"engine", "projections"}) {
        for (const auto& entry : fs::recursive_directory_iterator(fs::path(source) / folder)) {
            if (entry.path().extension() != ".cc") {
                continue;
            }
            const std::string text = support::text_of(entry.path().string());
            const std::string call = "FISCUS_KILL_POINT(\"";
            for (auto at = text.find(call); at != std::string::npos; at = text.find(call, at)) {
                at += call.size();
                places.push_back(text.substr(at, text.find('"', at) - at));
            }
        }
    }
    return places;
}

// A life of the program with kill points; true: it died.
bool dies(const fs::path& copy, const support::Child::Words& environment, const Words& more) {
    const char* program = std::getenv("FISCUS_KILLABLE");
    EXPECT_NE(program, nullptr) << "FISCUS_KILLABLE names the program; ctest sets it";
    support::Child::Words words = {program == nullptr ? "" : program};
    const Words run = SmallWorld::run(copy, more);
    words.insert(words.end(), run.begin(), run.end());
    support::Child child(words, SmallWorld::output(copy), environment);
    EXPECT_TRUE(child.wait_for(life_max).has_value()) << "it neither died nor ended";
    EXPECT_TRUE(!child.exited() || child.exit_code() == 0)
        << support::text_of(SmallWorld::output(copy));
    return !child.exited();
}

TEST(KillPoints, EveryPlaceMayBeTheLast) {
    Report report("kill_points", "kill -9 at a named place");
    const SmallWorld world;
    ASSERT_FALSE(testing::Test::HasFailure());
    const std::vector<std::string> places = all_places();
    ASSERT_GT(places.size(), 10U);
    const fs::path list = world.path() / "reached";
    const std::vector<int> times = {1, 2, 5};
    std::atomic<std::size_t> next{0};
    in_lanes(lanes, [&](std::size_t lane) {
        for (std::size_t i = next++;
             i < places.size() * times.size() && !testing::Test::HasFailure(); i = next++) {
            const auto copy = world.fresh("lane" + std::to_string(lane));
            const std::string& place = places[i / times.size()];
            // There is something to recover only after a life that died.
            if (place.find("recovery") != std::string::npos) {
                dies(copy, {"FISCUS_KILL_AT=after an acknowledgement:9"}, {"--turn", "200"});
            }
            const std::string at = place + ":" + std::to_string(times[i % times.size()]);
            const bool died =
                dies(copy, {"FISCUS_KILL_AT=" + at, "FISCUS_KILL_LIST=" + list.string()},
                     {"--turn", "200"});
            report.count(died ? "deaths at a place" : "lives that did not come there so often");
            world.expect_whole(copy);
        }
    });
    std::set<std::string> reached;
    std::istringstream lines(support::text_of(list.string()));
    for (std::string line; std::getline(lines, line);) {
        reached.insert(line);
    }
    for (const std::string& place : places) {
        EXPECT_TRUE(reached.contains(place)) << "nobody came to: " << place;
    }
    report.count("places", places.size());
}

TEST(KillPoints, AnyOfManyPlacesByChance) {
    Report report("kill_odds", "kill -9 at a place by chance");
    const std::uint64_t seed = report.seed();
    const SmallWorld world;
    ASSERT_FALSE(testing::Test::HasFailure());
    const std::uint64_t wanted = support::number_from("FISCUS_KILL_ODDS_DEATHS", 60);
    std::atomic<std::uint64_t> deaths{0};
    in_lanes(lanes, [&](std::size_t lane) {
        property::Random random(seed + lane);
        static const std::vector<std::string> odds = {"3", "20", "100"};
        while (deaths < wanted && !testing::Test::HasFailure()) {
            const auto copy = world.fresh("lane" + std::to_string(lane));
            for (int life = 0; life < 8; ++life) {
                const bool died = dies(
                    copy,
                    {"FISCUS_KILL_ODDS=" + random.pick(odds) + ":" + std::to_string(random.next())},
                    {"--turn", "100"});
                deaths += died ? 1 : 0;
                if (!died) {
                    break;
                }
            }
            world.expect_whole(copy);
            report.count("months compared");
        }
    });
    report.count("deaths", deaths);
}

}  // namespace
}  // namespace fiscus::faults
