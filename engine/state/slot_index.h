// Finds slots by the hash of their key: open addressing with linear probing over cells of 8 bytes,
// each a tag of 32 bits and the slot's number. Eight cells share a cache line and the keys stay in
// the slots, so a look-up costs one line here and one there. Nothing is ever removed, only
// forgotten all at once.
// Thread: its owner's. Fails: never; more than 2^32 − 2 slots stop the process.
#pragma once

#include <algorithm>
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
        if (cells_.empty()) {
            return none;
        }
        for (std::size_t at = tag & mask_;; at = (at + 1) & mask_) {
            const Cell cell = cells_[at];
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
        if (!cells_.empty()) {
            __builtin_prefetch(&cells_[tag & mask_]);
        }
    }

    // `number` stands under no other tag.
    void insert(Tag tag, std::uint32_t number) {
        FISCUS_CHECK(number < none - 1, "slots are counted with 32 bits");
        if (used_ + 1 > cells_.size() / 4 * 3) {
            grow();
        }
        place(cell_of(tag, number));
        ++used_;
    }

    // Forgets all and keeps the memory, unless very little of it was used.
    void clear() {
        std::size_t cells = cells_.size();
        while (cells > cells_min && used_ < cells / 8) {
            cells /= 2;
        }
        if (cells != cells_.size()) {
            cells_ = std::vector<Cell>(cells);
            mask_ = cells - 1;
        } else {
            std::fill(cells_.begin(), cells_.end(), empty_cell);
        }
        used_ = 0;
    }

    [[nodiscard]] std::size_t bytes() const { return cells_.size() * sizeof(Cell); }

private:
    using Cell = std::uint64_t;
    static constexpr Cell empty_cell = 0;
    static constexpr std::size_t cells_min = 64;

    static constexpr Cell cell_of(Tag tag, std::uint32_t number) {
        return (static_cast<Cell>(tag) << 32) | (number + 1);
    }
    static constexpr Tag tag_in(Cell cell) { return static_cast<Tag>(cell >> 32); }
    static constexpr std::uint32_t number_in(Cell cell) {
        return static_cast<std::uint32_t>(cell) - 1;
    }

    void place(Cell cell) {
        std::size_t at = tag_in(cell) & mask_;
        while (cells_[at] != empty_cell) {
            at = (at + 1) & mask_;
        }
        cells_[at] = cell;
    }

    void grow() {
        const std::size_t cells = cells_.empty() ? cells_min : cells_.size() * 2;
        const std::vector<Cell> before = std::exchange(cells_, std::vector<Cell>(cells));
        mask_ = cells - 1;
        for (const Cell cell : before) {
            if (cell != empty_cell) {
                place(cell);
            }
        }
    }

    std::vector<Cell> cells_;  // a power of two, or none
    std::size_t mask_ = 0;
    std::size_t used_ = 0;
};

}  // namespace fiscus::state
