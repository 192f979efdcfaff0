// Settlement (结算 / 拨付) and recovery (追回, 赔付): never more than is payable, never received above
// demanded.
#include "engine/apply/families.h"

namespace fiscus::apply {
namespace {

using state::TableId;
using wire::Reason;

// The liable party of a recovery: the platform, or one of its merchants.
struct Liable {
    Reason reason = Reason::none;
    AccountName account;
};

template <typename Event>
Liable liable_party(Context& c, const Event& event) {
    if (c.state.platforms.get(c.key(TableId::platform, event.platform())) == nullptr) {
        return {Reason::platform_unknown, {}};
    }
    const Id128 merchant_id = decode::id_of(event.merchant());
    if (merchant_id.none()) {
        return {Reason::none, receivable(PlatformId(event.platform()))};
    }
    const auto* merchant = c.state.merchants.get(c.key(TableId::merchant, merchant_id));
    if (merchant == nullptr) {
        return {Reason::merchant_unknown, {}};
    }
    c.draft.merchant_ordinal = merchant->ordinal;
    return {Reason::none, receivable(MerchantOrdinal(merchant->ordinal))};
}

Answer refuse_party(Context& c, Reason reason) {
    c.draft.merchant_ordinal = 0;
    return refused(reason);
}

}  // namespace

Answer apply(Context& c, const wire::SettlementRequested& event) {
    const BatchId batch(event.batch());
    if (c.batch_rules(batch) == nullptr) {
        return refused(Reason::batch_unknown);
    }
    if (Amount(event.amount_fen()) > c.balance(payable(batch, c.own_platform()))) {
        return refused(Reason::settlement_exceeds_payable);
    }
    auto& request =
        c.state.change(c.state.settlement_requests, c.key(TableId::settlement_request, c.in.key));
    request.requested_fen = event.amount_fen();
    request.batch = event.batch();
    request.platform = c.own_platform().value();
    c.draft.amount_fen = event.amount_fen();
    c.remember_natural_key();
    return accepted();
}

Answer apply(Context& c, const wire::SettlementPaid& event) {
    const state::Key key = c.key(TableId::settlement_request, decode::id_of(event.request()));
    const auto* request = c.state.settlement_requests.get(key);
    const Amount amount(event.amount_fen());
    if (request == nullptr) {
        return refused(Reason::request_unknown);
    }
    if (amount > Amount(request->requested_fen) - Amount(request->paid_fen)) {
        return refused(Reason::settlement_exceeds_request);
    }
    const BatchId batch(request->batch);
    const PlatformId platform(request->platform);
    if (amount > c.balance(payable(batch, platform))) {
        return refused(Reason::settlement_exceeds_payable);
    }
    c.state.change(c.state.settlement_requests, key).paid_fen += amount.fen();
    c.draft.batch = batch.value();
    c.draft.platform = platform.value();
    c.draft.amount_fen = amount.fen();
    c.post(payable(batch, platform), paid(platform), amount);
    c.remember_natural_key();
    return accepted();
}

Answer apply(Context& c, const wire::RecoveryDemanded& event) {
    const Liable party = liable_party(c, event);
    if (party.reason != Reason::none) {
        return refuse_party(c, party.reason);
    }
    const PlatformId platform(event.platform());
    const Amount amount(event.amount_fen());
    if (c.balance(paid(platform)) < amount) {
        return refuse_party(c, Reason::recovery_exceeds_paid);
    }
    c.draft.amount_fen = amount.fen();
    c.post(paid(platform), party.account, amount);
    c.remember_natural_key();
    return accepted();
}

Answer apply(Context& c, const wire::RecoveryReceived& event) {
    const Liable party = liable_party(c, event);
    if (party.reason != Reason::none) {
        return refuse_party(c, party.reason);
    }
    const Amount amount(event.amount_fen());
    if (c.balance(party.account) < amount) {
        return refuse_party(c, Reason::recovery_exceeds_demanded);
    }
    c.draft.amount_fen = amount.fen();
    c.post(party.account, fund(), amount);
    c.remember_natural_key();
    return accepted();
}

Answer apply(Context& c, const wire::CompensationReceived& event) {
    if (c.state.platforms.get(c.key(TableId::platform, event.platform())) == nullptr) {
        return refused(Reason::platform_unknown);
    }
    // The account is negative by what the platform has paid so far.
    const AccountName from = compensation(PlatformId(event.platform()));
    const Amount paid_so_far = Amount(0) - c.balance(from);
    if (paid_so_far + Amount(event.amount_fen()) > Amount(compensation_fen_max)) {
        return refused(Reason::account_limit_reached);
    }
    c.draft.amount_fen = event.amount_fen();
    c.post(from, fund(), c.amount());
    c.remember_natural_key();
    return accepted();
}

}  // namespace fiscus::apply
