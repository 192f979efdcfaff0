// Prize family (奖金): awarded, payable, paid or failed and tried again; no fee, no expiry.
#include "engine/apply/families.h"
#include "engine/apply/prizes.h"

namespace fiscus::apply {
namespace {

using state::InvoiceStatus;
using state::PlaceStatus;
using state::TableId;
using wire::Reason;

// What an event about a prize is about.
struct Won {
    Reason reason = Reason::none;  // why it is not about a payable prize
    BatchId batch;
    Id128 invoice;
    std::uint16_t tier = 0;
    Amount prize;
};

// `by_draw_platform`: nobody else may say it.
Won won_by(Context& c, const wire::Id128* id, bool by_draw_platform) {
    Won won;
    won.invoice = decode::id_of(id);
    const auto* invoice = c.state.invoices.get(c.key(TableId::invoice, won.invoice));
    if (invoice == nullptr) {
        won.reason = Reason::invoice_unknown;
        return won;
    }
    won.batch = BatchId(invoice->batch);
    if (by_draw_platform && !is_draw_platform(c, won.batch)) {
        won.reason = Reason::platform_not_of_draw;
        return won;
    }
    if (invoice->status == InvoiceStatus::reversed) {
        won.reason = Reason::invoice_reversed;
        return won;
    }
    const auto* place = c.state.prize_places.get(place_key(c, won.batch, won.invoice));
    switch (place == nullptr ? PlaceStatus::waiting : place->status) {
        case PlaceStatus::payable: break;
        case PlaceStatus::waiting:
        case PlaceStatus::lost: won.reason = Reason::prize_not_won; return won;
        case PlaceStatus::paid:
        case PlaceStatus::recovering: won.reason = Reason::prize_already_paid; return won;
        case PlaceStatus::forfeited: won.reason = Reason::prize_forfeited; return won;
    }
    won.tier = place->tier;
    won.prize = c.prize_rules(won.batch)->prize(won.tier);
    return won;
}

void describe(Context& c, const Won& won) {
    describe(c, *c.state.invoices.get(c.key(TableId::invoice, won.invoice)));
    c.draft.denomination = won.tier;
    c.draft.amount_fen = won.prize.fen();
    c.remember_natural_key();
}

}  // namespace

Answer apply(Context& c, const wire::PrizePaid& event) {
    const Won won = won_by(c, event.invoice(), true);
    if (won.reason != Reason::none) {
        return refused(won.reason);
    }
    if (Amount(event.amount_fen()) != won.prize) {
        return refused(Reason::prize_amount_differs);
    }
    describe(c, won);
    c.state.change(c.state.prize_places, place_key(c, won.batch, won.invoice)).status =
        PlaceStatus::paid;
    c.post(prize_payable(won.batch, won.tier), prize_paid(won.batch, won.tier), won.prize);
    return accepted();
}

Answer apply(Context& c, const wire::PrizePayoutFailed& event) {
    const Won won = won_by(c, event.invoice(), true);
    if (won.reason != Reason::none) {
        return refused(won.reason);
    }
    describe(c, won);
    return accepted();
}

Answer apply(Context& c, const wire::PrizeForfeited& event) {
    const Won won = won_by(c, event.invoice(), false);
    if (won.reason != Reason::none) {
        return refused(won.reason);
    }
    describe(c, won);
    take_away(c, won.batch, won.invoice, PlaceStatus::forfeited);
    return accepted();
}

Answer apply(Context& c, const wire::PrizeRecovered& event) {
    const Id128 id = decode::id_of(event.invoice());
    const auto* invoice = c.state.invoices.get(c.key(TableId::invoice, id));
    if (invoice == nullptr) {
        return refused(Reason::invoice_unknown);
    }
    const BatchId batch(invoice->batch);
    const state::Key key = place_key(c, batch, id);
    const auto* place = c.state.prize_places.get(key);
    const Amount amount(event.amount_fen());
    if (place == nullptr || place->status != PlaceStatus::recovering ||
        amount > c.prize_rules(batch)->prize(place->tier) - Amount(place->recovered_fen)) {
        return refused(Reason::recovery_exceeds_demanded);
    }
    describe(c, *invoice);
    const std::uint16_t tier = place->tier;
    c.draft.denomination = tier;
    c.draft.amount_fen = amount.fen();
    c.state.change(c.state.prize_places, key).recovered_fen += amount.fen();
    c.post(prize_receivable(batch, tier), fund(), amount);
    c.remember_natural_key();
    return accepted();
}

}  // namespace fiscus::apply
