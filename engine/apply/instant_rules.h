// The rules of instant draws as InstantDrawOpened states them, laid out for look-up: a pure
// function of the event's bytes and the batch that it gives vouchers of.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/base/amount.h"
#include "engine/base/ids.h"
#include "engine/draw/instant_draw.h"
#include "schemas/events_generated.h"

namespace fiscus::apply {

struct BatchRules;  // rules.h

struct InstantDrawRules {
    BatchId batch;
    std::int32_t first_day = 0;
    std::uint32_t days = 0;
    draw::HashKind hash = draw::HashKind::sha256;
    draw::Digest chain_head{};
    std::uint32_t wins_max = 0;
    std::vector<draw::InstantTier> tiers;
    std::vector<PackId> packs;  // of each tier
    Amount face_max;

    [[nodiscard]] bool has_day(std::int32_t day) const {
        return day >= first_day && day - first_day < static_cast<std::int64_t>(days);
    }
    // From 1, as the chain counts its keys.
    [[nodiscard]] std::uint32_t number_of(std::int32_t day) const {
        return static_cast<std::uint32_t>(day - first_day) + 1;
    }
};

// Nothing when the rules contradict themselves or the batch, or cannot be published. `opened` is
// the batch's own event.
std::optional<InstantDrawRules> instant_draw_rules(const wire::InstantDrawOpened& event,
                                                   const wire::BatchOpened& opened,
                                                   const BatchRules& batch);

}  // namespace fiscus::apply
