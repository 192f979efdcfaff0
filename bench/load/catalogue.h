// What the standard load is made of, as tables: real districts (GB/T 2260, edition 2023), industry
// classes (GB/T 4754-2017), categories, platforms and the themes that its batches follow.
// Thread: read only. Fails: never.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "bench/load/random.h"

namespace fiscus::load {

struct District {
    std::uint32_t code;
    std::string_view name;
    std::string_view prefecture;
};

struct Category {
    std::uint16_t category;
    std::string_view name;
};

struct Industry {
    std::uint16_t code;
    std::uint16_t category;
    std::string_view name;
    // What shops of this class put at the end of their names, comma separated.
    std::string_view shops;
};

struct Pack {
    std::uint16_t pack;
    std::string_view name;
    std::uint8_t channel;  // 0 any, 1 online, 2 offline
    std::uint16_t category;
};

struct Denomination {
    std::uint16_t denomination;
    std::uint16_t pack;
    std::int64_t face_fen;
    std::int64_t threshold_fen;
};

// One of the four kinds of batch that every round opens; they differ in the rule that bites.
struct Theme {
    std::string_view name;
    std::array<std::uint16_t, 3> categories;  // 0 ends the list
    std::array<Pack, 2> packs;
    std::array<Denomination, 3> denominations;
    std::uint16_t valid_days;
    std::int32_t redeem_days_after_round;  // 0: to the end of the programme
    std::uint8_t cap_per_consumer_day;
    std::uint32_t cap_per_consumer;
    std::uint8_t stacking_max;
    bool restore_on_full_refund;
    bool shipping_inside_province;
    bool void_returns_quota;
};

inline constexpr std::size_t district_count = 120;
inline constexpr std::size_t industry_count = 20;
inline constexpr std::size_t category_count = 8;
inline constexpr std::size_t theme_count = 4;
inline constexpr std::size_t platform_count = 4;
// The first districts belong to the programme's province; the rest are neighbours that take part.
inline constexpr std::size_t home_district_count = 105;

std::span<const District, district_count> districts();
std::span<const Industry, industry_count> industries();
std::span<const Category, category_count> categories();
std::span<const Theme, theme_count> themes();
std::span<const std::string_view, platform_count> platform_names();
// Districts of other provinces that are not part of the programme.
std::span<const std::uint32_t> foreign_districts();

// Index of a theme's denomination whose pack is not `pack`, for a claim that asks for the wrong
// one.
std::size_t denomination_of_other_pack(const Theme& theme, std::uint16_t pack);

std::string merchant_name(const District& district, const Industry& industry, Random& random);
// Unified social credit identifier (统一社会信用代码) with its check character (GB 32100-2015).
std::string registered_number(std::uint32_t district, Random& random);

}  // namespace fiscus::load
