// Fund family (专户): deposits, funding of batches, and the return by the original route (资金原路退回).
#include "engine/apply/families.h"

namespace fiscus::apply {

using state::TableId;

namespace {

// Deposits − returns: the treasury account is negative by what its owner still has in the fund.
Amount in_the_fund(Context& c, std::uint32_t depositor) {
    return Amount(0) - c.balance(treasury(depositor));
}

}  // namespace

Answer apply(Context& c, const wire::FundDeposited& event) {
    const state::Key key = c.key(TableId::depositor, decode::id_of(event.account()));
    const auto* known = c.state.depositors.get(key);
    std::uint32_t ordinal = known == nullptr ? 0 : known->ordinal;
    const Amount held = ordinal == 0 ? Amount(0) : in_the_fund(c, ordinal);
    if (held + Amount(event.amount_fen()) > Amount(amount_fen_max) ||
        (ordinal == 0 && c.programme().depositors >= depositors_max)) {
        return refused(wire::Reason::account_limit_reached);
    }
    c.draft.amount_fen = event.amount_fen();
    if (ordinal == 0) {
        ordinal = ++c.state.change(c.state.programmes, c.key(TableId::programme)).depositors;
        c.state.change(c.state.depositors, key).ordinal = ordinal;
    }
    c.post(treasury(ordinal), fund(), c.amount());
    c.remember_natural_key();
    return accepted();
}

Answer apply(Context& c, const wire::BatchFunded& event) {
    const BatchId batch(event.batch());
    const Amount amount(event.amount_fen());
    if (!c.has_batch(batch)) {
        return refused(wire::Reason::batch_unknown);
    }
    if (c.batch(batch).closed != 0) {
        return refused(wire::Reason::batch_closed);
    }
    const PrizeBatchRules* prizes = c.prize_rules(batch);
    if (prizes == nullptr ? event.tier() != 0 : !prizes->has_tier(event.tier())) {
        return refused(wire::Reason::tier_unknown);
    }
    if (c.balance(fund()) < amount) {
        return refused(wire::Reason::fund_insufficient);
    }
    c.draft.amount_fen = amount.fen();
    c.post(fund(), prizes == nullptr ? budget(batch) : prize_budget(batch, event.tier()), amount);
    c.remember_natural_key();
    return accepted();
}

Answer apply(Context& c, const wire::FundReturned& event) {
    const auto* depositor =
        c.state.depositors.get(c.key(TableId::depositor, decode::id_of(event.account())));
    const Amount amount(event.amount_fen());
    if (depositor == nullptr) {
        return refused(wire::Reason::account_never_deposited);
    }
    if (in_the_fund(c, depositor->ordinal) < amount) {
        return refused(wire::Reason::return_exceeds_deposit);
    }
    if (c.balance(fund()) < amount) {
        return refused(wire::Reason::fund_insufficient);
    }
    c.draft.amount_fen = amount.fen();
    c.post(fund(), treasury(depositor->ordinal), amount);
    c.remember_natural_key();
    return accepted();
}

}  // namespace fiscus::apply
