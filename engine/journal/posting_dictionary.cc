#include "engine/journal/posting_dictionary.h"

#include <algorithm>
#include <span>

namespace fiscus::journal {
namespace {

// A busy block has some hundred pairs; most are then found where they are looked for first.
constexpr std::size_t slots_min = 4'096;
constexpr std::size_t rows_min = 512;

}  // namespace

void PostingDictionary::clear() {
    size_ = 0;
    make_slots(slots_min);
}

void PostingDictionary::make_slots(std::size_t count) {
    slots_.assign(count, 0);
    shift_ = 64 - static_cast<unsigned>(std::bit_width(count - 1));
}

void PostingDictionary::add(const Row& row, std::size_t slot) {
    if (size_ == rows_.size()) {
        rows_.resize(std::max(rows_min, 2 * size_));
    }
    rows_[size_++] = row;
    slots_[slot] = static_cast<std::uint32_t>(size_);
    if (2 * size_ <= slots_.size()) {
        return;
    }
    make_slots(2 * slots_.size());
    for (std::size_t number = 0; number < size_; ++number) {
        std::size_t free = hash_of(rows_[number]) >> shift_;
        while (slots_[free] != 0) {
            free = (free + 1) & (slots_.size() - 1);
        }
        slots_[free] = static_cast<std::uint32_t>(number + 1);
    }
}

Frame PostingDictionary::frame() const {
    Frame frame{.words = posting_words};
    std::ranges::copy(rows_[0], frame.base.begin());
    for (const Row& row : std::span(rows_).first(size_)) {
        for (std::size_t i = 0; i < posting_words; ++i) {
            frame.mask[i] |= row[i] ^ frame.base[i];
        }
    }
    close_masks(frame);
    return frame;
}

}  // namespace fiscus::journal
