// Control: the platform's own totals of a day, and time. Time passes only here: expiry releases the
// money of whole cohorts, so it costs the same for one voucher and for a million.
#include "engine/apply/families.h"

namespace fiscus::apply {

using state::TableId;
using wire::Reason;

Answer apply(Context& c, const wire::SourceDayClosed& event) {
    if (event.day() >= c.draft.business_day) {
        return refused(Reason::day_not_over);
    }
    c.remember_natural_key();
    return accepted();
}

Answer apply(Context& c, const wire::ClockAdvanced& event) {
    // The same tolerance as for occurred_at; it stands before the clock in the order of the
    // reasons.
    if (event.now_us() - future_tolerance_us > c.programme().log_time_us) {
        return refused(Reason::occurred_in_future);
    }
    if (event.now_us() < c.programme().clock_us) {
        return refused(Reason::clock_goes_back);
    }
    c.state.change(c.state.programmes, c.key(TableId::programme)).clock_us = event.now_us();
    auto& cohorts = c.cohorts[c.in.programme.value()];
    while (!cohorts.empty() && start_of_day_us(cohorts.begin()->first + 1) <= event.now_us()) {
        const auto [last_day, batch] = *cohorts.begin();
        const AccountName cohort = outstanding(BatchId(batch), last_day);
        c.post(cohort, budget(BatchId(batch)), c.balance(cohort));
        cohorts.erase(cohorts.begin());
    }
    c.remember_natural_key();
    return accepted();
}

}  // namespace fiscus::apply
