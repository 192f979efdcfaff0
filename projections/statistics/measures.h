// The measures: one row of one table (measures.cc) defines a measure with its headings, formula,
// rule of inclusion, version and the notices that ask for it. Rows, tables, JSON Schema and
// docs/definitions.md follow from it. Thread: constants. Fails: never.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "schemas/events_generated.h"
#include "schemas/journal_generated.h"

namespace fiscus::projections {

// Rises whenever a definition below changes its meaning; published in every row.
inline constexpr std::uint32_t definitions_version = 1;

// Figures that add up: over entries, cells and days. The order is that of the stored arrays.
enum class Sum : std::uint8_t {
    issued_count,
    issued_amount,
    redeemed_count,
    redeemed_amount,
    order_amount,
    platform_match,
    merchant_match,
    refunded_count,
    refunded_amount,
    refunded_order_amount,
};
inline constexpr std::size_t sum_count = 10;
using Sums = std::array<std::int64_t, sum_count>;

// The fold has made sure that no sum of a programme overflows.
constexpr void add(Sums& sums, const Sums& more) {
    for (std::size_t at = 0; at < sum_count; ++at) {
        sums[at] += more[at];
    }
}
constexpr void subtract(Sums& sums, const Sums& less) {
    for (std::size_t at = 0; at < sum_count; ++at) {
        sums[at] -= less[at];
    }
}

// Distinct counts of a day or of a union of days.
enum class Distinct : std::uint8_t {
    claiming_consumers_asked,
    claiming_consumers_received,
    redeeming_consumers,
    redeeming_consumers_net,
    redeeming_merchants,
    redeeming_merchants_net,
};
inline constexpr std::size_t distinct_count = 6;
using DistinctCounts = std::array<std::uint64_t, distinct_count>;

constexpr std::size_t index(Sum sum) { return static_cast<std::size_t>(sum); }
constexpr std::size_t index(Distinct distinct) { return static_cast<std::size_t>(distinct); }

// Everything that a cell knows for a day (or a range of days).
struct Figures {
    Sums day{};
    DistinctCounts distinct{};
    Sums to_date{};

    friend bool operator==(const Figures&, const Figures&) = default;
};

enum class MeasureType : std::uint8_t {
    count,
    amount,  // fen
    ratio,
};

// numerator ÷ denominator; nothing when the denominator is 0.
struct Ratio {
    std::int64_t numerator = 0;
    std::int64_t denominator = 0;
};
// Rounded half up to four decimals, "" when the denominator is not positive.
std::string ratio_text(const Ratio& ratio);
// The same at `to`, which has room for ratio_text_max; the end of it.
inline constexpr std::size_t ratio_text_max = 26;
char* ratio_text(char* to, const Ratio& ratio);

struct Measure {
    std::string_view id;
    std::string_view english;
    std::string_view chinese;
    MeasureType type;
    std::string_view formula;
    std::string_view inclusion;
    std::uint16_t version;
    std::string_view sources;  // "S0 S1 S4"
    // Counts and amounts.
    std::int64_t (*value)(const Figures&) = nullptr;
    // Ratios.
    Ratio (*ratio)(const Figures&) = nullptr;
    // The history has rows without it (schemas/README.md).
    bool added_later = false;
};

// In the order of the columns.
std::span<const Measure> measures();
const Measure* find_measure(std::string_view id);
// A count or amount of the day itself: what a later revision may change and must explain.
bool is_of_day(const Measure& measure);

// What an accepted entry adds to the cells of its own business day: one row for each Sum.
struct SumRule {
    Sum sum;
    wire::EventBody kind;
    std::int64_t (*amount)(const wire::Entry&);
};
std::span<const SumRule, sum_count> sum_rules();

// Sums that entries of one kind add to stand side by side.
struct SumRange {
    std::size_t first = 0;
    std::size_t count = 0;

    friend constexpr bool operator==(const SumRange&, const SumRange&) = default;
};
inline constexpr SumRange claim_sums{.first = index(Sum::issued_count), .count = 2};
inline constexpr SumRange redemption_sums{.first = index(Sum::redeemed_count), .count = 5};
inline constexpr SumRange refund_sums{.first = index(Sum::refunded_count), .count = 3};
// What an entry adds to the sums of its kind, in their order.
inline constexpr std::size_t kind_amounts_max = 5;
using KindAmounts = std::array<std::int64_t, kind_amounts_max>;
KindAmounts amounts_of(const wire::Entry& entry, const SumRange& sums);

}  // namespace fiscus::projections
