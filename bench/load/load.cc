#include "bench/load/load.h"

#include <algorithm>

namespace fiscus::load {

void ExpectedDay::add(const ExpectedDay& other) {
    issued_count += other.issued_count;
    issued_fen += other.issued_fen;
    redeemed_count += other.redeemed_count;
    redeemed_fen += other.redeemed_fen;
    order_fen += other.order_fen;
    platform_match_fen += other.platform_match_fen;
    merchant_match_fen += other.merchant_match_fen;
    refunded_count += other.refunded_count;
    refunded_fen += other.refunded_fen;
    refunded_order_fen += other.refunded_order_fen;
}

void Expected::add(const Expected& other) {
    records += other.records;
    accepted += other.accepted;
    duplicates += other.duplicates;
    refused += other.refused;
    quarantined += other.quarantined;
    for (std::size_t i = 0; i < reasons_end; ++i) {
        reasons[i] += other.reasons[i];
    }
    for (std::size_t i = 0; i < kinds_end; ++i) {
        accepted_by_kind[i] += other.accepted_by_kind[i];
    }
    total.add(other.total);
    vouchers_redeemed += other.vouchers_redeemed;
    vouchers_restored += other.vouchers_restored;
    full_refunds += other.full_refunds;
    refund_differences += other.refund_differences;
    gaps_opened += other.gaps_opened;
    gaps_filled += other.gaps_filled;
    late_events += other.late_events;
    voided_fen += other.voided_fen;
    first_day = other.first_day;
    for (std::size_t i = 0; i < expected_days; ++i) {
        by_day[i].add(other.by_day[i]);
    }
    deposited_fen += other.deposited_fen;
    returned_fen += other.returned_fen;
    compensation_fen += other.compensation_fen;
    fund_fen += other.fund_fen;
    budget_fen += other.budget_fen;
    outstanding_fen += other.outstanding_fen;
    payable_fen += other.payable_fen;
    paid_fen += other.paid_fen;
    receivable_fen += other.receivable_fen;
    prize_budget_fen += other.prize_budget_fen;
    prize_payable_fen += other.prize_payable_fen;
    prize_paid_fen += other.prize_paid_fen;
    prize_receivable_fen += other.prize_receivable_fen;
    cap_per_consumer = std::max(cap_per_consumer, other.cap_per_consumer);
}

}  // namespace fiscus::load
