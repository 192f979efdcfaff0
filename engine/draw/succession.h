// Which reserve moves up. A prize that lapsed, or whose ticket was reversed, goes to the next
// reserve in the order of the draw, never to a new draw; a reserve that was lost itself is passed
// over, and one that moved up and is lost makes room for the next. A pure function of the result
// and of the order in which places were lost, which is the log's.
// Thread: values. Fails: diverged, naming the place; nothing moves then.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/base/result.h"
#include "engine/draw/batch_draw.h"

namespace fiscus::draw {

// A prize and who has it now. Places are positions in the result.
struct Prize {
    std::uint32_t tier = 0;
    std::size_t drawn_by = 0;           // the winner
    std::optional<std::size_t> holder;  // nothing: no reserve was left
};

// One prize for each winner, in the order of the result. `lost`: places whose prize lapsed or whose
// ticket was reversed, in the log's order. diverged: no such place, or one that was lost before.
Result<std::vector<Prize>> move_up(std::span<const Place> places,
                                   std::span<const std::size_t> lost);

}  // namespace fiscus::draw
