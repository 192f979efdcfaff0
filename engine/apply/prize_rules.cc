#include "engine/apply/prize_rules.h"

#include <algorithm>

#include "engine/apply/publishable.h"
#include "engine/apply/rules.h"
#include "engine/draw/algorithm.h"
#include "engine/draw/limits.h"

namespace fiscus::apply {
namespace {

// Tiers 1, 2, 3 … and no more places than a list may have lines.
bool add_plan(PrizeBatchRules& rules, const wire::PrizeBatchOpened& event) {
    std::uint64_t places = event.reserves();
    if (event.tiers() == nullptr || event.tiers()->size() == 0) {
        return false;
    }
    for (const wire::PrizeTier* tier : *event.tiers()) {
        if (tier->tier() != rules.plan.tiers.size() + 1 || tier->count() == 0 ||
            tier->amount_fen() > draw::prize_fen_max) {
            return false;
        }
        places += tier->count();
        rules.plan.tiers.push_back({.count = tier->count(), .amount = Amount(tier->amount_fen())});
    }
    rules.plan.reserves = event.reserves();
    return places <= draw::places_max;
}

bool add_categories(PrizeBatchRules& rules,
                    const wire::PrizeBatchOpened& event,
                    const ProgrammeRules& programme) {
    if (event.categories() != nullptr) {
        rules.categories.assign(event.categories()->begin(), event.categories()->end());
        std::sort(rules.categories.begin(), rules.categories.end());
    }
    return std::all_of(
        rules.categories.begin(), rules.categories.end(),
        [&programme](std::uint16_t category) { return programme.has_category(category); });
}

}  // namespace

std::optional<PrizeBatchRules> prize_batch_rules(const wire::PrizeBatchOpened& event,
                                                 const ProgrammeRules& programme) {
    PrizeBatchRules rules;
    rules.draw_platform = PlatformId(event.draw_platform());
    rules.submit_from_us = event.submit_from_us();
    rules.submit_until_us = event.submit_until_us();
    rules.issue_first_day = event.issue_first_day();
    rules.issue_last_day = event.issue_last_day();
    rules.amount_min = Amount(event.amount_min_fen());
    rules.digits_at_us = event.digits_at_us();
    rules.public_value_at_us = event.public_value_at_us();
    rules.commitment = draw::digest_from(*event.commitment());
    const auto algorithm =
        event.algorithm() == nullptr
            ? std::nullopt
            : draw::algorithm_from_id({event.algorithm()->c_str(), event.algorithm()->size()});
    const bool times = event.submit_from_us() < event.submit_until_us() &&
                       event.issue_first_day() <= event.issue_last_day() &&
                       event.digits_at_us() > event.submit_until_us() &&
                       event.public_value_at_us() > event.submit_until_us();
    if (!times || !algorithm || algorithm->kind != draw::DrawKind::batch ||
        !add_plan(rules, event) || !add_categories(rules, event, programme) ||
        !is_publishable(event.name()) || !is_publishable(event.digits_source()) ||
        !is_publishable(event.public_value_source())) {
        return std::nullopt;
    }
    rules.hash = algorithm->hash;
    return rules;
}

}  // namespace fiscus::apply
