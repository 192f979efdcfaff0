// Aim: the index finds every slot by its tag, tells slots with equal tags apart, and stays right
// while it grows, is cleared and is used again. Method: tags of which many are equal or neighbours.
#include "engine/state/slot_index.h"

#include <gtest/gtest.h>

namespace fiscus::state {
namespace {

// Few different values, so that many slots share a tag and neighbours collide.
SlotIndex::Tag crowded_tag(std::uint32_t number) { return number % 97 * 64; }

void expect_finds_all(const SlotIndex& index, std::uint32_t slots) {
    for (std::uint32_t number = 0; number < slots; ++number) {
        const auto is_it = [number](std::uint32_t candidate) { return candidate == number; };
        ASSERT_EQ(index.find(crowded_tag(number), is_it), number);
    }
}

TEST(SlotIndexTest, FindsNothingWhileItIsEmpty) {
    const SlotIndex index;
    EXPECT_EQ(index.find(7, [](std::uint32_t) { return true; }), SlotIndex::none);
    EXPECT_EQ(index.likely(7), SlotIndex::none);
    index.prefetch(7);
    EXPECT_EQ(index.bytes(), 0U);
}

TEST(SlotIndexTest, FindsEverySlotWhileItGrows) {
    SlotIndex index;
    for (std::uint32_t number = 0; number < 3'000; ++number) {
        index.insert(crowded_tag(number), number);
    }
    expect_finds_all(index, 3'000);
    EXPECT_EQ(index.find(crowded_tag(5), [](std::uint32_t) { return false; }), SlotIndex::none);
    EXPECT_EQ(index.find(1, [](std::uint32_t) { return true; }), SlotIndex::none);
    EXPECT_LT(index.likely(crowded_tag(5)), 3'000U);
}

TEST(SlotIndexTest, FindsWhatIsLeftWhenOthersAreErased) {
    SlotIndex index;
    for (std::uint32_t number = 0; number < 3'000; ++number) {
        index.insert(crowded_tag(number), number);
    }
    const auto erased = [](std::uint32_t number) { return number % 3 == 0 || number % 7 == 0; };
    for (std::uint32_t number = 0; number < 3'000; ++number) {
        if (erased(number)) {
            index.erase(crowded_tag(number), number);
        }
    }
    for (std::uint32_t number = 0; number < 3'000; ++number) {
        const auto is_it = [number](std::uint32_t candidate) { return candidate == number; };
        ASSERT_EQ(index.find(crowded_tag(number), is_it),
                  erased(number) ? SlotIndex::none : number);
    }
    const std::size_t bytes = index.bytes();
    for (std::uint32_t number = 0; number < 3'000; ++number) {
        if (erased(number)) {
            index.insert(crowded_tag(number), number);
        }
    }
    expect_finds_all(index, 3'000);
    EXPECT_EQ(index.bytes(), bytes) << "places are used again";
}

TEST(SlotIndexTest, ForgetsAllAndGivesBackWhatWasHardlyUsed) {
    SlotIndex index;
    for (std::uint32_t number = 0; number < 3'000; ++number) {
        index.insert(crowded_tag(number), number);
    }
    const std::size_t full = index.bytes();
    index.clear();
    EXPECT_EQ(index.bytes(), full);
    EXPECT_EQ(index.likely(crowded_tag(5)), SlotIndex::none);
    for (std::uint32_t number = 0; number < 10; ++number) {
        index.insert(crowded_tag(number), number);
    }
    expect_finds_all(index, 10);
    index.clear();
    EXPECT_LT(index.bytes(), full);
    index.insert(crowded_tag(1), 0);
    EXPECT_EQ(index.likely(crowded_tag(1)), 0U);
}

}  // namespace
}  // namespace fiscus::state
