// The standard load is what it says it is. Method: its bytes are compared with hashes written down
// here (the same on every compiler), its envelope is walked record by record, and what it expects
// is compared with what every ledger we have says to it, reason by reason and fen by fen.
#include "bench/load/standard_load.h"

#include <map>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine/base/hash.h"
#include "engine/base/limits.h"
#include "engine/base/time.h"
#include "schemas/events_generated.h"
#include "schemas/reasons_generated.h"
#include "tests/support/ledger_under_test.h"

namespace fiscus::load {
namespace {

struct Digested {
    std::uint64_t records = 0;
    std::uint64_t digest = 0;
};

Digested digest_of(const LoadOptions& options, std::size_t records_max = 8'192) {
    StandardLoad load(options);
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

bool is_event(const log::NewRecord& record) {
    if (record.value.empty() || record.value.size() > event_bytes_max) {
        return false;
    }
    flatbuffers::Verifier verifier(reinterpret_cast<const std::uint8_t*>(record.value.data()),
                                   record.value.size(), event_depth_max, event_tables_max);
    return wire::VerifyEventBuffer(verifier);
}

// What a ledger says to one programme of the load.
struct Heard {
    std::map<wire::Reason, std::uint64_t> reasons;
    std::map<wire::Outcome, std::uint64_t> outcomes;
    std::map<wire::EventBody, std::uint64_t> accepted;
    std::map<std::int32_t, ExpectedDay> days;
    std::map<wire::AccountKind, std::int64_t> balances;
    std::uint64_t differences = 0;
    std::uint64_t gaps_opened = 0;
    std::uint64_t gaps_filled = 0;
};

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
    if (answer.kind == wire::EventBody::VoucherClaimed) {
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

Heard hear_all(support::LedgerUnderTest& ledger, StandardLoad& load) {
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
}

TEST(StandardLoad, IsTheSameBytesOnEveryMachine) {
    const Digested small = digest_of({.events = 20'000, .seed = 1});
    EXPECT_EQ(small.records, 20'000U);
    EXPECT_EQ(small.digest, 10'401'998'785'389'524'129U);
    const Digested several = digest_of({.events = 40'001, .seed = 7, .programmes = 4});
    EXPECT_EQ(several.records, 40'001U);
    EXPECT_EQ(several.digest, 5'521'836'805'864'546'477U);
}

TEST(StandardLoad, DoesNotDependOnTheSizeOfTheBatches) {
    const LoadOptions options{.events = 10'000, .seed = 3};
    EXPECT_EQ(digest_of(options, 1).digest, digest_of(options, 8'192).digest);
}

TEST(StandardLoad, DiffersBySeed) {
    EXPECT_NE(digest_of({.events = 10'000, .seed = 1}).digest,
              digest_of({.events = 10'000, .seed = 2}).digest);
}

TEST(StandardLoad, HasTimesThatALogTakes) {
    StandardLoad load({.events = 50'000});
    LoadBatch batch;
    std::int64_t last_us = 0;
    while (load.next(batch)) {
        for (const log::NewRecord& record : batch.records()) {
            ASSERT_EQ(record.timestamp_us % 1'000, 0);
            ASSERT_GE(record.timestamp_us, last_us);
            last_us = record.timestamp_us;
            ASSERT_EQ(as_text(record.key), "1");
            ASSERT_EQ(reinterpret_cast<std::uintptr_t>(record.value.data()) % 16, 0U);
        }
    }
}

TEST(StandardLoad, CoversThirtyBusinessDates) {
    StandardLoad load({.events = 20'000});
    LoadBatch batch;
    while (load.next(batch)) {
    }
    const Expected expected = load.expected();
    EXPECT_EQ(date_text(expected.first_day), "2026-03-01");
    for (std::size_t day = 0; day < 30; ++day) {
        EXPECT_GT(expected.by_day[day].issued_count, 0U) << day;
        EXPECT_GT(expected.by_day[day].redeemed_count, 0U) << day;
    }
    EXPECT_EQ(expected.by_day[30].issued_count, 0U);
    EXPECT_GT(expected.by_day[30].refunded_count + expected.by_day[31].refunded_count, 0U);
}

TEST(StandardLoad, HasTheSharesThatItPromises) {
    constexpr std::uint64_t events = 300'000;
    StandardLoad load({.events = events});
    LoadBatch batch;
    std::map<wire::EventBody, std::uint64_t> kinds;
    std::set<std::uint32_t> merchant_districts;
    std::set<std::uint16_t> merchant_industries;
    std::uint64_t bytes = 0;
    while (load.next(batch)) {
        for (const log::NewRecord& record : batch.records()) {
            bytes += record.value.size();
            if (!is_event(record)) {
                continue;
            }
            const wire::Event* event = wire::GetEvent(record.value.data());
            ++kinds[event->body_type()];
            if (const auto* merchant = event->body_as_MerchantRegistered()) {
                merchant_districts.insert(merchant->district());
                merchant_industries.insert(merchant->industry());
            }
        }
    }
    const auto percent = [](std::uint64_t count) {
        return static_cast<double>(count) * 100 / static_cast<double>(events);
    };
    EXPECT_EQ(merchant_districts.size(), 120U);
    EXPECT_EQ(merchant_industries.size(), 20U);
    EXPECT_NEAR(percent(kinds[wire::EventBody::VoucherClaimed]), 59, 2);
    EXPECT_NEAR(percent(kinds[wire::EventBody::VoucherRedeemed]), 34, 2);
    EXPECT_NEAR(percent(kinds[wire::EventBody::RedemptionRefunded]), 4, 1);
    const Expected expected = load.expected();
    EXPECT_NEAR(percent(expected.duplicates * 10), 5, 1);
    EXPECT_GE(expected.refused * 100, events * 2);
    EXPECT_LE(expected.refused * 100, events * 4);
    EXPECT_GE(bytes / events, 140U);
    EXPECT_LE(bytes / events, 250U);
}

TEST(StandardLoad, ContainsEveryCommonRefusal) {
    StandardLoad load({.events = 300'000});
    LoadBatch batch;
    while (load.next(batch)) {
    }
    const Expected expected = load.expected();
    for (const wire::Reason reason : {wire::Reason::amount_out_of_range,
                                      wire::Reason::epoch_fenced,
                                      wire::Reason::sequence_conflict,
                                      wire::Reason::occurred_in_future,
                                      wire::Reason::natural_key_conflict,
                                      wire::Reason::platform_suspended,
                                      wire::Reason::claim_outside_window,
                                      wire::Reason::batch_closed,
                                      wire::Reason::consumer_district_not_eligible,
                                      wire::Reason::consumer_day_cap_reached,
                                      wire::Reason::consumer_cap_reached,
                                      wire::Reason::batch_quota_exhausted,
                                      wire::Reason::day_quota_exhausted,
                                      wire::Reason::platform_quota_exhausted,
                                      wire::Reason::district_quota_exhausted,
                                      wire::Reason::budget_exhausted,
                                      wire::Reason::voucher_unknown,
                                      wire::Reason::voucher_of_other_consumer,
                                      wire::Reason::voucher_of_other_platform,
                                      wire::Reason::voucher_already_redeemed,
                                      wire::Reason::voucher_voided,
                                      wire::Reason::voucher_returned,
                                      wire::Reason::voucher_expired,
                                      wire::Reason::cohort_released,
                                      wire::Reason::voucher_not_yet_valid,
                                      wire::Reason::merchant_unknown,
                                      wire::Reason::merchant_suspended,
                                      wire::Reason::merchant_category_not_eligible,
                                      wire::Reason::channel_not_eligible,
                                      wire::Reason::shipping_not_eligible,
                                      wire::Reason::order_below_threshold,
                                      wire::Reason::subsidy_differs_from_face,
                                      wire::Reason::refund_exceeds_order,
                                      wire::Reason::refund_exceeds_subsidy,
                                      wire::Reason::refund_leaves_subsidy,
                                      wire::Reason::redemption_unknown}) {
        EXPECT_GT(expected.reasons[static_cast<std::size_t>(reason)], 0U)
            << wire::EnumNameReason(reason);
    }
}

TEST(StandardLoad, IsAnsweredAsItExpects) {
    for (const support::Implementation& implementation : support::implementations()) {
        for (const std::uint64_t seed : {1U, 2U, 3U}) {
            SCOPED_TRACE(implementation.name + ", seed " + std::to_string(seed));
            StandardLoad load({.events = 30'000, .seed = seed});
            const auto ledger = implementation.make({.partition = 0, .partitions = 1});
            const Heard heard = hear_all(*ledger, load);
            expect_heard(heard, load.expected());
        }
    }
}

TEST(StandardLoad, IsAnsweredAsItExpectsWithSeveralProgrammesInOnePartition) {
    for (const support::Implementation& implementation : support::implementations()) {
        SCOPED_TRACE(implementation.name);
        StandardLoad load({.events = 20'000, .seed = 5, .programmes = 3, .first_programme = 17});
        const auto ledger = implementation.make({.partition = 0, .partitions = 1});
        const Heard heard = hear_all(*ledger, load);
        expect_heard(heard, load.expected());
    }
}

TEST(StandardLoad, RefusesOptionsThatCannotBeGenerated) {
    EXPECT_TRUE(check_options({}).ok());
    EXPECT_FALSE(check_options({.events = 100}).ok());
    EXPECT_FALSE(check_options({.events = 20'000, .programmes = 5}).ok());
    EXPECT_FALSE(check_options({.programmes = 0}).ok());
    EXPECT_FALSE(check_options({.first_programme = 0}).ok());
    EXPECT_FALSE(check_options({.programmes = 2, .first_programme = 4'294'967'295}).ok());
}

}  // namespace
}  // namespace fiscus::load
