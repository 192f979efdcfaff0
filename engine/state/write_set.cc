// WriteSet: encoded keys and values of one fold in one arena, sorted before they are written.
#include <algorithm>
#include <cstring>

#include "engine/base/check.h"
#include "engine/state/store.h"

namespace fiscus::state {

void WriteSet::put(const Key& key, Bytes value) {
    items_.push_back({.key = encode(key),
                      .value_bytes = static_cast<std::uint32_t>(value.size()),
                      .value_at = arena_.size()});
    arena_.insert(arena_.end(), value.begin(), value.end());
}

void WriteSet::sort() {
    FISCUS_CHECK(items_.size() <= UINT32_MAX, "the items of a set are counted with 32 bits");
    order_.clear();
    for (std::size_t at = 0; at < items_.size(); ++at) {
        order_.push_back({.first = key_word(items_[at].key, 0),
                          .second = key_word(items_[at].key, 8),
                          .item = static_cast<std::uint32_t>(at)});
    }
    std::sort(order_.begin(), order_.end(), [this](const Order& a, const Order& b) {
        if (a.first != b.first) {
            return a.first < b.first;
        }
        return a.second != b.second ? a.second < b.second
                                    : less(items_[a.item].key, items_[b.item].key);
    });
    sorted_.clear();
    for (const Order& order : order_) {
        sorted_.push_back(items_[order.item]);
    }
    std::swap(items_, sorted_);
}

void WriteSet::clear() {
    items_.clear();
    arena_.clear();
}

}  // namespace fiscus::state
