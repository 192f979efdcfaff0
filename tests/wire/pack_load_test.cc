// The month of gift packs is what it says it is: the same bytes everywhere, every outcome of a
// draw, and every ledger that we have answers it as it expects. Method: the load is walked record
// by record and given to the oracle and to the engine, which know the chain of its keys by its
// name.
#include "bench/load/pack_load.h"

#include <string>

#include <gtest/gtest.h>

#include "tests/support/day_keys.h"
#include "tests/support/ledger_under_test.h"
#include "tests/wire/load_answers.h"

namespace fiscus::load {
namespace {

Digested digest_of(const PackOptions& options, std::size_t records_max = records_at_once) {
    PackLoad load(options);
    return digest_of(load, records_max);
}

TEST(PackLoad, DependsOnTheSeedAndNotOnTheSizeOfTheBatches) {
    const PackOptions small{.requests = 4'000};
    EXPECT_EQ(digest_of(small, 1).digest, digest_of(small).digest);
    EXPECT_NE(digest_of({.requests = 4'000, .seed = 2}).digest, digest_of(small).digest);
}

TEST(PackLoad, HasEveryOutcomeAndGivesEveryFenBackOrToPlatforms) {
    PackLoad load({.requests = 150'000});
    LoadBatch batch;
    while (load.next(batch)) {
    }
    const Expected expected = load.expected();
    for (const wire::DrawOutcome outcome :
         {wire::DrawOutcome::lost, wire::DrawOutcome::won, wire::DrawOutcome::won_today,
          wire::DrawOutcome::stock_out}) {
        EXPECT_GT(load.outcomes()[static_cast<std::size_t>(outcome)], 0U)
            << wire::EnumNameDrawOutcome(outcome);
    }
    EXPECT_EQ(expected.total.issued_count,
              load.outcomes()[static_cast<std::size_t>(wire::DrawOutcome::won)]);
    EXPECT_GT(expected.duplicates, 0U);
    EXPECT_GT(expected.refused, 0U);
    EXPECT_EQ(expected.outstanding_fen, 0);
    EXPECT_EQ(expected.payable_fen, 0);
    EXPECT_EQ(expected.deposited_fen, expected.returned_fen + expected.paid_fen);
}

TEST(PackLoad, IsAnsweredAsItExpects) {
    for (const support::Implementation& implementation : support::implementations()) {
        for (const std::uint64_t seed : {1U, 2U, 3U}) {
            SCOPED_TRACE(implementation.name + ", seed " + std::to_string(seed));
            PackLoad load({.requests = 6'000, .seed = seed});
            support::head_of({.name = load.key_name(), .days = 30});
            const auto ledger = implementation.make({.partition = 0, .partitions = 1});
            const Heard heard = hear_all(*ledger, load);
            expect_heard(heard, load.expected());
        }
    }
}

}  // namespace
}  // namespace fiscus::load
