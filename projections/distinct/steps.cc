#include "projections/distinct/steps.h"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

namespace fiscus::projections {

namespace {

// Below this a sort by comparison is faster than filling tables of counts.
constexpr std::size_t radix_min = 1'024;
constexpr unsigned digit_bits = 11;
constexpr std::size_t digits = std::size_t{1} << digit_bits;

// Sorts by one digit of the ordinal and keeps the order of equal ones.
void sort_by_digit(const Steps& from, Steps& to, unsigned shift) {
    const auto digit_of = [shift](const Step& step) {
        return (step.ordinal() >> shift) & (digits - 1);
    };
    std::array<std::uint32_t, digits> places{};
    for (const Step& step : from) {
        ++places[digit_of(step)];
    }
    std::uint32_t place = 0;
    for (std::uint32_t& count : places) {
        place += std::exchange(count, place);
    }
    for (const Step& step : from) {
        to[places[digit_of(step)]++] = step;
    }
}

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
    Steps other(steps.size());
    for (unsigned shift = 0; shift < static_cast<unsigned>(std::bit_width(largest));
         shift += digit_bits) {
        sort_by_digit(steps, other, shift);
        steps.swap(other);
    }
}

}  // namespace fiscus::projections
