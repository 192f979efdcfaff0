#include "tests/simulation/simulation.h"

#include <algorithm>
#include <filesystem>
#include <unistd.h>

#include "engine/base/ids.h"
#include "engine/log/topics.h"
#include "tests/simulation/damage.h"
#include "tests/simulation/history.h"
#include "tests/simulation/processes.h"
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

// How one process fares; of a thousand.
struct Fate {
    Process& process;
    std::string who;
    std::uint64_t starts = 0;  // looks at a process that is down
    std::uint64_t sleeps = 0;  // of its deeds
    std::uint64_t flushes = 0;
    std::uint64_t steps = 0;       // small pieces instead of turns
    std::uint64_t unreadable = 0;  // of its deeds: the disk cannot be read
    DiskFaults disk{};
    // Not looked at until this step: what it knows grows old.
    std::uint64_t sleeps_until = 0;
};

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
    // With each seed another mixture, none at all among them.
    void choose_troubles() {
        const auto some = [this](std::uint64_t most) {
            return random_.chance(400) ? 0 : random_.below(most);
        };
        log_faults_ = {.unavailable = some(15),
                       .lost_answer = some(120),
                       .nothing_yet = some(400),
                       .hole = some(60)};
        for (Fate* fate : {&first_, &second_, &statistics_}) {
            fate->disk = {.failing = some(8), .slow = some(30), .power = some(6)};
            fate->unreadable = some(12);
        }
        kills_ = some(40);
        second_.starts = some(60);
        harms_ = random_.chance(250) ? random_.between(1, 2) : 0;
        harm_at_ = random_.below(600);
        spare();
        make_trouble();
    }

    // After everything was chosen, so that what is left stays as it is.
    void spare() {
        const auto spared = [this](std::string_view trouble) {
            return std::find(options_.spared.begin(), options_.spared.end(), trouble) !=
                   options_.spared.end();
        };
        log_faults_ = spared("cluster") ? LogFaults{} : log_faults_;
        kills_ = spared("kills") ? 0 : kills_;
        second_.starts = spared("rivals") ? 0 : second_.starts;
        harms_ = spared("damage") ? 0 : harms_;
        for (Fate* fate : {&first_, &second_, &statistics_}) {
            fate->disk = spared("disk") ? DiskFaults{} : fate->disk;
            fate->unreadable = spared("disk") ? 0 : fate->unreadable;
            fate->sleeps = spared("sleep") ? 0 : fate->sleeps;
        }
    }

    void make_trouble() {
        cluster_.set_faults(log_faults_);
        for (Fate* fate : {&first_, &second_, &statistics_}) {
            fate->process.disk().set_faults(fate->disk);
        }
    }

    void end_trouble() {
        cluster_.set_faults({});
        for (Fate* fate : {&first_, &second_, &statistics_}) {
            fate->process.disk().set_faults({});
        }
    }

    void act() {
        const std::uint64_t what = random_.below(1'000);
        if (what < 120) {
            publish(random_.between<std::size_t>(1, 12));
        } else if (what < 420) {
            act(first_);
        } else if (what < 600) {
            act(second_);
        } else if (what < 850) {
            act(statistics_);
        } else if (what < 920) {
            cluster_.deliver_some();
            trace_.note("something arrives");
        } else if (what < 990) {
            const auto span = random_.between<std::int64_t>(1, 700);
            clock_.pass(milliseconds(span));
            trace_.note("time passes", static_cast<std::uint64_t>(span));
        } else if (!keys_there_) {
            publish_keys();
        }
        if (harms_ > 0 && trace_.steps() >= harm_at_) {
            harm_or_repair();
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
        if (what < kills_) {
            kill(fate, random_.chance(400));
        } else if (what < kills_ + fate.sleeps) {
            fate.sleeps_until = trace_.steps() + random_.below(300);
            trace_.note(fate.who + " sleeps", fate.sleeps_until);
            faults_.count("process: sleeps, and wakes up later");
        } else if (what < kills_ + fate.sleeps + fate.flushes) {
            process.flush();
        } else if (what < fate.steps) {
            process.step();
        } else {
            process.turn();
        }
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
            harm_at_ = trace_.steps() + random_.below(200);
            return;
        }
        repair();
        --harms_;
        harm_at_ = trace_.steps() + random_.below(600);
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
        for (Fate* fate : {&first_, &second_, &statistics_}) {
            fate->process.kill();
        }
        cluster_.deliver_rest();
        world_.hostile = false;
        publish(history_.size());
        if (!keys_there_) {
            publish_keys();
        }
        for (EngineProcess* engine : {&first_engine_, &second_engine_, &fresh_engine_}) {
            finish(*engine);
        }
        if (world_.finding.empty() && (first_engine_.digest() != second_engine_.digest() ||
                                       first_engine_.digest() != fresh_engine_.digest())) {
            world_.finding = "digests differ: " + to_hex(first_engine_.digest()) + ", " +
                             to_hex(second_engine_.digest()) + ", from nothing " +
                             to_hex(fresh_engine_.digest());
        }
        trace_.note("digest", first_engine_.digest().lo);
        finish(published_statistics_);
        finish(fresh_statistics_);
    }

    // A state that its disk spoilt before does not open, is deleted, and begins anew.
    void finish(Process& process) {
        for (int starts = 0; starts < 3 && !process.up() && world_.finding.empty(); ++starts) {
            process.start();
        }
        if (world_.finding.empty()) {
            process.run_to_end();
        }
    }

    const Options options_;
    property::Random random_;
    Faults faults_;
    Cluster cluster_;
    SimulatedClock clock_;
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
    Fate first_{.process = first_engine_,
                .who = "an engine",
                .starts = 250,
                .sleeps = 10,
                .flushes = 20,
                .steps = 400};
    Fate second_{
        .process = second_engine_, .who = "an engine", .sleeps = 10, .flushes = 20, .steps = 400};
    Fate statistics_{
        .process = published_statistics_, .who = "the statistics", .starts = 300, .flushes = 20};
    Operator damage_{
        world_, directory_.path(), {&first_engine_, &second_engine_, &published_statistics_}};
    LogFaults log_faults_;
    std::uint64_t kills_ = 0;
    int harms_ = 0;
    std::uint64_t harm_at_ = 0;
    bool keys_there_ = false;
};

}  // namespace

Report simulate(const Options& options) { return Simulation(options).run(); }

void make_history(const Options& options) {
    static_cast<void>(property::World(world_options(options)).make());
}

}  // namespace fiscus::simulation
