#include "tests/wire/load_answers.h"

#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine/base/hash.h"

namespace fiscus::load {
namespace {

void hear(const reference::Answer& answer, Heard& heard) {
    ++heard.outcomes[answer.outcome];
    // A duplicate repeats the reason of the first answer, which was heard then.
    if (answer.reason != wire::Reason::none && answer.outcome != wire::Outcome::duplicate) {
        ++heard.reasons[answer.reason];
    }
    heard.gaps_opened += answer.gap_from != 0 ? 1U : 0U;
    heard.gaps_filled += (answer.flags & reference::fills_gap) != 0 ? 1U : 0U;
    if (answer.outcome != wire::Outcome::accepted) {
        return;
    }
    ++heard.accepted[answer.kind];
    ExpectedDay& day = heard.days[answer.business_day];
    const bool is_won = answer.kind == wire::EventBody::DrawRequested &&
                        answer.vouchers == static_cast<std::uint8_t>(wire::DrawOutcome::won);
    if (answer.kind == wire::EventBody::VoucherClaimed || is_won) {
        ++day.issued_count;
        day.issued_fen += answer.amount_fen;
    } else if (answer.kind == wire::EventBody::VoucherRedeemed) {
        ++day.redeemed_count;
        day.redeemed_fen += answer.amount_fen;
        day.order_fen += answer.order_amount_fen;
        day.platform_match_fen += answer.platform_match_fen;
        day.merchant_match_fen += answer.merchant_match_fen;
    } else if (answer.kind == wire::EventBody::RedemptionRefunded) {
        ++day.refunded_count;
        day.refunded_fen += answer.amount_fen;
        day.refunded_order_fen += answer.order_amount_fen;
        heard.differences += answer.difference_fen != 0 ? 1U : 0U;
    }
}

}  // namespace

Digested digest_of(Load& load, std::size_t records_max) {
    LoadBatch batch;
    Digested result;
    while (load.next(batch, records_max)) {
        for (const log::NewRecord& record : batch.records()) {
            const std::string envelope = std::to_string(result.digest) + "/" +
                                         std::to_string(record.timestamp_us) + "/" +
                                         std::string(as_text(record.key));
            result.digest = xxh3_64(as_byte_span(envelope), record.value);
            ++result.records;
        }
    }
    return result;
}

Heard hear_all(support::LedgerUnderTest& ledger, Load& load) {
    Heard heard;
    LoadBatch batch;
    std::int64_t offset = 0;
    while (load.next(batch, 1'000)) {
        std::vector<reference::Input> inputs;
        for (const log::NewRecord& record : batch.records()) {
            reference::Input input{.offset = offset++,
                                   .timestamp_us = record.timestamp_us,
                                   .key = std::string(as_text(record.key)),
                                   .value = std::nullopt};
            if (!record.value_is_null) {
                input.value = std::string(as_text(record.value));
            }
            inputs.push_back(std::move(input));
        }
        for (const reference::Answer& answer : ledger.feed(inputs)) {
            hear(answer, heard);
        }
    }
    for (const auto& [account, amount] : ledger.balances()) {
        heard.balances[account.kind] += static_cast<std::int64_t>(amount);
    }
    return heard;
}

void expect_heard(const Heard& heard, const Expected& expected) {
    const auto outcome = [&heard](wire::Outcome word) {
        const auto found = heard.outcomes.find(word);
        return found == heard.outcomes.end() ? 0 : found->second;
    };
    EXPECT_EQ(outcome(wire::Outcome::accepted), expected.accepted);
    EXPECT_EQ(outcome(wire::Outcome::duplicate), expected.duplicates);
    EXPECT_EQ(outcome(wire::Outcome::refused), expected.refused);
    EXPECT_EQ(outcome(wire::Outcome::quarantined), expected.quarantined);
    for (std::size_t number = 0; number < reasons_end; ++number) {
        const auto reason = static_cast<wire::Reason>(number);
        const auto found = heard.reasons.find(reason);
        EXPECT_EQ(found == heard.reasons.end() ? 0 : found->second, expected.reasons[number])
            << wire::EnumNameReason(reason);
    }
    for (const wire::EventBody kind : wire::EnumValuesEventBody()) {
        const auto found = heard.accepted.find(kind);
        EXPECT_EQ(found == heard.accepted.end() ? 0 : found->second,
                  expected.accepted_by_kind[static_cast<std::size_t>(kind)])
            << wire::EnumNameEventBody(kind);
    }
    for (std::size_t i = 0; i < expected_days; ++i) {
        const auto found = heard.days.find(expected.first_day + static_cast<std::int32_t>(i));
        const ExpectedDay day = found == heard.days.end() ? ExpectedDay() : found->second;
        EXPECT_EQ(day, expected.by_day[i]) << "day " << i << ": issued " << day.issued_count
                                           << " and " << expected.by_day[i].issued_count;
    }
    EXPECT_EQ(heard.differences, expected.refund_differences);
    EXPECT_EQ(heard.gaps_opened, expected.gaps_opened);
    EXPECT_EQ(heard.gaps_filled, expected.gaps_filled);
    const auto balance = [&heard](wire::AccountKind kind) {
        const auto found = heard.balances.find(kind);
        return found == heard.balances.end() ? 0 : found->second;
    };
    EXPECT_EQ(balance(wire::AccountKind::treasury), expected.returned_fen - expected.deposited_fen);
    EXPECT_EQ(balance(wire::AccountKind::compensation), -expected.compensation_fen);
    EXPECT_EQ(balance(wire::AccountKind::fund), expected.fund_fen);
    EXPECT_EQ(balance(wire::AccountKind::budget), expected.budget_fen);
    EXPECT_EQ(balance(wire::AccountKind::outstanding), expected.outstanding_fen);
    EXPECT_EQ(balance(wire::AccountKind::payable), expected.payable_fen);
    EXPECT_EQ(balance(wire::AccountKind::paid), expected.paid_fen);
    EXPECT_EQ(balance(wire::AccountKind::receivable), expected.receivable_fen);
    EXPECT_EQ(balance(wire::AccountKind::prize_budget), expected.prize_budget_fen);
    EXPECT_EQ(balance(wire::AccountKind::prize_payable), expected.prize_payable_fen);
    EXPECT_EQ(balance(wire::AccountKind::prize_paid), expected.prize_paid_fen);
    EXPECT_EQ(balance(wire::AccountKind::prize_receivable), expected.prize_receivable_fen);
}

}  // namespace fiscus::load
