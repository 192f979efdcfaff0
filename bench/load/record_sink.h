// Fills a LoadBatch: copies keys and values into its arena and turns them into records at the end,
// when the arena no longer moves. Values begin at multiples of 16, as a FlatBuffer likes them.
// Thread: one. Fails: never.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "bench/load/load.h"

namespace fiscus::load {

class RecordSink {
public:
    void begin(LoadBatch& batch, std::size_t records_max);
    [[nodiscard]] bool full() const { return places_.size() >= records_max_; }

    void add(std::uint32_t programme, std::string_view key, std::int64_t timestamp_us, Bytes value);
    void add_null_value(std::uint32_t programme, std::string_view key, std::int64_t timestamp_us);
    // Makes the records; the batch may be read from now on.
    void finish();

private:
    struct Place {
        std::size_t key = 0;
        std::size_t key_size = 0;
        std::size_t value = 0;
        std::size_t value_size = 0;
        std::int64_t timestamp_us = 0;
        bool null_value = false;
    };

    // Room for `size` bytes at the next multiple of 16; the place in the arena.
    std::size_t take(std::size_t size);

    LoadBatch* batch_ = nullptr;
    std::size_t records_max_ = 0;
    std::vector<Place> places_;
};

}  // namespace fiscus::load
