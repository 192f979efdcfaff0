// What the stage benchmarks work on: the standard load in memory, and the journal entries that the
// core makes of it. Made once by main(). Thread: one. Fails: a corpus that is not what
// the load expects stops the program.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "bench/load/standard_load.h"
#include "engine/journal/block.h"
#include "engine/log/log.h"
#include "engine/runtime/core.h"
#include "engine/state/state.h"

namespace fiscus::bench {

class Corpus {
public:
    static constexpr std::uint64_t records_in_all = 200'000;

    Corpus();

    [[nodiscard]] std::span<const log::Record> records() const { return records_; }
    [[nodiscard]] const load::Expected& expected() const { return expected_; }
    [[nodiscard]] std::uint64_t value_bytes() const { return value_bytes_; }
    // Entries of a turn from the middle of the load.
    [[nodiscard]] const journal::Entries& turn() const { return turn_; }

private:
    void generate();
    void apply();

    std::vector<std::unique_ptr<load::LoadBatch>> batches_;
    std::vector<log::Record> records_;
    load::Expected expected_;
    std::uint64_t value_bytes_ = 0;
    journal::Entries turn_;
};

// The core over a state in memory, and what it said.
struct CoreRun {
    std::unique_ptr<state::State> state;
    std::unique_ptr<runtime::Core> core;
    std::uint64_t accepted = 0;
    std::uint64_t refused = 0;
    std::uint64_t duplicates = 0;
    std::uint64_t quarantined = 0;

    CoreRun();
    // Counts the outcomes in `out`, which must hold this turn only.
    void count(const journal::Entries& out);
    // Stops the program unless outcomes and money are those of the load.
    void check(const load::Expected& expected) const;
};

}  // namespace fiscus::bench
