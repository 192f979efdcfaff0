// Aim: kill -9 of the engine and of the statistics at any moment, again and again, and a process
// that is stopped and goes on, change nothing that anybody can read. Method: lives of the program
// over small months, so short that most of them die while they recover; turns of all sizes, both
// parts in one process or each in its own. After every few kills one life comes to its end and is
// compared with an undisturbed one. Prints FISCUS_SEED and takes it back.
#include <atomic>
#include <chrono>
#include <csignal>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/faults/report.h"
#include "tests/faults/script.h"
#include "tests/faults/small_world.h"
#include "tests/property/random.h"
#include "tests/support/child.h"
#include "tests/support/wait.h"

namespace fiscus::faults {
namespace {

using std::chrono::milliseconds;
using support::Child;

constexpr std::size_t lanes = 4;
// Of a life that is killed: its start takes 50 ms, the whole month half a second.
constexpr std::uint64_t life_ms_max = 400;
constexpr int kills_each_round = 12;

const std::vector<std::string> turn_sizes = {"16", "100", "1000", "8192"};

Child::Words command(const std::filesystem::path& copy, const Words& more) {
    Child::Words words = {support::program()};
    const Words run = SmallWorld::run(copy, more);
    words.insert(words.end(), run.begin(), run.end());
    return words;
}

// One life, in one process or two, that ends by SIGKILL unless it is done before.
class Life {
public:
    Life(const std::filesystem::path& copy, property::Random& random) {
        const std::string output = SmallWorld::output(copy);
        const std::string& turn = random.pick(turn_sizes);
        if (random.chance(500)) {
            processes_.push_back(std::make_unique<Child>(command(copy, {"--turn", turn}), output));
            return;
        }
        processes_.push_back(std::make_unique<Child>(
            command(copy, {"--turn", turn, "--only", "engine"}), output + ".engine"));
        processes_.push_back(std::make_unique<Child>(command(copy, {"--only", "statistics"}),
                                                     output + ".statistics"));
    }

    void wait(milliseconds patience) {
        support::wait_until([this] { return ended(); }, patience);
    }
    void stop_and_go_on(milliseconds pause) {
        signal(SIGSTOP);
        support::wait_until([] { return false; }, pause);
        signal(SIGCONT);
    }
    // How many were still alive.
    std::uint64_t kill() {
        std::uint64_t killed = 0;
        for (const auto& process : processes_) {
            if (!process->ended()) {
                process->signal(SIGKILL);
                process->wait();
                ++killed;
            } else {
                EXPECT_EQ(process->exit_code(), 0);
            }
        }
        return killed;
    }

private:
    bool ended() {
        bool all = true;
        for (const auto& process : processes_) {
            all = process->ended() && all;
        }
        return all;
    }
    void signal(int number) {
        for (const auto& process : processes_) {
            process->signal(number);
        }
    }

    std::vector<std::unique_ptr<Child>> processes_;
};

TEST(KillCycles, NothingIsLostOrRepeated) {
    Report report("kill", "kill -9");
    const std::uint64_t seed = report.seed();
    const SmallWorld world;
    ASSERT_FALSE(testing::Test::HasFailure());
    const std::uint64_t kills = support::number_from("FISCUS_KILL_CYCLES", 500);
    std::atomic<std::uint64_t> killed{0};
    in_lanes(lanes, [&](std::size_t lane) {
        property::Random random(seed + lane);
        while (killed < kills && !testing::Test::HasFailure()) {
            const auto copy = world.fresh("lane" + std::to_string(lane));
            for (int i = 0; i < kills_each_round && killed < kills; ++i) {
                Life life(copy, random);
                life.wait(milliseconds(random.below(life_ms_max)));
                if (random.chance(100)) {
                    life.stop_and_go_on(milliseconds(random.below(50)));
                    report.count("pauses before a kill");
                }
                const std::uint64_t now = life.kill();
                killed += now;
                report.count("processes killed", now);
            }
            report.count("months compared");
            world.expect_whole(copy);
        }
    });
    EXPECT_GE(killed, kills);
}

TEST(KillCycles, AProcessThatIsStoppedAndGoesOnDoesNotNotice) {
    Report report("pause", "SIGSTOP and SIGCONT");
    property::Random random(report.seed());
    const SmallWorld world;
    ASSERT_FALSE(testing::Test::HasFailure());
    for (int round = 0; round < 3; ++round) {
        const auto copy = world.fresh("paused");
        Life life(copy, random);
        for (int pause = 0; pause < 10; ++pause) {
            life.wait(milliseconds(random.below(40)));
            life.stop_and_go_on(milliseconds(random.below(200)));
            report.count("pauses");
        }
        life.wait(milliseconds(60'000));
        EXPECT_EQ(life.kill(), 0U) << "it did not come to its end";
        world.expect_whole(copy);
    }
}

}  // namespace
}  // namespace fiscus::faults
