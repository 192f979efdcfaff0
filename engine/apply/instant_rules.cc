#include "engine/apply/instant_rules.h"

#include <algorithm>
#include <string>

#include "engine/apply/publishable.h"
#include "engine/apply/rules.h"
#include "engine/base/time.h"
#include "engine/draw/algorithm.h"
#include "engine/draw/bundle.h"
#include "engine/draw/limits.h"

namespace fiscus::apply {
namespace {

constexpr std::int64_t day_us = 24 * 60 * us_per_minute;

// The same face twice would leave open which denomination was won.
bool add_amounts(draw::InstantTier& tier, const wire::InstantTier& event, const BatchRules& batch) {
    std::uint64_t weights = 0;
    if (event.amounts() == nullptr || event.amounts()->size() == 0) {
        return false;
    }
    for (const wire::InstantAmount* amount : *event.amounts()) {
        const DenominationRules* denomination =
            batch.denomination(DenominationId(amount->denomination()));
        if (denomination == nullptr || denomination->pack != PackId(event.pack()) ||
            denomination->face.fen() > draw::prize_fen_max || amount->weight() == 0 ||
            amount->weight() > draw::weights_max - weights) {
            return false;
        }
        const bool twice = std::any_of(
            tier.amounts.begin(), tier.amounts.end(),
            [&](const draw::WeightedAmount& one) { return one.amount == denomination->face; });
        if (twice) {
            return false;
        }
        weights += amount->weight();
        tier.amounts.push_back({.amount = denomination->face, .weight = amount->weight()});
    }
    return true;
}

bool add_releases(draw::InstantTier& tier, const wire::InstantTier& event) {
    if (event.releases() == nullptr) {
        return true;
    }
    std::int64_t before_us = -1;
    for (const wire::InstantRelease* release : *event.releases()) {
        if (release->at_us() <= before_us || release->at_us() >= day_us ||
            release->count() > draw::places_max) {
            return false;
        }
        before_us = release->at_us();
        tier.releases.push_back({.at_us = release->at_us(), .count = release->count()});
    }
    return true;
}

// The name under which its vouchers are published.
const flatbuffers::String* pack_name(const wire::BatchOpened& opened, std::uint16_t pack) {
    for (const wire::Pack* one : *opened.packs()) {
        if (one->pack() == pack) {
            return one->name();
        }
    }
    return nullptr;
}

bool add_tiers(InstantDrawRules& rules,
               const wire::InstantDrawOpened& event,
               const wire::BatchOpened& opened,
               const BatchRules& batch) {
    std::uint64_t chances = 0;
    if (event.tiers() == nullptr || event.tiers()->size() == 0) {
        return false;
    }
    for (const wire::InstantTier* line : *event.tiers()) {
        const auto* const name = pack_name(opened, line->pack());
        if (line->tier() != rules.tiers.size() + 1 || !is_publishable(name) ||
            line->chance() == 0 || line->chance() > UINT64_MAX - chances) {
            return false;
        }
        chances += line->chance();
        draw::InstantTier tier;
        tier.pack = name->str();
        tier.chance = line->chance();
        tier.moves_on = line->moves_on();
        if (!add_amounts(tier, *line, batch) || !add_releases(tier, *line)) {
            return false;
        }
        for (const draw::WeightedAmount& amount : tier.amounts) {
            rules.face_max = std::max(rules.face_max, amount.amount);
        }
        rules.tiers.push_back(std::move(tier));
        rules.packs.emplace_back(line->pack());
    }
    return true;
}

// What cannot be published is not drawn by.
bool fits_its_page(const InstantDrawRules& rules, const wire::InstantDrawOpened& event) {
    draw::DayRules page;
    page.hash = rules.hash;
    page.programme = ProgrammeId(UINT32_MAX);
    page.title = event.name()->str();
    page.first_day = rules.first_day;
    page.days = rules.days;
    page.chain_head = rules.chain_head;
    page.public_value_source = event.public_value_source()->str();
    page.wins_max = rules.wins_max;
    page.tiers = rules.tiers;
    return draw::page_of(draw::Rules(page)).size() <= draw::page_bytes_max;
}

}  // namespace

std::optional<InstantDrawRules> instant_draw_rules(const wire::InstantDrawOpened& event,
                                                   const wire::BatchOpened& opened,
                                                   const BatchRules& batch) {
    InstantDrawRules rules;
    rules.batch = BatchId(event.batch());
    rules.first_day = event.first_day();
    rules.days = event.days();
    rules.wins_max = event.wins_max();
    rules.chain_head = draw::digest_from(*event.chain_head());
    const auto algorithm =
        event.algorithm() == nullptr
            ? std::nullopt
            : draw::algorithm_from_id({event.algorithm()->c_str(), event.algorithm()->size()});
    if (!algorithm || algorithm->kind != draw::DrawKind::day || rules.days < 1 ||
        rules.days > draw::chain_days_max || !is_publishable(event.name()) ||
        !is_publishable(event.public_value_source()) || !add_tiers(rules, event, opened, batch)) {
        return std::nullopt;
    }
    rules.hash = algorithm->hash;
    return fits_its_page(rules, event) ? std::optional(std::move(rules)) : std::nullopt;
}

}  // namespace fiscus::apply
