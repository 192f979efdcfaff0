// Amount: money in fen (分), a signed 64-bit count with checked + and −. Overflow is a broken belief
// (amounts of events are limited to amount_fen_max before they get here) and stops the process.
#pragma once

#include <compare>
#include <cstdint>

#include "engine/base/check.h"
#include "engine/base/wide.h"

namespace fiscus {

class Amount {
public:
    constexpr Amount() = default;
    constexpr explicit Amount(std::int64_t fen) : fen_(fen) {}

    [[nodiscard]] constexpr std::int64_t fen() const { return fen_; }
    [[nodiscard]] constexpr bool zero() const { return fen_ == 0; }
    [[nodiscard]] constexpr bool negative() const { return fen_ < 0; }

    friend constexpr auto operator<=>(Amount, Amount) = default;

    friend Amount operator+(Amount a, Amount b) {
        std::int64_t sum = 0;
        FISCUS_CHECK(!__builtin_add_overflow(a.fen_, b.fen_, &sum), "an amount fits 64 bits");
        return Amount(sum);
    }
    friend Amount operator-(Amount a, Amount b) {
        std::int64_t difference = 0;
        FISCUS_CHECK(!__builtin_sub_overflow(a.fen_, b.fen_, &difference),
                     "an amount fits 64 bits");
        return Amount(difference);
    }
    Amount& operator+=(Amount other) { return *this = *this + other; }
    Amount& operator-=(Amount other) { return *this = *this - other; }

private:
    std::int64_t fen_ = 0;
};

// floor(whole × part ÷ total) in 128 bits; total ≤ 0 gives 0. All arguments are ≥ 0.
constexpr Amount proportional_share(Amount whole, Amount part, Amount total) {
    if (total.fen() <= 0) {
        return Amount(0);
    }
    const auto product = static_cast<Wide>(whole.fen()) * part.fen();
    return Amount(static_cast<std::int64_t>(product / total.fen()));
}

}  // namespace fiscus
