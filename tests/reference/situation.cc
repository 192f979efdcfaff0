#include "tests/reference/situation.h"

#include <algorithm>

#include "tests/reference/judge.h"
#include "tests/reference/kinds.h"
#include "tests/reference/reading.h"

namespace fiscus::reference {
namespace {

std::string prize_batch_state(const PrizeBatch& batch) {
    if (batch.closed) {
        return "prize_closed";
    }
    switch (batch.draw) {
        case DrawState::open: return "prize_open";
        case DrawState::sealed: return "prize_sealed";
        case DrawState::seeded: return "prize_seeded";
        case DrawState::executed: return "prize_executed";
        case DrawState::aborted: return "prize_aborted";
    }
    return {};
}

// The state of what one event of a known source is about.
class States {
public:
    States(const Programme& programme, const Source& source, const wire::Event& event)
        : programme_(programme), source_(source), event_(event) {}

    // Of a programme that is known; what is not opened yet has the state none by itself.
    std::string operator()(const wire::ProgrammeOpened&) const { return programme(); }
    std::string operator()(const wire::ProgrammeClosed&) const { return programme(); }
    std::string operator()(const wire::SourceRegistered& e) const { return source(e.source()); }
    std::string operator()(const wire::SourceRevoked& e) const { return source(e.source()); }
    std::string operator()(const wire::SourceKeyAdded& e) const { return source(e.source()); }
    std::string operator()(const wire::SourceKeyRevoked& e) const { return source(e.source()); }
    std::string operator()(const wire::PlatformAdmitted& e) const { return platform(e.platform()); }
    std::string operator()(const wire::PlatformSuspended& e) const {
        return platform(e.platform());
    }
    std::string operator()(const wire::PlatformResumed& e) const { return platform(e.platform()); }
    std::string operator()(const wire::PlatformTerminated& e) const {
        return platform(e.platform());
    }
    std::string operator()(const wire::MerchantRegistered& e) const {
        return merchant(id_of(e.merchant()));
    }
    std::string operator()(const wire::MerchantChanged& e) const {
        return merchant(id_of(e.merchant()));
    }
    std::string operator()(const wire::MerchantSuspended& e) const {
        return merchant(id_of(e.merchant()));
    }
    std::string operator()(const wire::MerchantResumed& e) const {
        return merchant(id_of(e.merchant()));
    }
    std::string operator()(const wire::FundDeposited& e) const {
        return account(id_of(e.account()));
    }
    std::string operator()(const wire::FundReturned& e) const {
        return account(id_of(e.account()));
    }
    std::string operator()(const wire::BatchFunded& e) const { return batch(e.batch()); }
    std::string operator()(const wire::BatchOpened& e) const { return batch(e.batch()); }
    std::string operator()(const wire::BatchAdjusted& e) const { return batch(e.batch()); }
    std::string operator()(const wire::BatchClosed& e) const { return batch(e.batch()); }
    std::string operator()(const wire::PrizeBatchOpened& e) const { return batch(e.batch()); }
    std::string operator()(const wire::DrawSealed& e) const { return batch(e.batch()); }
    std::string operator()(const wire::DrawSeedPublished& e) const { return batch(e.batch()); }
    std::string operator()(const wire::DrawExecuted& e) const { return batch(e.batch()); }
    std::string operator()(const wire::DrawAborted& e) const { return batch(e.batch()); }
    std::string operator()(const wire::InstantDrawOpened& e) const { return batch(e.batch()); }
    std::string operator()(const wire::SettlementRequested& e) const { return batch(e.batch()); }
    std::string operator()(const wire::VoucherClaimed& e) const { return batch(e.batch()); }
    std::string operator()(const wire::ConsumerRegistered& e) const {
        const Id id = id_of(e.consumer());
        return programme_.identity_of_consumer.count(id) != 0 ? "registered"
               : programme_.consumers.count(id) != 0          ? "named"
                                                              : "none";
    }
    std::string operator()(const wire::VoucherRedeemed& e) const;
    std::string operator()(const wire::VoucherVoided& e) const {
        const auto found = programme_.vouchers.find(id_of(e.voucher()));
        return found == programme_.vouchers.end() ? "none" : voucher(found->first, false);
    }
    std::string operator()(const wire::RedemptionRefunded& e) const;
    std::string operator()(const wire::SettlementPaid& e) const {
        const auto found = programme_.requests.find(id_of(e.request()));
        return found == programme_.requests.end()                   ? "none"
               : found->second.paid_fen == 0                        ? "unpaid"
               : found->second.paid_fen == found->second.amount_fen ? "paid"
                                                                    : "partly_paid";
    }
    std::string operator()(const wire::RecoveryDemanded& e) const { return platform(e.platform()); }
    std::string operator()(const wire::RecoveryReceived& e) const { return platform(e.platform()); }
    std::string operator()(const wire::CompensationReceived& e) const {
        return platform(e.platform());
    }
    std::string operator()(const wire::SourceDayClosed&) const { return "any"; }
    std::string operator()(const wire::ClockAdvanced&) const {
        return programme_.clock_us == 0 ? "unset" : "set";
    }
    std::string operator()(const wire::InvoiceSubmitted& e) const;
    std::string operator()(const wire::InvoiceVerified& e) const {
        return invoice(id_of(e.invoice()));
    }
    std::string operator()(const wire::InvoiceRejected& e) const {
        return invoice(id_of(e.invoice()));
    }
    std::string operator()(const wire::InvoiceReversed& e) const {
        return invoice(id_of(e.invoice()));
    }
    std::string operator()(const wire::PrizePaid& e) const { return invoice(id_of(e.invoice())); }
    std::string operator()(const wire::PrizePayoutFailed& e) const {
        return invoice(id_of(e.invoice()));
    }
    std::string operator()(const wire::PrizeForfeited& e) const {
        return invoice(id_of(e.invoice()));
    }
    std::string operator()(const wire::PrizeRecovered& e) const {
        return invoice(id_of(e.invoice()));
    }
    std::string operator()(const wire::PublicValuePublished& e) const {
        return programme_.public_values.count(e.day()) != 0 ? "published" : "none";
    }
    std::string operator()(const wire::DrawRequested& e) const;
    std::string operator()(const wire::DayKeyOpened& e) const {
        return programme_.draw_on(e.day()) == nullptr       ? "no_draw"
               : programme_.days_opened.count(e.day()) != 0 ? "opened"
                                                            : "closed";
    }

private:
    [[nodiscard]] std::int32_t day() const { return day_of(event_.occurred_at_us()); }
    [[nodiscard]] std::string programme() const { return programme_.closed ? "closed" : "open"; }
    [[nodiscard]] std::string source(std::uint16_t number) const;
    [[nodiscard]] std::string platform(std::uint16_t number) const;
    [[nodiscard]] std::string merchant(const Id& id) const {
        const auto found = programme_.merchants.find(id);
        return found == programme_.merchants.end() ? "none"
               : found->second.suspended           ? "suspended"
                                                   : "active";
    }
    [[nodiscard]] std::string account(const Id& id) const {
        const auto found = programme_.deposits.find(id);
        return found == programme_.deposits.end()                          ? "none"
               : found->second.deposited_fen == found->second.returned_fen ? "empty"
                                                                           : "holding";
    }
    [[nodiscard]] std::string batch(std::uint32_t number) const {
        return batch_state(programme_, number);
    }
    // `by_day`: its last day counts before its release.
    [[nodiscard]] std::string voucher(const Id& id, bool by_day) const {
        const Voucher& one = programme_.vouchers.at(id);
        const bool lapsed = one.state == VoucherState::claimed && day() > one.last_day;
        return by_day && lapsed ? "lapsed" : voucher_state(programme_, id);
    }
    [[nodiscard]] std::string invoice(const Id& id) const { return invoice_state(programme_, id); }

    const Programme& programme_;
    const Source& source_;
    const wire::Event& event_;
};

std::string States::source(std::uint16_t number) const {
    const auto found = programme_.sources.find(number);
    if (found == programme_.sources.end()) {
        return "none";
    }
    if (found->second.revoked) {
        return "revoked";
    }
    const auto decides = [](const auto& numbered) {
        return numbered.second.role == wire::SourceRole::authority && !numbered.second.revoked;
    };
    const bool last = decides(*found) && std::count_if(programme_.sources.begin(),
                                                       programme_.sources.end(), decides) == 1;
    return last ? "last_authority" : "active";
}

std::string States::platform(std::uint16_t number) const {
    const auto found = programme_.platforms.find(number);
    if (found == programme_.platforms.end()) {
        return "none";
    }
    const Platform& platform = found->second;
    return platform.suspended    ? (platform.terminated ? "both" : "suspended")
           : platform.terminated ? "terminated"
                                 : "admitted";
}

std::string States::operator()(const wire::VoucherRedeemed& e) const {
    std::set<Id> ids;
    if (e.vouchers() != nullptr) {
        for (const wire::Id128* id : *e.vouchers()) {
            ids.insert(id_of(id));
        }
    }
    if (ids.size() != 1) {
        return ids.empty() ? "no_voucher" : "several";
    }
    return programme_.vouchers.count(*ids.begin()) == 0 ? "none" : voucher(*ids.begin(), true);
}

std::string States::operator()(const wire::RedemptionRefunded& e) const {
    const auto found = programme_.redemptions.find(id_of(e.redemption()));
    if (found == programme_.redemptions.end()) {
        return "none";
    }
    const Redemption& sold = found->second;
    return sold.order_left_fen == 0 ? "refunded"
           : sold.order_left_fen == sold.order_fen && sold.subsidy_left_fen == sold.subsidy_fen
               ? "whole"
               : "partly_refunded";
}

// The invoice decides, unless it may be submitted; then the batch does.
std::string States::operator()(const wire::InvoiceSubmitted& e) const {
    const std::string of_batch = batch(e.batch());
    const auto found = programme_.invoices.find(id_of(e.invoice()));
    if (found == programme_.invoices.end()) {
        return of_batch;
    }
    switch (found->second.state) {
        case InvoiceState::submitted: return "submitted";
        case InvoiceState::verified: return "verified";
        case InvoiceState::reversed: return "reversed";
        case InvoiceState::rejected: break;
    }
    return of_batch == "prize_open" ? "rejected" : of_batch;
}

std::string States::operator()(const wire::DrawRequested& e) const {
    const InstantDraw* draw = programme_.draw_on(day());
    if (draw == nullptr) {
        return "no_draw";
    }
    const Id consumer = id_of(e.consumer());
    const bool asked = std::any_of(
        programme_.chances.begin(), programme_.chances.end(), [&](const Chance& chance) {
            return chance.consumer == consumer && chance.answer.platform == source_.platform &&
                   chance.answer.business_day == day();
        });
    return asked ? "asked" : programme_.batches.at(draw->batch).closed ? "closed" : "open";
}

}  // namespace

std::string batch_state(const Programme& programme, std::uint32_t number) {
    const auto prizes = programme.prize_batches.find(number);
    if (prizes != programme.prize_batches.end()) {
        return prize_batch_state(prizes->second);
    }
    const auto found = programme.batches.find(number);
    return found == programme.batches.end() ? "none"
           : found->second.closed           ? "closed"
           : programme.draws_from(number)   ? "drawn"
                                            : "open";
}

std::string voucher_state(const Programme& programme, const Id& id) {
    const Voucher& voucher = programme.vouchers.at(id);
    const auto uses = [&id](const auto& redemption) {
        const auto& vouchers = redemption.second.vouchers;
        return std::find(vouchers.begin(), vouchers.end(), id) != vouchers.end();
    };
    const auto any = [&programme](auto predicate) {
        return std::any_of(programme.redemptions.begin(), programme.redemptions.end(), predicate);
    };
    switch (voucher.state) {
        case VoucherState::voided: return "voided";
        case VoucherState::returned: return "returned";
        case VoucherState::redeemed:
            return any([&uses](const auto& redemption) {
                const Redemption& r = redemption.second;
                return uses(redemption) && r.order_left_fen > 0 &&
                       (r.order_left_fen < r.order_fen || r.subsidy_left_fen < r.subsidy_fen);
            })
                       ? "partly_refunded"
                       : "redeemed";
        case VoucherState::claimed: break;
    }
    return programme.released(voucher.batch, voucher.last_day) ? "released"
           : any(uses)                                         ? "restored"
                                                               : "claimed";
}

std::string invoice_state(const Programme& programme, const Id& id) {
    const auto found = programme.invoices.find(id);
    if (found == programme.invoices.end()) {
        return "none";
    }
    const PrizeBatch& batch = programme.prize_batches.at(found->second.answer.batch);
    const auto place = std::find_if(batch.places.begin(), batch.places.end(),
                                    [&id](const Place& one) { return one.invoice == id; });
    const bool placed = place != batch.places.end();
    switch (found->second.state) {
        case InvoiceState::submitted:
            return batch.draw == DrawState::open      ? "submitted"
                   : batch.draw == DrawState::aborted ? "submitted_aborted"
                                                      : "submitted_sealed";
        case InvoiceState::rejected: return "rejected";
        case InvoiceState::reversed:
            if (!placed || place->state != PlaceState::recovering) {
                return "reversed";
            }
            return place->recovered_fen == batch.tier(place->tier).amount_fen ? "recovered"
                                                                              : "recovering";
        case InvoiceState::verified: break;
    }
    if (!placed) {
        return "verified";
    }
    return place->state == PlaceState::waiting   ? "waiting"
           : place->state == PlaceState::payable ? "payable"
           : place->state == PlaceState::paid    ? "paid"
                                                 : "forfeited";
}

Situation situation_of(const Ledger& ledger, const Input& input) {
    const Reading reading = read(input);
    if (reading.event == nullptr) {
        return {};
    }
    const wire::Event& event = *reading.event;
    Situation situation{.kind = event.body_type(), .source = "known"};
    const Programme* programme = ledger.programme(event.programme());
    if (programme == nullptr) {
        situation.source = "no_programme";
        situation.state = event.body_type() == wire::EventBody::ProgrammeOpened ? "none" : "";
        return situation;
    }
    const auto source = programme->sources.find(event.origin()->source());
    if (source == programme->sources.end() || source->second.revoked) {
        situation.source = source == programme->sources.end() ? "unregistered" : "revoked";
        return situation;
    }
    if (reading.envelope() == wire::Reason::none) {
        const States states(*programme, source->second, event);
        visit_body(event, [&](const auto& body) { situation.state = states(body); });
    }
    return situation;
}

std::string answer_name(const Answer& answer) {
    switch (answer.outcome) {
        case wire::Outcome::duplicate: return "duplicate";
        case wire::Outcome::refused:
        case wire::Outcome::quarantined: return wire::EnumNameReason(answer.reason);
        case wire::Outcome::accepted:
        case wire::Outcome::none: break;
    }
    if (answer.kind == wire::EventBody::DrawRequested) {
        return std::string("accepted_") +
               wire::EnumNameDrawOutcome(static_cast<wire::DrawOutcome>(answer.vouchers));
    }
    if (answer.kind == wire::EventBody::RedemptionRefunded) {
        return (answer.flags & voucher_restored) != 0    ? "accepted_restored"
               : (answer.flags & receivable_raised) != 0 ? "accepted_receivable"
                                                         : "accepted";
    }
    return "accepted";
}

}  // namespace fiscus::reference
