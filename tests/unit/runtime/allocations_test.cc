// Aim: once warm, the path of an event takes no memory: the places of what is forgotten are used
// again. Method: allocations of this program are counted on the thread that applies and encodes;
// the first half of a load fills a small cache, the second is counted.
#include <cstdlib>
#include <memory>
#include <new>  // tidy: words because the operators are replaced
#include <vector>

#include <gtest/gtest.h>

#include "bench/load/standard_load.h"
#include "engine/journal/block.h"
#include "engine/runtime/core.h"
#include "engine/state/store.h"

namespace {

thread_local std::uint64_t allocations = 0;

}  // namespace

void* operator new(std::size_t size) {  // tidy: words because it is what is counted
    ++allocations;
    void* memory = std::malloc(size);  // tidy: words because operator new is made of it
    if (memory == nullptr) {
        throw std::bad_alloc();
    }
    return memory;
}
// tidy: words because it is what is counted
void* operator new(std::size_t size, std::align_val_t alignment) {
    ++allocations;
    const auto bytes = static_cast<std::size_t>(alignment);
    void* memory = std::aligned_alloc(bytes, (size + bytes - 1) / bytes * bytes);
    if (memory == nullptr) {
        throw std::bad_alloc();
    }
    return memory;
}
void operator delete(void* memory) noexcept {
    std::free(memory);  // tidy: words because operator delete is made of it
}
void operator delete(void* memory, std::size_t) noexcept { operator delete(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { operator delete(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
    operator delete(memory);
}

namespace fiscus::runtime {
namespace {

constexpr std::uint64_t events = 200'000;
constexpr std::size_t turn_records = 2'000;
constexpr std::size_t cache_bytes = 4U << 20;
// Generations of so small a cache end often, each a chunk of 512 records larger or smaller than the
// one before.
constexpr double per_event_max = 0.01;

TEST(AllocationsTest, OnceWarmAnEventTakesNoMemory) {
    load::StandardLoad standard({.events = events});
    std::vector<std::unique_ptr<load::LoadBatch>> batches;
    std::vector<log::Record> records;
    for (auto batch = std::make_unique<load::LoadBatch>(); standard.next(*batch);
         batch = std::make_unique<load::LoadBatch>()) {
        for (const log::NewRecord& record : batch->records()) {
            records.push_back({.offset = static_cast<std::int64_t>(records.size()),
                               .timestamp_us = record.timestamp_us,
                               .key = record.key,
                               .value = record.value,
                               .key_is_null = record.key_is_null,
                               .value_is_null = record.value_is_null});
        }
        batches.push_back(std::move(batch));
    }
    ASSERT_EQ(records.size(), events);

    auto state = state::State::open(state::make_memory_store(), {.cache_bytes_max = cache_bytes});
    ASSERT_TRUE(state.ok());
    Core core({}, **state);
    journal::Entries entries;
    journal::BlockEncoder encoder;
    std::uint64_t counted = 0;
    for (std::size_t at = 0; at < events; at += turn_records) {
        const std::uint64_t before = allocations;
        entries.clear();
        const auto applied = core.turn(std::span(records).subspan(at, turn_records), entries);
        ASSERT_TRUE(applied.ok() && applied.value() == turn_records);
        const journal::BlockHeader header{
            .term = 1, .first_sequence = at + 1, .state_digest = core.digest()};
        ASSERT_FALSE(encoder.encode(header, entries).empty());
        counted += at >= events / 2 ? allocations - before : 0;
        if (state.value()->full() || at % (10 * turn_records) == 0) {
            ASSERT_TRUE(state.value()->fold({}).ok());
        }
    }
    const double per_event = static_cast<double>(counted) / (events / 2.0);
    RecordProperty("allocations_per_1000_events", static_cast<int>(per_event * 1'000));
    EXPECT_LT(per_event, per_event_max);
}

}  // namespace
}  // namespace fiscus::runtime
