// The rules of a prize batch as PrizeBatchOpened states them, laid out for look-up: a pure function
// of the event's bytes and the programme.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/draw/batch_draw.h"
#include "schemas/events_generated.h"

namespace fiscus::apply {

struct ProgrammeRules;  // rules.h

struct PrizeBatchRules {
    PlatformId draw_platform;
    std::int64_t submit_from_us = 0;
    std::int64_t submit_until_us = 0;
    std::int32_t issue_first_day = 0;
    std::int32_t issue_last_day = 0;
    Amount amount_min;
    std::vector<std::uint16_t> categories;  // sorted; empty: all
    std::uint16_t ordinal = 0;              // BatchRecord
    draw::HashKind hash = draw::HashKind::sha256;
    draw::PrizePlan plan;
    draw::Digest commitment{};
    std::int64_t digits_at_us = 0;
    std::int64_t public_value_at_us = 0;

    // `tier` is 1 or more.
    [[nodiscard]] bool has_tier(std::uint16_t tier) const {
        return tier >= 1 && tier <= plan.tiers.size();
    }
    [[nodiscard]] Amount prize(std::uint16_t tier) const { return plan.prize(tier); }
};

// Nothing when the rules contradict themselves or the programme, or cannot be published.
std::optional<PrizeBatchRules> prize_batch_rules(const wire::PrizeBatchOpened& event,
                                                 const ProgrammeRules& programme);

}  // namespace fiscus::apply
