// Random histories to oracle and engine: every field of every entry, postings, balances,
// identities, and the digest whatever the size of a turn. FISCUS_SEED repeats one run,
// FISCUS_PROPERTY_RUNS says how many there are. What fails is shrunk to as few records as still
// differ, and printed.
#include <cstdlib>
#include <map>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "tests/property/compare.h"
#include "tests/property/seeds.h"
#include "tests/property/world.h"

namespace fiscus::property {
namespace {

constexpr std::uint64_t runs_default = 60;
// Every so many runs one is long enough for turns of thousands of records.
constexpr std::uint64_t long_run_every = 30;

WorldOptions options_of(std::uint64_t seed) {
    return {.seed = seed,
            .records = seed % long_run_every == 0 ? 9'000U : 450U,
            .broken = 40,
            .voucher_ids = static_cast<VoucherIds>(seed % 4)};
}

TEST(LedgerProperty, EngineAndOracleSayTheSameToRandomHistories) {
    for (const std::uint64_t seed : seeds(runs_default)) {
        World world(options_of(seed));
        const std::vector<reference::Input> history = world.make();
        EXPECT_EQ(world.oracle().broken_identities(), "") << "FISCUS_SEED=" << seed;
        const std::string difference = find_difference_in_child(history, world.shard(), false);
        if (difference.empty()) {
            continue;
        }
        const std::vector<reference::Input> fewest = shrink(history, world.shard());
        ADD_FAILURE() << "FISCUS_SEED=" << seed << "\n"
                      << difference << "fewest records that differ (" << world.shard().partition
                      << " of " << world.shard().partitions << "):\n"
                      << history_text(fewest, world.shard()) << "there:\n"
                      << find_difference_in_child(fewest, world.shard(), true);
        return;
    }
}

// A world that only ever met easy answers would prove little.
TEST(LedgerProperty, RandomHistoriesMeetNearlyEveryKindAndReason) {
    std::set<wire::EventBody> kinds;
    std::set<wire::Reason> reasons;
    std::map<wire::Outcome, std::uint64_t> outcomes;
    for (std::uint64_t seed = first_seed; seed < first_seed + runs_default; ++seed) {
        World world(options_of(seed));
        static_cast<void>(world.make());
        for (const reference::Answer& answer : world.answers()) {
            ++outcomes[answer.outcome];
            reasons.insert(answer.reason);
            if (answer.outcome == wire::Outcome::accepted) {
                kinds.insert(answer.kind);
            }
        }
    }
    std::string missing;
    for (const wire::Reason reason : wire::EnumValuesReason()) {
        if (reasons.count(reason) == 0) {
            missing += std::string(wire::EnumNameReason(reason)) + ' ';
        }
    }
    EXPECT_EQ(kinds.size(), static_cast<std::size_t>(wire::EventBody::MAX));
    EXPECT_GE(reasons.size(), 120U) << "not met: " << missing;
    const std::uint64_t accepted = outcomes[wire::Outcome::accepted];
    EXPECT_GT(accepted * 2, outcomes[wire::Outcome::refused]);
    EXPECT_GT(outcomes[wire::Outcome::duplicate], 0U);
    EXPECT_GT(outcomes[wire::Outcome::quarantined], 0U);
    std::printf("accepted %llu, refused %llu, duplicate %llu, quarantined %llu; not met: %s\n",
                static_cast<unsigned long long>(accepted),
                static_cast<unsigned long long>(outcomes[wire::Outcome::refused]),
                static_cast<unsigned long long>(outcomes[wire::Outcome::duplicate]),
                static_cast<unsigned long long>(outcomes[wire::Outcome::quarantined]),
                missing.c_str());
}

}  // namespace
}  // namespace fiscus::property
