// What the fold does with requests for an instant draw.
#include "projections/entry.h"
#include "projections/statistics/fold.h"

namespace fiscus::projections {

Status Fold::fold_draw_request(ProgrammeState& programme, const wire::Entry& entry) {
    const wire::DrawOutcome outcome = draw_outcome_of(entry);
    if (outcome == wire::DrawOutcome::none || outcome > wire::DrawOutcome::MAX) {
        return contradiction(entry, "it does not say how the draw came out");
    }
    if (!is_win(entry) && entry.amount_fen() != 0) {
        return contradiction(entry, "a draw that was not won has an amount");
    }
    // A voucher that is won is issued; whoever did not win has asked.
    FISCUS_TRY(programme.reconciliation.count(entry));
    FISCUS_TRY(fold_voucher_event(programme, entry));
    const std::int32_t day = programme.counted_day(entry.business_day());
    programme.draws.add(day, entry);
    const Fact fact = request_of(entry);
    for (std::size_t at = 0; at < request_sums.count; ++at) {
        // No more draws are won than vouchers issued, and no more are asked for than there are
        // entries: what fits 64 bits there does so here.
        programme.lifetime[request_sums.first + at] += fact.amounts[at];
    }
    programme.facts_of(day).add(fact);
    return Done{};
}

}  // namespace fiscus::projections
