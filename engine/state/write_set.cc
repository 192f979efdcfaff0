#include "engine/state/write_set.h"

#include <algorithm>

#include "engine/base/check.h"
#include "engine/base/radix_sort.h"

namespace fiscus::state {
namespace {

constexpr unsigned id_bits = 48;
constexpr std::size_t numbers_max = std::size_t{1} << (64 - id_bits);
// The value's size stands before the key.
constexpr std::size_t size_bytes = sizeof(std::uint32_t);

}  // namespace

void WriteSet::put(const Key& key, Bytes value) {
    const Group group{key.table, key.programme, key.part};
    if (order_.empty() || group != last_group_) {
        last_group_ = group;
        last_number_ = numbers_.emplace(group, numbers_.size()).first->second;
    }
    order_.push_back(
        {.number = (last_number_ << id_bits) | (key.id.hi >> (64 - id_bits)), .at = arena_.size()});
    const auto size = static_cast<std::uint32_t>(value.size());
    const Bytes head = std::as_bytes(std::span(&size, 1));
    const EncodedKey encoded = encode(key);
    arena_.insert(arena_.end(), head.begin(), head.end());
    arena_.insert(arena_.end(), encoded.begin(), encoded.end());
    arena_.insert(arena_.end(), value.begin(), value.end());
}

WriteSet::Item WriteSet::item(std::size_t place) const {
    const std::byte* at = arena_.data() + order_[place].at;
    std::uint32_t size = 0;
    std::memcpy(&size, at, sizeof size);
    at += size_bytes;
    return {.key = Bytes(at, key_bytes), .value = Bytes(at + key_bytes, size)};
}

void WriteSet::reserve(std::size_t items, std::size_t value_bytes) {
    order_.reserve(items);
    arena_.reserve(value_bytes + items * (size_bytes + key_bytes));
}

void WriteSet::sort() {
    FISCUS_CHECK(order_.size() <= UINT32_MAX, "the items of a set are counted with 32 bits");
    if (numbers_.size() <= numbers_max) {
        rank_groups();
        for (unsigned shift = 0; shift < 64; shift += radix_digit_bits) {
            sort_by_digit(order_, other_order_, shift,
                          [](const Order& order) { return order.number; });
        }
    } else {
        // The number has no room for so many groups: then it says nothing.
        for (Order& order : order_) {
            order.number = 0;
        }
    }
    sort_equal_numbers();
    find_groups();
}

// Numbers that sort as the groups do, instead of those of first appearance.
void WriteSet::rank_groups() {
    std::vector<std::uint64_t> ranks(numbers_.size());
    std::uint64_t rank = 0;
    for (const auto& [group, number] : numbers_) {
        ranks[static_cast<std::size_t>(number)] = rank++;
    }
    for (Order& order : order_) {
        const std::uint64_t id = order.number & ((std::uint64_t{1} << id_bits) - 1);
        order.number = (ranks[static_cast<std::size_t>(order.number >> id_bits)] << id_bits) | id;
    }
}

void WriteSet::sort_equal_numbers() {
    const auto key_at = [this](const Order& order) {
        EncodedKey key;
        std::memcpy(key.data(), arena_.data() + order.at + size_bytes, key_bytes);
        return key;
    };
    for (auto begin = order_.begin(); begin != order_.end();) {
        const auto end = std::find_if(begin, order_.end(), [begin](const Order& order) {
            return order.number != begin->number;
        });
        if (end - begin > 1) {
            std::sort(begin, end, [&key_at](const Order& a, const Order& b) {
                return less(key_at(a), key_at(b));
            });
        }
        begin = end;
    }
}

void WriteSet::find_groups() {
    groups_.clear();
    const bool numbered = numbers_.size() <= numbers_max;
    const auto same_group = [&](std::size_t a, std::size_t b) {
        if (numbered) {
            return order_[a].number >> id_bits == order_[b].number >> id_bits;
        }
        const Bytes group = item(a).key.first(group_bytes);
        return std::equal(group.begin(), group.end(), item(b).key.begin());
    };
    for (std::size_t begin = 0; begin < order_.size();) {
        std::size_t end = begin + 1;
        while (end < order_.size() && same_group(begin, end)) {
            ++end;
        }
        groups_.push_back({.begin = begin, .end = end});
        begin = end;
    }
}

void WriteSet::clear() {
    order_.clear();
    arena_.clear();
    numbers_.clear();
    groups_.clear();
}

}  // namespace fiscus::state
