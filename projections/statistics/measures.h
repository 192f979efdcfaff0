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
inline constexpr std::uint32_t definitions_version = 2;

// Figures that add up: over entries, cells and days. The order is that of the stored arrays; those
// of invoices, prizes and instant draws come last, because most programmes have none.
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
    invoices_count,
    invoices_amount,
    invoices_verified_count,
    invoices_verified_amount,
    invoices_rejected_count,
    invoices_reversed_count,
    invoices_reversed_amount,
    tickets_reversed_amount,  // of the reversed ones that were verified
    prizes_awarded_amount,
    prizes_paid_count,
    prizes_paid_amount,
    draws_won_count,
    draws_won_amount,
    draws_lost_count,
    draws_won_today_count,
    draws_cap_reached_count,
    draws_stock_out_count,
};
inline constexpr std::size_t sum_count = 27;
inline constexpr std::size_t voucher_sum_count = 10;
inline constexpr std::size_t prize_sum_count = sum_count - voucher_sum_count;
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
    invoice_consumers,
    invoice_merchants,
    draw_consumers,
};
inline constexpr std::size_t distinct_count = 9;
using DistinctCounts = std::array<std::uint64_t, distinct_count>;

// Something but vouchers is in them.
constexpr bool has_prize_sums(const Sums& sums) {
    std::int64_t bits = 0;
    for (std::size_t at = voucher_sum_count; at < sum_count; ++at) {
        bits |= sums[at];
    }
    return bits != 0;
}

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
    // Of invoices and prizes: in the rows of programmes that have a prize batch.
    bool of_prizes = false;
    // Of instant draws: in the rows of programmes that have opened one.
    bool of_draws = false;
    // A ratio of the day alone, beside which the one to date is the official one.
    bool of_day_alone = false;
};

// In the order of the columns.
std::span<const Measure> measures();
// Those of a programme, with or without prize batches and instant draws.
std::span<const Measure> measures_of(bool prizes, bool draws);
const Measure* find_measure(std::string_view id);
// A count or amount of the day itself: what a later revision may change and must explain.
bool is_of_day(const Measure& measure);
// What is said of a batch as a whole: counts and amounts over all its days, and the ratios to date.
// Figures to date are the same as those over all days.
bool is_of_batch(const Measure& measure);

}  // namespace fiscus::projections
