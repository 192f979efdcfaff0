// The standard load is what it says it is. Method: its bytes are compared with hashes written down
// here (the same on every compiler), its envelope is walked record by record, and what it expects
// is compared with what every ledger we have says to it, reason by reason and fen by fen.
#include "bench/load/standard_load.h"

#include <map>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine/base/limits.h"
#include "engine/base/time.h"
#include "schemas/events_generated.h"
#include "schemas/reasons_generated.h"
#include "tests/support/ledger_under_test.h"
#include "tests/wire/load_answers.h"

namespace fiscus::load {
namespace {

Digested digest_of(const LoadOptions& options, std::size_t records_max = records_at_once) {
    StandardLoad load(options);
    return digest_of(load, records_max);
}

bool is_event(const log::NewRecord& record) {
    if (record.value.empty() || record.value.size() > event_bytes_max) {
        return false;
    }
    flatbuffers::Verifier verifier(reinterpret_cast<const std::uint8_t*>(record.value.data()),
                                   record.value.size(), event_depth_max, event_tables_max);
    return wire::VerifyEventBuffer(verifier);
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
