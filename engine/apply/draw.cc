// Draw family (摇号): the list is sealed, then the chance is opened, then whoever wins follows from
// both. The bytes are those of docs/formats/draw-bundle.md.
#include <algorithm>

#include "engine/apply/families.h"
#include "engine/apply/prizes.h"
#include "engine/draw/limits.h"
#include "engine/draw/lines.h"

namespace fiscus::apply {
namespace {

using state::DrawStatus;
using state::PlaceStatus;
using state::TableId;
using wire::Reason;

std::string_view text_of(const flatbuffers::String& text) { return {text.c_str(), text.size()}; }

Reason check_batch(const Context& c, BatchId batch) {
    if (c.prize_rules(batch) == nullptr) {
        return Reason::batch_unknown;
    }
    return c.batch(batch).closed != 0 ? Reason::batch_closed : Reason::none;
}

// Whoever may seal and execute: the authority, or the draw platform while it is in good standing.
Reason check_drawer(const Context& c, BatchId batch) {
    if (const Reason reason = c.publisher_refusal(); reason != Reason::none) {
        return reason;
    }
    if (const Reason reason = check_batch(c, batch); reason != Reason::none) {
        return reason;
    }
    return c.by_platform() && !is_draw_platform(c, batch) ? Reason::platform_not_of_draw
                                                          : Reason::none;
}

bool is_funded(Context& c, BatchId batch, const PrizeBatchRules& rules) {
    for (std::uint16_t tier = 1; rules.has_tier(tier); ++tier) {
        const auto count = static_cast<std::int64_t>(rules.plan.tiers[tier - 1U].count);
        if (c.balance(prize_budget(batch, tier)) < Amount(count * rules.prize(tier).fen())) {
            return false;
        }
    }
    return true;
}

state::PrizeDrawRecord& change_draw(Context& c, BatchId batch) {
    c.remember_natural_key();
    return c.state.change(c.state.prize_draws, c.key(TableId::prize_draw, batch.value()));
}

// Places as drawn; those of tickets that were reversed after the sealing are lost.
void keep_places(Context& c, BatchId batch, const std::vector<draw::Place>& places) {
    for (std::size_t i = 0; i < places.size(); ++i) {
        const Id128 ticket = c.tickets->list[places[i].ticket].id;
        const auto number = static_cast<std::uint32_t>(i + 1);
        c.state.change(c.state.prize_order, order_key(c, batch, number)).ticket = ticket;
        auto& place = c.state.change(c.state.prize_places, place_key(c, batch, ticket));
        place.place = number;
        place.tier = static_cast<std::uint16_t>(places[i].tier);
        place.status = c.tickets->reversed[places[i].ticket] ? PlaceStatus::lost
                       : place.tier == 0                     ? PlaceStatus::waiting
                                                             : PlaceStatus::payable;
    }
}

// The prizes that somebody has, by tier; a lost one goes to the first reserve that waits.
std::vector<Amount> award(Context& c,
                          BatchId batch,
                          const PrizeBatchRules& rules,
                          const std::vector<draw::Place>& places) {
    std::vector<Amount> awarded(rules.plan.tiers.size());
    for (const draw::Place& place : places) {
        if (place.tier == 0) {
            break;
        }
        const auto tier = static_cast<std::uint16_t>(place.tier);
        if (!c.tickets->reversed[place.ticket] || move_up(c, batch, tier)) {
            awarded[tier - 1U] += rules.prize(tier);
        }
    }
    return awarded;
}

}  // namespace

Answer apply(Context& c, const wire::DrawSealed& event) {
    const BatchId batch(event.batch());
    if (const Reason reason = check_drawer(c, batch); reason != Reason::none) {
        return refused(reason);
    }
    const PrizeBatchRules& rules = *c.prize_rules(batch);
    switch (c.prize_draw(batch).status) {
        case DrawStatus::open: break;
        case DrawStatus::aborted: return refused(Reason::draw_aborted);
        case DrawStatus::sealed:
        case DrawStatus::seeded:
        case DrawStatus::executed: return refused(Reason::draw_already_sealed);
    }
    const std::int64_t log_time_us = c.programme().log_time_us;
    if (std::min(c.in.occurred_at_us, log_time_us) < rules.submit_until_us) {
        return refused(Reason::draw_too_early);
    }
    if (log_time_us >= std::min(rules.digits_at_us, rules.public_value_at_us)) {
        return refused(Reason::draw_too_late);
    }
    if (c.tickets->list.size() > draw::list_lines_max) {
        return refused(Reason::list_too_long);
    }
    const draw::SealedList list = draw::sealed_list(rules.hash, c.tickets->list);
    if (event.count() != list.count || draw::digest_from(*event.root()) != list.root) {
        return refused(Reason::sealed_list_differs);
    }
    if (!is_funded(c, batch, rules)) {
        return refused(Reason::prize_budget_insufficient);
    }
    auto& draw = change_draw(c, batch);
    draw.status = DrawStatus::sealed;
    draw.sealed_at_us = log_time_us;
    draw.count = list.count;
    draw.root = list.root;
    return accepted();
}

Answer apply(Context& c, const wire::DrawSeedPublished& event) {
    const BatchId batch(event.batch());
    if (const Reason reason = check_batch(c, batch); reason != Reason::none) {
        return refused(reason);
    }
    const PrizeBatchRules& rules = *c.prize_rules(batch);
    const state::PrizeDrawRecord draw = c.prize_draw(batch);
    switch (draw.status) {
        case DrawStatus::aborted: return refused(Reason::draw_aborted);
        case DrawStatus::seeded:
        case DrawStatus::executed: return refused(Reason::draw_seed_already_published);
        case DrawStatus::open: return refused(Reason::draw_not_sealed);
        case DrawStatus::sealed: break;
    }
    const std::int64_t log_time_us = c.programme().log_time_us;
    if (log_time_us < std::max(rules.digits_at_us, rules.public_value_at_us)) {
        return refused(Reason::draw_too_early);
    }
    const draw::BatchName name{.programme = c.in.programme, .batch = batch};
    const draw::Digest secret = draw::digest_from(*event.secret());
    if (draw::commitment_of(rules.hash, name, secret) != rules.commitment) {
        return refused(Reason::secret_differs_from_commitment);
    }
    auto& changed = change_draw(c, batch);
    changed.status = DrawStatus::seeded;
    changed.opened_at_us = log_time_us;
    changed.seed = draw::seed_of(rules.hash, name, {.root = draw.root, .count = draw.count},
                                 {.secret = secret,
                                  .digits = std::string(text_of(*event.digits())),
                                  .public_value = std::string(text_of(*event.public_value()))});
    return accepted();
}

Answer apply(Context& c, const wire::DrawExecuted& event) {
    const BatchId batch(event.batch());
    if (const Reason reason = check_drawer(c, batch); reason != Reason::none) {
        return refused(reason);
    }
    const PrizeBatchRules& rules = *c.prize_rules(batch);
    const state::PrizeDrawRecord draw = c.prize_draw(batch);
    switch (draw.status) {
        case DrawStatus::aborted: return refused(Reason::draw_aborted);
        case DrawStatus::executed: return refused(Reason::draw_already_executed);
        case DrawStatus::open: return refused(Reason::draw_not_sealed);
        case DrawStatus::sealed: return refused(Reason::draw_seed_not_published);
        case DrawStatus::seeded: break;
    }
    const auto ranked = draw::rank(rules.hash, draw.seed, c.tickets->list, rules.plan);
    FISCUS_CHECK(ranked.ok() && c.tickets->list.size() == draw.count,
                 "a sealed list is a sound one, and stays as it was");
    const std::vector<draw::Place>& places = ranked.value();
    if (event.result_root() != nullptr &&
        draw::digest_from(*event.result_root()) !=
            draw::result_root(rules.hash, rules.plan, c.tickets->list, places)) {
        return refused(Reason::draw_result_differs);
    }
    auto& changed = change_draw(c, batch);
    changed.status = DrawStatus::executed;
    changed.places = static_cast<std::uint32_t>(places.size());
    keep_places(c, batch, places);
    std::uint16_t tier = 0;
    for (const Amount awarded : award(c, batch, rules, places)) {
        ++tier;
        c.draft.amount_fen += awarded.fen();
        c.post(prize_budget(batch, tier), prize_payable(batch, tier), awarded);
    }
    return accepted();
}

Answer apply(Context& c, const wire::DrawAborted& event) {
    const BatchId batch(event.batch());
    if (const Reason reason = check_batch(c, batch); reason != Reason::none) {
        return refused(reason);
    }
    switch (c.prize_draw(batch).status) {
        case DrawStatus::aborted: return refused(Reason::draw_aborted);
        case DrawStatus::executed: return refused(Reason::draw_already_executed);
        case DrawStatus::open:
        case DrawStatus::sealed:
        case DrawStatus::seeded: break;
    }
    change_draw(c, batch).status = DrawStatus::aborted;
    return accepted();
}

}  // namespace fiscus::apply
