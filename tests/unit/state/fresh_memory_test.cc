// Aim: what a stocked shelf gives is in memory already, another one's pieces are as good, and what
// waits for a taker is bounded. Method: the system says which pages are there.
#include "engine/state/fresh_memory.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <sys/mman.h>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/wait.h"

namespace fiscus::state {
namespace {

constexpr std::size_t page = 4'096;
constexpr std::size_t piece_bytes = 64 * page;

// Of the pages that lie in the piece whole.
std::size_t pages_missing(const MemoryPiece& piece) {
    const auto begin = reinterpret_cast<std::uintptr_t>(piece.get());
    const std::uintptr_t first = (begin + page - 1) / page * page;
    std::vector<unsigned char> there((begin + piece_bytes - first) / page);
    EXPECT_EQ(::mincore(reinterpret_cast<void*>(first), there.size() * page, there.data()), 0);
    return static_cast<std::size_t>(
        std::ranges::count_if(there, [](unsigned char one) { return (one & 1U) == 0; }));
}

void fill(const MemoryPiece& piece, std::byte with) {
    for (std::size_t line = 0; line < piece_bytes / sizeof(MemoryLine); ++line) {
        piece[line].bytes.fill(with);
    }
}

bool filled(const MemoryPiece& piece, std::byte with) {
    for (std::size_t line = 0; line < piece_bytes / sizeof(MemoryLine); ++line) {
        if (std::ranges::count(piece[line].bytes, with) != sizeof(MemoryLine)) {
            return false;
        }
    }
    return true;
}

TEST(FreshMemoryTest, PiecesOfAStockedShelfAreInMemory) {
    MemoryShelf shelf(piece_bytes);
    FreshMemory memory;
    memory.stock(shelf);
    std::vector<MemoryPiece> taken;
    for (int piece = 0; piece < 100; ++piece) {
        taken.push_back(shelf.take());
    }
    ASSERT_TRUE(support::wait_until([&] { return memory.stocked(); }, std::chrono::seconds(20)));
    const MemoryPiece ready = shelf.take();
    EXPECT_EQ(pages_missing(ready), 0U);
}

TEST(FreshMemoryTest, EveryPieceIsItsTakersAlone) {
    MemoryShelf stocked(piece_bytes);
    MemoryShelf plain(piece_bytes);
    FreshMemory memory;
    memory.stock(stocked);
    std::vector<MemoryPiece> taken;
    for (int piece = 0; piece < 200; ++piece) {
        taken.push_back(piece % 3 == 0 ? plain.take() : stocked.take());
        fill(taken.back(), static_cast<std::byte>(piece));
    }
    for (std::size_t piece = 0; piece < taken.size(); ++piece) {
        EXPECT_TRUE(filled(taken[piece], static_cast<std::byte>(piece))) << piece;
    }
}

TEST(FreshMemoryTest, AShelfThatGivesLittleHasNothingReady) {
    MemoryShelf shelf(piece_bytes);
    FreshMemory memory;
    memory.stock(shelf);
    EXPECT_TRUE(memory.stocked());
    const MemoryPiece one = shelf.take();
    EXPECT_TRUE(memory.stocked());
    EXPECT_EQ(memory.ready_bytes(), 0U);
}

TEST(FreshMemoryTest, WhatWaitsIsBounded) {
    MemoryShelf shelf(page);
    FreshMemory memory;
    memory.stock(shelf);
    for (int piece = 0; piece < 10'000; ++piece) {
        const MemoryPiece one = shelf.take();
    }
    ASSERT_TRUE(support::wait_until([&] { return memory.stocked(); }, std::chrono::seconds(20)));
    EXPECT_GT(memory.ready_bytes(), 0U);
    EXPECT_LE(memory.ready_bytes(), FreshMemory::ready_max * page);
}

}  // namespace
}  // namespace fiscus::state
