#include "projections/distinct/steps.h"

#include <algorithm>
#include <bit>

#include "engine/base/radix_sort.h"

namespace fiscus::projections {

namespace {

// Below this a sort by comparison is faster than filling tables of counts.
constexpr std::size_t radix_min = 1'024;

}  // namespace

void sort_steps(Steps& steps) {
    if (steps.size() < radix_min) {
        std::ranges::sort(steps);
        return;
    }
    // Within an ordinal: by what remains of a step's order, which nearly all steps have already.
    const auto before = [](const Step& a, const Step& b) {
        return a.second() != b.second() ? b.second() : a.item() < b.item();
    };
    if (!std::ranges::is_sorted(steps, before)) {
        std::ranges::sort(steps, before);
    }
    const std::uint32_t largest = std::ranges::max_element(steps, {}, [](const Step& step) {
                                      return step.ordinal();
                                  })->ordinal();
    Steps other;
    for (unsigned shift = 0; shift < static_cast<unsigned>(std::bit_width(largest));
         shift += radix_digit_bits) {
        sort_by_digit(steps, other, shift, [](const Step& step) { return step.ordinal(); });
    }
}

}  // namespace fiscus::projections
