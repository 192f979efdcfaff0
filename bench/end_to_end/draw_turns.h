// How long the turns took in which lists of tickets were sealed and prizes drawn: everything that
// such an event came with, read to applied. Thread: the caller's. Fails: as the journal's reader
// does.
#pragma once

#include <vector>

#include "bench/end_to_end/mark.h"
#include "engine/base/result.h"
#include "engine/log/log.h"

namespace fiscus::bench {

// The longest of each; 0: there was none.
struct DrawTurns {
    double sealing_seconds = 0;
    double drawing_seconds = 0;
};

Result<DrawTurns> find_draw_turns(log::Log& log, const std::vector<Mark>& marks);

}  // namespace fiscus::bench
