// Memory for slots whose pages were touched before. The system clears a page, or two megabytes at
// once, when it is touched for the first time; where the machine is a virtual one, its host does so
// once more, and a thread that needs a slot for an event stands still for milliseconds. So a thread
// of its own touches a few pieces for each taker that grows.
// Thread: shelves are of one owner's; FreshMemory adds a thread. Fails: never.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <vector>

#include "engine/threads/worker.h"

namespace fiscus::state {

// Pieces begin with a cache line and have whole ones.
struct alignas(64) MemoryLine {
    std::array<std::byte, 64> bytes;
};
using MemoryPiece = std::unique_ptr<MemoryLine[]>;

class FreshMemory;

// Pieces of one size, for one taker.
class MemoryShelf {
public:
    explicit MemoryShelf(std::size_t piece_bytes)
        : lines_((piece_bytes + sizeof(MemoryLine) - 1) / sizeof(MemoryLine)) {}

    // One that was touched, or, when none is ready or nobody stocks the shelf, one that was not.
    [[nodiscard]] MemoryPiece take();

private:
    friend class FreshMemory;

    [[nodiscard]] bool low() const { return ready_.size() < wanted_ / 2; }

    std::size_t lines_;
    std::size_t taken_ = 0;
    FreshMemory* stocked_by_ = nullptr;
    // Guarded by the stocker's mutex.
    std::size_t wanted_ = 0;
    std::vector<MemoryPiece> ready_;
};

class FreshMemory {
public:
    // Of a taker's pieces, at most so many wait for it: megabytes in all.
    static constexpr std::size_t ready_max = 32;

    FreshMemory();

    // From now on. The shelf is there as long as this is, and its owner takes nothing meanwhile.
    void stock(MemoryShelf& shelf);
    // No shelf is about to run out.
    [[nodiscard]] bool stocked();
    // What waits on all shelves.
    [[nodiscard]] std::size_t ready_bytes();

private:
    friend class MemoryShelf;

    MemoryPiece take(MemoryShelf& shelf);
    [[nodiscard]] MemoryShelf* low_shelf() const;
    void touch_for(MemoryShelf& shelf, Worker::Lock& lock);

    std::vector<MemoryShelf*> shelves_;
    Worker worker_;
};

}  // namespace fiscus::state
