#include "projections/statistics/sum_rules.h"

#include "projections/entry.h"

namespace fiscus::projections {

namespace {

using Kind = wire::EventBody;
using Draw = wire::DrawOutcome;
using Entry = wire::Entry;

std::int64_t one(const Entry&) { return 1; }
std::int64_t amount_of(const Entry& e) { return e.amount_fen(); }
std::int64_t order_amount_of(const Entry& e) { return e.order_amount_fen(); }
template <wire::DrawOutcome Which>
std::int64_t one_if(const Entry& e) {
    return draw_outcome_of(e) == Which ? 1 : 0;
}

// Every amount of an accepted entry is ≥ 0; fold.cc sees to it that their sums fit 64 bits.
constexpr std::array<SumRule, sum_count> sum_rule_table{{
    {Sum::issued_count, Kind::VoucherClaimed, one},
    {Sum::issued_amount, Kind::VoucherClaimed, amount_of},
    {Sum::redeemed_count, Kind::VoucherRedeemed, one},
    {Sum::redeemed_amount, Kind::VoucherRedeemed, amount_of},
    {Sum::order_amount, Kind::VoucherRedeemed, order_amount_of},
    {Sum::platform_match, Kind::VoucherRedeemed,
     [](const Entry& e) { return e.platform_match_fen(); }},
    {Sum::merchant_match, Kind::VoucherRedeemed,
     [](const Entry& e) { return e.merchant_match_fen(); }},
    {Sum::refunded_count, Kind::RedemptionRefunded, one},
    {Sum::refunded_amount, Kind::RedemptionRefunded, amount_of},
    {Sum::refunded_order_amount, Kind::RedemptionRefunded, order_amount_of},
    {Sum::invoices_count, Kind::InvoiceSubmitted, one},
    {Sum::invoices_amount, Kind::InvoiceSubmitted, order_amount_of},
    {Sum::invoices_verified_count, Kind::InvoiceVerified, one},
    {Sum::invoices_verified_amount, Kind::InvoiceVerified, order_amount_of},
    {Sum::invoices_rejected_count, Kind::InvoiceRejected, one},
    {Sum::invoices_reversed_count, Kind::InvoiceReversed, one},
    {Sum::invoices_reversed_amount, Kind::InvoiceReversed, order_amount_of},
    // Of a ticket: the fold takes it away where the invoice was not verified.
    {Sum::tickets_reversed_amount, Kind::InvoiceReversed, order_amount_of},
    {Sum::prizes_awarded_amount, Kind::DrawExecuted, amount_of},
    {Sum::prizes_paid_count, Kind::PrizePaid, one},
    {Sum::prizes_paid_amount, Kind::PrizePaid, amount_of},
    {Sum::draws_won_count, Kind::DrawRequested, one_if<Draw::won>},
    {Sum::draws_won_amount, Kind::DrawRequested, amount_of},
    {Sum::draws_lost_count, Kind::DrawRequested, one_if<Draw::lost>},
    {Sum::draws_won_today_count, Kind::DrawRequested, one_if<Draw::won_today>},
    {Sum::draws_cap_reached_count, Kind::DrawRequested, one_if<Draw::cap_reached>},
    {Sum::draws_stock_out_count, Kind::DrawRequested, one_if<Draw::stock_out>},
}};

// The first rule of a kind, and how many there are.
constexpr SumRange range_of_rules(Kind kind) {
    SumRange range;
    for (std::size_t at = sum_count; at-- > 0;) {
        if (sum_rule_table[at].kind == kind) {
            range.first = at;
            ++range.count;
        }
    }
    return range;
}
static_assert(range_of_rules(Kind::VoucherClaimed) == claim_sums &&
              range_of_rules(Kind::VoucherRedeemed) == redemption_sums &&
              range_of_rules(Kind::RedemptionRefunded) == refund_sums);
static_assert(range_of_rules(Kind::InvoiceSubmitted) == submission_sums &&
              range_of_rules(Kind::InvoiceVerified) == verification_sums &&
              range_of_rules(Kind::InvoiceRejected) == rejection_sums &&
              range_of_rules(Kind::InvoiceReversed) == reversal_sums &&
              range_of_rules(Kind::DrawExecuted) == draw_sums &&
              range_of_rules(Kind::PrizePaid) == payout_sums &&
              range_of_rules(Kind::DrawRequested) == request_sums);

constexpr bool rules_stand_in_order() {
    for (std::size_t at = 0; at < sum_count; ++at) {
        const SumRange range = range_of_rules(sum_rule_table[at].kind);
        if (index(sum_rule_table[at].sum) != at || at < range.first ||
            at >= range.first + range.count || range.count > kind_amounts_max) {
            return false;
        }
    }
    return true;
}
static_assert(rules_stand_in_order(), "each at the place of its sum, those of a kind together");

}  // namespace

std::span<const SumRule, sum_count> sum_rules() { return sum_rule_table; }

KindAmounts amounts_of(const Entry& entry, const SumRange& sums) {
    KindAmounts amounts{};
    for (std::size_t at = 0; at < sums.count; ++at) {
        amounts[at] = sum_rule_table[sums.first + at].amount(entry);
    }
    return amounts;
}

}  // namespace fiscus::projections
