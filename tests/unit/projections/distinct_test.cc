// Aim: distinct members of every cell are exact, gross and net, told once and ascending.
// Method: the same random steps into std::set and std::map.
#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "projections/distinct/bitmap.h"
#include "projections/distinct/members.h"
#include "projections/distinct/steps.h"
#include "tests/unit/projections/seed.h"

namespace fiscus::projections {
namespace {

// Few ordinals give many repeats, many give long sorts.
constexpr std::uint64_t universes[] = {1, 3, 50, 257, 5'000, 200'000, 4'000'000'000};
constexpr std::uint32_t cell_count = 5;

using Members = std::map<std::uint32_t, std::vector<std::uint32_t>>;  // by cell

auto lister(Members& members) {
    return [&members](std::uint32_t cell, std::uint32_t ordinal, bool is) {
        if (is) {
            members[cell].push_back(ordinal);
        }
    };
}

// Steps with the cell of each item.
struct Walk {
    Steps steps;
    std::vector<std::uint32_t> cell_of_item;

    void add(std::uint32_t ordinal, std::uint32_t cell, bool second) {
        steps.emplace_back(ordinal, static_cast<std::uint32_t>(cell_of_item.size()), second);
        cell_of_item.push_back(cell);
    }
    // The steps, sorted.
    const Steps& sorted() {
        Steps room;
        sort_steps(steps, room);
        return steps;
    }
    [[nodiscard]] auto cells() const {
        return [this](const Step& step, auto visit) { visit(cell_of_item[step.item()]); };
    }
};

Members members_of(const std::map<std::uint32_t, std::set<std::uint32_t>>& sets) {
    Members members;
    for (const auto& [cell, set] : sets) {
        members[cell].assign(set.begin(), set.end());
    }
    return members;
}

TEST(StepsTest, AreSortedByOrdinalThenFirstThingsThenItem) {
    Dice dice(test_seed(11));
    Steps room;
    for (const std::uint64_t universe : universes) {
        for (const std::uint32_t size : {0U, 1U, 700U, 30'000U}) {
            Steps steps;
            for (std::uint32_t item = 0; item < size; ++item) {
                steps.emplace_back(static_cast<std::uint32_t>(dice.throw_of(universe) + 1), item,
                                   dice.one_in(4));
            }
            Steps expected = steps;
            std::ranges::sort(expected, [](const Step& a, const Step& b) {
                return std::tuple(a.ordinal(), a.second(), a.item()) <
                       std::tuple(b.ordinal(), b.second(), b.item());
            });
            sort_steps(steps, room);
            EXPECT_EQ(steps, expected) << "universe " << universe << " size " << size;
        }
    }
}

TEST(StepsTest, KeepTheLargestOrdinalsAndItems) {
    const Step step(UINT32_MAX, Step::item_end - 1, true);
    EXPECT_EQ(step.ordinal(), UINT32_MAX);
    EXPECT_EQ(step.item(), Step::item_end - 1);
    EXPECT_TRUE(step.second());
}

TEST(MembersTest, ClaimantsAreThoseOfAStandardSet) {
    const std::uint64_t seed = test_seed(12);
    Dice dice(seed);
    for (const std::uint64_t universe : universes) {
        SCOPED_TRACE("seed " + std::to_string(seed) + " universe " + std::to_string(universe));
        Walk walk;
        std::map<std::uint32_t, std::set<std::uint32_t>> asked;
        std::map<std::uint32_t, std::set<std::uint32_t>> received;
        for (int round = 0; round < 20'000; ++round) {
            const auto ordinal = static_cast<std::uint32_t>(dice.throw_of(universe) + 1);
            const auto cell = static_cast<std::uint32_t>(dice.throw_of(cell_count));
            const bool refused = dice.one_in(3);
            walk.add(ordinal, cell, refused);
            asked[cell].insert(ordinal);
            if (!refused) {
                received[cell].insert(ordinal);
            }
        }
        Members found_asked;
        Members found_received;
        for_each_claimant(walk.sorted(), cell_count, walk.cells(), take_none, lister(found_asked),
                          lister(found_received));
        EXPECT_EQ(found_asked, members_of(asked));
        EXPECT_EQ(found_received, members_of(received));
    }
}

TEST(MembersTest, DoersAreThoseOfAStandardSet) {
    Dice dice(test_seed(13));
    for (const std::uint64_t universe : universes) {
        SCOPED_TRACE("universe " + std::to_string(universe));
        Walk walk;
        std::map<std::uint32_t, std::set<std::uint32_t>> sets;
        for (int round = 0; round < 20'000; ++round) {
            const auto ordinal = static_cast<std::uint32_t>(dice.throw_of(universe) + 1);
            const auto cell = static_cast<std::uint32_t>(dice.throw_of(cell_count));
            walk.add(ordinal, cell, false);
            sets[cell].insert(ordinal);
        }
        Members found;
        for_each_doer(walk.sorted(), cell_count, walk.cells(), take_none, lister(found));
        EXPECT_EQ(found, members_of(sets));
    }
}

TEST(MembersTest, NetLeavesOutWhoseEveryRedemptionWasRefunded) {
    const std::uint64_t seed = test_seed(14);
    Dice dice(seed);
    for (const std::uint64_t universe : universes) {
        SCOPED_TRACE("seed " + std::to_string(seed) + " universe " + std::to_string(universe));
        Walk walk;
        std::map<std::uint32_t, std::map<std::uint32_t, std::uint64_t>> left;
        std::vector<std::pair<std::uint32_t, std::uint32_t>> refundable;
        for (int round = 0; round < 15'000; ++round) {
            if (!refundable.empty() && dice.one_in(3)) {
                const std::size_t at = dice.throw_of(refundable.size());
                const auto [cell, ordinal] = refundable[at];
                walk.add(ordinal, cell, true);
                --left[cell][ordinal];
                refundable[at] = refundable.back();
                refundable.pop_back();
            } else {
                const auto ordinal = static_cast<std::uint32_t>(dice.throw_of(universe) + 1);
                const auto cell = static_cast<std::uint32_t>(dice.throw_of(cell_count));
                walk.add(ordinal, cell, false);
                ++left[cell][ordinal];
                refundable.emplace_back(cell, ordinal);
            }
        }
        Members gross;
        Members net;
        for (const auto& [cell, redeemers] : left) {
            for (const auto& [ordinal, count] : redeemers) {
                gross[cell].push_back(ordinal);
                if (count > 0) {
                    net[cell].push_back(ordinal);
                }
            }
        }
        Members found_gross;
        Members found_net;
        EXPECT_EQ(for_each_redeemer(walk.sorted(), cell_count, walk.cells(), take_none,
                                    lister(found_gross), lister(found_net)),
                  std::nullopt);
        EXPECT_EQ(found_gross, gross);
        EXPECT_EQ(found_net, net);
    }
}

TEST(MembersTest, StepsThatAreAloneMayBeTaken) {
    Dice dice(test_seed(15));
    Walk walk;
    for (int round = 0; round < 5'000; ++round) {
        const auto ordinal = static_cast<std::uint32_t>(dice.throw_of(9'000) + 1);
        walk.add(ordinal, static_cast<std::uint32_t>(dice.throw_of(cell_count)), dice.one_in(3));
    }
    Members whole;
    Members rest;
    Members nobody;
    for_each_claimant(walk.sorted(), cell_count, walk.cells(), take_none, lister(nobody),
                      lister(whole));
    std::size_t taken = 0;
    for_each_claimant(
        walk.sorted(), cell_count, walk.cells(),
        [&](const Step& step) {
            EXPECT_FALSE(step.second());
            rest[walk.cell_of_item[step.item()]].push_back(step.ordinal());
            ++taken;
            return true;
        },
        lister(nobody), lister(rest));
    EXPECT_GT(taken, 1'000U);
    for (auto& [cell, members] : rest) {
        std::ranges::sort(members);
    }
    EXPECT_EQ(rest, whole);
}

// Cell 1 holds what is asked about, cell 0 somebody with the same ordinal.
std::optional<std::uint32_t> contradiction_of(int redemptions, int refunds) {
    Walk walk;
    walk.add(9, 0, false);
    for (int at = 0; at < refunds; ++at) {
        walk.add(9, 1, true);
    }
    for (int at = 0; at < redemptions; ++at) {
        walk.add(9, 1, false);
    }
    const auto nothing = [](std::uint32_t, std::uint32_t, bool) {};
    return for_each_redeemer(walk.sorted(), 2, walk.cells(), take_none, nothing, nothing);
}

TEST(MembersTest, MoreRefundsThanRedemptionsAreNoCount) {
    EXPECT_EQ(contradiction_of(0, 1), std::optional<std::uint32_t>(1));
    EXPECT_EQ(contradiction_of(1, 2), std::optional<std::uint32_t>(1));
    EXPECT_EQ(contradiction_of(2, 2), std::nullopt);
    EXPECT_EQ(contradiction_of(2, 1), std::nullopt);
}

TEST(BitmapTest, UnitesListsOfAllSizes) {
    Dice dice(test_seed(13));
    for (const std::uint64_t size_a : {0U, 5U, 300U, 20'000U}) {
        for (const std::uint64_t size_b : {0U, 5U, 300U, 20'000U}) {
            Bitmap all;
            std::set<std::uint32_t> expected;
            for (const std::uint64_t size : {size_a, size_b}) {
                std::vector<std::uint32_t> list;
                for (std::uint64_t at = 0; at < size; ++at) {
                    list.push_back(static_cast<std::uint32_t>(dice.throw_of(50'000)));
                    expected.insert(list.back());
                }
                all.add_many(list);
            }
            EXPECT_EQ(all.cardinality(), expected.size());
        }
    }
}

}  // namespace
}  // namespace fiscus::projections
