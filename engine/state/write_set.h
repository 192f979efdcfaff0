// The records of one fold: each key and value side by side in one arena, in the order in which they
// were put, and an order of 16 bytes for each that sort() moves instead of them. It is sorted by
// the digits of a number that begins as its keys do, which reads it a few times from front to back;
// comparing keys would jump about in the arena some twenty times as often.
// Thread: one at a time; reused between folds. Fails: never.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <tuple>
#include <vector>

#include "engine/base/hash.h"
#include "engine/state/key.h"

namespace fiscus::state {

class WriteSet {
public:
    // Borrowed from the set.
    struct Item {
        Bytes key;  // key_bytes of them
        Bytes value;
    };
    // Items of one group, by their places in the order.
    struct Range {
        std::size_t begin = 0;
        std::size_t end = 0;
        [[nodiscard]] std::size_t size() const { return end - begin; }
    };

    // Room for so many records: growing by doubling would take twice the memory.
    void reserve(std::size_t items, std::size_t value_bytes);
    void put(const Key& key, Bytes value);
    // By key; then items stand in that order, and groups() says where each group lies.
    void sort();
    void clear();

    [[nodiscard]] std::size_t size() const { return order_.size(); }
    [[nodiscard]] Range all() const { return {.begin = 0, .end = size()}; }
    [[nodiscard]] Item item(std::size_t place) const;
    // After sort(): (table, programme, part) one after the other.
    [[nodiscard]] const std::vector<Range>& groups() const { return groups_; }
    // visit(item) → bool in order, until it says no; what comes next is fetched ahead.
    template <typename Visit>
    void for_each(Range range, Visit visit) const {
        constexpr std::size_t ahead = 8;
        for (std::size_t place = range.begin; place < range.end; ++place) {
            if (place + ahead < range.end) {
                const std::byte* next = arena_.data() + order_[place + ahead].at;
                __builtin_prefetch(next);
                __builtin_prefetch(next + line_bytes);
                __builtin_prefetch(next + 2 * line_bytes);
            }
            if (!visit(item(place))) {
                return;
            }
        }
    }

    // What a record takes beside its value.
    static constexpr std::size_t bytes_per_record = 64;

private:
    static constexpr std::size_t line_bytes = 64;

    // The number of the key's group, then the beginning of its id; and where the record is.
    struct Order {
        std::uint64_t number;
        std::uint64_t at;
    };
    using Group = std::tuple<TableId, std::uint32_t, std::uint32_t>;

    void rank_groups();
    void sort_equal_numbers();
    void find_groups();

    std::vector<Order> order_;
    std::vector<Order> other_order_;
    std::vector<std::byte> arena_;
    // Groups by number of first appearance; sort() gives them their rank.
    std::map<Group, std::uint64_t> numbers_;
    Group last_group_{};
    std::uint64_t last_number_ = 0;
    std::vector<Range> groups_;
};

}  // namespace fiscus::state
