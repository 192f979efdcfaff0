#include "engine/runtime/core.h"

#include <algorithm>

namespace fiscus::runtime {
namespace {

// What a segment touches stays in the processor's cache from its prefetch until it is applied.
constexpr std::size_t segment_events_max = 256;

// It ends after a definition, because what that defines decides what the next events touch; what
// needs a list is a segment of its own.
std::size_t segment_events(std::span<const decode::DecodedEvent> events) {
    const std::size_t most = std::min(events.size(), segment_events_max);
    for (std::size_t count = 0; count < most; ++count) {
        if (apply::Ledger::needs_list(events[count])) {
            return std::max(count, std::size_t{1});
        }
        if (apply::Ledger::is_definition(events[count])) {
            return count + 1;
        }
    }
    return most;
}

}  // namespace

Core::Core(decode::Shard shard, state::State& state, std::uint64_t next_sequence, apply::Keys* keys)
    : state_(state), decoder_(shard), ledger_(state, keys), next_sequence_(next_sequence) {}

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
    std::span<decode::DecodedEvent> rest(events_);
    journal::GrowingBlock block;
    while (!rest.empty()) {
        const std::size_t count = segment_events(rest);
        auto applied = apply_segment(rest.first(count), out, block_bytes, block);
        if (!applied.ok()) {
            // What was applied before it stands; the next turn begins with what has to wait.
            if (applied.error().code == ErrorCode::secret_missing && rest.size() < records.size()) {
                break;
            }
            return applied.error();
        }
        rest = rest.subspan(*applied);
        if (*applied < count) {
            break;
        }
    }
    return records.size() - rest.size();
}

Result<std::size_t> Core::apply_segment(std::span<decode::DecodedEvent> events,
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
