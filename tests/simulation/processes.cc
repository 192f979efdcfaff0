#include "tests/simulation/processes.h"

#include <utility>
#include <vector>

namespace fiscus::simulation {
namespace {

using std::chrono::milliseconds;

constexpr std::uint64_t memory_bytes = 64U << 20;
// More turns than any history needs.
constexpr int turns_max = 100'000;
constexpr milliseconds idle_time{600};

// What refuses a log that is not what it was.
bool may_come_of_damage(ErrorCode code) {
    return code == ErrorCode::log_mismatch || code == ErrorCode::diverged ||
           code == ErrorCode::corrupt || code == ErrorCode::fenced ||
           code == ErrorCode::log_unavailable ||
           // A commitment to a key was rewritten: the file is another key's then.
           code == ErrorCode::secret_missing;
}

}  // namespace

Process::Process(Surroundings& world, std::string name, std::filesystem::path state)
    : world_(world),
      name_(std::move(name)),
      state_(std::move(state)),
      disk_(world.disk_seed++, world.faults, world.clock) {}

void Process::start() {
    disk_.mend();
    log_ = world_.cluster.connect();
    last_error_.reset();
    wiped_ = false;
    open();
    if (up()) {
        opens_failed_ = 0;
    }
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
    wiped_ = true;
    world_.trace.note(name_ + " loses its state");
}

void Process::run_on() {
    int idle = 0;
    while (up() && idle < idle_turns_max()) {
        const std::uint64_t before = progress();
        work();
        const bool moved = up() && progress() != before;
        idle = moved ? 0 : idle + 1;
        if (!moved) {
            world_.clock.pass(idle_time);
        }
    }
}

void Process::find(const std::string& what) { simulation::find(world_, name_ + ": " + what); }

void Process::end(const Error& error) {
    world_.trace.note(name_ + " ends: " + std::string(code_name(error.code)));
    last_error_ = error;
    const bool power = disk_.power_failed();
    const bool spoilt = disk_.has_failed() && error.code == ErrorCode::state;
    const bool hindered = world_.hostile && (error.code == ErrorCode::log_unavailable ||
                                             error.code == ErrorCode::fenced);
    if (world_.hostile && error.code == ErrorCode::fenced) {
        world_.faults.count("process: another writer has claimed the journal");
    }
    if (!power && !spoilt && !hindered && !(world_.damaged && may_come_of_damage(error.code))) {
        find(error.text());
    }
    const bool does_not_open = !up() && spoilt && !power;
    kill(power);
    // After a write that failed RocksDB may have named a file and deleted it: such a state does not
    // open any more. Who reads the hint checks the disk and starts again, then deletes the state.
    if (does_not_open && ++opens_failed_ == 2) {
        opens_failed_ = 0;
        world_.faults.count("process: a state that does not open is deleted");
        wipe();
    }
}

runtime::EngineOptions Process::engine_options() {
    property::Random& random = world_.random;
    static const std::vector<std::size_t> turns = {1, 7, 64, 500};
    static const std::vector<std::size_t> folds = {5, 50, 400};
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
    return options;
}

projections::RunnerOptions Process::runner_options() {
    static const std::vector<std::uint64_t> commits = {1, 40, 1'000};
    projections::RunnerOptions options;
    options.directory = state_.string();
    options.memory_bytes = memory_bytes;
    options.commit_entries = world_.random.pick(commits);
    options.clock = &world_.clock;
    options.store_env = disk_.env();
    world_.trace.note(name_ + " starts", options.commit_entries);
    return options;
}

void EngineProcess::open() {
    auto opened = runtime::Engine::open(*log_, engine_options());
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

std::uint64_t EngineProcess::progress() const {
    std::uint64_t applied = 0;
    for (const runtime::PartitionView& view : engine_->view()) {
        applied += view.sequence;
    }
    return applied;
}

void StatisticsProcess::open() {
    // Rows have no terms: what a dead process sent is in the topics, or lost, before the next one
    // starts (docs/formats/statistics.md).
    world_.cluster.settle_rows();
    projections::RunnerOptions options = runner_options();
    options.publishing = publishing_;
    auto opened = projections::Runner::open(*log_, world_.partition, options);
    if (lives(opened)) {
        runner_ = std::move(opened).value();
    }
}

void StatisticsProcess::turn() {
    auto folded = runner_->run_once(milliseconds(0));
    if (lives(folded)) {
        world_.trace.note(name_ + " folds", *folded);
    }
}

void StatisticsProcess::flush() {
    if (lives(runner_->flush())) {
        world_.trace.note(name_ + " writes all");
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
    const bool compares = publishing_ == projections::Publishing::compare;
    if (compares && (runner_->published_rows_left() || runner_->counts().rows_beyond != 0)) {
        find("the published rows are not those that the journal gives: " +
             std::to_string(runner_->counts().rows_beyond) + " are missing" +
             (runner_->published_rows_left() ? ", others are too many" : ""));
    }
    kill();
}

}  // namespace fiscus::simulation
