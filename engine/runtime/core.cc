#include "engine/runtime/core.h"

#include <algorithm>

namespace fiscus::runtime {
namespace {

// What a segment touches stays in the processor's cache from its prefetch until it is applied.
constexpr std::size_t segment_events_max = 256;

}  // namespace

Core::Core(decode::Shard shard, state::State& state, std::uint64_t next_sequence)
    : state_(state), decoder_(shard), ledger_(state), next_sequence_(next_sequence) {}

Result<std::size_t> Core::turn(std::span<const log::Record> records,
                               journal::Entries& out,
                               std::size_t block_bytes) {
    {
        const StageTimer timer(times_, Stage::decode);
        decoder_.begin_turn();
        events_.clear();
        for (const log::Record& record : records) {
            events_.push_back(decoder_.decode(record));
        }
    }
    // A segment is short, and ends after a definition: what that defines decides what the next
    // events touch.
    std::span<const decode::DecodedEvent> rest(events_);
    journal::GrowingBlock block;
    while (!rest.empty()) {
        std::size_t count = 0;
        while (count < rest.size() && count + 1 < segment_events_max &&
               !apply::Ledger::is_definition(rest[count])) {
            ++count;
        }
        count = std::min(count + 1, rest.size());
        FISCUS_ASSIGN(const std::size_t applied,
                      apply_segment(rest.first(count), out, block_bytes, block));
        rest = rest.subspan(applied);
        if (applied < count) {
            break;
        }
    }
    return records.size() - rest.size();
}

Result<std::size_t> Core::apply_segment(std::span<const decode::DecodedEvent> events,
                                        journal::Entries& out,
                                        std::size_t block_bytes,
                                        journal::GrowingBlock& block) {
    {
        const StageTimer timer(times_, Stage::prefetch);
        FISCUS_TRY(ledger_.prefetch(events));
    }
    std::size_t applied = 0;
    {
        const StageTimer timer(times_, Stage::apply);
        while (applied < events.size() &&
               (out.entries.empty() || block.bytes_bound(out) < block_bytes)) {
            ledger_.apply(events[applied], next_sequence_++, out);
            ++applied;
        }
    }
    const StageTimer timer(times_, Stage::digest);
    state_.settle_cold();
    return applied;
}

Hash128 Core::digest() {
    const StageTimer timer(times_, Stage::digest);
    return state_.settle();
}

}  // namespace fiscus::runtime
