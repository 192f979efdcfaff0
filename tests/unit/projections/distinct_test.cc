// Aim: distinct sets are exact, their bytes depend on their members only, and damaged bytes are
// noticed.
// Method: the same random additions and removals into std::set and std::map.
#include <map>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "projections/distinct/counted_set.h"
#include "projections/distinct/ordinal_set.h"
#include "tests/unit/projections/seed.h"

namespace fiscus::projections {
namespace {

std::string bytes_of(OrdinalSet& set) {
    std::string bytes;
    set.append_to(bytes);
    return bytes;
}
std::string bytes_of(CountedSet& set) {
    std::string bytes;
    set.append_to(bytes);
    return bytes;
}

// Few ordinals give many repeats, many give bitmaps.
constexpr std::uint64_t universes[] = {1, 3, 50, 257, 5'000, 200'000, 4'000'000'000};

TEST(OrdinalSetTest, CountsLikeAStandardSet) {
    const std::uint64_t seed = test_seed(11);
    Dice dice(seed);
    for (const std::uint64_t universe : universes) {
        SCOPED_TRACE("seed " + std::to_string(seed) + " universe " + std::to_string(universe));
        OrdinalSet set;
        std::set<std::uint32_t> expected;
        for (int round = 0; round < 20'000; ++round) {
            const auto ordinal = static_cast<std::uint32_t>(dice.throw_of(universe) + 1);
            set.add(ordinal);
            expected.insert(ordinal);
            if (dice.one_in(3'000)) {
                ASSERT_EQ(set.cardinality(), expected.size());
            }
        }
        EXPECT_EQ(set.cardinality(), expected.size());
        EXPECT_EQ(set.to_vector(), std::vector<std::uint32_t>(expected.begin(), expected.end()));
    }
}

TEST(OrdinalSetTest, BytesDependOnTheMembersOnlyAndComeBack) {
    Dice dice(test_seed(12));
    for (const std::uint64_t universe : universes) {
        std::vector<std::uint32_t> members;
        for (int round = 0; round < 9'000; ++round) {
            members.push_back(static_cast<std::uint32_t>(dice.throw_of(universe) + 1));
        }
        OrdinalSet forwards;
        OrdinalSet backwards;
        for (const std::uint32_t member : members) {
            forwards.add(member);
        }
        for (std::size_t at = members.size(); at > 0; --at) {
            backwards.add(members[at - 1]);
            if (dice.one_in(100)) {
                backwards.cardinality();
            }
        }
        const std::string bytes = bytes_of(forwards);
        EXPECT_EQ(bytes, bytes_of(backwards));
        OrdinalSet again;
        Reader reader(bytes);
        ASSERT_TRUE(again.parse(reader));
        EXPECT_TRUE(reader.finished());
        EXPECT_EQ(bytes_of(again), bytes);
        again.add(7);
        EXPECT_EQ(again.to_vector().front(),
                  std::min<std::uint32_t>(7, forwards.to_vector().front()));
    }
}

TEST(OrdinalSetTest, UnionsOfAllSizesAreExact) {
    Dice dice(test_seed(13));
    for (const std::uint64_t size_a : {0U, 5U, 300U, 20'000U}) {
        for (const std::uint64_t size_b : {0U, 5U, 300U, 20'000U}) {
            OrdinalSet a;
            OrdinalSet b;
            std::set<std::uint32_t> expected;
            const auto fill = [&](OrdinalSet& set, std::uint64_t size) {
                for (std::uint64_t at = 0; at < size; ++at) {
                    const auto ordinal = static_cast<std::uint32_t>(dice.throw_of(50'000));
                    set.add(ordinal);
                    expected.insert(ordinal);
                }
            };
            fill(a, size_a);
            fill(b, size_b);
            EXPECT_EQ(a.united_cardinality(b), expected.size());
            Bitmap all;
            a.unite_into(all);
            b.unite_into(all);
            EXPECT_EQ(all.cardinality(), expected.size());
        }
    }
}

TEST(OrdinalSetTest, DamagedBytesAreNoticed) {
    for (const std::uint32_t members : {0U, 3U, 400U}) {
        OrdinalSet set;
        for (std::uint32_t at = 0; at < members; ++at) {
            set.add(at * 7 + 1);
        }
        const std::string bytes = bytes_of(set);
        for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
            OrdinalSet damaged;
            Reader reader(std::string_view(bytes).substr(0, cut));
            EXPECT_FALSE(damaged.parse(reader) && reader.finished()) << cut;
        }
    }
    OrdinalSet repeats;
    std::string repeated;
    put_varint(repeated, 2);
    put_varint(repeated, 5);
    put_varint(repeated, 0);
    Reader reader(repeated);
    EXPECT_FALSE(repeats.parse(reader));
}

TEST(CountedSetTest, NetCountsLeaveOutWhoseEveryRedemptionWasRefunded) {
    const std::uint64_t seed = test_seed(14);
    Dice dice(seed);
    for (const std::uint64_t universe : universes) {
        SCOPED_TRACE("seed " + std::to_string(seed) + " universe " + std::to_string(universe));
        CountedSet set;
        std::map<std::uint32_t, std::uint64_t> redemptions;
        std::vector<std::uint32_t> refundable;
        std::map<std::uint32_t, std::uint64_t> refunds;
        const auto expect_equal = [&] {
            std::uint64_t net = 0;
            for (const auto& [ordinal, count] : redemptions) {
                net += count > refunds[ordinal] ? 1U : 0U;
            }
            ASSERT_EQ(set.gross(), redemptions.size());
            ASSERT_EQ(set.net(), std::optional(net));
            Bitmap gross_union;
            Bitmap net_union;
            set.unite_gross_into(gross_union);
            ASSERT_TRUE(set.unite_net_into(net_union));
            ASSERT_EQ(gross_union.cardinality(), redemptions.size());
            ASSERT_EQ(net_union.cardinality(), net);
        };
        for (int round = 0; round < 15'000; ++round) {
            if (!refundable.empty() && dice.one_in(3)) {
                const std::size_t at = dice.throw_of(refundable.size());
                set.remove(refundable[at]);
                ++refunds[refundable[at]];
                refundable[at] = refundable.back();
                refundable.pop_back();
            } else {
                const auto ordinal = static_cast<std::uint32_t>(dice.throw_of(universe) + 1);
                set.add(ordinal);
                ++redemptions[ordinal];
                refundable.push_back(ordinal);
            }
            if (dice.one_in(4'000)) {
                expect_equal();
            }
        }
        expect_equal();
        const std::string bytes = bytes_of(set);
        Reader reader(bytes);
        ASSERT_TRUE(set.parse(reader));
        EXPECT_TRUE(reader.finished());
        expect_equal();
        EXPECT_EQ(bytes_of(set), bytes);
    }
}

TEST(CountedSetTest, ARefundTakesAConsumerOutAndANewRedemptionBringsItBack) {
    CountedSet set;
    set.add(5);
    EXPECT_EQ(set.net(), std::optional<std::uint64_t>(1));
    set.remove(5);
    EXPECT_EQ(set.net(), std::optional<std::uint64_t>(0));
    EXPECT_EQ(set.gross(), 1U);
    set.add(5);
    EXPECT_EQ(set.net(), std::optional<std::uint64_t>(1));
}

TEST(CountedSetTest, MoreRefundsThanRedemptionsAreNoCount) {
    CountedSet unknown;
    unknown.remove(9);
    EXPECT_FALSE(unknown.net().has_value());
    CountedSet twice;
    twice.add(9);
    twice.remove(9);
    twice.remove(9);
    EXPECT_FALSE(twice.net().has_value());
    Bitmap all;
    EXPECT_FALSE(twice.unite_net_into(all));
}

TEST(CountedSetTest, DamagedBytesAreNoticed) {
    CountedSet set;
    for (std::uint32_t at = 1; at < 400; ++at) {
        set.add(at % 150 + 1);
    }
    set.remove(3);
    set.remove(3);
    const std::string bytes = bytes_of(set);
    for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
        CountedSet damaged;
        Reader reader(std::string_view(bytes).substr(0, cut));
        EXPECT_FALSE(damaged.parse(reader) && reader.finished()) << cut;
    }
}

}  // namespace
}  // namespace fiscus::projections
