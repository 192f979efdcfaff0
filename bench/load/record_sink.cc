#include "bench/load/record_sink.h"

#include <algorithm>
#include <cstring>

namespace fiscus::load {
namespace {

constexpr std::size_t alignment = 16;
constexpr std::size_t arena_bytes_first = std::size_t{1} << 20;

}  // namespace

void RecordSink::begin(LoadBatch& batch, std::size_t records_max) {
    batch_ = &batch;
    records_max_ = records_max;
    places_.clear();
    batch.used_ = 0;
    batch.records_.clear();
    batch.programmes_.clear();
}

std::size_t RecordSink::take(std::size_t size) {
    const std::size_t place = (batch_->used_ + alignment - 1) / alignment * alignment;
    if (place + size > batch_->arena_.size()) {
        batch_->arena_.resize(
            std::max({batch_->arena_.size() * 2, place + size, arena_bytes_first}));
    }
    batch_->used_ = place + size;
    return place;
}

void RecordSink::add(std::uint32_t programme,
                     std::string_view key,
                     std::int64_t timestamp_us,
                     Bytes value) {
    const std::size_t place = take(value.size() + key.size());
    std::byte* const to = batch_->arena_.data() + place;
    if (!value.empty()) {
        std::memcpy(to, value.data(), value.size());
    }
    std::memcpy(to + value.size(), key.data(), key.size());
    places_.push_back({.key = place + value.size(),
                       .key_size = key.size(),
                       .value = place,
                       .value_size = value.size(),
                       .timestamp_us = timestamp_us,
                       .null_value = false});
    batch_->programmes_.push_back(programme);
}

void RecordSink::add_null_value(std::uint32_t programme,
                                std::string_view key,
                                std::int64_t timestamp_us) {
    add(programme, key, timestamp_us, Bytes());
    places_.back().null_value = true;
}

void RecordSink::finish() {
    const Bytes arena(batch_->arena_);
    batch_->records_.reserve(places_.size());
    for (const Place& place : places_) {
        batch_->records_.push_back({.timestamp_us = place.timestamp_us,
                                    .key = arena.subspan(place.key, place.key_size),
                                    .value = arena.subspan(place.value, place.value_size),
                                    .key_is_null = false,
                                    .value_is_null = place.null_value});
    }
}

}  // namespace fiscus::load
