// The engine's core behind the same face as the oracle, over a store in memory.
// Thread: one. Fails: aborts when the store does, which a store in memory never does.
#pragma once

#include <cstdint>
#include <memory>

#include "engine/journal/block.h"
#include "tests/support/ledger_under_test.h"

namespace fiscus::support {

struct EngineOptions {
    // Bytes of cold records that may stay resident.
    std::size_t cache_bytes_max = 64U << 20;
    // Hot records beyond it take their memory from the cold ones.
    std::size_t hot_bytes_free = 64U << 20;
    // State is written to the store after each turn, so that records can be forgotten.
    bool fold_each_turn = false;
    // After so many turns the state is dropped and opened again from the store; 0: never.
    std::uint32_t reopen_after_turns = 0;
};

class EngineUnderTest : public LedgerUnderTest {
public:
    // What the journal would get from the last turn.
    [[nodiscard]] virtual const journal::Entries& last_turn() const = 0;
};

std::unique_ptr<EngineUnderTest> make_engine(Shard shard, const EngineOptions& options);

}  // namespace fiscus::support
