#include "projections/publish/rows.h"

namespace fiscus::projections {

JsonLine RowBuffer::begin(Stream stream, Keep keep, std::string_view key, std::string_view type) {
    Place place{};
    place.stream = stream;
    place.keep = keep;
    place.number = next_numbers_[static_cast<std::size_t>(stream)]++;
    place.timestamp_us = timestamp_us_;
    place.key_at = bytes_.size();
    bytes_.append(key);
    place.value_at = bytes_.size();
    places_.push_back(place);
    JsonLine line(bytes_);
    line.natural("row", place.number);
    line.text("row_type", type);
    line.natural("partition", partition_);
    return line;
}

void RowBuffer::end(JsonLine& line) {
    line.finish();
    places_.back().value_end = bytes_.size();
}

Row RowBuffer::row(std::size_t index) const {
    const Place& place = places_[index];
    const std::string_view all = bytes_;
    return {.stream = place.stream,
            .keep = place.keep,
            .number = place.number,
            .timestamp_us = place.timestamp_us,
            .key = all.substr(place.key_at, place.value_at - place.key_at),
            .value = all.substr(place.value_at, place.value_end - place.value_at)};
}

void RowBuffer::clear() {
    bytes_.clear();
    places_.clear();
}

}  // namespace fiscus::projections
