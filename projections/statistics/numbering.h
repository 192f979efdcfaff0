// Numbers keys 0, 1, 2 … in order of first appearance: open addressing over one array.
// Thread: values. Fails: never.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace fiscus::projections {

class Numbering {
public:
    // Two words, which compare faster than three numbers.
    struct Key {
        std::uint64_t first = 0;
        std::uint32_t second = 0;

        friend bool operator==(const Key&, const Key&) = default;
    };

    // size() when the key is new.
    std::uint32_t number(const Key& key) {
        if (std::size_t{size_} * 2 >= slots_.size()) [[unlikely]] {
            grow();
        }
        const std::size_t mask = slots_.size() - 1;
        Slot* const slots = slots_.data();
        for (std::size_t at = place_of(key);; at = (at + 1) & mask) {
            Slot& slot = slots[at];
            if (slot.first == key.first && slot.second == key.second && slot.number_and_one != 0)
                [[likely]] {
                return slot.number_and_one - 1;
            }
            if (slot.number_and_one == 0) {
                slot = {.first = key.first, .second = key.second, .number_and_one = ++size_};
                return size_ - 1;
            }
        }
    }
    [[nodiscard]] std::uint32_t size() const { return size_; }

    // Memory stays, unless nearly all of it was of no use.
    void clear() {
        const std::size_t slots = size_ * sparse >= slots_.size() ? slots_.size() : 0;
        slots_.assign(slots, {});
        size_ = 0;
    }

private:
    static constexpr std::size_t slots_min = 16;
    static constexpr std::size_t sparse = 32;

    struct Slot {
        std::uint64_t first = 0;
        std::uint32_t second = 0;
        std::uint32_t number_and_one = 0;
    };

    [[nodiscard]] std::size_t place_of(const Key& key) const {
        const std::uint64_t mixed =
            key.first * 0x9e3779b97f4a7c15 + key.second * 0xa4093822299f31d1;
        return static_cast<std::size_t>(mixed >> shift_);
    }
    void grow() {
        const std::vector<Slot> before = std::move(slots_);
        slots_ = std::vector<Slot>(before.empty() ? slots_min : before.size() * 2);
        shift_ = 64U - static_cast<unsigned>(std::countr_zero(slots_.size()));
        for (const Slot& slot : before) {
            if (slot.number_and_one != 0) {
                std::size_t at = place_of({.first = slot.first, .second = slot.second});
                while (slots_[at].number_and_one != 0) {
                    at = (at + 1) & (slots_.size() - 1);
                }
                slots_[at] = slot;
            }
        }
    }

    std::vector<Slot> slots_;
    std::uint32_t size_ = 0;
    unsigned shift_ = 64;
};

}  // namespace fiscus::projections
