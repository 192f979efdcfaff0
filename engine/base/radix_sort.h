// One pass of a sort by digits, for many small items that are sorted by a number: it reads them
// from front to back, where comparing would jump about among them. Least significant digit first, a
// pass for each; a pass keeps the order of those before it.
// Thread: values. Fails: never.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace fiscus {

inline constexpr unsigned radix_digit_bits = 11;

// Sorts by the digit that begins at bit `shift` of number_of(item). `other` is room for a copy.
// Does nothing when the digit is the same everywhere. At most 2^32 − 1 items.
template <typename Item, typename NumberOf>
void sort_by_digit(std::vector<Item>& items,
                   std::vector<Item>& other,
                   unsigned shift,
                   NumberOf number_of) {
    constexpr std::size_t digits = std::size_t{1} << radix_digit_bits;
    const auto digit_of = [shift, &number_of](const Item& item) {
        return static_cast<std::size_t>(number_of(item) >> shift) & (digits - 1);
    };
    std::array<std::uint32_t, digits> places{};
    for (const Item& item : items) {
        ++places[digit_of(item)];
    }
    if (items.empty() || places[digit_of(items.front())] == items.size()) {
        return;
    }
    std::uint32_t place = 0;
    for (std::uint32_t& count : places) {
        place += std::exchange(count, place);
    }
    other.resize(items.size());
    for (const Item& item : items) {
        other[places[digit_of(item)]++] = item;
    }
    items.swap(other);
}

}  // namespace fiscus
