// A node: an engine and its statistics in one process, as `fiscus run --standby` makes it. It
// follows whoever leads, leads when nobody else does, and its statistics hold their rows until
// then; or, without --standby, it claims the journal when it starts, and ends when it is fenced.
// Thread: one. Fails: as a process.
#pragma once

#include <memory>
#include <optional>

#include "engine/app/partition_statistics.h"
#include "engine/runtime/engine.h"
#include "tests/simulation/processes.h"

namespace fiscus::simulation {

class NodeProcess final : public Process {
public:
    NodeProcess(Surroundings& world, std::string name, std::filesystem::path state)
        : Process(world, std::move(name), std::move(state)) {}

    // From its next start on: with --standby, or without.
    void set_stands_by(bool stands_by) { stands_by_ = stands_by; }
    [[nodiscard]] bool stands_by() const { return stands_by_; }

    [[nodiscard]] bool up() const override { return engine_ != nullptr && statistics_.has_value(); }
    void turn() override;
    void step() override;
    void flush() override;
    // All that a process with two threads would do meanwhile.
    void work() override;
    // Leads, applies, folds and publishes everything, and verifies its state; then it goes on.
    void run_to_end() override;
    // Stops in order: what it holds is written, and it says that it leaves.
    void leave();

    // While up.
    [[nodiscard]] bool publishes() const { return !statistics_->follows(); }
    [[nodiscard]] bool leads() const { return view().role == runtime::Role::leader; }
    [[nodiscard]] runtime::PartitionView view() const { return engine_->view().front(); }
    // Everything that the journal says is applied and folded.
    [[nodiscard]] bool has_followed(std::uint64_t sequence) const;
    // The last turn of the statistics left rows on their way.
    [[nodiscard]] bool has_rows_on_their_way() const { return rows_on_their_way_; }
    [[nodiscard]] bool may_note() const { return rights_ == Rights::all; }
    [[nodiscard]] std::uint64_t progress() const override;

private:
    void open() override;
    void drop() override;
    [[nodiscard]] int idle_turns_max() const override;
    void turn_engine();
    void turn_statistics();
    // What the engine's thread says to the other one.
    void tell();
    void check_term(std::uint64_t appended_before);
    [[nodiscard]] bool is_at_end();

    bool stands_by_ = false;
    Rights rights_ = Rights::all;
    bool led_ = false;
    std::uint64_t term_ = 0;  // in which it leads, or led last
    bool rows_on_their_way_ = false;
    std::unique_ptr<runtime::Engine> engine_;
    std::optional<app::PartitionStatistics> statistics_;
    std::optional<app::Lead> lead_;  // nothing: not told yet
};

}  // namespace fiscus::simulation
