// Ladders of a prize that was won: paid, refused by the bank, forfeited, recovered.
#include <algorithm>

#include "tests/reference/judge.h"

namespace fiscus::reference {

using wire::AccountKind;
using wire::Reason;

Place* Judge::place_of(const Id& invoice) const {
    std::vector<Place>& places =
        programme_.prize_batches.at(programme_.invoices.at(invoice).answer.batch).places;
    const auto found = std::find_if(places.begin(), places.end(), [&invoice](const Place& place) {
        return place.invoice == invoice;
    });
    return found == places.end() ? nullptr : &*found;
}

void Judge::state_prize(const PrizeBatch& batch, const Place& place) {
    answer_.denomination = place.tier;
    answer_.amount_fen = batch.tier(place.tier).amount_fen;
}

void Judge::take_away(std::uint32_t number, PrizeBatch& batch, Place& place, PlaceState state) {
    answer_.flags |= prize_taken_away;
    place.state = state;
    const auto next =
        std::find_if(batch.places.begin(), batch.places.end(),
                     [](const Place& reserve) { return reserve.state == PlaceState::waiting; });
    if (next != batch.places.end()) {
        next->tier = place.tier;
        next->state = PlaceState::payable;
        answer_.flags |= reserve_moved_up;
        return;
    }
    post(prize(AccountKind::prize_payable, number, place.tier),
         batch.closed ? fund() : prize(AccountKind::prize_budget, number, place.tier),
         batch.tier(place.tier).amount_fen);
}

Reason Judge::check_prize(const Id& invoice) const {
    const Invoice* known = invoice_of(invoice);
    if (known == nullptr) {
        return Reason::invoice_unknown;
    }
    const Reason speaker = check_draw_platform(programme_.prize_batches.at(known->answer.batch));
    if (speaker != Reason::none) {
        return speaker;
    }
    if (known->state == InvoiceState::reversed) {
        return Reason::invoice_reversed;
    }
    const Place* place = place_of(invoice);
    if (place == nullptr || place->state == PlaceState::waiting ||
        place->state == PlaceState::lost) {
        return Reason::prize_not_won;
    }
    if (place->state == PlaceState::paid) {
        return Reason::prize_already_paid;
    }
    return place->state == PlaceState::forfeited ? Reason::prize_forfeited : Reason::none;
}

Reason Judge::decide(const wire::PrizePaid& e) {
    const Id id = id_of(e.invoice());
    const Reason reason = check_prize(id);
    if (reason != Reason::none) {
        return reason;
    }
    const Invoice& invoice = *invoice_of(id);
    const std::uint32_t number = invoice.answer.batch;
    const PrizeBatch& batch = programme_.prize_batches.at(number);
    Place& place = *place_of(id);
    if (e.amount_fen() != batch.tier(place.tier).amount_fen) {
        return Reason::prize_amount_differs;
    }
    place.state = PlaceState::paid;
    state_invoice(invoice);
    state_prize(batch, place);
    post(prize(AccountKind::prize_payable, number, place.tier),
         prize(AccountKind::prize_paid, number, place.tier), e.amount_fen());
    return Reason::none;
}

Reason Judge::decide(const wire::PrizePayoutFailed& e) {
    const Id id = id_of(e.invoice());
    const Reason reason = check_prize(id);
    if (reason != Reason::none) {
        return reason;
    }
    const Invoice& invoice = *invoice_of(id);
    state_invoice(invoice);
    state_prize(programme_.prize_batches.at(invoice.answer.batch), *place_of(id));
    return Reason::none;
}

Reason Judge::decide(const wire::PrizeForfeited& e) {
    const Id id = id_of(e.invoice());
    const Reason reason = check_prize(id);
    if (reason != Reason::none) {
        return reason;
    }
    const Invoice& invoice = *invoice_of(id);
    PrizeBatch& batch = programme_.prize_batches.at(invoice.answer.batch);
    Place& place = *place_of(id);
    state_invoice(invoice);
    state_prize(batch, place);
    take_away(invoice.answer.batch, batch, place, PlaceState::forfeited);
    return Reason::none;
}

Reason Judge::decide(const wire::PrizeRecovered& e) {
    const Id id = id_of(e.invoice());
    const Invoice* invoice = invoice_of(id);
    if (invoice == nullptr) {
        return Reason::invoice_unknown;
    }
    const std::uint32_t number = invoice->answer.batch;
    const PrizeBatch& batch = programme_.prize_batches.at(number);
    Place* place = place_of(id);
    if (place == nullptr || place->state != PlaceState::recovering ||
        e.amount_fen() > batch.tier(place->tier).amount_fen - place->recovered_fen) {
        return Reason::recovery_exceeds_demanded;
    }
    place->recovered_fen += e.amount_fen();
    state_invoice(*invoice);
    answer_.denomination = place->tier;
    answer_.amount_fen = e.amount_fen();
    post(prize(AccountKind::prize_receivable, number, place->tier), fund(), e.amount_fen());
    return Reason::none;
}

}  // namespace fiscus::reference
