// What people do around the draws of a random programme: prize batches, invoices, draws, payouts.
// Mostly what is due there, now and then something else or something wrong.
#include <algorithm>

#include "tests/property/world.h"
#include "tests/reference/reading.h"

namespace fiscus::property {
namespace {

using reference::DrawState;
using reference::Invoice;
using reference::InvoiceState;
using reference::Place;
using reference::PlaceState;
using reference::PrizeBatch;
using support::id_named;

constexpr std::int64_t hour_us = 3'600'000'000;
// Numbers that batches of vouchers hardly reach.
constexpr std::uint32_t first_prize_batch = 101;

Id128 id_of(const reference::Id& id) { return {.hi = id.hi, .lo = id.lo}; }

std::string bytes_of(std::uint64_t word) {
    std::string bytes;
    for (unsigned shift = 0; shift < 64; shift += 8) {
        bytes += static_cast<char>(word >> shift & 0xffU);
    }
    return bytes;
}

// Of one batch of one programme.
std::string secret_of(std::uint32_t programme, std::uint32_t batch) {
    const Id128 first = id_named("s" + std::to_string(programme) + "/" + std::to_string(batch));
    return bytes_of(first.hi) + bytes_of(first.lo) + bytes_of(~first.hi) + bytes_of(~first.lo);
}

}  // namespace

World::Speaker& World::notary() {
    for (const auto& [number, source] : rules().sources) {
        if (source.role == wire::SourceRole::notary && !source.revoked && !random_.chance(20)) {
            return speaker(programme_, number);
        }
    }
    return random_.chance(500) ? authority() : voice_of(1);
}

World::Speaker& World::voice_of_draw(const PrizeBatch& batch, bool authority_too) {
    if (authority_too && random_.chance(400)) {
        return authority();
    }
    return voice_of(slip() ? random_.between<std::uint16_t>(1, 3) : batch.draw_platform);
}

std::uint32_t World::some_prize_batch() {
    const auto& batches = rules().prize_batches;
    const auto* batch = random_.entry(batches);
    for (int look = 0; look < 4 && batch != nullptr && batch->second.closed; ++look) {
        batch = random_.entry(batches);
    }
    return batch == nullptr || slip() ? random_.between(1U, 4U) : batch->first;
}

support::PrizeBatchOpened World::random_prize_batch(std::uint32_t number) {
    support::PrizeBatchOpened batch;
    const auto hours = [this](std::int64_t first, std::int64_t last) {
        return random_.between(first, last) * hour_us;
    };
    const auto today = reference::day_of(log_time_us_);
    batch.batch = number;
    batch.draw_platform = random_.between<std::uint16_t>(1, slip() ? 5 : 3);
    batch.submit_from_us = log_time_us_ - hours(0, 12);
    batch.submit_until_us = log_time_us_ + hours(slip() ? -20 : 4, 36);
    batch.digits_at_us = batch.submit_until_us + hours(slip() ? 0 : 2, 24);
    batch.public_value_at_us =
        random_.chance(500) ? batch.digits_at_us : batch.submit_until_us + hours(2, 24);
    batch.issue_first_day = today - random_.between(slip() ? -9 : 0, 9);
    batch.issue_last_day = today + random_.between(0, 3);
    batch.amount_min_fen = random_.between<std::int64_t>(0, 900);
    if (random_.chance(200)) {
        batch.categories = {1, static_cast<std::uint16_t>(slip() ? 9 : 2)};
    }
    batch.cap_per_consumer_day = random_.between<std::uint8_t>(0, random_.chance(300) ? 3 : 0);
    batch.cap_per_consumer = random_.between<std::uint32_t>(0, random_.chance(300) ? 5 : 0);
    batch.tiers.clear();
    for (std::uint16_t tier = 1; tier <= random_.between<std::uint16_t>(slip() ? 0 : 1, 3);
         ++tier) {
        batch.tiers.push_back({.tier = slip() ? random_.between<std::uint16_t>(0, 3) : tier,
                               .count = random_.between<std::uint32_t>(slip() ? 0 : 1, 3),
                               .amount_fen = some_amount(random_.between<std::int64_t>(1, 3'000))});
    }
    batch.reserves = random_.between<std::uint32_t>(0, slip() ? 10'000'000 : 4);
    batch.algorithm = random_.chance(500) ? "hash-rank-v1" : "hash-rank-v1-sm3";
    if (slip()) {
        static const std::vector<support::MaybeText> odd = {
            {}, "", "hash-rank-v2", "\xff", "\xe2\x80\xa8", "a\n", std::string(1'025, 'x')};
        switch (random_.below(4)) {
            case 0: batch.name = random_.pick(odd); break;
            case 1: batch.algorithm = random_.pick(odd); break;
            case 2: batch.digits_source = random_.pick(odd); break;
            default: batch.public_value_source = random_.pick(odd); break;
        }
    }
    const auto kind = reference::algorithm_of(batch.algorithm.value_or(""));
    batch.commitment = reference::commitment_of(kind.value_or(reference::HashKind::sha256),
                                                programme_, number, secret_of(programme_, number));
    if (slip()) {
        batch.commitment = std::string(random_.between<std::size_t>(31, 33), 'c');
    }
    return batch;
}

namespace {

// What the tier needs; of an amount that no rule accepts, something that fits.
std::int64_t prizes_fen(const support::PrizeTier& tier) {
    constexpr std::int64_t prize_max = 1'000'000'000'000;
    const bool sound = tier.amount_fen >= 0 && tier.amount_fen <= prize_max;
    return sound ? tier.count * tier.amount_fen : tier.count;
}

}  // namespace

void World::open_prize_batch() {
    const auto known = static_cast<std::uint32_t>(rules().prize_batches.size());
    const std::uint32_t number =
        slip() ? random_.between(0U, first_prize_batch) : first_prize_batch + known;
    const support::PrizeBatchOpened batch = random_prize_batch(number);
    say(authority(), batch);
    for (const support::PrizeTier& tier : batch.tiers) {
        if (random_.chance(30)) {
            continue;
        }
        say(authority(), support::BatchFunded{
                             .batch = slip() ? some_batch() : number,
                             .amount_fen = some_amount(prizes_fen(tier)),
                             .tier = slip() ? random_.between<std::uint16_t>(0, 5) : tier.tier});
    }
}

void World::prize_deed() {
    const std::uint32_t number = some_prize_batch();
    const auto found = rules().prize_batches.find(number);
    const bool over = found == rules().prize_batches.end() ||
                      (found->second.closed && found->second.places.empty());
    if (over || (found->second.closed && random_.chance(400))) {
        return random_.chance(700) ? open_prize_batch() : random_draw_deed(number);
    }
    if (random_.chance(50)) {
        return random_draw_deed(number);
    }
    const PrizeBatch& batch = found->second;
    switch (batch.draw) {
        case DrawState::open:
            if (log_time_us_ < batch.submit_until_us) {
                for (auto left = random_.between(1, 7); left > 0; --left) {
                    invoice_deed(number);
                }
                return;
            }
            // Who missed the time to seal can only give up.
            return log_time_us_ < std::min(batch.digits_at_us, batch.public_value_at_us)
                       ? seal(number)
                       : random_draw_deed(number);
        case DrawState::sealed:
            if (random_.chance(150)) {
                return random_.chance(500) ? invoice_deed(number) : reverse_tickets(number);
            }
            // Until then there is nothing to do here.
            return log_time_us_ < std::max(batch.digits_at_us, batch.public_value_at_us)
                       ? claim()
                       : publish_seed(number);
        case DrawState::seeded:
            return random_.chance(250) ? reverse_tickets(number) : execute(number);
        case DrawState::executed:
            // Prizes are paid, and taken away, in closed batches too.
            if (!batch.closed && random_.chance(120)) {
                return say(authority(), support::BatchClosed{.batch = number});
            }
            for (auto left = random_.between(1, 4); left > 0; --left) {
                payout_deed(number);
            }
            return;
        case DrawState::aborted: return random_draw_deed(number);
    }
}

// Whatever may be said of a draw, due or not.
void World::random_draw_deed(std::uint32_t number) {
    switch (random_.below(8)) {
        case 0: return seal(number);
        case 1: return publish_seed(number);
        case 2: return execute(number);
        case 3:
            return random_.chance(400) ? say(authority(), support::DrawAborted{.batch = number})
                                       : invoice_deed(number);
        case 4:
            return random_.chance(500) ? say(authority(), support::BatchClosed{.batch = number})
                                       : seal(number);
        case 5:
            return say(authority(),
                       support::BatchFunded{.batch = number,
                                            .amount_fen = some_amount(random_.between(1, 900)),
                                            .tier = random_.between<std::uint16_t>(0, 4)});
        case 6: return payout_deed(number);
        default: return invoice_deed(number);
    }
}

void World::submit(std::uint32_t number) {
    const auto today = reference::day_of(log_time_us_);
    const auto batch = rules().prize_batches.find(number);
    const auto* merchant = random_.entry(rules().merchants);
    support::InvoiceSubmitted e;
    e.invoice = voucher_id(random_.chance(60) ? random_.below(invoices_ + 1) : ++invoices_);
    e.consumer = slip() ? support::MaybeId() : some_consumer();
    e.batch = slip() ? some_batch() : number;
    e.merchant = merchant == nullptr || slip() ? id_named("nowhere") : id_of(merchant->first);
    e.issue_day = today - random_.between(slip() ? -2 : 0, slip() ? 12 : 0);
    if (batch != rules().prize_batches.end() && random_.chance(600)) {
        e.issue_day = std::max(batch->second.issue_first_day, today - random_.between(0, 9));
    }
    e.amount_fen = some_amount(random_.between<std::int64_t>(1, 9'000));
    say(voice_of(random_.between<std::uint16_t>(1, 3)), e);
}

// Mostly one of the batch that is in this state; then nothing when there is none.
support::MaybeId World::some_invoice(std::uint32_t number, InvoiceState state) {
    if (slip()) {
        return random_.chance(300) ? support::MaybeId() : voucher_id(random_.below(invoices_ + 9));
    }
    if (const auto* any = random_.entry(rules().invoices); any != nullptr && random_.chance(60)) {
        return id_of(any->first);
    }
    std::vector<Id128> fitting;
    for (const auto& [id, invoice] : rules().invoices) {
        if (invoice.state == state && invoice.answer.batch == number) {
            fitting.push_back(id_of(id));
        }
    }
    return fitting.empty() ? support::MaybeId() : random_.pick(fitting);
}

void World::invoice_deed(std::uint32_t number) {
    const auto found = rules().prize_batches.find(number);
    const bool late =
        found != rules().prize_batches.end() &&
        (found->second.draw != DrawState::open || log_time_us_ >= found->second.submit_until_us);
    if (found == rules().prize_batches.end() || random_.chance(late ? 60 : 480)) {
        return submit(number);
    }
    const PrizeBatch& batch = found->second;
    const std::uint64_t what = random_.below(late ? 4 : 14);
    const support::MaybeId invoice =
        some_invoice(number, what == 1 ? InvoiceState::verified : InvoiceState::submitted);
    if (!invoice && !slip()) {
        return submit(number);
    }
    switch (what) {
        case 0:
            return say(
                voice_of_draw(batch, false),
                support::InvoiceRejected{.invoice = invoice,
                                         .fault = static_cast<wire::InvoiceFault>(
                                             random_.between(slip() ? 0 : 1, slip() ? 8 : 6))});
        case 1:
            return say(voice_of_draw(batch, true), support::InvoiceReversed{.invoice = invoice});
        default:
            return say(voice_of_draw(batch, false), support::InvoiceVerified{.invoice = invoice});
    }
}

// Several at once, so that now and then more than one winner is among them.
void World::reverse_tickets(std::uint32_t number) {
    for (auto left = random_.between(1, 4); left > 0; --left) {
        say(voice_of_draw(rules().prize_batches.at(number), true),
            support::InvoiceReversed{.invoice = some_invoice(number, InvoiceState::verified)});
    }
}

void World::seal(std::uint32_t number) {
    const auto found = rules().prize_batches.find(number);
    const std::vector<reference::Ticket> tickets = rules().tickets(number);
    support::DrawSealed e{.batch = number, .count = tickets.size()};
    if (found == rules().prize_batches.end()) {
        return say(authority(), e);
    }
    const PrizeBatch& batch = found->second;
    // What is missing is paid in first, mostly.
    for (std::uint16_t tier = 1; tier <= batch.rules.tiers.size(); ++tier) {
        const std::int64_t missing = batch.tier(tier).count * batch.tier(tier).amount_fen -
                                     oracle_.balance({.kind = wire::AccountKind::prize_budget,
                                                      .programme = programme_,
                                                      .batch = number,
                                                      .key = tier});
        if (missing > 0 && missing < 1'000'000 && random_.chance(800)) {
            say(authority(),
                support::BatchFunded{.batch = number, .amount_fen = missing, .tier = tier});
        }
    }
    e.root = reference::root_of(batch.rules.kind, reference::list_lines(tickets));
    if (slip()) {
        e.count += 1;
    }
    if (slip()) {
        e.root = random_.chance(300) ? support::MaybeText()
                                     : std::string(random_.between<std::size_t>(31, 33), 'r');
    }
    say(voice_of_draw(batch, true), e);
}

void World::publish_seed(std::uint32_t number) {
    support::DrawSeedPublished e{.batch = number, .secret = secret_of(programme_, number)};
    e.digits = "";
    for (auto left = random_.between<std::size_t>(slip() ? 4 : 6, 20); left > 0; --left) {
        *e.digits += static_cast<char>('0' + random_.below(slip() ? 11 : 10));
    }
    e.public_value = "SSQ " + std::to_string(random_.next());
    if (slip()) {
        e.secret = random_.chance(300) ? support::MaybeText() : secret_of(programme_, number + 1);
    }
    if (slip()) {
        e.public_value = random_.chance(300) ? support::MaybeText() : "双色球";
    }
    say(slip() ? authority() : notary(), e);
}

void World::execute(std::uint32_t number) {
    support::DrawExecuted e{.batch = number};
    const auto found = rules().prize_batches.find(number);
    if (found == rules().prize_batches.end()) {
        return say(authority(), e);
    }
    const PrizeBatch& batch = found->second;
    if (random_.chance(500)) {
        e.result_root = reference::root_of(
            batch.rules.kind,
            reference::result_lines(reference::draw(batch.rules, batch.sealed, batch.entropy)));
    }
    if (slip()) {
        e.result_root = std::string(random_.chance(700) ? 32 : 33, 'r');
    }
    say(voice_of_draw(batch, true), e);
}

// Pays, or what else becomes of a place of an executed draw.
void World::payout_deed(std::uint32_t number) {
    const auto found = rules().prize_batches.find(number);
    if (found == rules().prize_batches.end() || found->second.places.empty()) {
        return random_.chance(500) ? say(authority(), support::BatchClosed{.batch = number})
                                   : invoice_deed(number);
    }
    const PrizeBatch& batch = found->second;
    const Place* place = &random_.pick(batch.places);
    const bool to_pay = random_.chance(700);
    for (int look = 0; to_pay && look < 9 && place->state != PlaceState::payable; ++look) {
        place = &random_.pick(batch.places);
    }
    if (to_pay && place->state != PlaceState::payable && random_.chance(250)) {
        return say(authority(), support::BatchClosed{.batch = number});
    }
    const support::MaybeId invoice =
        slip() ? some_invoice(number, InvoiceState::verified) : id_of(place->invoice);
    const std::int64_t prize_fen = place->tier == 0 ? 100 : batch.tier(place->tier).amount_fen;
    if (place->state == PlaceState::paid && random_.chance(250)) {
        return say(voice_of_draw(batch, true), support::InvoiceReversed{.invoice = invoice});
    }
    if (place->state == PlaceState::recovering && random_.chance(700)) {
        const std::int64_t left = prize_fen - place->recovered_fen;
        return say(authority(),
                   support::PrizeRecovered{
                       .invoice = invoice,
                       .amount_fen = some_amount(
                           random_.chance(500) ? left : random_.between(1L, left + 1))});
    }
    switch (random_.below(9)) {
        case 0:
            return say(voice_of_draw(batch, false), support::PrizePayoutFailed{.invoice = invoice});
        case 1: return say(authority(), support::PrizeForfeited{.invoice = invoice});
        case 2:
            return say(voice_of_draw(batch, true), support::InvoiceReversed{.invoice = invoice});
        case 3:
            return say(authority(), support::PrizeRecovered{.invoice = invoice, .amount_fen = 1});
        default:
            return say(
                voice_of_draw(batch, false),
                support::PrizePaid{.invoice = invoice, .amount_fen = some_amount(prize_fen)});
    }
}

void World::close_prize_batches() {
    std::vector<std::uint32_t> numbers;
    for (const auto& [number, batch] : rules().prize_batches) {
        numbers.push_back(number);
    }
    for (const std::uint32_t number : numbers) {
        const DrawState draw = rules().prize_batches.at(number).draw;
        if (draw == DrawState::sealed || draw == DrawState::seeded) {
            say(authority(), support::DrawAborted{.batch = number});
        }
        say(authority(), support::BatchClosed{.batch = number});
    }
}

}  // namespace fiscus::property
