// Finds slots by the hash of their key: open addressing with linear probing over cells of 8 bytes,
// each a tag of 32 bits and the slot's number. Eight cells share a cache line and the keys stay in
// the slots, so a look-up costs one line here and one there. The cells lie in 64 shards that grow
// each on its own: growing all at once would hold every event up for tens of milliseconds.
// Thread: its owner's. Fails: never; more than 2^32 − 2 slots stop the process.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "engine/base/check.h"

namespace fiscus::state {

class SlotIndex {
public:
    using Tag = std::uint32_t;
    static constexpr std::uint32_t none = UINT32_MAX;

    // The upper half of a hash says where to look and what to look for.
    static constexpr Tag tag_of(std::uint64_t hash) { return static_cast<Tag>(hash >> 32); }

    // Number of the slot with this tag of which same(number) is true, or none.
    template <typename Same>
    [[nodiscard]] std::uint32_t find(Tag tag, Same same) const {
        const Shard& shard = shards_[shard_of(tag)];
        if (shard.cells.empty()) {
            return none;
        }
        for (std::size_t at = tag & shard.mask;; at = (at + 1) & shard.mask) {
            const Cell cell = shard.cells[at];
            if (cell == empty_cell) {
                return none;
            }
            if (tag_in(cell) == tag && same(number_in(cell))) {
                return number_in(cell);
            }
        }
    }

    // The first slot with this tag, most often the one that find() will give: to fetch it early.
    [[nodiscard]] std::uint32_t likely(Tag tag) const {
        return find(tag, [](std::uint32_t) { return true; });
    }

    // Brings the cells where a search begins into the cache.
    void prefetch(Tag tag) const {
        const Shard& shard = shards_[shard_of(tag)];
        if (!shard.cells.empty()) {
            __builtin_prefetch(&shard.cells[tag & shard.mask]);
        }
    }

    // `number` stands under no other tag.
    void insert(Tag tag, std::uint32_t number) {
        FISCUS_CHECK(number < none - 1, "slots are counted with 32 bits");
        Shard& shard = shards_[shard_of(tag)];
        if (shard.used + 1 > shard.cells.size() / 4 * 3) {
            grow(shard);
        }
        shard.place(cell_of(tag, number));
        ++shard.used;
    }

    // `number` stands under this tag. Those behind it move up, so no search ends too early.
    void erase(Tag tag, std::uint32_t number) {
        Shard& shard = shards_[shard_of(tag)];
        const std::size_t mask = shard.mask;
        std::size_t hole = tag & mask;
        while (shard.cells[hole] != cell_of(tag, number)) {
            FISCUS_CHECK(shard.cells[hole] != empty_cell, "only what is there is erased");
            hole = (hole + 1) & mask;
        }
        for (std::size_t at = (hole + 1) & mask; shard.cells[at] != empty_cell;
             at = (at + 1) & mask) {
            const std::size_t home = tag_in(shard.cells[at]) & mask;
            if (((at - home) & mask) >= ((at - hole) & mask)) {
                shard.cells[hole] = shard.cells[at];
                hole = at;
            }
        }
        shard.cells[hole] = empty_cell;
        --shard.used;
    }

    // Forgets all and keeps the memory, or half of it when very little was used.
    void clear() {
        std::size_t used = 0;
        for (const Shard& shard : shards_) {
            used += shard.used;
        }
        const bool halve = used < cells_ / 8;
        for (Shard& shard : shards_) {
            const std::size_t cells = shard.cells.size();
            if (halve && cells > cells_min) {
                shard.cells = std::vector<Cell>(cells / 2);
                shard.mask = cells / 2 - 1;
                cells_ -= cells / 2;
            } else {
                std::fill(shard.cells.begin(), shard.cells.end(), empty_cell);
            }
            shard.used = 0;
        }
    }

    [[nodiscard]] std::size_t bytes() const { return cells_ * sizeof(Cell); }

private:
    using Cell = std::uint64_t;
    static constexpr Cell empty_cell = 0;
    static constexpr std::size_t cells_min = 8;
    static constexpr unsigned shard_bits = 6;

    static constexpr Cell cell_of(Tag tag, std::uint32_t number) {
        return (static_cast<Cell>(tag) << 32) | (number + 1);
    }
    static constexpr Tag tag_in(Cell cell) { return static_cast<Tag>(cell >> 32); }
    static constexpr std::uint32_t number_in(Cell cell) {
        return static_cast<std::uint32_t>(cell) - 1;
    }
    // The upper bits, since the lower ones say where in the shard.
    static constexpr std::size_t shard_of(Tag tag) { return tag >> (32 - shard_bits); }

    struct Shard {
        std::vector<Cell> cells;  // a power of two, or none
        std::size_t mask = 0;
        std::size_t used = 0;

        void place(Cell cell) {
            std::size_t at = tag_in(cell) & mask;
            while (cells[at] != empty_cell) {
                at = (at + 1) & mask;
            }
            cells[at] = cell;
        }
    };

    void grow(Shard& shard) {
        const std::size_t cells = shard.cells.empty() ? cells_min : shard.cells.size() * 2;
        cells_ += cells - shard.cells.size();
        const std::vector<Cell> before = std::exchange(shard.cells, std::vector<Cell>(cells));
        shard.mask = cells - 1;
        for (const Cell cell : before) {
            if (cell != empty_cell) {
                shard.place(cell);
            }
        }
    }

    std::array<Shard, std::size_t{1} << shard_bits> shards_;
    std::size_t cells_ = 0;  // of all shards
};

}  // namespace fiscus::state
