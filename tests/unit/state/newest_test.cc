// Aim: a key that is said to be new exists nowhere, and one key far in the future takes the short
// cut away for two generations only. Method: generations by hand.
#include "engine/state/newest.h"

#include <gtest/gtest.h>

namespace fiscus::state {
namespace {

constexpr Id128 id(std::uint64_t time) { return {.hi = time, .lo = 0}; }

TEST(NewestIdsTest, OnlyWhatIsAboveAllThatIsKnownPasses) {
    NewestIds ids(id(10));
    EXPECT_FALSE(ids.pass(id(9)));
    EXPECT_FALSE(ids.pass(id(10)));
    EXPECT_TRUE(ids.pass(id(12)));
    EXPECT_FALSE(ids.pass(id(12))) << "the same key once more is resident now";
    EXPECT_FALSE(ids.pass(id(11)));
    EXPECT_TRUE(ids.above_forgotten(id(11)));
    EXPECT_FALSE(ids.above_forgotten(id(10)));
}

TEST(NewestIdsTest, WhatWasChangedIsForgottenAfterTwoGenerations) {
    NewestIds ids(id(0));
    EXPECT_TRUE(ids.pass(id(20)));
    ids.changed(id(20));
    ids.rotate();
    EXPECT_TRUE(ids.above_forgotten(id(15)));
    EXPECT_FALSE(ids.pass(id(20)));
    ids.rotate();
    EXPECT_FALSE(ids.above_forgotten(id(15)));
    EXPECT_FALSE(ids.above_forgotten(id(20)));
    EXPECT_FALSE(ids.pass(id(20)));
    EXPECT_TRUE(ids.pass(id(21)));
}

TEST(NewestIdsTest, ARefusedKeyFarInTheFutureIsForgottenWithItsGeneration) {
    NewestIds ids(id(0));
    EXPECT_TRUE(ids.pass(id(UINT64_MAX)));  // known to be absent, never changed
    EXPECT_FALSE(ids.pass(id(30)));
    ids.rotate();
    EXPECT_FALSE(ids.pass(id(30)));
    ids.rotate();
    EXPECT_TRUE(ids.pass(id(31)));
}

// A flood of groups that are each asked for once, such as programmes that nobody opened.
TEST(NewestTest, AGroupThatNobodyAsksForLeaves) {
    Newest newest;
    const Key key{.id = id(5), .programme = 1, .table = TableId::natural_key};
    newest.add(key, id(0)).pass(key.id);
    EXPECT_GT(newest.young_bytes(), 0U);
    newest.rotate();
    EXPECT_EQ(newest.young_bytes(), 0U);
    newest.rotate();
    EXPECT_GT(newest.bytes(), 0U) << "its keys were resident until now";
    newest.rotate();
    EXPECT_EQ(newest.bytes(), 0U);
    EXPECT_EQ(newest.find(key), nullptr);
}

TEST(NewestTest, AGroupWhoseKeysChangeStays) {
    Newest newest;
    const Key key{.id = id(5), .programme = 1, .table = TableId::natural_key};
    newest.add(key, id(0)).pass(key.id);
    for (int generation = 0; generation < 5; ++generation) {
        newest.find(key)->changed(key.id);
        newest.rotate();
    }
    ASSERT_NE(newest.find(key), nullptr);
    EXPECT_FALSE(newest.find(key)->above_forgotten(key.id));
}

TEST(NewestTest, GroupsAreToldApart) {
    Newest newest;
    const Key vouchers{.id = id(5), .programme = 1, .table = TableId::voucher};
    const Key others{.id = id(5), .programme = 2, .table = TableId::voucher};
    EXPECT_EQ(newest.find(vouchers), nullptr);
    newest.add(vouchers, id(7));
    newest.add(others, id(3));
    EXPECT_FALSE(newest.find(vouchers)->pass(id(5)));
    EXPECT_TRUE(newest.find(others)->pass(id(5)));
    EXPECT_FALSE(newest.find(others)->pass(id(5)));
}

}  // namespace
}  // namespace fiscus::state
