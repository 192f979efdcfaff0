#include "projections/distinct/steps.h"

#include <algorithm>
#include <bit>

#include "engine/base/radix_sort.h"

namespace fiscus::projections {

namespace {

// Below this a sort by comparison is faster than filling tables of counts.
constexpr std::size_t radix_min = 1'024;

}  // namespace

void sort_steps(Steps& steps, Steps& room) {
    if (steps.size() < radix_min) {
        std::ranges::sort(steps);
        return;
    }
    std::uint64_t bits = 0;  // that are set in any rank
    for (const Step& step : steps) {
        bits |= step.rank();
    }
    for (unsigned shift = 0; shift < static_cast<unsigned>(std::bit_width(bits));
         shift += radix_digit_bits) {
        sort_by_digit(steps, room, shift, [](const Step& step) { return step.rank(); });
    }
}

}  // namespace fiscus::projections
