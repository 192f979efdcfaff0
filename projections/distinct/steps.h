// What was done by whom, in the order in which distinct members are counted: by ordinal, and of one
// ordinal first what adds, then what takes away. One sort of a day serves every grouping set.
// Thread: values. Fails: never.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace fiscus::projections {

// A consumer or merchant did something that the item tells; items count from 0.
class Step {
public:
    static constexpr std::uint32_t item_end = std::uint32_t{1} << 31;

    Step() = default;
    // `second`: of the two things that a step may be the one that comes last (members.h).
    Step(std::uint32_t ordinal, std::uint32_t item, bool second)
        : bits_(static_cast<std::uint64_t>(ordinal) << 32 | (second ? item_end : 0) | item) {}

    [[nodiscard]] std::uint32_t ordinal() const { return static_cast<std::uint32_t>(bits_ >> 32); }
    [[nodiscard]] std::uint32_t item() const {
        return static_cast<std::uint32_t>(bits_) & (item_end - 1);
    }
    [[nodiscard]] bool second() const { return (bits_ & item_end) != 0; }
    // Of its place in the order: ordinal and whether it is a second thing.
    [[nodiscard]] std::uint64_t rank() const { return bits_ >> 31; }

    friend constexpr auto operator<=>(const Step&, const Step&) = default;

private:
    std::uint64_t bits_ = 0;
};

using Steps = std::vector<Step>;

// By ordinal, then first things before second ones, then by item, in whose order they come. `room`
// is used up to their size.
void sort_steps(Steps& steps, Steps& room);

}  // namespace fiscus::projections
