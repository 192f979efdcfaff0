// The competing load is what it says it is: the same bytes everywhere, as many asks as it
// promises, of as many consumers, and every ledger that we have answers it as it expects. Method:
// the load is walked record by record and given to the oracle and to the engine.
#include "bench/load/competing_load.h"

#include <map>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "engine/base/time.h"
#include "tests/support/ledger_under_test.h"
#include "tests/wire/load_answers.h"

namespace fiscus::load {
namespace {

Digested digest_of(const CompetingOptions& options, std::size_t records_max = records_at_once) {
    CompetingLoad load(options);
    return digest_of(load, records_max);
}

TEST(CompetingLoad, IsTheSameBytesOnEveryMachine) {
    const Digested small = digest_of({.events = 20'000, .seed = 1});
    EXPECT_EQ(small.records, 20'000U);
    EXPECT_EQ(small.digest, 19'929'430'807'844'679U);
}

TEST(CompetingLoad, DependsOnTheSeedAndNotOnTheSizeOfTheBatches) {
    EXPECT_EQ(digest_of({.events = 10'000}, 1).digest, digest_of({.events = 10'000}).digest);
    EXPECT_NE(digest_of({.events = 10'000, .seed = 2}).digest,
              digest_of({.events = 10'000}).digest);
}

TEST(CompetingLoad, IsTenAsksForEachVoucherWithinMinutes) {
    constexpr std::uint64_t events = 100'000;
    CompetingLoad load({.events = events});
    LoadBatch batch;
    std::uint64_t asks = 0;
    std::int64_t first_us = 0;
    std::int64_t last_us = 0;
    // By the consumer's token: asks, and whether through more than one source.
    std::map<std::pair<std::uint64_t, std::uint64_t>, std::map<std::uint16_t, std::uint64_t>> asked;
    while (load.next(batch)) {
        for (const log::NewRecord& record : batch.records()) {
            const wire::Event* event = wire::GetEvent(record.value.data());
            if (const auto* claim = event->body_as_VoucherClaimed()) {
                ++asks;
                first_us = first_us == 0 ? record.timestamp_us : first_us;
                last_us = record.timestamp_us;
                ++asked[{claim->consumer()->hi(), claim->consumer()->lo()}]
                       [event->origin()->source()];
            }
        }
    }
    std::uint64_t through_several = 0;
    for (const auto& [consumer, by_source] : asked) {
        through_several += by_source.size() > 1 ? 1U : 0U;
    }
    const Expected expected = load.expected();
    EXPECT_EQ(load.vouchers(), events / 10);
    EXPECT_GE(asks, events - 20);
    EXPECT_LE(last_us - first_us, 6 * us_per_minute);
    EXPECT_GE(asked.size(), events * 9 / 10);
    EXPECT_GE(through_several, events / 100);
    EXPECT_EQ(expected.total.issued_count, load.vouchers());
    EXPECT_EQ(expected.total.issued_fen, load.budget_fen());
    EXPECT_EQ(expected.outstanding_fen, load.budget_fen());
    EXPECT_EQ(expected.budget_fen, 0);
    EXPECT_GE(expected.duplicates, events / 200);
    for (const wire::Reason reason :
         {wire::Reason::claim_outside_window, wire::Reason::consumer_cap_reached,
          wire::Reason::batch_quota_exhausted}) {
        EXPECT_GE(expected.reasons[static_cast<std::size_t>(reason)], events / 1'000)
            << wire::EnumNameReason(reason);
    }
}

TEST(CompetingLoad, IsAnsweredAsItExpects) {
    for (const support::Implementation& implementation : support::implementations()) {
        for (const std::uint64_t seed : {1U, 2U}) {
            SCOPED_TRACE(implementation.name + ", seed " + std::to_string(seed));
            CompetingLoad load({.events = 10'000, .seed = seed});
            const auto ledger = implementation.make({.partition = 0, .partitions = 1});
            const Heard heard = hear_all(*ledger, load);
            expect_heard(heard, load.expected());
        }
    }
}

}  // namespace
}  // namespace fiscus::load
