#include "tests/simulation/takeover.h"

#include "engine/base/ids.h"
#include "engine/journal/publisher.h"
#include "engine/runtime/sign.h"

namespace fiscus::simulation {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds pause{200};
constexpr milliseconds promised{5'000};
// Whoever led before, and slept, knows after so long that it does not any more.
constexpr milliseconds fenced{1'200};
// Longer than the lease of rows.
constexpr milliseconds of_rows{2'400};
// As long as it takes until nothing that went wrong before is remembered.
constexpr milliseconds watched{2'400};
// More turns than any history needs.
constexpr int turns_max = 10'000;

// All that it can do without time.
void work(NodeProcess& node) {
    for (int turns = 0; node.up() && turns < turns_max; ++turns) {
        const std::uint64_t before = node.progress();
        node.work();
        if (node.up() && node.progress() == before) {
            return;
        }
    }
}

void pass(Surroundings& world, milliseconds span, NodeProcess& first, NodeProcess& second) {
    for (milliseconds passed{0}; passed < span; passed += pause) {
        work(first);
        work(second);
        world.clock.pass(pause);
    }
}

}  // namespace

void watch_pair(Surroundings& world, NodeProcess& first, NodeProcess& second) {
    pass(world, watched, first, second);
    const auto is_pair = [&] {
        return first.up() && second.up() && first.leads() != second.leads();
    };
    if (!is_pair()) {
        return;
    }
    NodeProcess& leader = first.leads() ? first : second;
    NodeProcess& standby = first.leads() ? second : first;
    const std::uint64_t term = leader.view().term;
    pass(world, watched, first, second);
    if (!first.up() || !second.up()) {
        return;
    }
    const bool gives_signs = leader.may_note() && leader.view().sign_trouble.empty();
    if (gives_signs && (!leader.leads() || leader.view().term != term)) {
        find(world, standby.name() + " took over from a leader that gave signs");
    }
    const runtime::PartitionView led = leader.view();
    const runtime::PartitionView followed = standby.view();
    if (led.sequence == followed.sequence && led.digest != followed.digest) {
        find(world, "a standby differs from its leader after entry " +
                        std::to_string(led.sequence) + ": " + to_hex(followed.digest) + ", " +
                        to_hex(led.digest));
    }
    world.trace.note("a pair is watched", led.sequence);
    world.faults.count("standby: follows a leader that lives");
}

void watch_takeover(Surroundings& world, NodeProcess& standby) {
    milliseconds passed{0};
    for (; standby.up() && passed < promised && (passed < fenced || !standby.leads());
         passed += pause) {
        work(standby);
        world.clock.pass(pause);
    }
    if (!standby.up()) {
        return;
    }
    if (!standby.leads()) {
        find(world, "nobody leads " + std::to_string(passed.count()) +
                        " ms after the leader was gone, " + standby.name() + " is a standby" +
                        (standby.view().waits_for.empty() ? std::string()
                                                          : ": " + standby.view().waits_for));
    }
    world.trace.note("a takeover is watched", static_cast<std::uint64_t>(passed.count()));
    world.faults.count("standby: takes over within five seconds");
    for (passed = milliseconds(0); standby.up() && passed <= of_rows; passed += pause) {
        work(standby);
        world.clock.pass(pause);
    }
    if (standby.up() && !standby.publishes()) {
        find(world, standby.name() + " leads, and its rows are still held");
    }
}

void hand_over(Surroundings& world, const std::string& writer) {
    const auto log = world.cluster.connect();
    const auto claim =
        journal::Publisher::open(*log, world.partition, {}, runtime::handover_to(writer));
    world.trace.note("a partition is handed over", std::uint64_t{claim.ok()});
    world.faults.count(writer.empty() ? "operator: demotes the leader"
                                      : "operator: promotes a standby");
}

}  // namespace fiscus::simulation
