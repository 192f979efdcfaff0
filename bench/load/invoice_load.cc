#include "bench/load/invoice_load.h"

#include <algorithm>

#include "bench/load/event_bytes.h"
#include "bench/load/invoice_tables.h"
#include "engine/base/check.h"

namespace fiscus::load {

namespace {

constexpr std::uint64_t fingerprint_tokens = 7;
// Programme, platforms and their sources, the notary, the deposit, batches with their tiers.
constexpr std::uint32_t opening_steps = 1 + 2 * 5 + 1 + 1 + sellers + 3 * (1 + 5);
constexpr std::uint32_t closing_steps = 3 + 1 + 1;

}  // namespace

InvoiceLoad::InvoiceLoad(const InvoiceOptions& options)
    : AgendaLoad(programme, programme_key, options.seed ^ 0x1a3f5c7d9bULL), options_(options) {
    FISCUS_CHECK(options.invoices >= invoices_min && options.invoices <= UINT32_MAX / 4,
                 "a month of invoices has winners and fits its numbers");
    expected_.first_day = first_day;
    consumers_ = static_cast<std::uint32_t>(options.invoices / 3);
    invoices_.resize(options.invoices);
    sellers_.resize(sellers);
    plan_batches();
    for (std::uint32_t step = 0; step < opening_steps; ++step) {
        later(start_of_day_us(first_day) + static_cast<std::int64_t>(step) * us_per_second,
              Deed::open, step);
    }
    for (std::uint32_t day = 0; day < days; ++day) {
        later(start_of_day_us(first_day + static_cast<std::int32_t>(day)) + morning_us,
              Deed::begin_day, day);
    }
    for (std::uint32_t day = 1; day <= days + closing_days + 1; ++day) {
        later(start_of_day_us(first_day + static_cast<std::int32_t>(day)) + 12 * us_per_hour,
              Deed::cut, day);
    }
    for (std::uint32_t step = 0; step < closing_steps; ++step) {
        later(closing_us + static_cast<std::int64_t>(step) * us_per_second, Deed::close, step);
    }
}

void InvoiceLoad::plan_batches() {
    std::uint32_t next = 0;
    for (std::uint32_t b = 0; b < batch_count; ++b) {
        Batch& batch = batches_[b];
        batch.first_day = first_day + batch_begins[b];
        batch.last_day = first_day + batch_begins[b + 1] - 1;
        batch.first_invoice = next;
        const auto end = static_cast<std::uint32_t>(options_.invoices * (b + 1) / batch_count);
        batch.invoices = end - next;
        next = end;
        for (std::size_t t = 0; t < tier_count; ++t) {
            const std::uint64_t count = tiers[t].count * options_.invoices / tiers_for;
            batch.plan.tiers.push_back(
                {.count = static_cast<std::uint32_t>(std::max<std::uint64_t>(count, 1)),
                 .amount = Amount(tiers[t].amount_fen)});
        }
        batch.plan.reserves = static_cast<std::uint32_t>(
            std::max<std::uint64_t>(reserves * options_.invoices / tiers_for, 2));
        Random chance(scatter(options_.seed * batch_count + b));
        for (std::byte& byte : batch.entropy.secret) {
            byte = static_cast<std::byte>(chance.below(256));
        }
        for (int digit = 0; digit < 12; ++digit) {
            batch.entropy.digits += static_cast<char>('0' + chance.below(10));
        }
        batch.entropy.public_value = "welfare lottery 2026-" + std::to_string(b + 21) + ": " +
                                     std::to_string(chance.between(100'000, 999'999));
    }
}

void InvoiceLoad::perform(const Action& action) {
    switch (action.deed) {
        case Deed::open: return open(action.which);
        case Deed::begin_day: return begin_day(action.which);
        case Deed::submit: return submit(action.which);
        case Deed::submit_again: return submit_again(action.which);
        case Deed::verify: return decide(action.which, true);
        case Deed::reject: return decide(action.which, false);
        case Deed::reverse: return reverse(action.which);
        case Deed::seal: return seal(action.which);
        case Deed::publish_seed: return publish_seed(action.which);
        case Deed::execute: return execute(action.which);
        case Deed::fail_payout: return fail_payout(action.which);
        case Deed::pay: return pay(action.which);
        case Deed::forfeit: return forfeit(action.which);
        case Deed::recover: return recover(action.which);
        case Deed::cut:
            say(authority, wire::EventBody::ClockAdvanced,
                wire::CreateClockAdvanced(builder_, now_us_).Union());
            return;
        case Deed::close: return close(action.which);
    }
}

// ---- uploads ----

void InvoiceLoad::begin_day(std::uint32_t day) {
    const std::int32_t today = first_day + static_cast<std::int32_t>(day);
    auto* const batch = std::find_if(batches_.begin(), batches_.end(), [today](const Batch& one) {
        return one.first_day <= today && today <= one.last_day;
    });
    FISCUS_CHECK(batch != batches_.end(), "each day has its batch");
    const auto passed = static_cast<std::uint64_t>(today - batch->first_day);
    const auto length = static_cast<std::uint64_t>(batch->last_day - batch->first_day + 1);
    const std::uint64_t first = batch->invoices * passed / length;
    const std::uint64_t end = batch->invoices * (passed + 1) / length;
    for (std::uint64_t i = first; i < end; ++i) {
        later(now_us_ + static_cast<std::int64_t>(random_.below(uploads_us)), Deed::submit,
              batch->first_invoice + static_cast<std::uint32_t>(i));
    }
    if (today == batch->last_day) {
        const auto index = static_cast<std::uint32_t>(batch - batches_.begin());
        const std::int64_t end_us = start_of_day_us(today);
        later(end_us + seal_us, Deed::seal, index);
        later(end_us + digits_us + 5 * us_per_minute, Deed::publish_seed, index);
        later(end_us + digits_us + 15 * us_per_minute, Deed::execute, index);
    }
}

void InvoiceLoad::submit(std::uint32_t index) {
    Invoice& invoice = invoices_[index];
    invoice.consumer = static_cast<std::uint32_t>(random_.below(consumers_));
    invoice.amount_fen =
        static_cast<std::uint32_t>(amount_min_fen + random_.below(amount_range_fen));
    invoice.seller = static_cast<std::uint16_t>(random_.below(sellers));
    invoice.channel = static_cast<std::uint8_t>(random_.below(channels));
    invoice.standing = Standing::submitted;
    send_submission(index, invoice.consumer, invoice.channel, wire::Reason::none);
    const auto minutes = [this](std::uint64_t most) {
        return now_us_ + static_cast<std::int64_t>(random_.between(1, most)) * us_per_minute +
               static_cast<std::int64_t>(random_.below(us_per_minute));
    };
    if (random_.chance(again_parts)) {
        later(minutes(60), Deed::submit_again, index);
    }
    const std::uint64_t fate = random_.below(10'000);
    if (fate < rejected_parts) {
        later(minutes(30), Deed::reject, index);
    } else if (fate < rejected_parts + reversed_before_parts) {
        later(minutes(30), Deed::reverse, index);
    } else if (fate >= rejected_parts + reversed_before_parts + undecided_parts) {
        later(minutes(30), Deed::verify, index);
        if (random_.chance(reversed_after_parts)) {
            later(minutes(60) + 30 * us_per_minute, Deed::reverse, index);
        }
    }
}

// Whoever uploads it: after a rejection the invoice may come again, else it takes part already.
void InvoiceLoad::submit_again(std::uint32_t index) {
    Invoice& invoice = invoices_[index];
    const auto consumer = static_cast<std::uint32_t>(random_.below(consumers_));
    const auto channel = static_cast<std::uint8_t>(random_.below(channels));
    if (invoice.standing == Standing::rejected) {
        invoice.consumer = consumer;
        invoice.channel = channel;
        invoice.standing = Standing::submitted;
        send_submission(index, consumer, channel, wire::Reason::none);
        later(now_us_ + 5 * us_per_minute, Deed::verify, index);
        return;
    }
    send_submission(index, consumer, channel,
                    invoice.standing == Standing::reversed
                        ? wire::Reason::invoice_reversed
                        : wire::Reason::invoice_already_submitted);
}

void InvoiceLoad::send_submission(std::uint32_t index,
                                  std::uint32_t consumer,
                                  std::uint8_t channel,
                                  wire::Reason reason) {
    const Invoice& invoice = invoices_[index];
    const wire::Id128 ticket = fingerprint(index);
    const wire::Id128 token = consumer_token(consumer);
    const Body body = wire::CreateInvoiceSubmitted(builder_, &ticket, &token, batch_number(index),
                                                   &sellers_[invoice.seller].id,
                                                   business_day(now_us_), invoice.amount_fen)
                          .Union();
    say(static_cast<std::uint16_t>(draw_source + 1 + channel), wire::EventBody::InvoiceSubmitted,
        body, reason);
}

void InvoiceLoad::decide(std::uint32_t index, bool verified) {
    Invoice& invoice = invoices_[index];
    const wire::Id128 ticket = fingerprint(index);
    if (verified) {
        invoice.standing = Standing::verified;
        say(draw_source, wire::EventBody::InvoiceVerified,
            wire::CreateInvoiceVerified(builder_, &ticket).Union());
        return;
    }
    invoice.standing = Standing::rejected;
    const auto fault = static_cast<wire::InvoiceFault>(random_.between(1, 6));
    say(draw_source, wire::EventBody::InvoiceRejected,
        wire::CreateInvoiceRejected(builder_, &ticket, fault).Union());
}

void InvoiceLoad::reverse(std::uint32_t index) {
    Invoice& invoice = invoices_[index];
    if (invoice.standing == Standing::reversed) {
        return;
    }
    const wire::Id128 ticket = fingerprint(index);
    const auto why = builder_.CreateString("退货红冲");
    say(draw_source, wire::EventBody::InvoiceReversed,
        wire::CreateInvoiceReversed(builder_, &ticket, why).Union());
    invoice.standing = Standing::reversed;
    switch (invoice.place) {
        case Place::waiting: invoice.place = Place::lost; break;
        case Place::payable:
            invoice.place = Place::lost;
            move_up(index);
            break;
        case Place::paid:
            invoice.place = Place::recovering;
            expected_.prize_paid_fen -= prize_fen(invoice.tier);
            expected_.prize_receivable_fen += prize_fen(invoice.tier);
            if (random_.chance(recovered_parts)) {
                later(now_us_ + 24 * us_per_hour, Deed::recover, index);
            }
            break;
        case Place::none:
        case Place::forfeited:
        case Place::lost:
        case Place::recovering: break;
    }
}

// ---- what all have in common ----

InvoiceLoad::Batch& InvoiceLoad::batch_of(std::uint32_t invoice) {
    return batches_[batch_number(invoice) - first_batch];
}

std::uint32_t InvoiceLoad::batch_number(std::uint32_t index) const {
    std::uint32_t batch = 0;
    while (index >= batches_[batch].first_invoice + batches_[batch].invoices) {
        ++batch;
    }
    return first_batch + batch;
}

draw::BatchName InvoiceLoad::name_of(std::uint32_t batch) const {
    return {.programme = ProgrammeId(programme), .batch = BatchId(first_batch + batch)};
}

std::int64_t InvoiceLoad::prize_fen(std::uint8_t tier) const {
    return batches_[0].plan.tiers[tier - 1U].amount.fen();
}

wire::Id128 InvoiceLoad::fingerprint(std::uint32_t invoice) const {
    return token_of({options_.seed, programme}, fingerprint_tokens, invoice);
}

wire::Id128 InvoiceLoad::consumer_token(std::uint32_t consumer) const {
    return token_of({options_.seed, programme}, consumer_tokens, consumer);
}

}  // namespace fiscus::load
