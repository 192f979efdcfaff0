#include "tests/reference/ledger.h"

#include <algorithm>
#include <cstdlib>
#include <tuple>

#include "engine/base/limits.h"
#include "tests/reference/identities.h"
#include "tests/reference/judge.h"

namespace fiscus::reference {
namespace {

using wire::EventBody;
using wire::Outcome;
using wire::Reason;

void refuse(Answer& answer, Reason reason) {
    answer.outcome = Outcome::refused;
    answer.reason = reason;
}

// What the source's numbering says to one number of one epoch.
struct Numbering {
    Reason reason = Reason::none;  // of a duplicate: that of the first answer
    bool duplicate = false;
};

Numbering judge_number(const Source& source,
                       const wire::Origin& origin,
                       const std::string& content,
                       const std::string* accepted_under_key) {
    if (source.epoch && origin.epoch() < *source.epoch) {
        return {.reason = Reason::epoch_fenced};
    }
    const std::uint64_t number = origin.sequence();
    if (number == 0) {
        return {.reason = Reason::sequence_zero};
    }
    const bool fresh = !source.epoch || origin.epoch() > *source.epoch;
    const std::uint64_t low = fresh ? 0 : source.low;
    const std::uint64_t high = fresh ? 0 : source.high;
    const auto known = fresh ? source.seen.end() : source.seen.find(number);
    if (known != source.seen.end()) {
        const bool remembered = Sum{number} > Sum{high} - Sum{source_window};
        const std::string* before = remembered ? &known->second.content : accepted_under_key;
        if (before == nullptr) {
            return {.reason = Reason::sequence_forgotten};
        }
        if (*before != content) {
            return {.reason = Reason::sequence_conflict};
        }
        return {.reason = remembered ? known->second.reason : Reason::none, .duplicate = true};
    }
    if (Sum{number} > Sum{low} + Sum{source_window}) {
        return {.reason = Reason::sequence_beyond_window};
    }
    return {};
}

// Marks a new number as seen; says what it does to the gaps.
void mark_number(Source& source,
                 const wire::Origin& origin,
                 const std::string& content,
                 Answer& answer) {
    if (!source.epoch || origin.epoch() > *source.epoch) {
        source.abandoned += source.high - source.seen.size();
        source.epoch = origin.epoch();
        source.seen.clear();
        source.low = 0;
        source.high = 0;
    }
    const std::uint64_t number = origin.sequence();
    source.seen[number].content = content;
    if (number > source.high + 1) {
        answer.gap_from = source.high + 1;
    }
    if (number < source.high) {
        answer.flags |= fills_gap;
    }
    source.high = std::max(source.high, number);
    while (source.seen.count(source.low + 1) != 0) {
        ++source.low;
    }
}

bool entitled(const Source& source, EventBody kind) {
    static const std::set<EventBody> only_platforms = {
        EventBody::ConsumerRegistered, EventBody::VoucherClaimed,      EventBody::VoucherRedeemed,
        EventBody::RedemptionRefunded, EventBody::SettlementRequested, EventBody::SourceDayClosed,
        EventBody::InvoiceSubmitted,   EventBody::InvoiceVerified,     EventBody::InvoiceRejected,
        EventBody::PrizePaid,          EventBody::PrizePayoutFailed,   EventBody::DrawRequested};
    static const std::set<EventBody> both = {
        EventBody::MerchantRegistered, EventBody::MerchantChanged, EventBody::VoucherVoided,
        EventBody::InvoiceReversed,    EventBody::DrawSealed,      EventBody::DrawExecuted};
    static const std::set<EventBody> only_notaries = {
        EventBody::DrawSeedPublished, EventBody::PublicValuePublished, EventBody::DayKeyOpened};
    const bool notaries = only_notaries.count(kind) != 0;
    if (notaries || source.role == wire::SourceRole::notary) {
        return notaries && source.role == wire::SourceRole::notary;
    }
    const bool platforms = only_platforms.count(kind) != 0;
    return both.count(kind) != 0 || platforms == (source.role == wire::SourceRole::platform);
}

bool allowed_after_close(EventBody kind) {
    static const std::set<EventBody> allowed = {
        EventBody::RedemptionRefunded, EventBody::SettlementRequested,
        EventBody::SettlementPaid,     EventBody::RecoveryDemanded,
        EventBody::RecoveryReceived,   EventBody::CompensationReceived,
        EventBody::FundReturned,       EventBody::SourceDayClosed,
        EventBody::ClockAdvanced,      EventBody::SourceRegistered,
        EventBody::SourceRevoked,      EventBody::SourceKeyAdded,
        EventBody::SourceKeyRevoked,   EventBody::PlatformTerminated,
        EventBody::InvoiceReversed,    EventBody::PrizePaid,
        EventBody::PrizePayoutFailed,  EventBody::PrizeForfeited,
        EventBody::PrizeRecovered,     EventBody::DayKeyOpened};
    return allowed.count(kind) != 0;
}

// Reasons 40 to 44 and the ladder; the number is marked already.
Reason judge_event(Judge& judge,
                   const Reading& reading,
                   const Programme& programme,
                   const Source& source,
                   const std::string* accepted_under_key,
                   bool known,
                   bool& duplicate) {
    const wire::Event& event = *reading.event;
    if (Sum{event.occurred_at_us()} > Sum{*programme.log_time_us} + future_tolerance_us) {
        return Reason::occurred_in_future;
    }
    if (accepted_under_key != nullptr) {
        duplicate = *accepted_under_key == reading.content;
        return duplicate ? Reason::none : Reason::natural_key_conflict;
    }
    const bool makes_voucher = event.body_type() == EventBody::VoucherClaimed ||
                               event.body_type() == EventBody::DrawRequested;
    if (makes_voucher && programme.vouchers.count(id_of(event.key())) != 0) {
        return Reason::natural_key_conflict;  // of the other kind, or the key would be known
    }
    if (!entitled(source, event.body_type())) {
        return Reason::source_not_entitled;
    }
    if (known && event.body_type() == EventBody::ProgrammeOpened) {
        return Reason::programme_exists;
    }
    if (programme.closed && !allowed_after_close(event.body_type())) {
        return Reason::programme_closed;
    }
    const Reason reason = judge.decide();
    duplicate = judge.repeats();
    return reason;
}

}  // namespace

bool Source::can_speak() const {
    return !revoked && (keys.empty() || std::any_of(keys.begin(), keys.end(), [](const auto& key) {
                            return !key.second.revoked;
                        }));
}

bool Programme::covers(std::uint32_t district) const {
    return std::any_of(districts.begin(), districts.end(), [district](std::uint32_t eligible) {
        const std::uint32_t whole = eligible % 10'000 == 0 ? 10'000 : eligible % 100 == 0 ? 100 : 1;
        return district / whole == eligible / whole;
    });
}

std::uint32_t Programme::province() const {
    return districts.empty() ? 0 : districts.front() / 10'000;
}

bool Programme::released(std::uint32_t batch, std::int32_t last_day) const {
    return batches.at(batch).closed || clock_us >= start_of(last_day + 1);
}

std::vector<Ticket> Programme::tickets(std::uint32_t batch) const {
    std::vector<Ticket> tickets;
    for (const auto& [id, invoice] : invoices) {
        if (invoice.state == InvoiceState::verified && invoice.answer.batch == batch) {
            tickets.push_back({.invoice = id, .consumer = invoice.consumer});
        }
    }
    return tickets;
}

const InstantDraw* Programme::draw_on(std::int32_t day) const {
    for (const InstantDraw& draw : instant_draws) {
        if (draw.rules.has(day)) {
            return &draw;
        }
    }
    return nullptr;
}

bool Programme::draws_from(std::uint32_t batch) const {
    return std::any_of(instant_draws.begin(), instant_draws.end(),
                       [batch](const InstantDraw& draw) { return draw.batch == batch; });
}

std::int32_t Batch::last_day_of_claim(std::int32_t claim_day) const {
    if (valid_days == 0) {
        return redeem_last_day;
    }
    const std::int32_t first = std::max(claim_day, redeem_first_day);
    return std::min(redeem_last_day, first + valid_days - 1);
}

Answer Ledger::apply(const Input& input) {
    Answer answer;
    answer.sequence = ++entries_;
    answer.input_offset = input.offset;
    answer.logged_at_us = input.timestamp_us;
    const Reading reading = read(input);
    answer.content_hash = reading.content_hash;
    if (reading.event == nullptr) {
        answer.outcome = Outcome::quarantined;
        answer.reason = reading.quarantine;
        return answer;
    }
    state_dimensions(*reading.event, answer);
    const Reason envelope = reading.envelope();
    if (envelope != Reason::none) {
        refuse(answer, envelope);
        return answer;
    }
    judge(reading, answer);
    return answer;
}

void Ledger::judge(const Reading& reading, Answer& answer) {
    const wire::Event& event = *reading.event;
    const std::uint16_t number = event.origin()->source();
    const auto found = programmes_.find(event.programme());
    if (found == programmes_.end()) {
        if (event.body_type() != EventBody::ProgrammeOpened) {
            return refuse(answer, Reason::programme_unknown);
        }
        // The programme and its first source begin with this event, or not at all.
        Programme candidate;
        Source& source = candidate.sources[number];
        source.role = wire::SourceRole::authority;
        judge_known_source(reading, candidate, source, answer);
        if (answer.outcome == Outcome::accepted) {
            programmes_.emplace(event.programme(), std::move(candidate));
        } else {
            answer.gap_from = 0;
        }
        return;
    }
    Programme& programme = found->second;
    const auto source = programme.sources.find(number);
    if (source == programme.sources.end()) {
        return refuse(answer, Reason::source_unregistered);
    }
    if (answer.platform == 0) {
        answer.platform = source->second.platform;
    }
    if (source->second.revoked) {
        return refuse(answer, Reason::source_revoked);
    }
    if (const Reason reason = judge_signature(reading, source->second); reason != Reason::none) {
        return refuse(answer, reason);
    }
    judge_known_source(reading, programme, source->second, answer);
}

// A source that never had a key may say anything.
Reason Ledger::judge_signature(const Reading& reading, const Source& source) const {
    if (source.keys.empty()) {
        return Reason::none;
    }
    if (!reading.signature) {
        return Reason::signature_missing;
    }
    const auto key = source.keys.find(reading.signature->key);
    if (key == source.keys.end()) {
        return Reason::signature_key_unknown;
    }
    if (key->second.revoked) {
        return Reason::signature_key_revoked;
    }
    const std::optional<std::string> secret = source_keys_(key->second.commitment);
    if (!secret) {
        std::abort();  // whoever made the world knows its keys
    }
    const std::string tag = keyed_hash_of(key->second.hash, *secret,
                                          "fiscus-event-v1" + reading.signature->signed_bytes);
    return tag == reading.signature->tag ? Reason::none : Reason::signature_differs;
}

void Ledger::judge_known_source(const Reading& reading,
                                Programme& programme,
                                Source& source,
                                Answer& answer) {
    const wire::Event& event = *reading.event;
    const bool known = programmes_.count(event.programme()) != 0;
    programme.log_time_us =
        std::max(programme.log_time_us.value_or(answer.logged_at_us), answer.logged_at_us);
    const auto key = std::make_pair(event.body_type(), id_of(event.key()));
    const auto accepted = programme.keys.find(key);
    const std::string* accepted_under_key =
        accepted == programme.keys.end() ? nullptr : &accepted->second;
    const Numbering numbering =
        judge_number(source, *event.origin(), reading.content, accepted_under_key);
    if (numbering.duplicate) {
        answer.outcome = Outcome::duplicate;
        answer.reason = numbering.reason;
        return;
    }
    if (numbering.reason != Reason::none) {
        return refuse(answer, numbering.reason);
    }
    mark_number(source, *event.origin(), reading.content, answer);

    Judge judge(*this, programme, source, event, answer);
    bool duplicate = false;
    const Reason reason =
        judge_event(judge, reading, programme, source, accepted_under_key, known, duplicate);
    source.seen.at(event.origin()->sequence()).reason = reason;
    if (reason != Reason::none) {
        return refuse(answer, reason);
    }
    if (duplicate) {
        answer.outcome = Outcome::duplicate;
        return;
    }
    answer.outcome = Outcome::accepted;
    programme.keys.emplace(key, reading.content);
}

std::int64_t Ledger::balance(const Account& account) const {
    const auto found = balances_.find(account);
    return found == balances_.end() ? 0 : static_cast<std::int64_t>(found->second);
}

const Programme* Ledger::programme(std::uint32_t number) const {
    const auto found = programmes_.find(number);
    return found == programmes_.end() ? nullptr : &found->second;
}

std::vector<std::uint64_t> Ledger::missing(std::uint32_t programme, std::uint16_t source) const {
    const Source& of = programmes_.at(programme).sources.at(source);
    std::vector<std::uint64_t> numbers;
    for (std::uint64_t number = of.low + 1; number < of.high; ++number) {
        if (of.seen.count(number) == 0) {
            numbers.push_back(number);
        }
    }
    return numbers;
}

// What winners are still to get, and what is to come back, stands on the accounts of each tier.
std::string Ledger::broken_prizes(std::uint32_t number, const Programme& programme) const {
    std::string broken;
    for (const auto& [batch_number, batch] : programme.prize_batches) {
        std::map<Account, Sum> expected;
        for (std::uint16_t tier = 1; tier <= batch.rules.tiers.size(); ++tier) {
            Account account = {.programme = number, .batch = batch_number, .key = tier};
            const std::int64_t prize_fen = batch.tier(tier).amount_fen;
            for (const Place& place : batch.places) {
                const bool of_tier = place.tier == tier;
                account.kind = wire::AccountKind::prize_payable;
                expected[account] += of_tier && place.state == PlaceState::payable ? prize_fen : 0;
                account.kind = wire::AccountKind::prize_receivable;
                expected[account] += of_tier && place.state == PlaceState::recovering
                                         ? prize_fen - place.recovered_fen
                                         : 0;
            }
        }
        for (const auto& [account, amount] : expected) {
            if (balance(account) != amount) {
                broken += text(account) + " holds " + money_text(balance(account)) +
                          ", the places of the draw say " + money_text(amount) + '\n';
            }
        }
    }
    return broken;
}

// One chance a day and platform, one win a day, no more wins than the draw lets, and never more of
// a tier than was released on the whole day.
std::string Ledger::broken_chances(const Programme& programme) {
    std::string broken;
    std::set<std::tuple<Id, std::uint16_t, std::int32_t>> asked;
    std::map<Id, std::set<std::int32_t>> days_won;
    std::map<std::pair<std::int32_t, std::uint16_t>, std::uint64_t> won_in;
    for (const Chance& chance : programme.chances) {
        const Answer& a = chance.answer;
        const std::string who = "consumer " + text(chance.consumer);
        if (!asked.emplace(chance.consumer, a.platform, a.business_day).second) {
            broken += who + " had two chances on a day of a platform\n";
        }
        if (a.vouchers != static_cast<std::uint8_t>(wire::DrawOutcome::won)) {
            continue;
        }
        const InstantRules& rules = programme.draw_on(a.business_day)->rules;
        if (!days_won[chance.consumer].insert(a.business_day).second) {
            broken += who + " won twice on a day\n";
        }
        if (rules.wins_max != 0 && days_won[chance.consumer].size() > rules.wins_max) {
            broken += who + " won too often\n";
        }
        const std::uint64_t count = ++won_in[{a.business_day, a.limit_class}];
        if (count > rules.tier(a.limit_class).released(start_of(1) - start_of(0))) {
            broken += "tier " + std::to_string(a.limit_class) + " was won too often on a day\n";
        }
    }
    return broken;
}

std::string Ledger::broken_identities() const {
    std::string broken = reference::broken_identities(balances_);
    for (const auto& [number, programme] : programmes_) {
        Sum deposited = 0;
        for (const auto& [account, deposits] : programme.deposits) {
            deposited += Sum{deposits.deposited_fen} - deposits.returned_fen;
            deposited += balance({.kind = wire::AccountKind::treasury,
                                  .programme = number,
                                  .key = deposits.ordinal});
        }
        if (deposited != 0) {
            broken += "programme " + std::to_string(number) +
                      ": deposits − returns differ from the treasury by " + money_text(deposited) +
                      '\n';
        }
        broken += broken_prizes(number, programme);
        broken += broken_chances(programme);
        std::map<Id, int> redeemed_by;
        for (const auto& [id, redemption] : programme.redemptions) {
            for (const Id& voucher : redemption.vouchers) {
                if (redemption.order_left_fen > 0 && ++redeemed_by[voucher] > 1) {
                    broken += "voucher " + text(voucher) + " is redeemed twice\n";
                }
            }
        }
    }
    return broken;
}

}  // namespace fiscus::reference
