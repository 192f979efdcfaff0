#include "tests/simulation/node.h"

#include <vector>

namespace fiscus::simulation {
namespace {

using std::chrono::milliseconds;

// Of a thousand: a look of the engine's thread that the other one hears of.
constexpr std::uint64_t told = 800;
// Of a thousand turns those of the engine.
constexpr std::uint64_t of_the_engine = 600;
// With the time of each, longer than a claim and the lease of rows take.
constexpr int idle_turns = 12;
constexpr milliseconds pause{200};
// More pauses than any history needs.
constexpr int pauses_max = 1'000;

}  // namespace

void NodeProcess::open() {
    const bool without = world_.hostile && world_.random.chance(world_.without_rights);
    rights_ = without ? Rights::no_notes : Rights::all;
    log_ = world_.cluster.connect(rights_);
    if (!stands_by_) {
        // It publishes as if it were alone.
        world_.cluster.settle_rows();
    }
    lead_.reset();
    led_ = false;
    runtime::EngineOptions options = engine_options();
    options.standby = stands_by_;
    options.sign_interval = runtime::sign_interval_default;
    auto opened = runtime::Engine::open(*log_, options);
    if (!lives(opened)) {
        return;
    }
    engine_ = std::move(opened).value();
    projections::RunnerOptions rows = runner_options();
    rows.directory = (state_ / "statistics").string();
    statistics_.emplace(*log_, world_.partition, rows, stands_by_);
    if (const Status status = statistics_->open(); !status.ok()) {
        statistics_.reset();
        static_cast<void>(lives(status));
    }
}

void NodeProcess::drop() {
    statistics_.reset();
    engine_.reset();
}

void NodeProcess::tell() {
    if (!lead_) {
        lead_.emplace();
    }
    const runtime::PartitionView now = view();
    lead_->tell(now, world_.clock.now());
    const bool leads = now.role == runtime::Role::leader;
    if (stands_by_ && leads != led_) {
        world_.trace.note(name_ + (leads ? " takes over" : " stands down"), now.term);
        world_.faults.count(leads ? "standby: takes over" : "standby: stands down, and follows");
    }
    led_ = leads;
    term_ = leads ? now.term : term_;
}

void NodeProcess::turn_engine() {
    auto applied = engine_->run_once(milliseconds(0));
    if (lives(applied)) {
        world_.trace.note(name_ + " applies", *applied);
        if (world_.random.chance(told)) {
            tell();
        }
    }
}

void NodeProcess::turn_statistics() {
    rows_on_their_way_ = false;
    const bool followed = statistics_->follows();
    const std::uint64_t appended = statistics_->runner().counts().rows_appended;
    auto now = lead_ ? statistics_->keep_to(*lead_) : Result<bool>(true);
    if (!lives(now)) {
        return;
    }
    if (followed && !statistics_->follows()) {
        world_.faults.count("standby: its statistics lead");
    }
    check_term(appended);
    if (!*now) {
        world_.trace.note(name_ + " may not publish");
        return;
    }
    const projections::RunnerCounts before = statistics_->runner().counts();
    auto folded = statistics_->runner().run_once(milliseconds(0));
    if (lives(folded)) {
        world_.trace.note(name_ + " folds", *folded);
        const projections::RunnerCounts after = statistics_->runner().counts();
        rows_on_their_way_ =
            after.rows_appended > before.rows_appended && after.commits == before.commits;
        check_term(before.rows_appended);
    }
}

// Where all stand by, whoever publishes under a term is followed by nobody of a lower one.
void NodeProcess::check_term(std::uint64_t appended_before) {
    if (world_.damaged) {
        // A journal that lost its tail gives terms once more.
        world_.rows_term = 0;
        return;
    }
    if (!stands_by_ || statistics_->runner().counts().rows_appended <= appended_before) {
        return;
    }
    if (term_ < world_.rows_term) {
        find("it publishes rows in term " + std::to_string(term_) + " after those of term " +
             std::to_string(world_.rows_term));
    }
    world_.rows_term = term_;
}

void NodeProcess::turn() {
    if (world_.random.chance(of_the_engine)) {
        turn_engine();
    } else {
        turn_statistics();
    }
}

void NodeProcess::step() { world_.trace.note(name_ + " works", std::uint64_t{engine_->step()}); }

void NodeProcess::flush() {
    if (lives(engine_->flush())) {
        world_.trace.note(name_ + " folds all");
    }
}

void NodeProcess::work() {
    while (engine_->step()) {
    }
    turn_engine();
    if (!up()) {
        return;
    }
    while (engine_->step()) {
    }
    tell();
    turn_statistics();
}

bool NodeProcess::is_at_end() {
    auto caught_up = engine_->caught_up();
    return lives(caught_up) && *caught_up && leads() && !statistics_->follows() &&
           has_followed(view().sequence) && statistics_->runner().caught_up();
}

bool NodeProcess::has_followed(std::uint64_t sequence) const {
    return view().sequence == sequence &&
           statistics_->runner().cursor().next_sequence == sequence + 1;
}

void NodeProcess::run_to_end() {
    for (int pauses = 0; up() && pauses < pauses_max;) {
        const std::uint64_t before = progress();
        work();
        if (!up()) {
            return;
        }
        if (progress() != before) {
            continue;
        }
        if (is_at_end()) {
            break;
        }
        world_.clock.pass(pause);
        ++pauses;
    }
    if (!up()) {
        return;
    }
    if (!is_at_end()) {
        find("it did not come to the end, as a " + std::string(runtime::role_name(view().role)) +
             (statistics_->follows() ? ", its rows held" : ""));
        return;
    }
    if (lives(engine_->verify_state())) {
        static_cast<void>(lives(statistics_->runner().flush()));
    }
}

// As `fiscus run` stops; either thread may be first.
void NodeProcess::leave() {
    const bool rows_first = world_.random.chance(500);
    for (const bool rows : {rows_first, !rows_first}) {
        if (!up()) {
            return;
        }
        if (rows) {
            static_cast<void>(lives(statistics_->runner().flush()));
        } else if (lives(engine_->flush())) {
            engine_->leave();
        }
    }
    if (up()) {
        world_.trace.note(name_ + " leaves in order");
        world_.faults.count("process: stopped in order");
        kill();
    }
}

int NodeProcess::idle_turns_max() const { return idle_turns; }

std::uint64_t NodeProcess::progress() const {
    const projections::RunnerCounts counts = statistics_->runner().counts();
    return view().sequence + counts.entries + counts.rows_appended + counts.rows_compared +
           std::uint64_t{leads()} + std::uint64_t{!statistics_->follows()};
}

}  // namespace fiscus::simulation
