// Aim: a set is sorted as RocksDB sorts, with every value beside its key, for ids that differ in
// any byte and for any number of groups. Method: random sets against a plain map.
#include "engine/state/write_set.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <random>

#include <gtest/gtest.h>

namespace fiscus::state {
namespace {

Bytes bytes_of(const std::uint64_t& value) { return std::as_bytes(std::span(&value, 1)); }

void expect_sorted(WriteSet& set, const std::map<EncodedKey, std::uint64_t>& expected) {
    set.sort();
    ASSERT_EQ(set.size(), expected.size());
    std::size_t place = 0;
    std::size_t group = 0;
    for (const auto& [key, value] : expected) {
        const WriteSet::Item item = set.item(place);
        ASSERT_TRUE(std::ranges::equal(item.key, key));
        ASSERT_EQ(item.value.size(), sizeof value);
        ASSERT_EQ(std::memcmp(item.value.data(), &value, sizeof value), 0);
        // A group begins where the first bytes of the key are new.
        const bool begins = place == 0 || !std::equal(key.begin(), key.begin() + group_bytes,
                                                      set.item(place - 1).key.begin());
        group += begins && place != 0 ? 1U : 0U;
        ASSERT_LT(group, set.groups().size());
        ASSERT_GE(place, set.groups()[group].begin);
        ASSERT_LT(place, set.groups()[group].end);
        ++place;
    }
}

TEST(WriteSetTest, SortsAsBytesDoWhateverDiffers) {
    for (const std::uint32_t seed : {1U, 2U, 3U}) {
        std::mt19937_64 random(seed);
        WriteSet set;
        // A set is used again: its second life must not see the first.
        for (const std::size_t items : {std::size_t{0}, std::size_t{1}, std::size_t{20'000}}) {
            set.clear();
            std::map<EncodedKey, std::uint64_t> expected;
            while (expected.size() < items) {
                // Few values in each field, so that keys differ in one of them only.
                Key key{.id = {.hi = (random() % 8) << (8 * (random() % 8)),
                               .lo = (random() % 8) << (8 * (random() % 8))},
                        .programme = static_cast<std::uint32_t>(random() % 3),
                        .part = static_cast<std::uint32_t>((random() % 3) << 24),
                        .sub = static_cast<std::uint16_t>(random() % 3)};
                key.table = random() % 2 == 0 ? TableId::voucher : TableId::consumer;
                const std::uint64_t value = random();
                if (expected.emplace(encode(key), value).second) {
                    set.put(key, bytes_of(value));
                }
            }
            expect_sorted(set, expected);
        }
    }
}

TEST(WriteSetTest, SortsMoreGroupsThanItsNumbersHaveRoomFor) {
    WriteSet set;
    std::map<EncodedKey, std::uint64_t> expected;
    for (std::uint64_t n = 0; n < 70'000; ++n) {
        const std::uint64_t value = n * 7;
        const Key key{.id = {.hi = n, .lo = 0},
                      .programme = static_cast<std::uint32_t>((n * 40'503) % 70'001),
                      .table = TableId::programme};
        set.put(key, bytes_of(value));
        expected.emplace(encode(key), value);
    }
    expect_sorted(set, expected);
}

}  // namespace
}  // namespace fiscus::state
