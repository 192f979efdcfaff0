#include "bench/end_to_end/draw_turns.h"

#include <algorithm>
#include <cstdint>
#include <iterator>

#include "bench/end_to_end/journal_walk.h"
#include "schemas/events_generated.h"

namespace fiscus::bench {
namespace {

// Of the turn that applied the record at this offset.
double turn_seconds(const std::vector<Mark>& marks, std::int64_t offset) {
    const auto turn =
        std::ranges::upper_bound(marks, static_cast<std::uint64_t>(offset), {}, &Mark::records);
    const double before = turn == marks.begin() ? 0 : std::prev(turn)->seconds;
    return turn == marks.end() ? 0 : turn->seconds - before;
}

}  // namespace

Result<DrawTurns> find_draw_turns(log::Log& log, const std::vector<Mark>& marks) {
    DrawTurns turns;
    const auto look = [&](const wire::Entry& entry, auto) {
        const auto kind = static_cast<wire::EventBody>(entry.kind());
        const bool seals = kind == wire::EventBody::DrawSealed;
        if (!seals && kind != wire::EventBody::DrawExecuted) {
            return;
        }
        double& longest = seals ? turns.sealing_seconds : turns.drawing_seconds;
        longest = std::max(longest, turn_seconds(marks, entry.input_offset()));
    };
    FISCUS_TRY(walk_journal(log, look));
    return turns;
}

}  // namespace fiscus::bench
