// The processes of a simulation: each is down, or up with a connection of its own; an error of the
// kind that a cluster, a disk or another writer may cause ends its life, any other is a finding.
// Thread: one. Fails: never; Surroundings::finding says what is wrong.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "engine/runtime/engine.h"
#include "projections/runner.h"
#include "tests/property/random.h"
#include "tests/simulation/cluster.h"
#include "tests/simulation/disk.h"
#include "tests/simulation/simulated_clock.h"
#include "tests/simulation/trace.h"

namespace fiscus::simulation {

// What all processes live in.
struct Surroundings {
    Cluster& cluster;
    SimulatedClock& clock;
    property::Random& random;
    Trace& trace;
    std::int32_t partition = 0;
    std::filesystem::path secrets{};
    std::uint64_t disk_seed = 0;
    // While true a cluster may fail and processes may claim from each other.
    bool hostile = true;
    std::string finding{};
};

class Process {
public:
    virtual ~Process() = default;
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    [[nodiscard]] virtual bool up() const = 0;
    // As kill -9: nothing is finished, what was sent is on its way. When the power fails too, the
    // disk loses what was not synced.
    void kill(bool power = false);
    // The state is gone.
    void wipe();
    Disk& disk() { return disk_; }

protected:
    Process(Surroundings& world, std::string name, std::filesystem::path state);

    // A disk and a connection for a new life.
    void wake();
    // Ends this life when the result is an error; true: it goes on.
    template <typename T>
    bool lives(const Result<T>& result) {
        if (!result.ok()) {
            end(result.error());
        }
        return result.ok();
    }
    void find(const std::string& what);
    // What the process holds in memory goes.
    virtual void drop() = 0;

    Surroundings& world_;
    const std::string name_;
    const std::filesystem::path state_;
    Disk disk_;
    std::unique_ptr<log::Log> log_;

private:
    void end(const Error& error);
};

class EngineProcess final : public Process {
public:
    EngineProcess(Surroundings& world, std::string name, std::filesystem::path state)
        : Process(world, std::move(name), std::move(state)) {}

    [[nodiscard]] bool up() const override { return engine_ != nullptr; }
    void start();
    void turn();
    void step();
    void flush();
    // Applies everything; then verifies the state against its digest, and stops in order.
    void run_to_end();
    // Of the last run_to_end().
    [[nodiscard]] const Hash128& digest() const { return digest_; }

private:
    void drop() override { engine_.reset(); }

    std::unique_ptr<runtime::Engine> engine_;
    Hash128 digest_;
};

class StatisticsProcess final : public Process {
public:
    StatisticsProcess(Surroundings& world, std::filesystem::path state)
        : Process(world, "statistics", std::move(state)) {}

    [[nodiscard]] bool up() const override { return runner_ != nullptr; }
    void start(projections::Publishing publishing = projections::Publishing::publish);
    void turn();
    void flush();
    // Folds and publishes everything; with Publishing::compare nothing may be left or missing.
    void run_to_end();

private:
    void drop() override { runner_.reset(); }

    std::unique_ptr<projections::Runner> runner_;
    bool compares_ = false;
};

}  // namespace fiscus::simulation
