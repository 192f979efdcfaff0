#include "tests/simulation/simulation.h"

#include <algorithm>
#include <filesystem>
#include <unistd.h>
#include <vector>

#include "engine/base/ids.h"
#include "engine/log/topics.h"
#include "tests/simulation/checkpoints.h"
#include "tests/simulation/damage.h"
#include "tests/simulation/history.h"
#include "tests/simulation/node.h"
#include "tests/simulation/processes.h"
#include "tests/simulation/rows.h"
#include "tests/simulation/takeover.h"
#include "tests/simulation/troubles.h"
#include "tests/support/temporary_directory.h"

namespace fiscus::simulation {
namespace {

using std::chrono::milliseconds;

// A run may be so many steps longer than its records need.
constexpr std::uint64_t steps_max = 60'000;

// Files of a disk that is simulated anyhow: in memory, where the system lets them.
std::filesystem::path fast_directory() {
    const std::filesystem::path memory = "/dev/shm";
    return ::access(memory.c_str(), W_OK) == 0 ? memory : std::filesystem::temp_directory_path();
}

property::WorldOptions world_options(const Options& options) {
    return {.seed = options.seed, .records = options.records, .tally = options.tally};
}

class Simulation {
public:
    explicit Simulation(const Options& options)
        : options_(options),
          random_(options.seed),
          cluster_(options.seed ^ 0x5eed, faults_),
          trace_(options.loud),
          history_(world_options(options)) {
        const std::filesystem::path folder = directory_.path();
        std::filesystem::create_directories(folder / "keys");
        world_.partition = history_.world().shard().partition;
        world_.secrets = folder / "keys";
        auto log = cluster_.connect();
        const auto plans =
            log::topic_plans(history_.world().shard().partitions, log::Stamps::publisher);
        if (const Status made = log->create(plans); !made.ok()) {
            world_.finding = made.error().text();
        }
        choose_troubles();
        if (!random_.chance(300)) {
            publish_keys();
        }
    }

    Report run() {
        while (world_.finding.empty() && trace_.steps() < steps_max &&
               (!history_.all_published() || random_.chance(995))) {
            act();
        }
        if (world_.finding.empty()) {
            come_to_rest();
        }
        if (world_.finding.empty()) {
            world_.finding = history_.differences(cluster_);
        }
        trace_.note("the end", history_.size());
        history_.count(faults_);
        return {.finding = world_.finding,
                .trace = trace_.hash(),
                .steps = trace_.steps(),
                .happened = trace_.happened(),
                .faults = faults_.counts()};
    }

private:
    void choose_troubles() {
        troubles_ = simulation::choose_troubles(random_, fates_);
        spare(options_.spared, troubles_, fates_);
        fates_[is_pair_ ? 2 : 1].starts = troubles_.rivals;
        first_node_.set_stands_by(troubles_.first_stands_by);
        second_node_.set_stands_by(true);
        world_.without_rights = troubles_.without_rights;
        make_trouble();
    }

    void make_trouble() {
        cluster_.set_faults(troubles_.log);
        for (Fate& fate : fates_) {
            fate.process.disk().set_faults(fate.disk);
        }
    }

    void end_trouble() {
        cluster_.set_faults({});
        for (Fate& fate : fates_) {
            fate.process.disk().set_faults({});
        }
    }

    void act() {
        const std::uint64_t what = random_.below(1'000);
        if (what < 120) {
            publish(random_.between<std::size_t>(1, 12));
        } else if (what < 850) {
            act_as(what - 120);
        } else if (what < 920) {
            cluster_.deliver_some();
            trace_.note("something arrives");
        } else if (what < 990) {
            // Of a pair somebody is to be missed.
            const auto span = random_.between<std::int64_t>(1, is_pair_ ? 1'200 : 700);
            clock_.pass(milliseconds(span));
            trace_.note("time passes", static_cast<std::uint64_t>(span));
        } else if (!keys_there_) {
            publish_keys();
        } else {
            act_seldom();
        }
        if (troubles_.harms > 0 && trace_.steps() >= troubles_.harm_at) {
            harm_or_repair();
        }
    }

    // Whose deed it is.
    void act_as(std::uint64_t deed) {
        for (Fate& fate : fates_) {
            if (deed < fate.deeds) {
                act(fate);
                return;
            }
            deed -= fate.deeds;
        }
    }

    // What an operator does, and what is watched from the first moment to the last.
    void act_seldom() {
        if (random_.chance(troubles_.checkpoints)) {
            without_trouble([this] { checkpoint(random_.chance(500) ? fates_[0] : fates_[1]); });
        } else if (is_pair_ && random_.chance(troubles_.handovers)) {
            static const std::vector<std::string> writers = {"first", "second", ""};
            hand_over(world_, random_.pick(writers));
        } else if (is_pair_ && !world_.damaged && random_.chance(300)) {
            without_trouble([this] { lose_the_leader(); });
        }
    }

    template <typename Deeds>
    void without_trouble(Deeds deeds) {
        end_trouble();
        deeds();
        make_trouble();
    }

    // Of an engine that is stopped; or it begins with one.
    void checkpoint(Fate& fate) {
        if (fate.process.up()) {
            kill(fate, false);
        }
        if (random_.chance(500)) {
            checkpoints_.create(fate.process);
        } else {
            checkpoints_.restore(fate.process);
        }
    }

    // One of the nodes is killed, falls asleep or leaves, and the other one has to lead in time.
    void lose_the_leader() {
        const bool second_goes = first_node_.stands_by() && random_.chance(500);
        Fate& going = fates_[second_goes ? 1 : 0];
        NodeProcess& goes = second_goes ? second_node_ : first_node_;
        NodeProcess& stays = second_goes ? first_node_ : second_node_;
        if (!stays.up()) {
            stays.start();
        }
        if (goes.up() && stays.up() && trace_.steps() >= going.sleeps_until) {
            watch_pair(world_, goes, stays);
        }
        if (goes.up() && random_.chance(500)) {
            publish(random_.between<std::size_t>(10, 60));
            leave_rows_behind(goes);
        }
        if (goes.up() && random_.chance(600)) {
            fall_asleep(going);
        } else if (goes.up() && random_.chance(500)) {
            goes.leave();
        } else if (goes.up()) {
            kill(going, random_.chance(300));
        }
        fates_[second_goes ? 0 : 1].sleeps_until = 0;
        if (stays.up() && stays.may_note()) {
            watch_takeover(world_, stays);
        }
    }

    void act(Fate& fate) {
        fate.process.disk().set_readable(!random_.chance(fate.unreadable));
        act_upon(fate);
        fate.process.disk().set_readable(true);
    }

    void act_upon(Fate& fate) {
        Process& process = fate.process;
        if (!process.up()) {
            if (random_.chance(fate.starts)) {
                process.start();
            } else if (random_.chance(10)) {
                process.wipe();
                faults_.count("process: its state is lost");
            }
            return;
        }
        if (trace_.steps() < fate.sleeps_until) {
            return;
        }
        const std::uint64_t what = random_.below(1'000);
        if (what < troubles_.kills) {
            kill(fate, random_.chance(400));
        } else if (what >= 1'000 - fate.leaves) {
            fate.node->leave();
        } else if (what < troubles_.kills + fate.sleeps) {
            fall_asleep(fate);
        } else if (what < troubles_.kills + fate.sleeps + fate.flushes) {
            process.flush();
        } else if (what < fate.steps) {
            process.step();
        } else {
            process.turn();
        }
    }

    // What others may publish before it arrives.
    static void leave_rows_behind(NodeProcess& node) {
        for (int works = 0; node.up() && !node.has_rows_on_their_way() && works < 10; ++works) {
            node.work();
        }
    }

    void fall_asleep(Fate& fate) {
        fate.sleeps_until = trace_.steps() + random_.below(300);
        trace_.note(fate.who + " sleeps", fate.sleeps_until);
        faults_.count("process: sleeps, and wakes up later");
    }

    void kill(Fate& fate, bool power) {
        fate.process.kill(power);
        trace_.note(fate.who + (power ? ": the power fails" : " is killed"));
        faults_.count(power ? "process: the power fails" : "process: killed");
    }

    // First a topic is harmed; some steps later the operator mends it.
    void harm_or_repair() {
        if (!world_.damaged) {
            damage_.harm();
            checkpoints_.doubt();
            troubles_.harm_at = trace_.steps() + random_.below(200);
            return;
        }
        repair();
        --troubles_.harms;
        troubles_.harm_at = trace_.steps() + random_.below(600);
    }

    void repair() {
        world_.finding = history_.differences_before(cluster_, damage_.journal_end());
        end_trouble();
        damage_.repair();
        make_trouble();
    }

    void publish(std::size_t count) {
        if (!damage_.events_harmed()) {
            trace_.note("records are published", history_.publish(cluster_, count));
        }
    }

    void publish_keys() {
        history_.write_keys(world_.secrets);
        keys_there_ = true;
        trace_.note("the keys are there");
    }

    // Everything dies, nothing fails any more, and all of it is done: by the first engine with the
    // state that it has, by the second with its own, by a third from nothing; likewise statistics.
    void come_to_rest() {
        if (world_.damaged) {
            repair();
        }
        end_trouble();
        for (Fate& fate : fates_) {
            fate.process.kill();
        }
        cluster_.deliver_rest();
        world_.hostile = false;
        publish(history_.size());
        if (!keys_there_) {
            publish_keys();
        }
        const Digests digests = is_pair_ ? rest_of_pair() : rest_of_engines();
        finish(fresh_engine_);
        const Hash128 digest = fresh_engine_.digest();
        if (world_.finding.empty() && (digests.first != digest || digests.second != digest)) {
            world_.finding = "digests differ: " + to_hex(digests.first) + ", " +
                             to_hex(digests.second) + ", from nothing " + to_hex(digest);
        }
        trace_.note("digest", digest.lo);
        checkpoints_.replay(digest);
        finish(fresh_statistics_);
        if (world_.finding.empty()) {
            world_.finding = wrong_rows(cluster_, world_.partition, faults_);
        }
    }

    struct Digests {
        Hash128 first{};
        Hash128 second{};
    };
    Digests rest_of_engines() {
        finish(first_engine_);
        finish(second_engine_);
        finish(published_statistics_);
        return {.first = first_engine_.digest(), .second = second_engine_.digest()};
    }
    // The second follows the first, and takes its place when it is gone.
    Digests rest_of_pair() {
        finish(first_node_);
        start(second_node_);
        Digests digests;
        if (!world_.finding.empty()) {
            return digests;
        }
        digests.first = first_node_.view().digest;
        watch_pair(world_, first_node_, second_node_);
        if (!second_node_.up() || !second_node_.has_followed(first_node_.view().sequence) ||
            second_node_.leads()) {
            find(world_, "the second node does not follow");
            return digests;
        }
        if (random_.chance(500)) {
            first_node_.leave();
        } else {
            first_node_.kill();
        }
        watch_takeover(world_, second_node_);
        finish(second_node_);
        if (second_node_.up()) {
            digests.second = second_node_.view().digest;
            second_node_.kill();
        }
        return digests;
    }

    // A state that its disk spoilt before does not open, is deleted, and begins anew.
    void start(Process& process) {
        for (int starts = 0; starts < 3 && !process.up() && world_.finding.empty(); ++starts) {
            process.start();
        }
    }
    void finish(Process& process) {
        start(process);
        if (world_.finding.empty()) {
            process.run_to_end();
        }
    }

    const Options options_;
    property::Random random_;
    // Of engines and statistics as nodes, or apart.
    const bool is_pair_ = property::Random(options_.seed ^ 0x9a17).chance(500);
    Faults faults_;
    Cluster cluster_;
    support::HandClock clock_;
    Trace trace_;
    History history_;
    const support::TemporaryDirectory directory_{fast_directory()};
    Surroundings world_{.cluster = cluster_,
                        .clock = clock_,
                        .random = random_,
                        .trace = trace_,
                        .faults = faults_,
                        .disk_seed = options_.seed << 8U};
    EngineProcess first_engine_{world_, "first", directory_.path() / "first"};
    EngineProcess second_engine_{world_, "second", directory_.path() / "second"};
    EngineProcess fresh_engine_{world_, "fresh", directory_.path() / "fresh"};
    StatisticsProcess published_statistics_{world_, "statistics", directory_.path() / "statistics",
                                            projections::Publishing::publish};
    StatisticsProcess fresh_statistics_{world_, "fresh statistics",
                                        directory_.path() / "fresh_statistics",
                                        projections::Publishing::compare};
    NodeProcess first_node_{world_, "first", directory_.path() / "first_node"};
    NodeProcess second_node_{world_, "second", directory_.path() / "second_node"};
    EngineProcess rival_engine_{world_, "rival", directory_.path() / "rival"};
    std::vector<Fate> fates_ =
        is_pair_ ? fates_of_pair(first_node_, second_node_, rival_engine_)
                 : fates_apart(first_engine_, second_engine_, published_statistics_);
    Operator damage_ =
        is_pair_
            ? Operator(world_, directory_.path(), {&rival_engine_, &first_node_, &second_node_}, 2)
            : Operator(world_,
                       directory_.path(),
                       {&first_engine_, &second_engine_, &published_statistics_},
                       1);
    Checkpoints checkpoints_{world_, directory_.path()};
    Troubles troubles_;
    bool keys_there_ = false;
};

}  // namespace

Report simulate(const Options& options) { return Simulation(options).run(); }

void make_history(const Options& options) {
    static_cast<void>(property::World(world_options(options)).make());
}

}  // namespace fiscus::simulation
