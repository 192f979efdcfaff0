#include "engine/runtime/core.h"

#include <algorithm>

namespace fiscus::runtime {

Core::Core(decode::Shard shard, state::State& state, std::uint64_t next_sequence)
    : state_(state), decoder_(shard), ledger_(state), next_sequence_(next_sequence) {}

Status Core::turn(std::span<const log::Record> records, journal::Entries& out) {
    {
        const StageTimer timer(times_, Stage::decode);
        decoder_.begin_turn();
        events_.clear();
        for (const log::Record& record : records) {
            events_.push_back(decoder_.decode(record));
        }
    }
    // A segment ends after a definition: what it defines decides what the next events touch.
    std::span<const decode::DecodedEvent> rest(events_);
    while (!rest.empty()) {
        std::size_t count = 0;
        while (count < rest.size() && !apply::Ledger::is_definition(rest[count])) {
            ++count;
        }
        count = std::min(count + 1, rest.size());
        FISCUS_TRY(apply_segment(rest.first(count), out));
        rest = rest.subspan(count);
    }
    return Done{};
}

Status Core::apply_segment(std::span<const decode::DecodedEvent> events, journal::Entries& out) {
    {
        const StageTimer timer(times_, Stage::prefetch);
        FISCUS_TRY(ledger_.prefetch(events));
    }
    const StageTimer timer(times_, Stage::apply);
    for (const decode::DecodedEvent& event : events) {
        ledger_.apply(event, next_sequence_++, out);
    }
    return Done{};
}

Hash128 Core::digest() {
    const StageTimer timer(times_, Stage::digest);
    return state_.settle();
}

}  // namespace fiscus::runtime
