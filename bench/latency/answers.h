// The answers of an open loop: every journal block, as soon as a reader has it, and for each of its
// entries the time since its event was due. Thread: one. Fails: as the journal's reader does.
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "bench/latency/publisher.h"
#include "engine/journal/reader.h"

namespace fiscus::bench {

struct Answers {
    // Of each event in order of its number, microseconds.
    std::vector<std::uint32_t> latencies_us;
    // Longest time without a block while events were waiting for their answer.
    std::chrono::microseconds pause_max{0};
    std::uint64_t blocks = 0;
    std::uint64_t refused = 0;
};

// Reads on until `events` have their answer, or nothing came for `patience`. The first event's
// offset is `first_offset`; every event is answered once, in order.
Result<Answers> collect_answers(journal::JournalReader& journal,
                                std::int64_t first_offset,
                                std::uint64_t events,
                                const Schedule& schedule,
                                std::chrono::milliseconds patience);

// The latency that `share` of all events do not exceed, microseconds; the answers are sorted.
std::uint32_t percentile(const std::vector<std::uint32_t>& sorted, double share);

}  // namespace fiscus::bench
