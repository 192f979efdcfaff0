// A number with a meaning of its own: Strong<Tag, Rep>. Ids of different kinds cannot be mixed, and
// the only way back to the number is value(). Rep is an unsigned integer; 0 means "none" for every
// id here.
#pragma once

#include <compare>
#include <cstddef>
#include <functional>

namespace fiscus {

template <typename Tag, typename Rep>
class Strong {
public:
    using rep = Rep;

    constexpr Strong() = default;
    constexpr explicit Strong(Rep value) : value_(value) {}

    [[nodiscard]] constexpr Rep value() const { return value_; }
    [[nodiscard]] constexpr bool none() const { return value_ == Rep{}; }

    friend constexpr auto operator<=>(Strong, Strong) = default;

private:
    Rep value_{};
};

}  // namespace fiscus

template <typename Tag, typename Rep>
struct std::hash<fiscus::Strong<Tag, Rep>> {
    std::size_t operator()(fiscus::Strong<Tag, Rep> id) const noexcept {
        return std::hash<Rep>{}(id.value());
    }
};
