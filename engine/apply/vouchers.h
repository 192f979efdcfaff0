// What a claim and a won draw have in common: whether the batch gives vouchers now, whether this
// consumer may have one, whether there is money for it, and the voucher itself.
#pragma once

#include "engine/apply/context.h"

namespace fiscus::apply {

// batch_closed or claim_outside_window, at the event's own time; none while it gives vouchers.
wire::Reason check_window(const Context& context, BatchId batch, const BatchRules& rules);

// consumer_district_not_eligible or consumer_not_registered; none for whoever may take part.
wire::Reason check_consumer(Context& context, std::uint32_t district, Id128 consumer);

// voucher_expired, cohort_released or budget_exhausted; none when `face` can be given today.
wire::Reason check_money(Context& context, BatchId batch, std::int32_t last_day, Amount face);

struct NewVoucher {
    Id128 consumer;
    ConsumerOrdinal consumer_ordinal;
    BatchId batch;
    PackId pack;
    DenominationId denomination;
    Amount face;
    std::uint32_t district = 0;
    std::int32_t last_day = 0;
    bool drawn = false;
};
// The event's voucher, under the event's key, and the money for it.
void issue(Context& context, const NewVoucher& issued);

}  // namespace fiscus::apply
