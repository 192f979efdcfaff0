// Which cold records an event may touch, found before any rule runs, so that a whole turn costs one
// or two MultiGets. The rules check that nothing they read was forgotten here.
#include <algorithm>
#include <bit>

#include "engine/apply/claim_counts.h"
#include "engine/apply/facts.h"
#include "engine/apply/instant.h"
#include "engine/apply/ledger.h"

namespace fiscus::apply {
namespace {

using state::Key;
using state::TableId;
using wire::EventBody;

Key key_of(const decode::DecodedEvent& in, TableId table, Id128 id) {
    return {.id = id, .programme = in.programme.value(), .table = table};
}

Key natural_key_of(const decode::DecodedEvent& in) {
    Key key = key_of(in, TableId::natural_key, in.key);
    key.part = static_cast<std::uint32_t>(in.kind);
    return key;
}

Key ticket_key_of(const decode::DecodedEvent& in, std::uint32_t batch, Id128 invoice) {
    Key key = key_of(in, TableId::ticket, invoice);
    key.part = batch;
    return key;
}

// Nothing is looked up for what is refused before any rule.
bool is_sound(const decode::DecodedEvent& in) {
    return in.reason == wire::Reason::none && in.authentication == wire::Reason::none;
}

}  // namespace

bool Ledger::is_definition(const decode::DecodedEvent& event) {
    return event.kind == EventBody::ProgrammeOpened || event.kind == EventBody::BatchOpened ||
           event.kind == EventBody::PrizeBatchOpened ||
           event.kind == EventBody::InstantDrawOpened ||
           event.kind == EventBody::PublicValuePublished || event.kind == EventBody::DayKeyOpened ||
           event.kind == EventBody::SourceRegistered || event.kind == EventBody::SourceRevoked ||
           event.kind == EventBody::SourceKeyAdded || event.kind == EventBody::SourceKeyRevoked;
}

bool Ledger::needs_list(const decode::DecodedEvent& event) {
    return event.kind == EventBody::DrawSealed || event.kind == EventBody::DrawExecuted;
}

Status Ledger::prefetch(std::span<decode::DecodedEvent> events) {
    claims_.clear();
    indirect_.clear();
    ++prefetches_;
    if (speakers_.size() < events.size() * 2) {
        speakers_.assign(std::bit_ceil(events.size() * 2), {});
    }
    // First, because it may fail and be tried again.
    const bool somebody_signs = state_.source_keys.size() > 0;
    for (decode::DecodedEvent& in : events) {
        if (somebody_signs && in.reason == wire::Reason::none) {
            FISCUS_TRY(source_keys_.authenticate(state_, in));
        }
        if (is_sound(in) && in.kind == EventBody::DrawRequested) {
            FISCUS_TRY(load_chance(in));
        }
    }
    for (const decode::DecodedEvent& in : events) {
        if (is_sound(in)) {
            want_direct(in);
            if (needs_list(in)) {
                FISCUS_CHECK(events.size() == 1, "what needs a list comes alone");
                FISCUS_TRY(collect_tickets(in));
            }
        }
    }
    FISCUS_TRY(state_.load_wanted());
    want_further_claims();
    // A refund names its vouchers only in its redemption, a stacked one in a second record.
    for (bool more = true, first = true; more; first = false) {
        more = false;
        for (const decode::DecodedEvent* in : indirect_) {
            more |= want_indirect(*in, first);
        }
        FISCUS_TRY(state_.load_wanted());
    }
    return Done{};
}

// Only where the rules will look at it, as far as source and draw tell: a list may be long.
Status Ledger::collect_tickets(const decode::DecodedEvent& in) {
    tickets_ = {};
    if (entitled_source(in) == nullptr) {
        return Done{};
    }
    const bool seals = in.kind == EventBody::DrawSealed;
    const BatchId batch(seals ? in.event->body_as_DrawSealed()->batch()
                              : in.event->body_as_DrawExecuted()->batch());
    const auto* draw = state_.prize_draws.get(
        {.programme = in.programme.value(), .part = batch.value(), .table = TableId::prize_draw});
    const auto status = draw == nullptr ? state::DrawStatus::open : draw->status;
    if (status != (seals ? state::DrawStatus::open : state::DrawStatus::seeded)) {
        return Done{};
    }
    return state_.for_each_ticket(
        in.programme, batch, [this](Id128 ticket, const state::TicketRecord& record) {
            if (record.standing != state::TicketStanding::removed) {
                tickets_.list.push_back({.id = ticket, .consumer = record.consumer});
                tickets_.reversed.push_back(record.standing == state::TicketStanding::reversed);
            }
        });
}

// Null where the source is unknown or revoked, or may not publish such an event: then no rule will
// run. Its registration ended the events before.
const state::SourceRecord* Ledger::entitled_source(const decode::DecodedEvent& in) {
    Key key = key_of(in, TableId::source, Id128{});
    key.part = in.source.value();
    const auto* source = state_.sources.get(key);
    const bool may_publish = source != nullptr && !source->revoked() &&
                             entitled(static_cast<wire::SourceRole>(source->role), in.kind);
    return may_publish ? source : nullptr;
}

// Not for what is refused whatever the key is, as far as that is known before the rules run: else
// the key may not be there, and need not be.
Status Ledger::load_chance(const decode::DecodedEvent& in) {
    const ProgrammeRules* programme = rules_of(in.programme);
    const std::int32_t day = business_day(in.occurred_at_us);
    const InstantDrawRules* rules =
        programme == nullptr ? nullptr : instant_rules_on(*programme, day);
    if (rules == nullptr || chances_.has(in.programme, day) ||
        is_day_opened(state_, in.programme, *rules, day) || entitled_source(in) == nullptr) {
        return Done{};
    }
    const auto* value = public_value(state_, in.programme, day - 1);
    if (value == nullptr) {
        return Done{};
    }
    return chances_.load(in.programme, *rules, day,
                         {value->value()->c_str(), value->value()->size()});
}

void Ledger::want_contact(const decode::DecodedEvent& in,
                          state::ContactKind kind,
                          const wire::Id128* id) {
    if (id != nullptr) {
        Key key = key_of(in, TableId::contact, decode::id_of(id));
        key.part = static_cast<std::uint32_t>(kind);
        state_.want_soon(key);
    }
}

// Its platform is that of the source.
void Ledger::want_draw(const decode::DecodedEvent& in) {
    const Id128 consumer = decode::id_of(in.event->body_as_DrawRequested()->consumer());
    state_.want_soon(key_of(in, TableId::consumer, consumer));
    state_.want_soon(key_of(in, TableId::draw_wins, consumer));
    state_.want_soon(key_of(in, TableId::voucher, in.key));
    if (const auto* source = entitled_source(in)) {
        state_.want_soon(draw_request_key(in.programme, business_day(in.occurred_at_us),
                                          source->platform, consumer));
    }
}

// The ticket of a verified invoice is found through the invoice.
void Ledger::want_invoice(const decode::DecodedEvent& in, const wire::Id128* invoice) {
    state_.want_soon(key_of(in, TableId::invoice, decode::id_of(invoice)));
    indirect_.push_back(&in);
}

// Each claim of a turn may take one place of its consumer's record. When they may be more than
// there are places free now, or some are counted further already, all of them may ask for what is
// counted further.
void Ledger::want_further_claims() {
    constexpr std::uint8_t asks_further = UINT8_MAX;
    for (const ClaimPlace& place : claims_) {
        auto& consumer = *state_.consumers.find(place.consumer);
        if (consumer.note != asks_further) {
            ++consumer.note;
            if (consumer.value.overflowed != 0 ||
                consumer.note > free_places(consumer.value, place)) {
                consumer.note = asks_further;
            }
        }
    }
    for (const ClaimPlace& place : claims_) {
        if (state_.consumers.find(place.consumer)->note == asks_further) {
            want_further(place);
        }
    }
    for (const ClaimPlace& place : claims_) {
        state_.consumers.find(place.consumer)->note = 0;
    }
}

// What is counted further exists only where the consumer, who is resident, says so. True when
// nothing is to be loaded.
bool Ledger::want_further(const ClaimPlace& place) {
    const bool exists = state_.consumers.find(place.consumer)->value.overflowed != 0;
    bool resident = true;
    for (const Key& further : {place.further_total, place.further_day}) {
        if (exists) {
            resident &= state_.want(further);
        } else {
            state_.add_absent(further);
        }
    }
    return resident;
}

// Most events of a few hundred are of a few sources, and a page has many numbers: each page is
// asked for once.
void Ledger::want_pages(const decode::DecodedEvent& in) {
    Speaker& speaker = speaker_of(in);
    if (!speaker.known) {
        return;
    }
    ask_for_pages(speaker, sequence::pages_of(speaker.record, in.epoch, in.sequence));
    // Which of these events will be refused is not known yet, so whoever was silent may have spoken
    // in any epoch when the next one comes.
    speaker.record.high = std::max(speaker.record.high, std::uint64_t{1});
}

Ledger::Speaker& Ledger::speaker_of(const decode::DecodedEvent& in) {
    const std::size_t mask = speakers_.size() - 1;
    std::size_t at = (in.programme.value() * 0x9e3779b9U + in.source.value()) & mask;
    while (speakers_[at].prefetch == prefetches_ &&
           (speakers_[at].programme != in.programme || speakers_[at].source != in.source)) {
        at = (at + 1) & mask;
    }
    Speaker& speaker = speakers_[at];
    if (speaker.prefetch != prefetches_) {
        Key key = key_of(in, TableId::source, Id128{});
        key.part = in.source.value();
        const auto* record = state_.sources.get(key);
        // Who is not registered is refused before anybody looks at the number, unless it opens the
        // programme.
        speaker = {.prefetch = prefetches_,
                   .programme = in.programme,
                   .source = in.source,
                   .known = record != nullptr || rules_of(in.programme) == nullptr,
                   .record = record == nullptr ? state::SourceRecord{} : *record};
        speaker.silent = sequence::is_silent(speaker.record);
        if (speaker.known) {
            ask_for_pages(speaker, sequence::pages_before(speaker.record));
        }
    }
    return speaker;
}

void Ledger::ask_for_pages(Speaker& speaker, sequence::Pages pages) {
    for (sequence::Pages left = pages & ~speaker.asked; left != 0; left &= left - 1) {
        const Key key = sequence::page_key(speaker.programme, speaker.source,
                                           static_cast<unsigned>(std::countr_zero(left)));
        // Who never spoke has none, and there may be many of them.
        speaker.silent ? state_.add_absent(key) : state_.want_soon(key);
    }
    speaker.asked |= pages;
}

void Ledger::want_direct(const decode::DecodedEvent& in) {
    // Whatever else it says, it is refused: a flood of such events leaves nothing behind.
    if (rules_of(in.programme) == nullptr && in.kind != EventBody::ProgrammeOpened) {
        return;
    }
    want_pages(in);
    if (in.kind == EventBody::VoucherClaimed) {
        return want_claim(in, *in.event->body_as_VoucherClaimed());
    }
    if (in.kind == EventBody::VoucherRedeemed) {
        return want_redemption(in, *in.event->body_as_VoucherRedeemed());
    }
    state_.want_soon(natural_key_of(in));
    switch (in.kind) {
        case EventBody::RedemptionRefunded:
            state_.want_soon(
                key_of(in, TableId::redemption,
                       decode::id_of(in.event->body_as_RedemptionRefunded()->redemption())));
            indirect_.push_back(&in);
            return;
        case EventBody::VoucherVoided:
            state_.want_soon(key_of(in, TableId::voucher,
                                    decode::id_of(in.event->body_as_VoucherVoided()->voucher())));
            indirect_.push_back(&in);
            return;
        case EventBody::ConsumerRegistered:
            return want_registration(in, *in.event->body_as_ConsumerRegistered());
        case EventBody::InvoiceSubmitted:
            return want_submission(in, *in.event->body_as_InvoiceSubmitted());
        case EventBody::DrawRequested: return want_draw(in);
        case EventBody::InvoiceVerified:
            return want_invoice(in, in.event->body_as_InvoiceVerified()->invoice());
        case EventBody::InvoiceRejected:
            return want_invoice(in, in.event->body_as_InvoiceRejected()->invoice());
        case EventBody::InvoiceReversed:
            return want_invoice(in, in.event->body_as_InvoiceReversed()->invoice());
        case EventBody::PrizePaid:
            return want_invoice(in, in.event->body_as_PrizePaid()->invoice());
        case EventBody::PrizePayoutFailed:
            return want_invoice(in, in.event->body_as_PrizePayoutFailed()->invoice());
        case EventBody::PrizeForfeited:
            return want_invoice(in, in.event->body_as_PrizeForfeited()->invoice());
        case EventBody::PrizeRecovered:
            return want_invoice(in, in.event->body_as_PrizeRecovered()->invoice());
        case EventBody::SettlementRequested:
            state_.want_soon(key_of(in, TableId::settlement_request, in.key));
            return;
        case EventBody::SettlementPaid:
            state_.want_soon(key_of(in, TableId::settlement_request,
                                    decode::id_of(in.event->body_as_SettlementPaid()->request())));
            return;
        default: return;
    }
}

void Ledger::want_claim(const decode::DecodedEvent& in, const wire::VoucherClaimed& event) {
    const Id128 consumer = decode::id_of(event.consumer());
    state_.want_soon(key_of(in, TableId::voucher, in.key));
    state_.want_soon(key_of(in, TableId::consumer, consumer));
    const ProgrammeRules* programme = rules_of(in.programme);
    if (programme == nullptr) {
        return;
    }
    const auto at = programme->batches.find(event.batch());
    if (at != programme->batches.end()) {
        want_counts(in, event.batch(), consumer, counted_days(at->second));
    }
}

// Before its first day the rules refuse the event without looking at the counts.
void Ledger::want_counts(const decode::DecodedEvent& in,
                         std::uint32_t batch,
                         Id128 consumer,
                         const CountedDays& days) {
    const std::int32_t day = business_day(in.occurred_at_us);
    if (day >= days.first) {
        claims_.push_back(claim_place(in.programme, BatchId(batch), consumer, days, day));
    }
}

void Ledger::want_redemption(const decode::DecodedEvent& in, const wire::VoucherRedeemed& event) {
    state_.want_soon(key_of(in, TableId::redemption, in.key));
    state_.merchants.prefetch_slot(key_of(in, TableId::merchant, decode::id_of(event.merchant())));
    if (event.vouchers() == nullptr || event.vouchers()->size() > vouchers_max) {
        return;
    }
    if (event.vouchers()->size() > 1) {
        state_.want_soon(key_of(in, TableId::redemption_vouchers, in.key));
    }
    for (const wire::Id128* voucher : *event.vouchers()) {
        state_.want_soon(key_of(in, TableId::voucher, decode::id_of(voucher)));
    }
}

void Ledger::want_registration(const decode::DecodedEvent& in,
                               const wire::ConsumerRegistered& event) {
    state_.want_soon(key_of(in, TableId::identity, decode::id_of(event.identity())));
    state_.want_soon(key_of(in, TableId::consumer, decode::id_of(event.consumer())));
    state_.want_soon(key_of(in, TableId::registration, decode::id_of(event.consumer())));
    want_contact(in, state::ContactKind::phone, event.phone());
    want_contact(in, state::ContactKind::device, event.device());
}

void Ledger::want_submission(const decode::DecodedEvent& in, const wire::InvoiceSubmitted& event) {
    const Id128 consumer = decode::id_of(event.consumer());
    const Id128 invoice = decode::id_of(event.invoice());
    state_.want_soon(key_of(in, TableId::invoice, invoice));
    // For its verification within the same events.
    state_.want_soon(ticket_key_of(in, event.batch(), invoice));
    state_.want_soon(key_of(in, TableId::consumer, consumer));
    const ProgrammeRules* programme = rules_of(in.programme);
    if (programme == nullptr) {
        return;
    }
    const auto at = programme->prize_batches.find(event.batch());
    if (at != programme->prize_batches.end()) {
        want_counts(in, event.batch(), consumer, counted_days(at->second));
    }
}

// True when nothing is to be loaded.
bool Ledger::want_ticket(const decode::DecodedEvent& in) {
    const wire::Id128* id = in.kind == EventBody::InvoiceVerified
                                ? in.event->body_as_InvoiceVerified()->invoice()
                                : in.event->body_as_InvoiceReversed()->invoice();
    const Key invoice_key = key_of(in, TableId::invoice, decode::id_of(id));
    const auto* invoice = state_.invoices.get(invoice_key);
    return invoice == nullptr || state_.want(ticket_key_of(in, invoice->batch, invoice_key.id));
}

// True when something was missing, so that another look may find more.
bool Ledger::want_indirect(const decode::DecodedEvent& in, bool first_look) {
    bool resident = true;
    if (in.kind == EventBody::RedemptionRefunded) {
        const Id128 id = decode::id_of(in.event->body_as_RedemptionRefunded()->redemption());
        const auto* redemption = state_.redemptions.get(key_of(in, TableId::redemption, id));
        if (redemption == nullptr) {
            return false;
        }
        resident &= state_.want(key_of(in, TableId::voucher, redemption->first_voucher));
        if (redemption->vouchers > 1) {
            const Key more_key = key_of(in, TableId::redemption_vouchers, id);
            const bool known = state_.want(more_key);
            resident &= known;
            const auto* more = known ? state_.redemption_vouchers.get(more_key) : nullptr;
            for (std::size_t i = 0; more != nullptr && i + 1 < redemption->vouchers; ++i) {
                resident &= state_.want(key_of(in, TableId::voucher, more->more[i]));
            }
        }
    } else if (in.kind == EventBody::VoucherVoided) {
        const Id128 id = decode::id_of(in.event->body_as_VoucherVoided()->voucher());
        const auto* voucher = state_.vouchers.get(key_of(in, TableId::voucher, id));
        if (voucher == nullptr) {
            return false;
        }
        const BatchRules& rules = rules_of(in.programme)->batches.at(voucher->batch);
        const ClaimPlace place =
            claim_place(in.programme, BatchId(voucher->batch), voucher->consumer,
                        counted_days(rules), business_day(voucher->claimed_at_us));
        // Another void of these events may have asked for the consumer in this very look: want()
        // says then that the record is there, but only after the look it is known what it says.
        if (first_look) {
            state_.want(place.consumer);
            resident = false;
        } else {
            resident &= want_further(place);
        }
    } else if (in.kind == EventBody::InvoiceVerified || in.kind == EventBody::InvoiceReversed) {
        resident &= want_ticket(in);
    }
    return !resident;
}

}  // namespace fiscus::apply
