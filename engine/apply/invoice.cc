// Invoice family (发票): one invoice takes part once in a programme, whoever uploads it.
#include <algorithm>

#include "engine/apply/claim_counts.h"
#include "engine/apply/families.h"
#include "engine/apply/naming.h"
#include "engine/apply/prizes.h"

namespace fiscus::apply {
namespace {

using state::DrawStatus;
using state::InvoiceRecord;
using state::InvoiceStatus;
using state::TableId;
using wire::Reason;

// Why no invoice and no ticket joins a draw any more; none while it is open.
Reason draw_refusal(const state::PrizeDrawRecord& draw) {
    if (draw.status == DrawStatus::aborted) {
        return Reason::draw_aborted;
    }
    return draw.status == DrawStatus::open ? Reason::none : Reason::draw_already_sealed;
}

Reason check_submitted_before(const InvoiceRecord* known) {
    if (known == nullptr) {
        return Reason::none;
    }
    switch (known->status) {
        case InvoiceStatus::reversed: return Reason::invoice_reversed;
        case InvoiceStatus::submitted:
        case InvoiceStatus::verified: return Reason::invoice_already_submitted;
        case InvoiceStatus::rejected: break;
    }
    return Reason::none;
}

Reason check_form(const Context& c,
                  const wire::InvoiceSubmitted& event,
                  const PrizeBatchRules& rules) {
    if (c.in.occurred_at_us < rules.submit_from_us ||
        c.in.occurred_at_us >= rules.submit_until_us) {
        return Reason::submission_outside_window;
    }
    if (event.issue_day() < rules.issue_first_day || event.issue_day() > rules.issue_last_day ||
        event.issue_day() > c.draft.business_day) {
        return Reason::issue_day_not_eligible;
    }
    return Amount(event.amount_fen()) < rules.amount_min ? Reason::invoice_amount_too_small
                                                         : Reason::none;
}

Reason check_seller(const Context& c,
                    const state::MerchantRecord* seller,
                    const PrizeBatchRules& rules) {
    if (seller == nullptr) {
        return Reason::merchant_unknown;
    }
    if (seller->suspended != 0) {
        return Reason::merchant_suspended;
    }
    if (!rules.categories.empty() &&
        !std::binary_search(rules.categories.begin(), rules.categories.end(), seller->category)) {
        return Reason::merchant_category_not_eligible;
    }
    return c.rules->has_district(seller->district) ? Reason::none
                                                   : Reason::merchant_district_not_eligible;
}

// Of the programme, rejected and reversed ones too: each counts in the statistics for ever.
state::Key invoiced_key(const Context& c) {
    return c.counter_key(BatchId(0), state::CounterScope::invoiced, 0);
}

Reason check_invoiced(Context& c, const wire::InvoiceSubmitted& event) {
    const auto* invoiced = c.state.counters.get(invoiced_key(c));
    const Amount before(invoiced == nullptr ? 0 : static_cast<std::int64_t>(invoiced->count));
    return before + Amount(event.amount_fen()) > Amount(invoiced_fen_max)
               ? Reason::account_limit_reached
               : Reason::none;
}

void submit(Context& c,
            const wire::InvoiceSubmitted& event,
            const state::MerchantRecord& seller,
            ConsumerOrdinal consumer) {
    auto& invoice =
        c.state.change(c.state.invoices, c.key(TableId::invoice, decode::id_of(event.invoice())));
    invoice = {.consumer = decode::id_of(event.consumer()),
               .amount_fen = event.amount_fen(),
               .submitted_at_us = c.in.occurred_at_us,
               .consumer_ordinal = consumer.value(),
               .merchant_ordinal = seller.ordinal,
               .batch = event.batch(),
               .district = seller.district,
               .platform = c.source.platform,
               .industry = seller.industry,
               .category = seller.category,
               .size_class = seller.size_class,
               .limit_class = seller.limit_class,
               .channel = seller.channel,
               .status = InvoiceStatus::submitted};
    c.state.change(c.state.counters, invoiced_key(c)).count +=
        static_cast<std::uint64_t>(event.amount_fen());
    describe(c, invoice);
    c.draft.origin_day = 0;
}

}  // namespace

Answer apply(Context& c, const wire::InvoiceSubmitted& event) {
    if (const Reason reason = c.own_platform_refusal(); reason != Reason::none) {
        return refused(reason);
    }
    const BatchId batch(event.batch());
    const PrizeBatchRules* rules = c.prize_rules(batch);
    if (rules == nullptr) {
        return refused(Reason::batch_unknown);
    }
    const Id128 token = decode::id_of(event.consumer());
    const ConsumerOrdinal consumer = name_consumer(c, token);
    c.draft.consumer_ordinal = consumer.value();
    if (c.batch(batch).closed != 0) {
        return refused(Reason::batch_closed);
    }
    if (const Reason reason = check_registered(c, token); reason != Reason::none) {
        return refused(reason);
    }
    const auto* known =
        c.state.invoices.get(c.key(TableId::invoice, decode::id_of(event.invoice())));
    if (const Reason reason = check_submitted_before(known); reason != Reason::none) {
        return refused(reason);
    }
    if (const Reason reason = draw_refusal(c.prize_draw(batch)); reason != Reason::none) {
        return refused(reason);
    }
    if (const Reason reason = check_form(c, event, *rules); reason != Reason::none) {
        return refused(reason);
    }
    const ClaimPlace place =
        claim_place(c.in.programme, batch, token, counted_days(*rules), c.draft.business_day);
    if (const Reason reason = check_caps(claim_counts(c.state, place), c.batch(batch),
                                         {.of_day = Reason::consumer_submission_day_cap_reached,
                                          .in_all = Reason::consumer_submission_cap_reached});
        reason != Reason::none) {
        return refused(reason);
    }
    const auto* seller =
        c.state.merchants.get(c.key(TableId::merchant, decode::id_of(event.merchant())));
    if (const Reason reason = check_seller(c, seller, *rules); reason != Reason::none) {
        return refused(reason);
    }
    if (const Reason reason = check_invoiced(c, event); reason != Reason::none) {
        return refused(reason);
    }
    submit(c, event, *seller, consumer);
    count_claim(c.state, place, false);
    c.remember_natural_key();
    return accepted();
}

Answer apply(Context& c, const wire::InvoiceVerified& event) {
    if (const Reason reason = c.own_platform_refusal(); reason != Reason::none) {
        return refused(reason);
    }
    const state::Key key = c.key(TableId::invoice, decode::id_of(event.invoice()));
    const auto* invoice = c.state.invoices.get(key);
    if (invoice == nullptr) {
        return refused(Reason::invoice_unknown);
    }
    const BatchId batch(invoice->batch);
    if (c.batch(batch).closed != 0) {
        return refused(Reason::batch_closed);
    }
    if (const Reason reason = check_unverified(c, *invoice); reason != Reason::none) {
        return refused(reason);
    }
    if (const Reason reason = draw_refusal(c.prize_draw(batch)); reason != Reason::none) {
        return refused(reason);
    }
    describe(c, *invoice);
    auto& ticket = c.state.change(c.state.tickets, ticket_key(c, batch, key.id));
    ticket = {.consumer = invoice->consumer, .standing = state::TicketStanding::takes_part};
    c.state.change(c.state.invoices, key).status = InvoiceStatus::verified;
    c.remember_natural_key();
    return accepted();
}

Answer apply(Context& c, const wire::InvoiceRejected& event) {
    const state::Key key = c.key(TableId::invoice, decode::id_of(event.invoice()));
    const auto* invoice = c.state.invoices.get(key);
    if (invoice == nullptr) {
        return refused(Reason::invoice_unknown);
    }
    if (const Reason reason = check_unverified(c, *invoice); reason != Reason::none) {
        return refused(reason);
    }
    describe(c, *invoice);
    c.state.change(c.state.invoices, key).status = InvoiceStatus::rejected;
    c.remember_natural_key();
    return accepted();
}

Answer apply(Context& c, const wire::InvoiceReversed& event) {
    const state::Key key = c.key(TableId::invoice, decode::id_of(event.invoice()));
    const auto* invoice = c.state.invoices.get(key);
    if (invoice == nullptr) {
        return refused(Reason::invoice_unknown);
    }
    const BatchId batch(invoice->batch);
    if (c.by_platform() && !is_draw_platform(c, batch)) {
        return refused(Reason::platform_not_of_draw);
    }
    if (invoice->status == InvoiceStatus::reversed) {
        return refused(Reason::invoice_reversed);
    }
    describe(c, *invoice);
    if (invoice->status == InvoiceStatus::verified) {
        lose_ticket(c, batch, key.id);
    }
    c.state.change(c.state.invoices, key).status = InvoiceStatus::reversed;
    c.remember_natural_key();
    return accepted();
}

}  // namespace fiscus::apply
