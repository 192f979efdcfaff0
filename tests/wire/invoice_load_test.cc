// The month of prize invoices is what it says it is: the same bytes everywhere, something of
// everything that may happen to an invoice, and every ledger that we have answers it as it expects.
// Method: the load is walked record by record and given to the oracle and to the engine.
#include "bench/load/invoice_load.h"

#include <map>
#include <string>

#include <gtest/gtest.h>

#include "tests/support/ledger_under_test.h"
#include "tests/wire/load_answers.h"

namespace fiscus::load {
namespace {

Digested digest_of(const InvoiceOptions& options, std::size_t records_max = records_at_once) {
    InvoiceLoad load(options);
    return digest_of(load, records_max);
}

TEST(InvoiceLoad, DependsOnTheSeedAndNotOnTheSizeOfTheBatches) {
    const InvoiceOptions small{.invoices = 3'000};
    EXPECT_EQ(digest_of(small, 1).digest, digest_of(small).digest);
    EXPECT_NE(digest_of({.invoices = 3'000, .seed = 2}).digest, digest_of(small).digest);
}

TEST(InvoiceLoad, RecordsAreInTheOrderOfTheLog) {
    InvoiceLoad load({.invoices = 5'000});
    LoadBatch batch;
    std::int64_t last_us = 0;
    while (load.next(batch)) {
        for (const log::NewRecord& record : batch.records()) {
            ASSERT_EQ(record.timestamp_us % 1'000, 0);
            ASSERT_GE(record.timestamp_us, last_us);
            last_us = record.timestamp_us;
        }
    }
}

TEST(InvoiceLoad, HasTheSharesThatItPromises) {
    constexpr std::uint64_t invoices = 200'000;
    InvoiceLoad load({.invoices = invoices});
    LoadBatch batch;
    while (load.next(batch)) {
    }
    const Expected expected = load.expected();
    const auto accepted = [&expected](wire::EventBody kind) {
        return expected.accepted_by_kind[static_cast<std::size_t>(kind)];
    };
    const auto percent = [](std::uint64_t count) {
        return static_cast<double>(count) * 100 / static_cast<double>(invoices);
    };
    EXPECT_EQ(accepted(wire::EventBody::DrawExecuted), 3U);
    EXPECT_GE(accepted(wire::EventBody::InvoiceSubmitted), invoices);
    EXPECT_NEAR(percent(accepted(wire::EventBody::InvoiceVerified)), 96.3, 0.5);
    EXPECT_NEAR(percent(accepted(wire::EventBody::InvoiceRejected)), 3, 0.3);
    EXPECT_NEAR(percent(expected.refused), 1.9, 0.3);
    EXPECT_GT(percent(accepted(wire::EventBody::InvoiceReversed)), 0.7);
    for (const wire::EventBody kind :
         {wire::EventBody::PrizePaid, wire::EventBody::PrizePayoutFailed,
          wire::EventBody::PrizeForfeited, wire::EventBody::PrizeRecovered}) {
        EXPECT_GT(accepted(kind), 0U) << wire::EnumNameEventBody(kind);
    }
    EXPECT_EQ(expected.prize_budget_fen, 0);
    EXPECT_EQ(expected.prize_payable_fen, 0);
    EXPECT_GT(expected.prize_paid_fen, 0);
    EXPECT_EQ(expected.deposited_fen,
              expected.returned_fen + expected.prize_paid_fen + expected.prize_receivable_fen);
}

TEST(InvoiceLoad, IsAnsweredAsItExpects) {
    for (const support::Implementation& implementation : support::implementations()) {
        for (const std::uint64_t seed : {1U, 2U, 3U}) {
            SCOPED_TRACE(implementation.name + ", seed " + std::to_string(seed));
            InvoiceLoad load({.invoices = 6'000, .seed = seed});
            const auto ledger = implementation.make({.partition = 0, .partitions = 1});
            const Heard heard = hear_all(*ledger, load);
            expect_heard(heard, load.expected());
        }
    }
}

}  // namespace
}  // namespace fiscus::load
