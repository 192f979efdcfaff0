#include "tests/simulation/processes.h"

#include <utility>
#include <vector>

namespace fiscus::simulation {
namespace {

using std::chrono::milliseconds;

constexpr std::uint64_t memory_bytes = 64U << 20;
// More turns than any history needs.
constexpr int turns_max = 100'000;

}  // namespace

Process::Process(Surroundings& world, std::string name, std::filesystem::path state)
    : world_(world), name_(std::move(name)), state_(std::move(state)), disk_(world.disk_seed++) {}

void Process::wake() {
    disk_.mend();
    log_ = world_.cluster.connect();
}

void Process::kill(bool power) {
    disk_.cut();
    drop();
    log_.reset();
    if (power) {
        disk_.lose_unsynced();
    }
}

void Process::wipe() {
    std::filesystem::remove_all(state_);
    disk_.forget();
    world_.trace.note(name_ + " loses its state");
}

void Process::find(const std::string& what) {
    if (world_.finding.empty()) {
        world_.finding = name_ + ": " + what;
    }
}

void Process::end(const Error& error) {
    world_.trace.note(name_ + " ends: " + std::string(code_name(error.code)));
    const bool spoilt = disk_.has_failed() && error.code == ErrorCode::state;
    const bool hindered = world_.hostile && (error.code == ErrorCode::log_unavailable ||
                                             error.code == ErrorCode::fenced);
    if (!spoilt && !hindered) {
        find(error.text());
    }
    // After a write that failed RocksDB may have named a file and deleted it: such a state does not
    // open any more, and whoever reads the hint deletes it.
    const bool does_not_open = !up() && spoilt;
    kill();
    if (does_not_open) {
        wipe();
    }
}

void EngineProcess::start() {
    property::Random& random = world_.random;
    static const std::vector<std::size_t> turns = {1, 7, 64, 500};
    static const std::vector<std::size_t> folds = {5, 50, 400};
    wake();
    runtime::EngineOptions options;
    options.state_dir = state_;
    options.partitions = {world_.partition};
    options.memory_bytes = memory_bytes;
    options.turn_records = random.pick(turns);
    options.fold_records = random.pick(folds);
    options.writer_name = name_;
    options.secrets_dir = world_.secrets;
    options.event_stamps = log::Stamps::publisher;
    options.clock = &world_.clock;
    options.store_env = disk_.env();
    options.background = Background::steps;
    world_.trace.note(name_ + " starts", options.turn_records * 1'000 + options.fold_records);
    auto opened = runtime::Engine::open(*log_, options);
    if (lives(opened)) {
        engine_ = std::move(opened).value();
    }
}

void EngineProcess::turn() {
    auto applied = engine_->run_once(milliseconds(0));
    if (lives(applied)) {
        world_.trace.note(name_ + " applies", *applied);
    }
}

void EngineProcess::step() { world_.trace.note(name_ + " works", std::uint64_t{engine_->step()}); }

void EngineProcess::flush() {
    if (lives(engine_->flush())) {
        world_.trace.note(name_ + " folds all");
    }
}

void EngineProcess::run_to_end() {
    for (int turns = 0; up() && turns < turns_max; ++turns) {
        turn();
        if (!up()) {
            return;
        }
        auto caught_up = engine_->caught_up();
        if (!lives(caught_up) || *caught_up) {
            break;
        }
    }
    if (up() && lives(engine_->verify_state())) {
        digest_ = engine_->digest();
        kill();
        return;
    }
    find("it did not come to the end");
}

void StatisticsProcess::start(projections::Publishing publishing) {
    static const std::vector<std::uint64_t> commits = {1, 40, 1'000};
    wake();
    projections::RunnerOptions options;
    options.directory = state_.string();
    options.memory_bytes = memory_bytes;
    options.publishing = publishing;
    options.commit_entries = world_.random.pick(commits);
    options.clock = &world_.clock;
    options.store_env = disk_.env();
    compares_ = publishing == projections::Publishing::compare;
    world_.trace.note("statistics starts", options.commit_entries);
    auto opened = projections::Runner::open(*log_, world_.partition, options);
    if (lives(opened)) {
        runner_ = std::move(opened).value();
    }
}

void StatisticsProcess::turn() {
    auto folded = runner_->run_once(milliseconds(0));
    if (lives(folded)) {
        world_.trace.note("statistics folds", *folded);
    }
}

void StatisticsProcess::flush() {
    if (lives(runner_->flush())) {
        world_.trace.note("statistics writes all");
    }
}

void StatisticsProcess::run_to_end() {
    for (int turns = 0; up() && turns < turns_max; ++turns) {
        turn();
        if (up() && runner_->caught_up()) {
            break;
        }
    }
    if (up()) {
        flush();
    }
    if (!up()) {
        return;
    }
    if (compares_ && (runner_->published_rows_left() || runner_->counts().rows_beyond != 0)) {
        find("the published rows are not those that the journal gives: " +
             std::to_string(runner_->counts().rows_beyond) + " are missing" +
             (runner_->published_rows_left() ? ", others are too many" : ""));
    }
    kill();
}

}  // namespace fiscus::simulation
