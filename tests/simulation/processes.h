// The processes of a simulation: each is down, or up with a connection of its own; an error of the
// kind that a cluster, a disk, another writer or a damaged topic may cause ends its life, any other
// is a finding.
// Thread: one. Fails: never; Surroundings::finding says what is wrong.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "engine/runtime/engine.h"
#include "projections/runner.h"
#include "tests/property/random.h"
#include "tests/simulation/cluster.h"
#include "tests/simulation/disk.h"
#include "tests/simulation/trace.h"
#include "tests/support/hand_clock.h"

namespace fiscus::simulation {

// What all processes live in.
struct Surroundings {
    Cluster& cluster;
    support::HandClock& clock;
    property::Random& random;
    Trace& trace;
    Faults& faults;
    std::int32_t partition = 0;
    std::filesystem::path secrets{};
    std::uint64_t disk_seed = 0;
    // Of a thousand lives of nodes those that may not leave notes.
    std::uint64_t without_rights = 0;
    // The highest in which a node that stands by has published rows.
    std::uint64_t rows_term = 0;
    // While true a cluster may fail and processes may claim from each other.
    bool hostile = true;
    // While true a topic is not what it was, and whoever notices refuses.
    bool damaged = false;
    std::string finding{};
};

// The first finding is the one.
inline void find(Surroundings& world, const std::string& what) {
    if (world.finding.empty()) {
        world.finding = what;
    }
}

class Process {
public:
    virtual ~Process() = default;
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    [[nodiscard]] virtual bool up() const = 0;
    void start();
    // A turn of its work; a small piece, where there are any; everything written.
    virtual void turn() = 0;
    virtual void step() { turn(); }
    virtual void flush() = 0;
    // All that it would do meanwhile, were it alone.
    virtual void work() { turn(); }
    // Does all that there is to do and to check, and stops in order.
    virtual void run_to_end() = 0;
    // Works as long as that leads anywhere; whatever it waits for need not come.
    void run_on();
    // As kill -9: nothing is finished, what was sent is on its way. When the power fails too, the
    // disk loses what was not synced.
    void kill(bool power = false);
    // The state is gone.
    void wipe();
    // A state came into its directory, which was empty.
    void set_restored() { wiped_ = false; }
    // Nothing that this process wrote is there.
    [[nodiscard]] bool wiped() const { return wiped_; }
    [[nodiscard]] const std::filesystem::path& state() const { return state_; }
    Disk& disk() { return disk_; }
    // Why the last life ended, unless it was killed.
    [[nodiscard]] const std::optional<Error>& last_error() const { return last_error_; }
    [[nodiscard]] const std::string& name() const { return name_; }

protected:
    Process(Surroundings& world, std::string name, std::filesystem::path state);

    // Ends this life when the result is an error; true: it goes on.
    template <typename T>
    bool lives(const Result<T>& result) {
        if (!result.ok()) {
            end(result.error());
        }
        return result.ok();
    }
    void find(const std::string& what);
    // Opens what it works with; up, or ended.
    virtual void open() = 0;
    // What the process holds in memory goes.
    virtual void drop() = 0;
    // How far its work has come; it stands still where this does.
    [[nodiscard]] virtual std::uint64_t progress() const = 0;
    // So many turns without progress, with time for whatever asks again after a while.
    [[nodiscard]] virtual int idle_turns_max() const { return 4; }
    // Sizes that a seed picks, the clock and the disk; said to the trace.
    runtime::EngineOptions engine_options();
    projections::RunnerOptions runner_options();

    Surroundings& world_;
    const std::string name_;
    const std::filesystem::path state_;
    Disk disk_;
    std::unique_ptr<log::Log> log_;

private:
    void end(const Error& error);

    bool wiped_ = true;
    int opens_failed_ = 0;  // in a row
    std::optional<Error> last_error_;
};

class EngineProcess final : public Process {
public:
    EngineProcess(Surroundings& world, std::string name, std::filesystem::path state)
        : Process(world, std::move(name), std::move(state)) {}

    [[nodiscard]] bool up() const override { return engine_ != nullptr; }
    void turn() override;
    void step() override;
    void flush() override;
    // Applies everything; then verifies the state against its digest, and stops in order.
    void run_to_end() override;
    // Of the last run_to_end().
    [[nodiscard]] const Hash128& digest() const { return digest_; }

private:
    void open() override;
    void drop() override { engine_.reset(); }
    [[nodiscard]] std::uint64_t progress() const override;

    std::unique_ptr<runtime::Engine> engine_;
    Hash128 digest_;
};

class StatisticsProcess final : public Process {
public:
    // With Publishing::compare nothing is published, and run_to_end() finds what is missing in the
    // topics and what is too much.
    StatisticsProcess(Surroundings& world,
                      std::string name,
                      std::filesystem::path state,
                      projections::Publishing publishing)
        : Process(world, std::move(name), std::move(state)), publishing_(publishing) {}

    [[nodiscard]] bool up() const override { return runner_ != nullptr; }
    void turn() override;
    void flush() override;
    // Folds and publishes everything.
    void run_to_end() override;
    // While up: rows are published that are not in the journal.
    [[nodiscard]] bool finds_too_much() const { return runner_->published_rows_left(); }

private:
    void open() override;
    void drop() override { runner_.reset(); }
    [[nodiscard]] std::uint64_t progress() const override { return runner_->counts().entries; }

    const projections::Publishing publishing_;
    std::unique_ptr<projections::Runner> runner_;
};

}  // namespace fiscus::simulation
