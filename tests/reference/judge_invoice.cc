// Ladders of the invoice's life: submitted, verified or rejected, reversed.
#include "tests/reference/judge.h"

namespace fiscus::reference {

using wire::AccountKind;
using wire::Reason;

Invoice* Judge::invoice_of(const Id& id) const {
    const auto found = programme_.invoices.find(id);
    return found == programme_.invoices.end() ? nullptr : &found->second;
}

Reason Judge::check_draw_platform(const PrizeBatch& batch) const {
    const bool other =
        source_.role == wire::SourceRole::platform && source_.platform != batch.draw_platform;
    return other ? Reason::platform_not_of_draw : Reason::none;
}

void Judge::state_invoice(const Invoice& invoice) {
    const Answer& submission = invoice.answer;
    answer_.batch = submission.batch;
    answer_.platform = submission.platform;
    answer_.consumer_ordinal = submission.consumer_ordinal;
    answer_.merchant_ordinal = submission.merchant_ordinal;
    answer_.district = submission.district;
    answer_.industry = submission.industry;
    answer_.category = submission.category;
    answer_.size_class = submission.size_class;
    answer_.limit_class = submission.limit_class;
    answer_.channel = submission.channel;
    answer_.order_amount_fen = submission.order_amount_fen;
    answer_.origin_day = submission.business_day;
}

// From the invoice itself to the consumer's caps.
Reason Judge::check_submission(const wire::InvoiceSubmitted& e, const PrizeBatch& batch) const {
    const Invoice* known = invoice_of(id_of(e.invoice()));
    if (known != nullptr && known->state == InvoiceState::reversed) {
        return Reason::invoice_reversed;
    }
    if (known != nullptr && known->state != InvoiceState::rejected) {
        return Reason::invoice_already_submitted;
    }
    if (batch.draw == DrawState::aborted) {
        return Reason::draw_aborted;
    }
    if (batch.draw != DrawState::open) {
        return Reason::draw_already_sealed;
    }
    const std::int64_t occurred_at_us = event_.occurred_at_us();
    if (occurred_at_us < batch.submit_from_us || occurred_at_us >= batch.submit_until_us) {
        return Reason::submission_outside_window;
    }
    const std::int32_t today = answer_.business_day;
    if (e.issue_day() < batch.issue_first_day || e.issue_day() > batch.issue_last_day ||
        e.issue_day() > today) {
        return Reason::issue_day_not_eligible;
    }
    if (e.amount_fen() < batch.amount_min_fen) {
        return Reason::invoice_amount_too_small;
    }
    const Id consumer = id_of(e.consumer());
    std::uint64_t mine = 0;
    std::uint64_t mine_today = 0;
    for (const Submission& submission : batch.submissions) {
        const bool is_mine = submission.consumer == consumer;
        mine += std::uint64_t{is_mine};
        mine_today += std::uint64_t{is_mine && submission.day == today};
    }
    // As for claims: without a cap of the batch's own, at most so many.
    if (mine_today >= (batch.cap_per_consumer_day == 0 ? 65'535U : batch.cap_per_consumer_day)) {
        return Reason::consumer_submission_day_cap_reached;
    }
    if (mine >= (batch.cap_per_consumer == 0 ? 4'294'967'295U : batch.cap_per_consumer)) {
        return Reason::consumer_submission_cap_reached;
    }
    return Reason::none;
}

Reason Judge::check_seller(const wire::InvoiceSubmitted& e, const PrizeBatch& batch) const {
    const auto seller = programme_.merchants.find(id_of(e.merchant()));
    if (seller == programme_.merchants.end()) {
        return Reason::merchant_unknown;
    }
    if (seller->second.suspended) {
        return Reason::merchant_suspended;
    }
    if (!batch.categories.empty() && batch.categories.count(seller->second.category) == 0) {
        return Reason::merchant_category_not_eligible;
    }
    if (!programme_.covers(seller->second.district)) {
        return Reason::merchant_district_not_eligible;
    }
    // Ten trillion yuan of invoices in a programme, whatever became of them.
    const Sum all = programme_.submitted_fen + e.amount_fen();
    return all > Sum{1'000'000} * 1'000'000'000 ? Reason::account_limit_reached : Reason::none;
}

Reason Judge::decide(const wire::InvoiceSubmitted& e) {
    const Reason standing = check_platform();
    if (standing != Reason::none) {
        return standing;
    }
    const auto found = programme_.prize_batches.find(e.batch());
    if (found == programme_.prize_batches.end()) {
        return Reason::batch_unknown;
    }
    PrizeBatch& batch = found->second;
    const Id consumer = id_of(e.consumer());
    answer_.consumer_ordinal = name_consumer(consumer);
    if (batch.closed) {
        return Reason::batch_closed;
    }
    if (programme_.registration_required && programme_.identity_of_consumer.count(consumer) == 0) {
        return Reason::consumer_not_registered;
    }
    Reason reason = check_submission(e, batch);
    if (reason == Reason::none) {
        reason = check_seller(e, batch);
    }
    if (reason != Reason::none) {
        return reason;
    }
    const Merchant& seller = programme_.merchants.at(id_of(e.merchant()));
    describe_redeeming_merchant(seller);
    answer_.channel = static_cast<std::uint8_t>(seller.channel);
    answer_.order_amount_fen = e.amount_fen();
    programme_.submitted_fen += e.amount_fen();
    batch.submissions.push_back({.consumer = consumer, .day = answer_.business_day});
    programme_.invoices[id_of(e.invoice())] = {
        .state = InvoiceState::submitted, .consumer = consumer, .answer = answer_};
    return Reason::none;
}

Reason Judge::decide(const wire::InvoiceVerified& e) {
    const Reason standing = check_platform();
    if (standing != Reason::none) {
        return standing;
    }
    Invoice* invoice = invoice_of(id_of(e.invoice()));
    if (invoice == nullptr) {
        return Reason::invoice_unknown;
    }
    const PrizeBatch& batch = programme_.prize_batches.at(invoice->answer.batch);
    if (batch.closed) {
        return Reason::batch_closed;
    }
    const Reason speaker = check_draw_platform(batch);
    if (speaker != Reason::none) {
        return speaker;
    }
    switch (invoice->state) {
        case InvoiceState::rejected: return Reason::invoice_rejected;
        case InvoiceState::reversed: return Reason::invoice_reversed;
        case InvoiceState::verified: return Reason::invoice_already_verified;
        case InvoiceState::submitted: break;
    }
    if (batch.draw == DrawState::aborted) {
        return Reason::draw_aborted;
    }
    if (batch.draw != DrawState::open) {
        return Reason::draw_already_sealed;
    }
    invoice->state = InvoiceState::verified;
    state_invoice(*invoice);
    return Reason::none;
}

Reason Judge::decide(const wire::InvoiceRejected& e) {
    Invoice* invoice = invoice_of(id_of(e.invoice()));
    if (invoice == nullptr) {
        return Reason::invoice_unknown;
    }
    const Reason speaker = check_draw_platform(programme_.prize_batches.at(invoice->answer.batch));
    if (speaker != Reason::none) {
        return speaker;
    }
    switch (invoice->state) {
        case InvoiceState::rejected: return Reason::invoice_rejected;
        case InvoiceState::reversed: return Reason::invoice_reversed;
        case InvoiceState::verified: return Reason::invoice_already_verified;
        case InvoiceState::submitted: break;
    }
    invoice->state = InvoiceState::rejected;
    state_invoice(*invoice);
    return Reason::none;
}

Reason Judge::decide(const wire::InvoiceReversed& e) {
    const Id id = id_of(e.invoice());
    Invoice* invoice = invoice_of(id);
    if (invoice == nullptr) {
        return Reason::invoice_unknown;
    }
    const std::uint32_t number = invoice->answer.batch;
    PrizeBatch& batch = programme_.prize_batches.at(number);
    const Reason speaker = check_draw_platform(batch);
    if (speaker != Reason::none) {
        return speaker;
    }
    if (invoice->state == InvoiceState::reversed) {
        return Reason::invoice_reversed;
    }
    // What is no longer verified is no ticket; the list of a sealed draw stays as it was.
    invoice->state = InvoiceState::reversed;
    state_invoice(*invoice);
    Place* place = place_of(id);
    if (place == nullptr) {
        return Reason::none;
    }
    switch (place->state) {
        case PlaceState::waiting: place->state = PlaceState::lost; break;
        case PlaceState::payable:
            state_prize(batch, *place);
            take_away(number, batch, *place, PlaceState::lost);
            break;
        case PlaceState::paid:
            state_prize(batch, *place);
            answer_.flags |= receivable_raised;
            post(prize(AccountKind::prize_paid, number, place->tier),
                 prize(AccountKind::prize_receivable, number, place->tier), answer_.amount_fen);
            place->state = PlaceState::recovering;
            break;
        case PlaceState::forfeited:
        case PlaceState::lost:
        case PlaceState::recovering: break;
    }
    return Reason::none;
}

}  // namespace fiscus::reference
