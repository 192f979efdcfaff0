// What the fold does with invoices, draws and prizes.
#include <algorithm>
#include <string>

#include "projections/entry.h"
#include "projections/statistics/fold.h"
#include "projections/statistics/state_tables.h"

namespace fiscus::projections {

namespace {

using wire::EventBody;

StateKey ticket_key(std::uint32_t programme, const wire::Id128& invoice) {
    return StateKey(table::tickets).u32(programme).u64(invoice.hi()).u64(invoice.lo());
}

// The last of a reversal's sums is of tickets alone.
constexpr std::size_t ticket_amount = reversal_sums.count - 1;

}  // namespace

Status Fold::fold_prize_event(ProgrammeState& programme, const Input& in) {
    const wire::Entry& entry = in.entry;
    const std::int32_t day = programme.counted_day(entry.business_day());
    FISCUS_TRY(programme.prizes.add(day, entry, in.postings, programme.reference));
    programme.batches.note_end(day, entry);
    if (!is_counted(entry)) {
        return Done{};
    }
    const bool names_people = entry.consumer_ordinal() != 0 && entry.merchant_ordinal() != 0;
    if (kind_of(entry) != EventBody::DrawExecuted && !names_people) {
        return contradiction(entry, "it names no consumer or no merchant");
    }
    Fact fact = fact_of(entry, true, false);
    FISCUS_TRY(note_ticket(programme, entry, fact));
    const SumRange sums = sums_of(fact.kind);
    for (std::size_t at = 0; at < sums.count; ++at) {
        std::int64_t& sum = programme.lifetime[sums.first + at];
        std::int64_t& amount = fact.amounts[at];
        if (amount < 0) {
            return contradiction(entry, "an amount is negative");
        }
        // No account limits what invoices say, and no sum may stop the statistics: what is beyond
        // 64 bits, more than there is money, is left out everywhere.
        amount = std::min(amount, INT64_MAX - sum);
        sum += amount;
    }
    programme.facts_of(day).add(fact);
    return Done{};
}

// An entry does not say whether the invoice that is reversed was verified before.
Status Fold::note_ticket(const ProgrammeState& programme, const wire::Entry& entry, Fact& fact) {
    const StateKey key = ticket_key(programme.id(), entry.subject());
    if (fact.kind == FactKind::verification) {
        store_->put(key, {});
    } else if (fact.kind == FactKind::reversal) {
        FISCUS_ASSIGN(const std::optional<std::string> ticket, store_->get(key));
        if (ticket) {
            store_->erase(key);
        } else {
            fact.amounts[ticket_amount] = 0;
        }
    }
    return Done{};
}

}  // namespace fiscus::projections
