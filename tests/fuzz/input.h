// The bytes of an input as a stream of choices: numbers, and pieces whose length is a choice as
// well. What is past the end is 0, so every input is a whole one.
// Thread: values. Fails: never.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include "engine/base/hash.h"

namespace fiscus::fuzz {

class Input {
public:
    explicit Input(Bytes bytes) : rest_(bytes) {}

    [[nodiscard]] bool empty() const { return rest_.empty(); }

    template <typename T>
    T number() {
        T value{};
        const std::size_t size = std::min(sizeof value, rest_.size());
        std::memcpy(&value, rest_.data(), size);
        rest_ = rest_.subspan(size);
        return value;
    }
    std::uint8_t byte() { return number<std::uint8_t>(); }
    // 0 … end − 1.
    std::size_t below(std::size_t end) { return byte() % end; }
    // One of 256, most often the last ones: rare things are the first.
    bool rarely() { return byte() < 8; }

    template <typename T, std::size_t Count>
    T one_of(const std::array<T, Count>& values) {
        return values[below(Count)];
    }

    Bytes piece(std::size_t size) {
        const Bytes taken = rest_.first(std::min(size, rest_.size()));
        rest_ = rest_.subspan(taken.size());
        return taken;
    }
    // Its length stands before it.
    Bytes piece() { return piece(number<std::uint16_t>()); }
    Bytes rest() { return piece(rest_.size()); }

private:
    Bytes rest_;
};

}  // namespace fiscus::fuzz
