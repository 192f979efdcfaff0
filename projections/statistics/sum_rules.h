// What an entry adds to the sums of its cells: one row of one table (sum_rules.cc) for each sum.
// Thread: constants. Fails: never.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "projections/statistics/measures.h"
#include "schemas/events_generated.h"
#include "schemas/journal_generated.h"

namespace fiscus::projections {

// What an accepted entry adds to the cells of its own business day: one row for each Sum. A draw
// that is won adds to the sums of claims as well.
struct SumRule {
    Sum sum;
    wire::EventBody kind;
    std::int64_t (*amount)(const wire::Entry&);
};
std::span<const SumRule, sum_count> sum_rules();

// Sums that entries of one kind add to stand side by side.
struct SumRange {
    std::size_t first = 0;
    std::size_t count = 0;

    friend constexpr bool operator==(const SumRange&, const SumRange&) = default;
};
inline constexpr SumRange claim_sums{.first = index(Sum::issued_count), .count = 2};
inline constexpr SumRange redemption_sums{.first = index(Sum::redeemed_count), .count = 5};
inline constexpr SumRange refund_sums{.first = index(Sum::refunded_count), .count = 3};
inline constexpr SumRange submission_sums{.first = index(Sum::invoices_count), .count = 2};
inline constexpr SumRange verification_sums{.first = index(Sum::invoices_verified_count),
                                            .count = 2};
inline constexpr SumRange rejection_sums{.first = index(Sum::invoices_rejected_count), .count = 1};
inline constexpr SumRange reversal_sums{.first = index(Sum::invoices_reversed_count), .count = 3};
inline constexpr SumRange draw_sums{.first = index(Sum::prizes_awarded_amount), .count = 1};
inline constexpr SumRange payout_sums{.first = index(Sum::prizes_paid_count), .count = 2};
inline constexpr SumRange request_sums{.first = index(Sum::draws_won_count), .count = 6};
// What an entry adds to the sums of its kind, in their order.
inline constexpr std::size_t kind_amounts_max = 6;
using KindAmounts = std::array<std::int64_t, kind_amounts_max>;
KindAmounts amounts_of(const wire::Entry& entry, const SumRange& sums);

}  // namespace fiscus::projections
