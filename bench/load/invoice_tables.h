// Numbers of a month of prize invoices: who is who, when what happens, how often.
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
constexpr std::uint16_t draw_source = 2;  // the draw platform's, platform 1
constexpr std::uint16_t notary = 7;
constexpr std::uint16_t draw_platform = 1;
constexpr std::uint32_t channels = 4;  // platforms 2 … 5, sources 3 … 6
constexpr std::array<std::string_view, 5> platforms{"武汉抽奖平台", "支付渠道甲", "支付渠道乙",
                                                    "银行渠道丙", "政务渠道丁"};

// 2026-03-01, as the standard load.
constexpr std::int32_t first_day = 20'513;
constexpr std::int32_t days = 31;
constexpr std::uint32_t first_batch = 201;
constexpr std::array<std::int32_t, 4> batch_begins{0, 10, 20, 31};
constexpr std::uint32_t sellers = 240;
constexpr std::int64_t us_per_hour = 60 * us_per_minute;
// Uploads come between eight and ten in the evening.
constexpr std::int64_t morning_us = 8 * us_per_hour;
constexpr std::int64_t uploads_us = 14 * us_per_hour;
// After the last day of a batch.
constexpr std::int64_t seal_us = 24 * us_per_hour + 9 * us_per_hour;
constexpr std::int64_t digits_us = 48 * us_per_hour + 10 * us_per_hour;
constexpr std::int64_t public_value_us = 48 * us_per_hour + 9 * us_per_hour;
// Until everybody who moved up is paid.
constexpr std::int32_t closing_days = 20;
constexpr std::int64_t closing_us =
    start_of_day_us(first_day + days + closing_days) + 9 * us_per_hour;

constexpr std::int64_t amount_min_fen = 10'000;
constexpr std::int64_t amount_range_fen = 490'000;

// Of five hundred thousand invoices, for each of the three batches.
struct TierShare {
    std::uint32_t count;
    std::int64_t amount_fen;
};
constexpr std::array<TierShare, 5> tiers{
    {{5, 1'000'000}, {20, 500'000}, {100, 100'000}, {500, 20'000}, {5'000, 5'000}}};
constexpr std::uint32_t reserves = 500;
constexpr std::uint64_t tiers_for = 500'000;

// Parts of ten thousand.
constexpr std::uint64_t again_parts = 200;
constexpr std::uint64_t rejected_parts = 300;
constexpr std::uint64_t undecided_parts = 50;
constexpr std::uint64_t reversed_before_parts = 25;
constexpr std::uint64_t reversed_after_parts = 40;
constexpr std::uint64_t reversed_sealed_parts = 15;
constexpr std::uint64_t winner_reversed_parts = 100;
constexpr std::uint64_t paid_reversed_parts = 100;
constexpr std::uint64_t payout_fails_parts = 200;
constexpr std::uint64_t forfeited_parts = 40;
constexpr std::uint64_t recovered_parts = 6'000;

}  // namespace fiscus::load
