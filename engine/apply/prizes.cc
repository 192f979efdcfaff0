#include "engine/apply/prizes.h"

namespace fiscus::apply {

using state::DrawStatus;
using state::InvoiceStatus;
using state::PlaceStatus;
using state::TableId;
using wire::Reason;

void describe(Context& c, const state::InvoiceRecord& invoice) {
    c.draft.batch = invoice.batch;
    c.draft.platform = invoice.platform;
    c.draft.consumer_ordinal = invoice.consumer_ordinal;
    c.draft.merchant_ordinal = invoice.merchant_ordinal;
    c.draft.district = invoice.district;
    c.draft.industry = invoice.industry;
    c.draft.category = invoice.category;
    c.draft.size_class = invoice.size_class;
    c.draft.limit_class = invoice.limit_class;
    c.draft.channel = invoice.channel;
    c.draft.order_amount_fen = invoice.amount_fen;
    c.draft.origin_day = business_day(invoice.submitted_at_us);
}

bool is_draw_platform(const Context& c, BatchId batch) {
    return c.by_platform() && c.prize_rules(batch)->draw_platform == c.own_platform();
}

Reason check_unverified(const Context& c, const state::InvoiceRecord& invoice) {
    if (!is_draw_platform(c, BatchId(invoice.batch))) {
        return Reason::platform_not_of_draw;
    }
    switch (invoice.status) {
        case InvoiceStatus::submitted: break;
        case InvoiceStatus::rejected: return Reason::invoice_rejected;
        case InvoiceStatus::reversed: return Reason::invoice_reversed;
        case InvoiceStatus::verified: return Reason::invoice_already_verified;
    }
    return Reason::none;
}

state::Key ticket_key(const Context& c, BatchId batch, Id128 invoice) {
    state::Key key = c.key(TableId::ticket, batch.value());
    key.id = invoice;
    return key;
}

state::Key place_key(const Context& c, BatchId batch, Id128 invoice) {
    state::Key key = c.key(TableId::prize_place, batch.value());
    key.id = invoice;
    return key;
}

state::Key order_key(const Context& c, BatchId batch, std::uint32_t place) {
    state::Key key = c.key(TableId::prize_order, batch.value());
    key.id.lo = place;
    return key;
}

// Places before it are not looked at again.
bool move_up(Context& c, BatchId batch, std::uint16_t tier) {
    auto& draw = c.state.change(c.state.prize_draws, c.key(TableId::prize_draw, batch.value()));
    for (; draw.passed < draw.places; ++draw.passed) {
        const Id128 ticket = c.state.prize_order.get(order_key(c, batch, draw.passed + 1))->ticket;
        const state::Key key = place_key(c, batch, ticket);
        if (c.state.prize_places.get(key)->status == PlaceStatus::waiting) {
            auto& next = c.state.change(c.state.prize_places, key);
            next.status = PlaceStatus::payable;
            next.tier = tier;
            c.draft.flags |= flag_reserve_moved_up;
            return true;
        }
    }
    return false;
}

void take_away(Context& c, BatchId batch, Id128 invoice, PlaceStatus becomes) {
    auto& place = c.state.change(c.state.prize_places, place_key(c, batch, invoice));
    const std::uint16_t tier = place.tier;
    const Amount prize = c.prize_rules(batch)->prize(tier);
    place.status = becomes;
    c.draft.denomination = tier;
    c.draft.amount_fen = prize.fen();
    c.draft.flags |= flag_prize_taken_away;
    if (!move_up(c, batch, tier)) {
        c.post(prize_payable(batch, tier),
               c.batch(batch).closed != 0 ? fund() : prize_budget(batch, tier), prize);
    }
}

void lose_ticket(Context& c, BatchId batch, Id128 invoice) {
    const DrawStatus status = c.prize_draw(batch).status;
    auto& ticket = c.state.change(c.state.tickets, ticket_key(c, batch, invoice));
    ticket.standing = c.prize_draw(batch).sealed_at_us == 0 ? state::TicketStanding::removed
                                                            : state::TicketStanding::reversed;
    const state::Key key = place_key(c, batch, invoice);
    const auto* place = c.state.prize_places.get(key);
    if (status != DrawStatus::executed || place == nullptr) {
        return;
    }
    switch (place->status) {
        case PlaceStatus::waiting:
            c.state.change(c.state.prize_places, key).status = PlaceStatus::lost;
            break;
        case PlaceStatus::payable: take_away(c, batch, invoice, PlaceStatus::lost); break;
        case PlaceStatus::paid: {
            const std::uint16_t tier = place->tier;
            const Amount prize = c.prize_rules(batch)->prize(tier);
            c.state.change(c.state.prize_places, key).status = PlaceStatus::recovering;
            c.draft.denomination = tier;
            c.draft.amount_fen = prize.fen();
            c.draft.flags |= flag_receivable_raised;
            c.post(prize_paid(batch, tier), prize_receivable(batch, tier), prize);
            break;
        }
        case PlaceStatus::forfeited:
        case PlaceStatus::lost:
        case PlaceStatus::recovering: break;
    }
}

}  // namespace fiscus::apply
