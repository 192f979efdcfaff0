// For each source: epoch, the number up to which all was seen, the highest number seen, and the
// content of the last source_window numbers (docs/domain.md §2). Memory is O(sources). Between
// decode and apply: says whether a number is new, and remembers it. Thread: the partition's one
// writer.
#pragma once

#include <cstdint>

#include "engine/base/ids.h"
#include "engine/state/state.h"
#include "schemas/reasons_generated.h"

namespace fiscus::sequence {

enum class Seen : std::uint8_t {
    fresh,      // never seen: mark() it
    duplicate,  // seen with the same content
    forgotten,  // seen, but longer ago than the window: the natural key decides
    refused,    // reason says why; the number is not used up
};

struct Verdict {
    Seen seen = Seen::fresh;
    wire::Reason reason = wire::Reason::none;  // of a duplicate: what was said the first time
};

struct Number {
    ProgrammeId programme;
    SourceId source;
    std::uint32_t epoch = 0;
    std::uint64_t sequence = 0;
    std::uint64_t content = 0;
};

// Changes nothing. `record` is the source's, or a zeroed one for the first event of a programme.
Verdict examine(state::State& state, const state::SourceRecord& record, const Number& number);

struct Marked {
    std::uint64_t gap_from = 0;  // first missing number when this one opened a gap, else 0
    bool fills_gap = false;
};

// Remembers a fresh number and the reason it was answered with; begins its epoch when that is
// newer. `record` is the one to change.
Marked mark(state::State& state,
            state::SourceRecord& record,
            const Number& number,
            wire::Reason answered);

}  // namespace fiscus::sequence
