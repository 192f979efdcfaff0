// Limits of draws and their bundles, each with the reason for its number. They belong to the format
// (docs/formats/draw-bundle.md): every verifier knows them.
#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/base/limits.h"

namespace fiscus::draw {

// More than any city's month of invoices; a line has 66 bytes, so the list stays below 1 GiB.
inline constexpr std::size_t list_lines_max = 10'000'000;
inline constexpr std::size_t lines_bytes_max = std::size_t{1} << 30;
// Rules, figures, readme, manifest: what a person reads.
inline constexpr std::size_t page_bytes_max = std::size_t{64} << 10;
inline constexpr std::size_t tiers_max = prize_tiers_max;
inline constexpr std::size_t amounts_max = draw_amounts_max;
// One for each minute of a day.
inline constexpr std::size_t releases_max = draw_releases_max;
// Prizes and reserves together, and what one release adds: no more than there are lines.
inline constexpr std::uint64_t places_max = list_lines_max;
// A billion yuan; that many times places_max still fits 64 bits.
inline constexpr std::int64_t prize_fen_max = 100'000'000'000;
static_assert(INT64_MAX / prize_fen_max > static_cast<std::int64_t>(places_max));
// One ten-sided die is one digit; six are the least that a ceremony gives today.
inline constexpr std::size_t digits_min = draw_digits_min;
inline constexpr std::size_t digits_max = draw_digits_max;
inline constexpr std::size_t public_value_bytes_max = draw_public_value_bytes_max;
// A chain of keys for ten years; checking a key hashes at most that often.
inline constexpr std::uint32_t chain_days_max = 3'660;
// The sum of the weights of a table. Half of 2^64, so that a block is passed over less than every
// second time, however the weights are.
inline constexpr std::uint64_t weights_max = std::uint64_t{1} << 63U;

}  // namespace fiscus::draw
