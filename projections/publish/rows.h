// Rows on their way out: flat JSON values with printable keys, numbered 1, 2, 3 … in each stream of
// the partition. The numbers are part of the state, so the same journal gives the same rows with
// the same numbers, and a restart knows which of them are published.
// Thread: one. Fails: a sink's own trouble.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/log/log.h"
#include "projections/publish/json.h"

namespace fiscus::projections {

// Rows of a stream share one count of numbers.
enum class Stream : std::uint8_t { statistics, reconciliation, refusals, outcomes };
inline constexpr std::size_t stream_count = 4;
using RowNumbers = std::array<std::uint64_t, stream_count>;

// Statistics go to the history topic, those that a later revision replaces also to the latest one.
enum class Keep : std::uint8_t { latest_and_history, history_only };

struct Row {
    Stream stream;
    Keep keep;
    std::uint64_t number;
    std::int64_t timestamp_us;
    std::string_view key;
    std::string_view value;
};

class RowBuffer;

class RowSink {
public:
    virtual ~RowSink() = default;
    // Takes all rows, in order; the caller clears the buffer afterwards.
    virtual Status take(const RowBuffer& rows) = 0;
};

class RowBuffer {
public:
    // Starts a row: {"row":number,"row_type":type … The caller adds fields and calls end().
    JsonLine begin(Stream stream, Keep keep, std::string_view key, std::string_view type);
    void end(JsonLine& line);

    // Time of the journal entry that the next rows come from; whatever it is, a log takes the rows.
    void set_timestamp(std::int64_t timestamp_us) {
        timestamp_us_ = log::append_timestamp_us(timestamp_us);
    }
    void set_partition(std::uint32_t partition) { partition_ = partition; }

    [[nodiscard]] std::size_t size() const { return places_.size(); }
    [[nodiscard]] bool empty() const { return places_.empty(); }
    [[nodiscard]] std::size_t bytes() const { return bytes_.size(); }
    // Valid until the next begin() or clear().
    [[nodiscard]] Row row(std::size_t index) const;
    // Keeps the memory and goes on counting.
    void clear();

    // Number of the next row of each stream.
    [[nodiscard]] const RowNumbers& next_numbers() const { return next_numbers_; }
    void set_next_numbers(const RowNumbers& numbers) { next_numbers_ = numbers; }

private:
    struct Place {
        Stream stream;
        Keep keep;
        std::uint64_t number;
        std::int64_t timestamp_us;
        std::size_t key_at;
        std::size_t value_at;
        std::size_t value_end;
    };

    std::string bytes_;  // key, value, key, value …
    std::vector<Place> places_;
    RowNumbers next_numbers_{1, 1, 1, 1};
    std::int64_t timestamp_us_ = 0;
    std::uint32_t partition_ = 0;
};

}  // namespace fiscus::projections
