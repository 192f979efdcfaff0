// For each source: epoch, the number up to which all was seen, the highest number seen, and the
// content of the last source_window numbers (docs/domain.md §2). The numbers' pages are cold: what
// they take does not grow with the sources. Between decode and apply: says whether a number is new,
// and remembers it. Thread: the partition's one writer.
#pragma once

#include <cstdint>

#include "engine/base/ids.h"
#include "engine/base/limits.h"
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

// A bit for each page of the window.
using Pages = std::uint64_t;
static_assert(source_window / state::SourcePageRecord::slots == 64);
state::Key page_key(ProgrammeId programme, SourceId source, unsigned page);
// A source that never spoke has no pages, and nothing to forget.
inline bool is_silent(const state::SourceRecord& record) {
    return record.epoch == 0 && record.high == 0;
}
// Which pages examine() and mark() look at, for numbers that come after what `record` says: those
// that it needs in any case, and those of each number.
Pages pages_before(const state::SourceRecord& record);
Pages pages_of(const state::SourceRecord& record, std::uint32_t epoch, std::uint64_t sequence);

// Changes nothing. The pages are loaded. `record` is the source's, or a zeroed one for the first
// event of a programme.
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
