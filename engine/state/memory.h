// How one memory setting is divided inside a partition of the engine, in one place, so that the
// parts add up to the whole: a fixed eighth for the turn in hand and the hot tables, a quarter for
// the store, the rest for the cold records: three quarters to keep them, one for copies of what
// changed. Pure values.
#pragma once

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
    const auto cold = static_cast<std::size_t>(memory_bytes / 8 * 5);
    shares.state.cache_bytes_max = cold / 4 * 3;
    shares.state.fold_bytes_max = cold / 4;
    return shares;
}

}  // namespace fiscus::state
