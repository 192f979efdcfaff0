// The processes of a simulation: each is down, or up with a connection of its own; an error of the
// kind that a cluster or another writer may cause ends its life, any other is a finding.
// Thread: one. Fails: never; trouble() is the finding.
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

    // Notes the error that ended a life, and makes it a finding where it should not be.
    void ended(const std::string& who, const Error& error, Disk& disk);
};

class EngineProcess {
public:
    EngineProcess(Surroundings& world, std::string name, std::filesystem::path state)
        : world_(world),
          name_(std::move(name)),
          state_(std::move(state)),
          disk_(world.disk_seed++) {}

    [[nodiscard]] bool up() const { return engine_ != nullptr; }
    void start();
    // As kill -9: nothing is finished, what was sent is on its way. When the power fails too, the
    // disk loses what was not synced.
    void kill(bool power = false);
    void wipe();
    Disk& disk() { return disk_; }
    void turn();
    void step();
    void flush();
    // Applies everything; then verifies the state against its digest, and stops in order.
    void run_to_end();
    // Of the last run_to_end().
    [[nodiscard]] const Hash128& digest() const { return digest_; }

private:
    // Ends this life when the result is an error; true: it goes on.
    template <typename T>
    bool lives(const Result<T>& result) {
        if (!result.ok()) {
            end(result.error());
        }
        return result.ok();
    }
    void end(const Error& error);

    Surroundings& world_;
    const std::string name_;
    const std::filesystem::path state_;
    Disk disk_;
    std::unique_ptr<log::Log> log_;
    std::unique_ptr<runtime::Engine> engine_;
    Hash128 digest_;
};

class StatisticsProcess {
public:
    StatisticsProcess(Surroundings& world, std::filesystem::path state)
        : world_(world), state_(std::move(state)), disk_(world.disk_seed++) {}

    [[nodiscard]] bool up() const { return runner_ != nullptr; }
    void start(projections::Publishing publishing = projections::Publishing::publish);
    void kill(bool power = false);
    void wipe();
    Disk& disk() { return disk_; }
    void turn();
    void flush();
    // Folds and publishes everything; with Publishing::compare nothing may be left or missing.
    void run_to_end();

private:
    template <typename T>
    bool lives(const Result<T>& result) {
        if (!result.ok()) {
            end(result.error());
        }
        return result.ok();
    }
    void end(const Error& error);

    Surroundings& world_;
    const std::filesystem::path state_;
    Disk disk_;
    std::unique_ptr<log::Log> log_;
    std::unique_ptr<projections::Runner> runner_;
    bool compares_ = false;
};

}  // namespace fiscus::simulation
