// What seldom happens by itself: every kind of event about something in every state, said by
// whoever may not, under numbers and keys that are wrong, while a platform is suspended. The table
// of tests/cells says what is still missing.
#include <algorithm>

#include "engine/base/limits.h"
#include "tests/property/world.h"
#include "tests/reference/reading.h"
#include "tests/reference/situation.h"

namespace fiscus::property {
namespace {

using support::id_named;

constexpr std::int64_t second_us = 1'000'000;

Id128 id_of(const reference::Id& id) { return {.hi = id.hi, .lo = id.lo}; }

// What its first code names is nothing.
struct NoCode {
    template <typename T>
    void operator()(T& e) const {
        if constexpr (requires { e.batch = 0U; }) {
            e.batch = 0;
        } else if constexpr (requires {
                                 e.platform = std::uint16_t{0};
                                 e.source;
                             }) {
            e.source = 0;
        } else if constexpr (requires { e.platform = std::uint16_t{0}; }) {
            e.platform = 0;
        } else if constexpr (requires { e.source = std::uint16_t{0}; }) {
            e.source = 0;
        } else if constexpr (requires { e.districts.clear(); }) {
            e.districts.clear();
        } else if constexpr (requires {
                                 e.merchant = Id128{};
                                 e.district;
                             }) {
            e.merchant = Id128{};
        } else if constexpr (requires { e.consumer = Id128{}; }) {
            e.consumer = Id128{};
        } else if constexpr (requires { e.merchant = Id128{}; }) {
            e.merchant = Id128{};
        } else if constexpr (requires { e.account = Id128{}; }) {
            e.account = Id128{};
        } else if constexpr (requires { e.invoice = Id128{}; }) {
            e.invoice = Id128{};
        } else if constexpr (requires { e.voucher = Id128{}; }) {
            e.voucher = Id128{};
        } else if constexpr (requires { e.redemption = Id128{}; }) {
            e.redemption = Id128{};
        } else if constexpr (requires { e.request = Id128{}; }) {
            e.request = Id128{};
        } else if constexpr (requires { e.value = ""; }) {
            e.value = "";
        } else if constexpr (requires { e.key = ""; }) {
            e.key = "";
        }
    }
};

struct NoAmount {
    template <typename T>
    void operator()(T& e) const {
        if constexpr (requires { e.amount_fen = -1; }) {
            e.amount_fen = -1;
        } else if constexpr (requires { e.subsidy_fen = -1; }) {
            e.subsidy_fen = -1;
        }
    }
};

struct NoDay {
    template <typename T>
    void operator()(T& e) const {
        if constexpr (requires { e.day = 0; }) {
            e.day = INT32_MAX;
        } else if constexpr (requires { e.first_day = 0; }) {
            e.first_day = INT32_MAX;
        } else if constexpr (requires { e.issue_day = 0; }) {
            e.issue_day = INT32_MAX;
        } else if constexpr (requires { e.issue_last_day = 0; }) {
            e.issue_last_day = INT32_MAX;
        } else if constexpr (requires { e.redeem_last_day = 0; }) {
            e.redeem_last_day = INT32_MAX;
        }
    }
};

struct LongList {
    template <typename T>
    void operator()(T& e) const {
        if constexpr (requires { e.districts.front(); }) {
            e.districts.resize(programme_districts_max + 1, 420'100);
        } else if constexpr (requires { e.packs.front(); }) {
            e.packs.resize(packs_max + 1);
        } else if constexpr (requires { e.tiers.front(); }) {
            e.tiers.resize(65);
        } else if constexpr (requires { e.totals.front(); }) {
            e.totals.resize(control_totals_max + 1);
        }
    }
};

template <std::size_t kind = 1>
support::Body default_body(std::size_t wanted) {
    if constexpr (kind < std::variant_size_v<support::Body>) {
        return kind == wanted ? support::Body(std::in_place_index<kind>)
                              : default_body<kind + 1>(wanted);
    }
    return {};
}

}  // namespace

// Something of a kind that is as likely as any other, said once more with one thing wrong.
void World::odd_envelope() {
    const std::size_t kind =
        random_.between<std::size_t>(1, std::variant_size_v<support::Body> - 1);
    auto found = last_of_kind_.find(kind);
    if (found == last_of_kind_.end()) {
        if (kind == static_cast<std::size_t>(wire::EventBody::InstantDrawOpened)) {
            return;  // only chains that are known
        }
        Said first{.envelope = {.programme = programme_}, .body = default_body(kind)};
        found = last_of_kind_.emplace(kind, std::move(first)).first;
    }
    Said said = found->second;
    said.envelope.key = {.hi = said.envelope.programme, .lo = ++keys_};
    said.envelope.occurred_at_us = log_time_us_ - second_us;
    const std::uint64_t how = random_.below(23);
    if (how >= 14) {
        return say_in_wrong_number(std::move(said));
    }
    how < 6 ? spoil_form(said) : spoil_meaning(said, found->second);
    Speaker& again = speaker(said.envelope.programme, said.envelope.source);
    said.envelope.epoch = again.epoch;
    said.envelope.sequence = ++again.last;
    publish(said.envelope, said.body);
}

void World::spoil_form(Said& said) {
    switch (random_.below(6)) {
        case 0: said.envelope.key = {}; return;
        case 1:
            said.envelope.occurred_at_us = random_.chance(500) ? occurred_us_min - 1 : 0;
            return;
        case 2: std::visit(NoAmount{}, said.body); return;
        case 3: std::visit(NoDay{}, said.body); return;
        case 4: std::visit(LongList{}, said.body); return;
        default:
            std::visit(NoCode{}, said.body);
            if (std::holds_alternative<support::ProgrammeClosed>(said.body)) {
                said.envelope.programme = 0;
            }
    }
}

// Of an accepted event of this kind, wherever there is any.
void World::take_key(Said& said) {
    const auto kind = static_cast<wire::EventBody>(said.body.index());
    for (const std::uint32_t number : programmes_) {
        const reference::Programme* programme = oracle_.programme(number);
        if (programme == nullptr) {
            continue;
        }
        const auto accepted = programme->keys.lower_bound({kind, {}});
        if (accepted != programme->keys.end() && accepted->first.first == kind) {
            said.envelope.programme = number;
            said.envelope.key = id_of(accepted->first.second);
        }
    }
}

void World::spoil_meaning(Said& said, const Said& before) {
    support::Envelope& envelope = said.envelope;
    switch (random_.below(8)) {
        case 0:
            envelope.occurred_at_us =
                log_time_us_ + random_.between<std::int64_t>(600, 60'000) * second_us;
            return;
        case 1: {
            const reference::Programme* programme = oracle_.programme(envelope.programme);
            if (programme != nullptr && !programme->sources.empty()) {
                envelope.source = random_.entry(programme->sources)->first;
            }
            return;
        }
        case 2:
            for (const std::uint32_t number : programmes_) {
                const reference::Programme* programme = oracle_.programme(number);
                if (programme != nullptr && programme->closed &&
                    programme->sources.count(envelope.source) != 0) {
                    envelope.programme = number;
                }
            }
            return;
        case 3:
            envelope.key = before.envelope.key;
            envelope.occurred_at_us = before.envelope.occurred_at_us;
            return;
        default: return take_key(said);
    }
}

// As a source, or under a number, that is not for it: the number is not used up.
void World::say_in_wrong_number(Said said) {
    support::Envelope& envelope = said.envelope;
    const Speaker& speaks = speaker(envelope.programme, envelope.source);
    const std::uint64_t said_as = envelope.sequence;
    envelope.epoch = speaks.epoch;
    switch (random_.below(8)) {
        case 0:
            for (envelope.programme = 200;
                 reference::partition_of(support::record_key(envelope.programme),
                                         shard_.partitions) != shard_.partition;) {
                ++envelope.programme;
            }
            envelope.sequence = random_.chance(500) ? 0 : 2 * source_window;
            break;
        case 1: envelope.source = 60'000; break;
        case 2: return say_revoked(std::move(said));
        case 3: envelope.sequence = 0; break;
        case 4: envelope.sequence = said_as; break;
        case 5: envelope.sequence = speaks.last + 2 * source_window; break;
        case 6: return say_forgotten(std::move(said));
        default: envelope.epoch = speaks.epoch == 0 ? 0 : speaks.epoch - 1; break;
    }
    publish(envelope, said.body);
}

void World::say_revoked(Said said) {
    constexpr std::uint16_t source = 11;
    programme_ = said.envelope.programme;
    if (!rules().sources.empty() && rules().sources.count(source) == 0) {
        say(authority(), support::SourceRegistered{
                             .source = source, .role = wire::SourceRole::authority, .platform = 0});
        say(authority(), support::SourceRevoked{.source = source});
    }
    said.envelope.source = source;
    publish(said.envelope, said.body);
}

// A number that was refused, whose window has passed, with other content: nobody can know.
void World::say_forgotten(Said said) {
    support::Envelope& envelope = said.envelope;
    Speaker& again = speaker(envelope.programme, envelope.source);
    ++again.epoch;
    again.last = source_window + 1;
    envelope.epoch = again.epoch;
    envelope.sequence = 1;
    envelope.occurred_at_us = log_time_us_ + 3'600 * second_us;
    publish(envelope, said.body);
    support::Envelope far = envelope;
    far.sequence = again.last;
    far.key = {.hi = far.programme, .lo = ++keys_};
    publish(far, said.body);
    envelope.occurred_at_us -= 1;
    publish(envelope, said.body);
    ++again.epoch;
    again.last = 0;
}

std::optional<std::uint32_t> World::batch_in_some_state() {
    std::map<std::string, std::vector<std::uint32_t>> by_state;
    for (const auto& [number, batch] : rules().batches) {
        by_state[reference::batch_state(rules(), number)].push_back(number);
    }
    for (const auto& [number, batch] : rules().prize_batches) {
        by_state[reference::batch_state(rules(), number)].push_back(number);
    }
    const auto* state = random_.entry(by_state);
    return state == nullptr || random_.chance(80) ? std::nullopt
                                                  : std::optional(random_.pick(state->second));
}

support::MaybeId World::invoice_in_some_state() {
    std::map<std::string, std::vector<Id128>> by_state;
    for (const auto& [id, invoice] : rules().invoices) {
        by_state[reference::invoice_state(rules(), id)].push_back(id_of(id));
    }
    const auto* state = random_.entry(by_state);
    return state == nullptr || random_.chance(40) ? support::MaybeId()
                                                  : random_.pick(state->second);
}

support::MaybeId World::voucher_in_some_state() {
    std::map<std::string, std::vector<Id128>> by_state;
    // Some of them: each is looked for in all redemptions.
    for (int look = 0; look < 40 && !rules().vouchers.empty(); ++look) {
        const reference::Id id = random_.entry(rules().vouchers)->first;
        by_state[reference::voucher_state(rules(), id)].push_back(id_of(id));
    }
    const auto* state = random_.entry(by_state);
    return state == nullptr || random_.chance(120) ? support::MaybeId()
                                                   : random_.pick(state->second);
}

void World::about_a_batch() {
    const std::uint32_t number = batch_in_some_state().value_or(77);
    const auto platform = random_.between<std::uint16_t>(1, 3);
    if (platform_down_ != 0 && random_.chance(500)) {
        return random_.chance(500)
                   ? say(voice_of(platform), support::DrawSealed{.batch = number})
                   : say(voice_of(platform), support::DrawExecuted{.batch = number});
    }
    switch (random_.below(random_.chance(300) ? 16 : 13)) {
        case 0:
            return say(authority(), support::BatchFunded{
                                        .batch = number,
                                        .amount_fen = random_.chance(500) ? random_.between(1, 900)
                                                                          : amount_fen_max,
                                        .tier = random_.between<std::uint16_t>(0, 2)});
        case 1: return say(authority(), random_batch(number));
        case 2: {
            support::PrizeBatchOpened opened = random_prize_batch(number);
            opened.draw_platform = random_.chance(400) ? std::uint16_t{9} : opened.draw_platform;
            return say(authority(), opened);
        }
        case 3: {
            support::BatchAdjusted adjusted{.batch = number, .quota = 1};
            if (random_.chance(300)) {
                adjusted.claim_until_us = reference::start_of(reference::day_of(log_time_us_) - 90);
            }
            return say(authority(), adjusted);
        }
        case 4: {
            support::InstantDrawOpened opened = random_instant_draw(random_batch(number));
            opened.batch = number;
            return say(authority(), opened);
        }
        case 5:
            return say(voice_of(platform),
                       support::SettlementRequested{.batch = number,
                                                    .amount_fen = random_.between(1, 90)});
        case 6:
        case 7:
            return say(voice_of(platform),
                       support::VoucherClaimed{
                           .consumer = some_consumer(), .batch = number, .district = 420'102},
                       voucher_id(++names_));
        case 8: return submit(number);
        case 9: return seal(number);
        case 10: return publish_seed(number);
        case 11:
        case 12: return execute(number);
        case 13: return say(authority(), support::DrawAborted{.batch = number});
        case 14: return say(authority(), support::BatchClosed{.batch = number});
        default: return random_draw_deed(number);
    }
}

void World::about_an_invoice() {
    const support::MaybeId known = invoice_in_some_state();
    const Id128 invoice = known.value_or(id_named("no invoice"));
    const auto found = rules().invoices.find({invoice.hi, invoice.lo});
    std::uint32_t number = 101;
    std::int64_t prize_fen = 100;
    reference::PrizeBatch none;
    none.draw_platform = 1;
    const reference::PrizeBatch* batch = &none;
    if (found != rules().invoices.end()) {
        number = found->second.answer.batch;
        batch = &rules().prize_batches.at(number);
        for (const reference::Place& place : batch->places) {
            if (place.invoice == found->first && place.tier != 0) {
                prize_fen = batch->tier(place.tier).amount_fen;
            }
        }
    }
    // Another platform is refused, so it may say anything.
    const bool another = random_.chance(250);
    Speaker& of_draw = voice_of(another ? static_cast<std::uint16_t>(batch->draw_platform % 3 + 1)
                                        : batch->draw_platform);
    switch (random_.below(platform_down_ != 0 ? 3 : another || random_.chance(250) ? 9 : 7)) {
        case 0: {
            const auto* merchant = random_.entry(rules().merchants);
            return say(
                voice_of(random_.between<std::uint16_t>(1, 3)),
                support::InvoiceSubmitted{
                    .invoice = invoice,
                    .consumer = some_consumer(),
                    .batch = random_.chance(700) ? number : batch_in_some_state().value_or(77),
                    .merchant = merchant == nullptr || random_.chance(150) ? id_named("nowhere")
                                                                           : id_of(merchant->first),
                    .issue_day = reference::day_of(log_time_us_),
                    .amount_fen =
                        random_.chance(100) ? amount_fen_max : random_.between(900, 9'000)});
        }
        case 1:
        case 2: return say(of_draw, support::InvoiceVerified{.invoice = invoice});
        case 3: return say(of_draw, support::InvoiceRejected{.invoice = invoice});
        case 4:
            return say(of_draw, support::PrizePaid{.invoice = invoice,
                                                   .amount_fen = some_amount(prize_fen)});
        case 5: return say(of_draw, support::PrizePayoutFailed{.invoice = invoice});
        case 6:
            return say(authority(),
                       support::PrizeRecovered{.invoice = invoice,
                                               .amount_fen = random_.chance(500) ? prize_fen : 1});
        case 7: return say(authority(), support::PrizeForfeited{.invoice = invoice});
        default: return say(of_draw, support::InvoiceReversed{.invoice = invoice});
    }
}

void World::about_a_voucher() {
    const support::MaybeId known = voucher_in_some_state();
    if (!known) {
        const auto* merchant = random_.entry(rules().merchants);
        support::VoucherRedeemed e;
        e.vouchers.assign(random_.between<std::size_t>(0, 10), id_named("no voucher"));
        e.consumer = some_consumer();
        e.merchant = merchant == nullptr ? id_named("nowhere") : id_of(merchant->first);
        return say(voice_of(random_.between<std::uint16_t>(1, 3)), e);
    }
    const reference::Voucher& voucher = rules().vouchers.at({known->hi, known->lo});
    switch (random_.below(9)) {
        case 0: return say(voice_of(voucher.platform), support::VoucherVoided{.voucher = *known});
        case 1:
            return redeem_these(std::vector<Id128>(random_.between<std::size_t>(2, 10), *known));
        case 2: {
            // Together with another one, whatever that is.
            const support::MaybeId other = voucher_in_some_state();
            return redeem_these({*known, other.value_or(*known)});
        }
        case 3:
        case 4: {
            for (const auto& [id, sold] : rules().redemptions) {
                if (std::find(sold.vouchers.begin(), sold.vouchers.end(),
                              reference::Id{known->hi, known->lo}) != sold.vouchers.end()) {
                    return say(voice_of(sold.answer.platform),
                               support::RedemptionRefunded{
                                   .redemption = id_of(id),
                                   .order_amount_fen = sold.order_left_fen,
                                   .subsidy_fen = random_.chance(900) ? sold.subsidy_left_fen : 0});
                }
            }
            return redeem_these({*known});
        }
        default: return redeem_these({*known});
    }
}

void World::about_a_platform() {
    const std::uint16_t platform = platform_down_ != 0   ? platform_down_
                                   : random_.chance(100) ? std::uint16_t{9}
                                                         : random_.between<std::uint16_t>(1, 4);
    const auto* merchant = random_.entry(rules().merchants);
    const support::MaybeId liable = random_.chance(300)   ? id_named("nobody")
                                    : merchant == nullptr ? Id128{}
                                                          : id_of(merchant->first);
    const std::int64_t amount_fen = random_.chance(150) ? amount_fen_max : 1;
    switch (random_.below(options_.seed % 3 == 0 ? 12 : 11)) {
        case 0: return say(authority(), support::PlatformAdmitted{.platform = platform});
        case 1: return say(authority(), support::PlatformSuspended{.platform = platform});
        case 2: return say(authority(), support::PlatformResumed{.platform = platform});
        case 3:
        case 4:
            say(authority(),
                support::RecoveryDemanded{
                    .platform = platform, .merchant = liable, .amount_fen = amount_fen});
            [[fallthrough]];
        case 5:
        case 6:
            return say(authority(),
                       support::RecoveryReceived{
                           .platform = platform, .merchant = liable, .amount_fen = amount_fen});
        case 7:
            return say(authority(), support::CompensationReceived{.platform = platform,
                                                                  .amount_fen = amount_fen});
        case 8:
        case 9: {
            // Whatever is registered already, and once in a while revoked.
            const auto* source = random_.entry(rules().sources);
            const std::uint16_t number = source == nullptr ? std::uint16_t{5} : source->first;
            return say(authority(),
                       support::SourceRegistered{.source = number, .platform = platform});
        }
        case 10: {
            const auto* source = random_.entry(rules().sources);
            if (source != nullptr && (source->second.revoked || source->first > 4)) {
                say(authority(), support::SourceRevoked{.source = source->first});
            }
            return;
        }
        default: return say(authority(), support::PlatformTerminated{.platform = platform});
    }
}

// One that lends for a while: deposits, and gets everything back.
void World::about_an_account() {
    const Id128 account = id_named("loan" + std::to_string(random_.below(2)));
    const auto found = rules().deposits.find({account.hi, account.lo});
    const std::int64_t held = found == rules().deposits.end()
                                  ? 0
                                  : found->second.deposited_fen - found->second.returned_fen;
    if (held == 0 && random_.chance(600)) {
        return say(authority(), support::FundDeposited{.account = account, .amount_fen = 500});
    }
    say(authority(),
        support::FundReturned{.account = account, .amount_fen = std::max<std::int64_t>(1, held)});
}

// A platform cannot publish for a while, and tries.
void World::platform_down() {
    std::vector<std::uint16_t> terminated;
    for (const auto& [number, platform] : rules().platforms) {
        if (platform.terminated && !platform.suspended) {
            terminated.push_back(number);
        }
    }
    const bool suspends = terminated.empty() || random_.chance(500);
    const std::uint16_t platform =
        suspends ? random_.between<std::uint16_t>(1, 3) : random_.pick(terminated);
    if (suspends) {
        say(authority(), support::PlatformSuspended{.platform = platform});
    }
    if (options_.seed % 3 == 0 && random_.chance(120)) {
        say(authority(), support::PlatformTerminated{.platform = platform});
    }
    platform_down_ = platform;
    using Deed = void (World::*)();
    static const std::vector<Deed> deeds = {
        &World::about_a_batch,    &World::about_a_batch,     &World::about_an_invoice,
        &World::about_an_invoice, &World::about_an_invoice,  &World::about_a_voucher,
        &World::merchant_deed,    &World::register_consumer, &World::request_chance,
        &World::about_a_platform, &World::about_a_platform};
    for (auto left = random_.between(2, 6); left > 0; --left) {
        (this->*random_.pick(deeds))();
    }
    platform_down_ = 0;
    if (suspends) {
        say(authority(), support::PlatformResumed{.platform = platform});
    }
}

// Its publisher did not hear whether its last records arrived, and sends them all again.
void World::last_batch_again() {
    if (memory_.empty()) {
        return;
    }
    const support::Envelope last = memory_.back().envelope;
    const std::size_t from = memory_.size() - std::min<std::size_t>(memory_.size(), 25);
    for (std::size_t at = from; at < memory_.size(); ++at) {
        const Said said = memory_[at];
        if (said.envelope.programme == last.programme && said.envelope.source == last.source) {
            publish(said.envelope, said.body);
        }
    }
}

}  // namespace fiscus::property
