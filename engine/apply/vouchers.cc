#include "engine/apply/vouchers.h"

#include "engine/apply/naming.h"

namespace fiscus::apply {

using state::TableId;
using wire::Reason;

Reason check_window(const Context& c, BatchId id, const BatchRules& rules) {
    const state::BatchRecord& batch = c.batch(id);
    if (batch.closed != 0) {
        return Reason::batch_closed;
    }
    return c.in.occurred_at_us < rules.claim_from_us || c.in.occurred_at_us >= batch.claim_until_us
               ? Reason::claim_outside_window
               : Reason::none;
}

Reason check_consumer(Context& c, std::uint32_t district, Id128 consumer) {
    return c.rules->has_district(district) ? check_registered(c, consumer)
                                           : Reason::consumer_district_not_eligible;
}

Reason check_money(Context& c, BatchId batch, std::int32_t last_day, Amount face) {
    if (last_day < c.draft.business_day) {
        return Reason::voucher_expired;
    }
    if (c.cohort_released(batch, last_day)) {
        return Reason::cohort_released;
    }
    return c.balance(budget(batch)) < face ? Reason::budget_exhausted : Reason::none;
}

void issue(Context& c, const NewVoucher& issued) {
    auto& voucher = c.state.change(c.state.vouchers, c.key(TableId::voucher, c.in.key));
    voucher.consumer = issued.consumer;
    voucher.content = c.in.content;
    voucher.claimed_at_us = c.in.occurred_at_us;
    voucher.face_fen = issued.face.fen();
    voucher.consumer_ordinal = issued.consumer_ordinal.value();
    voucher.batch = issued.batch.value();
    voucher.district = issued.district;
    voucher.last_day = issued.last_day;
    voucher.pack = issued.pack.value();
    voucher.denomination = issued.denomination.value();
    voucher.platform = c.own_platform().value();
    voucher.status = state::VoucherStatus::claimed;
    voucher.drawn = issued.drawn ? 1 : 0;
    c.post(budget(issued.batch), outstanding(issued.batch, issued.last_day), issued.face);
}

}  // namespace fiscus::apply
