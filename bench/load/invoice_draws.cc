// Draws and prizes of a month of prize invoices.
#include <algorithm>

#include "bench/load/event_bytes.h"
#include "bench/load/invoice_load.h"
#include "bench/load/invoice_tables.h"
#include "engine/base/check.h"
#include "engine/draw/lines.h"

namespace fiscus::load {

namespace {

Id128 id_of(const wire::Id128& id) { return {.hi = id.hi(), .lo = id.lo()}; }

flatbuffers::Offset<flatbuffers::Vector<std::uint8_t>> bytes_of(
    flatbuffers::FlatBufferBuilder& builder, const draw::Digest& digest) {
    return builder.CreateVector(reinterpret_cast<const std::uint8_t*>(digest.data()),
                                digest.size());
}

}  // namespace

void InvoiceLoad::seal(std::uint32_t index) {
    Batch& batch = batches_[index];
    std::vector<std::pair<draw::Ticket, std::uint32_t>> list;
    for (std::uint32_t i = 0; i < batch.invoices; ++i) {
        const std::uint32_t invoice = batch.first_invoice + i;
        if (invoices_[invoice].standing == Standing::verified) {
            list.push_back({{.id = id_of(fingerprint(invoice)),
                             .consumer = id_of(consumer_token(invoices_[invoice].consumer))},
                            invoice});
        }
    }
    std::sort(list.begin(), list.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
    for (const auto& [ticket, invoice] : list) {
        batch.tickets.push_back(ticket);
        batch.invoice_of[ticket.id] = invoice;
        if (random_.chance(reversed_sealed_parts)) {
            later(
                now_us_ + us_per_hour + static_cast<std::int64_t>(random_.below(20 * us_per_hour)),
                Deed::reverse, invoice);
        }
    }
    batch.list = draw::sealed_list(draw::HashKind::sha256, batch.tickets);
    batch.sealed = true;
    const auto stated = bytes_of(builder_, batch.list.root);
    say(draw_source, wire::EventBody::DrawSealed,
        wire::CreateDrawSealed(builder_, first_batch + index, batch.list.count, stated).Union());
}

void InvoiceLoad::publish_seed(std::uint32_t index) {
    const Batch& batch = batches_[index];
    const auto secret = bytes_of(builder_, batch.entropy.secret);
    const auto digits = builder_.CreateString(batch.entropy.digits);
    const auto public_value = builder_.CreateString(batch.entropy.public_value);
    say(notary, wire::EventBody::DrawSeedPublished,
        wire::CreateDrawSeedPublished(builder_, first_batch + index, secret, digits, public_value)
            .Union());
}

void InvoiceLoad::execute(std::uint32_t index) {
    Batch& batch = batches_[index];
    const draw::Digest seed =
        draw::seed_of(draw::HashKind::sha256, name_of(index), batch.list, batch.entropy);
    const auto ranked = draw::rank(draw::HashKind::sha256, seed, batch.tickets, batch.plan);
    FISCUS_CHECK(ranked.ok(), "the list is in order");
    const auto stated = bytes_of(builder_, draw::result_root(draw::HashKind::sha256, batch.plan,
                                                             batch.tickets, ranked.value()));
    say(draw_source, wire::EventBody::DrawExecuted,
        wire::CreateDrawExecuted(builder_, first_batch + index, stated).Union());
    batch.executed = true;
    std::vector<std::uint32_t> lost;
    for (const draw::Place& place : ranked.value()) {
        const std::uint32_t who = batch.invoice_of.at(batch.tickets[place.ticket].id);
        Invoice& invoice = invoices_[who];
        invoice.tier = static_cast<std::uint8_t>(place.tier);
        const bool reversed = invoice.standing == Standing::reversed;
        if (place.tier == 0) {
            invoice.place = reversed ? Place::lost : Place::waiting;
            batch.reserves.push_back(who);
            continue;
        }
        expected_.prize_budget_fen -= prize_fen(invoice.tier);
        expected_.prize_payable_fen += prize_fen(invoice.tier);
        invoice.place = reversed ? Place::lost : Place::payable;
        if (reversed) {
            lost.push_back(who);
        } else {
            await_payout(who);
        }
    }
    for (const std::uint32_t who : lost) {
        move_up(who);
    }
}

// Within three days, some at the second try; some invoices are reversed before, some afterwards.
void InvoiceLoad::await_payout(std::uint32_t index) {
    const std::int64_t at_us =
        now_us_ + 2 * us_per_hour + static_cast<std::int64_t>(random_.below(60 * us_per_hour));
    if (random_.chance(winner_reversed_parts)) {
        later(at_us - us_per_hour, Deed::reverse, index);
        return;
    }
    if (random_.chance(forfeited_parts)) {
        later(at_us, Deed::forfeit, index);
        return;
    }
    if (random_.chance(payout_fails_parts)) {
        later(at_us, Deed::fail_payout, index);
        later(at_us + 6 * us_per_hour, Deed::pay, index);
    } else {
        later(at_us, Deed::pay, index);
    }
    if (random_.chance(paid_reversed_parts)) {
        later(at_us + 24 * us_per_hour, Deed::reverse, index);
    }
}

// The prize goes to the first reserve that waits, or back to its tier.
void InvoiceLoad::move_up(std::uint32_t lost) {
    Batch& batch = batch_of(lost);
    const std::uint8_t tier = invoices_[lost].tier;
    for (; batch.next_reserve < batch.reserves.size(); ++batch.next_reserve) {
        Invoice& reserve = invoices_[batch.reserves[batch.next_reserve]];
        if (reserve.place == Place::waiting) {
            reserve.place = Place::payable;
            reserve.tier = tier;
            await_payout(batch.reserves[batch.next_reserve++]);
            return;
        }
    }
    expected_.prize_payable_fen -= prize_fen(tier);
    expected_.prize_budget_fen += prize_fen(tier);
}

void InvoiceLoad::fail_payout(std::uint32_t index) {
    const wire::Id128 ticket = fingerprint(index);
    const auto why = builder_.CreateString("收款账户户名不符");
    say(draw_source, wire::EventBody::PrizePayoutFailed,
        wire::CreatePrizePayoutFailed(builder_, &ticket, why).Union());
}

void InvoiceLoad::pay(std::uint32_t index) {
    Invoice& invoice = invoices_[index];
    const std::int64_t amount_fen = prize_fen(invoice.tier);
    const wire::Id128 ticket = fingerprint(index);
    say(draw_source, wire::EventBody::PrizePaid,
        wire::CreatePrizePaid(builder_, &ticket, amount_fen).Union());
    invoice.place = Place::paid;
    expected_.prize_payable_fen -= amount_fen;
    expected_.prize_paid_fen += amount_fen;
}

void InvoiceLoad::forfeit(std::uint32_t index) {
    const wire::Id128 ticket = fingerprint(index);
    const auto why = builder_.CreateString("中奖人放弃");
    say(authority, wire::EventBody::PrizeForfeited,
        wire::CreatePrizeForfeited(builder_, &ticket, why).Union());
    invoices_[index].place = Place::forfeited;
    move_up(index);
}

void InvoiceLoad::recover(std::uint32_t index) {
    const std::int64_t amount_fen = prize_fen(invoices_[index].tier);
    const wire::Id128 ticket = fingerprint(index);
    say(authority, wire::EventBody::PrizeRecovered,
        wire::CreatePrizeRecovered(builder_, &ticket, amount_fen).Union());
    expected_.prize_receivable_fen -= amount_fen;
    expected_.fund_fen += amount_fen;
}

}  // namespace fiscus::load
