// Numbers of a month of gift packs: who is who, when what happens, how often.
// Of this file alone (no linkage): other loads have other days. Thread: constants.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "engine/base/time.h"

namespace fiscus::load {

constexpr std::uint32_t programme = 1;
constexpr std::string_view programme_key = "1";
constexpr std::uint16_t authority = 1;
constexpr std::uint16_t platforms = 3;  // their sources are 2 … 4
constexpr std::uint16_t notary = 5;
constexpr std::array<std::string_view, platforms> pack_platform_names{"电商平台甲", "支付平台乙",
                                                                      "本地生活平台丙"};
constexpr std::uint32_t batch = 301;

// 2026-03-01, as the standard load.
constexpr std::int32_t first_day = 20'513;
constexpr std::int32_t days = 30;
constexpr std::uint16_t valid_days = 7;
constexpr std::uint32_t shops = 120;
constexpr std::int64_t us_per_hour = 60 * us_per_minute;
constexpr std::int64_t publish_us = 30 * us_per_minute;
constexpr std::int64_t open_key_us = us_per_hour;
constexpr std::int64_t doors_us = 8 * us_per_hour;
constexpr std::int64_t asking_us = 14 * us_per_hour;
constexpr std::int32_t closing_day = first_day + days + 12;

struct Kind {
    std::string_view name;
    std::uint8_t channel;  // wire::Channel
    std::uint16_t category;
    std::array<std::int64_t, 2> face_fen;
    std::array<std::int64_t, 2> threshold_fen;
    std::array<std::uint64_t, 2> weight;
    std::uint64_t chance_parts;  // of ten thousand
    bool moves_on;
};
constexpr std::uint16_t catering = 1;
constexpr std::uint16_t retail = 2;
constexpr std::array<Kind, 3> kinds{{
    {"线上百货礼包", 1, retail, {5'000, 10'000}, {20'000, 40'000}, {3, 1}, 300, true},
    {"线下百货礼包", 2, retail, {3'000, 6'000}, {10'000, 20'000}, {2, 1}, 400, false},
    {"餐饮礼包", 0, catering, {2'000, 5'000}, {6'000, 15'000}, {4, 1}, 600, false},
}};
constexpr std::uint32_t wins_max = 4;
// Of what would be won in a day, the part that is in stock.
constexpr std::uint64_t stock_percent = 70;
constexpr std::array<std::int64_t, 3> release_us{8 * us_per_hour, 12 * us_per_hour,
                                                 18 * us_per_hour};

// Parts of ten thousand.
constexpr std::uint64_t again_parts = 300;
constexpr std::uint64_t stranger_parts = 50;
constexpr std::uint64_t redeemed_parts = 7'000;
constexpr std::uint64_t refunded_parts = 300;

}  // namespace fiscus::load
