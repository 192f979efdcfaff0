#include "engine/state/fresh_memory.h"

#include <algorithm>
#include <utility>

namespace fiscus::state {
namespace {

// Of what a taker has taken, this part waits for it: who needs little costs little.
constexpr std::size_t taken_for_one = 8;
constexpr std::size_t page_lines = 4'096 / sizeof(MemoryLine);

MemoryPiece untouched(std::size_t lines) {
    return std::make_unique_for_overwrite<MemoryLine[]>(lines);
}

MemoryPiece touched(std::size_t lines) {
    MemoryPiece piece = untouched(lines);
    for (std::size_t line = 0; line < lines; line += page_lines) {
        piece[line].bytes.front() = std::byte{0};
    }
    piece[lines - 1].bytes.back() = std::byte{0};
    return piece;
}

}  // namespace

MemoryPiece MemoryShelf::take() {
    ++taken_;
    return stocked_by_ == nullptr ? untouched(lines_) : stocked_by_->take(*this);
}

FreshMemory::FreshMemory()
    : worker_(
          Background::threads,
          "memory",
          [this] { return low_shelf() != nullptr; },
          [this](Worker::Lock& lock) { touch_for(*low_shelf(), lock); }) {}

void FreshMemory::stock(MemoryShelf& shelf) {
    const Worker::Lock lock(worker_.mutex());
    shelf.stocked_by_ = this;
    shelves_.push_back(&shelf);
}

bool FreshMemory::stocked() {
    const Worker::Lock lock(worker_.mutex());
    return low_shelf() == nullptr;
}

std::size_t FreshMemory::ready_bytes() {
    const Worker::Lock lock(worker_.mutex());
    std::size_t bytes = 0;
    for (const MemoryShelf* shelf : shelves_) {
        bytes += shelf->ready_.size() * shelf->lines_ * sizeof(MemoryLine);
    }
    return bytes;
}

MemoryPiece FreshMemory::take(MemoryShelf& shelf) {
    MemoryPiece piece;
    bool low = false;
    {
        const Worker::Lock lock(worker_.mutex());
        if (!shelf.ready_.empty()) {
            piece = std::move(shelf.ready_.back());
            shelf.ready_.pop_back();
        }
        shelf.wanted_ = std::min(shelf.taken_ / taken_for_one, ready_max);
        low = shelf.low();
    }
    if (low) {
        worker_.notify();
    }
    return piece != nullptr ? std::move(piece) : untouched(shelf.lines_);
}

MemoryShelf* FreshMemory::low_shelf() const {
    const auto low = std::ranges::find_if(shelves_, &MemoryShelf::low);
    return low == shelves_.end() ? nullptr : *low;
}

// As many as it wants; each is there at once.
void FreshMemory::touch_for(MemoryShelf& shelf, Worker::Lock& lock) {
    while (shelf.ready_.size() < shelf.wanted_) {
        lock.unlock();
        MemoryPiece piece = touched(shelf.lines_);
        lock.lock();
        shelf.ready_.push_back(std::move(piece));
    }
}

}  // namespace fiscus::state
