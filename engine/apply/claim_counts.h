// The accepted claims of one consumer in one batch, by day and in all. The first sixteen claims
// stand in the consumer's own record, which a claim reads anyway; only when that is full, or for a
// batch that runs for longer than 256 days or is not among the first 255 of its programme, are
// records for each batch used (records.h: ConsumerRecord, ConsumerClaimsRecord).
#pragma once

#include <limits>

#include "engine/apply/prize_rules.h"
#include "engine/apply/rules.h"
#include "engine/base/check.h"
#include "engine/state/state.h"
#include "schemas/reasons_generated.h"

namespace fiscus::apply {

// Where one day's claims are counted.
struct ClaimPlace {
    state::Key consumer;
    state::Key further_total;
    state::Key further_day;
    std::size_t further_slot = 0;
    state::ConsumerClaim own{};  // of batch 0: never counted in the consumer's own record
};

// On which days a batch counts, and as which batch of its programme.
struct CountedDays {
    std::int32_t first = 0;
    std::int32_t last = 0;
    std::uint16_t ordinal = 0;  // BatchRecord
};
CountedDays counted_days(const BatchRules& rules);
// Of a prize batch submissions of invoices are counted in the same way.
CountedDays counted_days(const PrizeBatchRules& rules);

// `day` is at or after the first one.
ClaimPlace claim_place(ProgrammeId programme,
                       BatchId batch,
                       Id128 consumer,
                       const CountedDays& days,
                       std::int32_t day);

struct ClaimCounts {
    std::uint64_t day = 0;
    std::uint64_t total = 0;
};

// The consumer is loaded, and what is counted further where its record says so.
ClaimCounts claim_counts(state::State& state, const ClaimPlace& place);
struct CapReasons {
    wire::Reason of_day = wire::Reason::none;
    wire::Reason in_all = wire::Reason::none;
};
// The reason of the cap that is reached, or none. A cap of 0 is none of the batch's own; then the
// ledger's holds, which its counters can count to.
wire::Reason check_caps(const ClaimCounts& counts,
                        const state::BatchRecord& batch,
                        const CapReasons& reasons);
// A count that goes one up, or down when something is given back.
template <typename Count>
void step_count(Count& count, bool back) {
    FISCUS_CHECK(back ? count > 0 : count < std::numeric_limits<Count>::max(),
                 "only a counted claim is given back, and claims fit their counter");
    count = static_cast<Count>(back ? count - 1 : count + 1);
}
// One claim more, or one less when a void gives it back.
void count_claim(state::State& state, const ClaimPlace& place, bool back);

// Places that are left for it in a consumer's own record.
std::size_t free_places(const state::ConsumerRecord& consumer, const ClaimPlace& place);

}  // namespace fiscus::apply
