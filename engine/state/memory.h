// How one memory setting is divided inside a partition of the engine, in one place, so that the
// parts add up to the whole: an eighth for the store's cache, three sixteenths (never more than
// 288 MiB) for what it merges, the turn in hand and the hot tables, the rest for the cold records:
// five sixths to keep them, one for copies of what changed. Hot tables that need more take it from
// the cold records, up to seven eighths of theirs. Pure values.
#pragma once

#include <algorithm>
#include <cstdint>

#include "engine/state/state.h"
#include "engine/state/store.h"

namespace fiscus::state {

struct MemoryShares {
    RocksOptions store;
    StateOptions state;
};

constexpr MemoryShares divide_memory(std::uint64_t memory_bytes) {
    MemoryShares shares;
    shares.store.memory_bytes = memory_bytes / 8;
    const std::uint64_t reserve = std::min<std::uint64_t>(memory_bytes / 16 * 3, 288U << 20);
    // A third of the reserve is theirs in any case; what they take beyond it, cold records lose.
    shares.state.hot_bytes_free = static_cast<std::size_t>(reserve / 3);
    const auto cold = static_cast<std::size_t>(memory_bytes - shares.store.memory_bytes - reserve);
    shares.state.cache_bytes_max = cold / 6 * 5;
    shares.state.fold_bytes_max = cold / 6;
    return shares;
}

}  // namespace fiscus::state
