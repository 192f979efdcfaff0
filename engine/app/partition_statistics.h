// The statistics of one partition beside its engine, in one process: where the engine follows they
// hold their rows, and where it leads they publish them. Rows have no terms of their own, so there
// is a lease: they are published only while the engine has seen its claim unchallenged for no
// longer than that, and who takes over waits as long first. Two never publish at once, but for rows
// that a stopped process had handed to its client already.
// Thread: one. Fails: as projections::Runner.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

#include "engine/log/log.h"
#include "engine/runtime/engine.h"
#include "engine/threads/clock.h"
#include "projections/runner.h"

namespace fiscus::app {

inline constexpr std::chrono::milliseconds row_lease{2'000};

// Whether this process leads a partition, as its engine said last.
struct Lead {
    bool leads = false;
    Clock::Time since{};     // when the engine said so first
    Clock::Time unfenced{};  // when the journal was seen without a claim of somebody else

    void tell(const runtime::PartitionView& view, Clock::Time now);
};

class PartitionStatistics {
public:
    // `stands_by`: the engine may follow. The log outlives it.
    PartitionStatistics(log::Log& log,
                        std::int32_t partition,
                        const projections::RunnerOptions& options,
                        bool stands_by)
        : log_(log), partition_(partition), options_(options), stands_by_(stands_by) {}

    // Before anything else; of one that stands by the rows are held.
    Status open();
    // Follows or publishes as the engine does. False: nothing may be done now.
    Result<bool> keep_to(const Lead& lead);
    // Rows are held for as long as the engine does not lead.
    [[nodiscard]] bool follows() const { return follows_; }
    [[nodiscard]] std::int32_t partition() const { return partition_; }
    [[nodiscard]] projections::Runner& runner() const { return *runner_; }

private:
    log::Log& log_;
    std::int32_t partition_;
    projections::RunnerOptions options_;
    bool stands_by_;
    bool follows_ = false;
    std::unique_ptr<projections::Runner> runner_;
};

}  // namespace fiscus::app
