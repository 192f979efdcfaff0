// The deterministic heart of a partition: records in, entries out. decode → sequence → prefetch →
// apply over one turn, no log and no journal; the engine, replay and the tests drive the same
// class.
// Thread: the partition's one writer. Fails: only when the state store does.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/apply/ledger.h"
#include "engine/decode/decode.h"
#include "engine/journal/block.h"
#include "engine/log/log.h"
#include "engine/runtime/stage_times.h"
#include "engine/state/state.h"

namespace fiscus::runtime {

class Core {
public:
    // `next_sequence` is the ledger sequence number of the next record. `state` and `keys` outlive
    // the core.
    Core(decode::Shard shard,
         state::State& state,
         std::uint64_t next_sequence = 1,
         apply::Keys* keys = nullptr);

    // One entry for each record, appended to `out`, until a block of them would take `block_bytes`
    // or more; how many records were taken, one at least when `out` was empty. They are borrowed
    // for the call only. Fails with secret_missing when the first record needs a key that is not
    // there; nothing has changed then, and the same records may be tried again. After any other
    // error the state may be ahead of the entries: whoever went on would publish a gap.
    Result<std::size_t> turn(std::span<const log::Record> records,
                             journal::Entries& out,
                             std::size_t block_bytes = SIZE_MAX);

    [[nodiscard]] std::uint64_t next_sequence() const { return next_sequence_; }
    // State digest after everything applied so far.
    Hash128 digest();
    [[nodiscard]] const StageTimes& times() const { return times_; }

private:
    Result<std::size_t> apply_segment(std::span<decode::DecodedEvent> events,
                                      journal::Entries& out,
                                      std::size_t block_bytes,
                                      journal::GrowingBlock& block);

    state::State& state_;
    decode::Decoder decoder_;
    apply::Ledger ledger_;
    std::uint64_t next_sequence_;
    std::vector<decode::DecodedEvent> events_;
    StageTimes times_;
};

}  // namespace fiscus::runtime
