// WriteSet: encoded keys and values of one fold in one arena, sorted before they are written.
#include <algorithm>
#include <cstring>

#include "engine/state/store.h"

namespace fiscus::state {

void WriteSet::put(const Key& key, Bytes value) {
    items_.push_back({.key = encode(key),
                      .value_bytes = static_cast<std::uint32_t>(value.size()),
                      .value_at = arena_.size()});
    arena_.insert(arena_.end(), value.begin(), value.end());
}

void WriteSet::sort() {
    std::sort(items_.begin(), items_.end(),
              [](const Item& a, const Item& b) { return less(a.key, b.key); });
}

void WriteSet::clear() {
    items_.clear();
    arena_.clear();
}

}  // namespace fiscus::state
