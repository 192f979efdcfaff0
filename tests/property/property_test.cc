// Random histories to oracle and engine: every field of every entry, postings, balances,
// identities, and the digest whatever the size of a turn. FISCUS_SEED repeats one run,
// FISCUS_PROPERTY_RUNS says how many there are. What fails is shrunk to as few records as still
// differ, and printed.
#include <array>
#include <cstdlib>
#include <map>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "tests/property/compare.h"
#include "tests/property/seeds.h"
#include "tests/property/world.h"
#include "tests/support/programme.h"

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

// An epoch that begins forgets the window of the one before, which must be in memory by then, also
// when that has begun in the same turn, or is the epoch 0 of a source that never spoke.
TEST(LedgerProperty, ManyEpochsMayBeginInOneTurn) {
    support::Programme programme;
    std::vector<reference::Input> history = programme.open();
    for (const std::uint16_t source : std::array<std::uint16_t, 2>{2, 3}) {
        for (const std::uint32_t epoch : {7U, 0U, 1U, 1U, 4U, 2U, 5U, 9U}) {
            // The epoch 7 only says numbers that are refused, before and after others begin.
            for (const std::uint64_t sequence : {0U, 70U, 1U, 4'000U, 2U}) {
                if (epoch == 7 && sequence != 0) {
                    continue;
                }
                support::Unusual unusual;
                unusual.epoch = epoch;
                unusual.sequence = sequence;
                history.push_back(programme.publish(
                    source, support::VoucherClaimed{.consumer = support::id_named("c")}, unusual));
            }
        }
    }
    EXPECT_EQ(find_difference(history, {}), "");
}

// A world that only ever met easy answers would prove little.
TEST(LedgerProperty, RandomHistoriesMeetNearlyEveryKindAndReason) {
    std::set<wire::EventBody> kinds;
    std::set<wire::Reason> reasons;
    std::map<wire::Outcome, std::uint64_t> outcomes;
    for (std::uint64_t seed = first_seed; seed < first_seed + 3 * runs_default; ++seed) {
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
