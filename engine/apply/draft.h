// What the rules say about one event before it becomes a wire::Entry: the same fields, by name.
#pragma once

#include <cstdint>

#include "engine/base/ids.h"
#include "schemas/events_generated.h"
#include "schemas/journal_generated.h"

namespace fiscus::apply {

// Bits of Entry.flags.
inline constexpr std::uint8_t flag_fills_gap = 1;
inline constexpr std::uint8_t flag_full_refund = 2;
inline constexpr std::uint8_t flag_restored = 4;
inline constexpr std::uint8_t flag_receivable_raised = 8;
inline constexpr std::uint8_t flag_single_part = 16;
inline constexpr std::uint8_t flag_prize_taken_away = 32;
inline constexpr std::uint8_t flag_reserve_moved_up = 64;
// Of ConsumerRegistered.
inline constexpr std::uint8_t flag_phone_of_other = 32;
inline constexpr std::uint8_t flag_device_of_other = 64;

struct Draft {
    std::uint64_t sequence = 0;
    std::int64_t input_offset = 0;
    std::int64_t logged_at_us = 0;
    std::int64_t occurred_at_us = 0;
    Id128 key{};
    Id128 subject{};
    std::uint64_t content = 0;
    std::uint64_t source_sequence = 0;
    std::uint64_t gap_from = 0;
    std::int64_t amount_fen = 0;
    std::int64_t order_amount_fen = 0;
    std::int64_t platform_match_fen = 0;
    std::int64_t merchant_match_fen = 0;
    std::int64_t difference_fen = 0;
    std::uint32_t programme = 0;
    std::uint32_t epoch = 0;
    std::uint32_t batch = 0;
    std::uint32_t district = 0;
    std::uint32_t consumer_ordinal = 0;
    std::uint32_t merchant_ordinal = 0;
    std::int32_t business_day = 0;
    std::int32_t origin_day = 0;
    std::uint16_t source = 0;
    std::uint16_t platform = 0;
    std::uint16_t pack = 0;
    std::uint16_t denomination = 0;
    std::uint16_t industry = 0;
    std::uint16_t category = 0;
    wire::Reason reason = wire::Reason::none;
    std::uint16_t postings = 0;
    wire::EventBody kind = wire::EventBody::NONE;
    wire::Outcome outcome = wire::Outcome::none;
    std::uint8_t size_class = 0;
    std::uint8_t limit_class = 0;
    std::uint8_t channel = 0;
    std::uint8_t vouchers = 0;
    std::uint8_t flags = 0;

    [[nodiscard]] wire::Entry entry() const;
};

}  // namespace fiscus::apply
