// WriteSet: encoded keys and values of one fold in one arena, sorted before they are written. It is
// sorted by the digits of a number that begins as its keys do, which reads it a few times from
// front to back; comparing keys would jump about in it some twenty times as often.
#include <algorithm>
#include <map>
#include <string_view>

#include "engine/base/check.h"
#include "engine/base/radix_sort.h"
#include "engine/state/store.h"

namespace fiscus::state {
namespace {

constexpr unsigned id_bits = 48;
constexpr std::size_t groups_max = std::size_t{1} << (64 - id_bits);
std::string_view group_of(const WriteSet::Item& item) {
    return as_text(Bytes(item.key).first(group_bytes));
}

}  // namespace

void WriteSet::put(const Key& key, Bytes value) {
    items_.push_back({.key = encode(key),
                      .value_bytes = static_cast<std::uint32_t>(value.size()),
                      .value_at = arena_.size()});
    arena_.insert(arena_.end(), value.begin(), value.end());
}

void WriteSet::reserve(std::size_t items, std::size_t value_bytes) {
    items_.reserve(items);
    order_.reserve(items);
    arena_.reserve(value_bytes);
}

void WriteSet::sort() {
    FISCUS_CHECK(items_.size() <= UINT32_MAX, "the items of a set are counted with 32 bits");
    if (!number_items()) {
        std::sort(items_.begin(), items_.end(),
                  [](const Item& a, const Item& b) { return less(a.key, b.key); });
        return;
    }
    for (unsigned shift = 0; shift < 64; shift += radix_digit_bits) {
        sort_by_digit(order_, other_order_, shift, [](const Order& order) { return order.number; });
    }
    sort_equal_numbers();
    move_items();
}

// Follows each cycle of the order once, so that no second copy of the items is needed.
void WriteSet::move_items() {
    for (std::uint32_t begin = 0; begin < order_.size(); ++begin) {
        if (order_[begin].item == begin) {
            continue;
        }
        const Item first = items_[begin];
        std::uint32_t to = begin;
        for (std::uint32_t from = order_[to].item; from != begin; from = order_[to].item) {
            items_[to] = items_[from];
            order_[to].item = to;
            to = from;
        }
        items_[to] = first;
        order_[to].item = to;
    }
}

// False when there are more groups than the number has room for.
bool WriteSet::number_items() {
    std::map<std::string_view, std::uint64_t> ranks;
    const Item* before = nullptr;
    for (const Item& item : items_) {
        if (before == nullptr || group_of(*before) != group_of(item)) {
            ranks.emplace(group_of(item), 0);
        }
        before = &item;
    }
    if (ranks.size() > groups_max) {
        return false;
    }
    std::uint64_t next = 0;
    for (auto& [group, rank] : ranks) {
        rank = next++;
    }
    order_.clear();
    auto at = ranks.end();
    for (std::size_t item = 0; item < items_.size(); ++item) {
        if (at == ranks.end() || at->first != group_of(items_[item])) {
            at = ranks.find(group_of(items_[item]));
        }
        const std::uint64_t id = key_word(items_[item].key, group_bytes) >> (64 - id_bits);
        order_.push_back(
            {.number = (at->second << id_bits) | id, .item = static_cast<std::uint32_t>(item)});
    }
    return true;
}

void WriteSet::sort_equal_numbers() {
    for (auto begin = order_.begin(); begin != order_.end();) {
        const auto end = std::find_if(begin, order_.end(), [begin](const Order& order) {
            return order.number != begin->number;
        });
        if (end - begin > 1) {
            std::sort(begin, end, [this](const Order& a, const Order& b) {
                return less(items_[a.item].key, items_[b.item].key);
            });
        }
        begin = end;
    }
}

void WriteSet::clear() {
    items_.clear();
    arena_.clear();
}

}  // namespace fiscus::state
