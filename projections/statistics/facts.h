// What one business day's cells are counted from: for each claim, redemption and refund, each step
// of an invoice, each draw and each prize paid of the day one fact, in the order of the journal. A
// request for an instant draw has two: that of a claim, and that of its outcome.
// Adding one to those of its day (day_facts.h) is all that the fold does for an entry; the figures
// come at the cut (day_values.h).
// Thread: values. Fails: corrupt on damaged bytes.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "projections/statistics/grouping.h"
#include "projections/statistics/measures.h"
#include "projections/statistics/sum_rules.h"

namespace fiscus::projections {

// Stored.
enum class FactKind : std::uint8_t {
    claim = 0,
    refused_claim = 1,
    redemption = 2,
    refund = 3,
    submission = 4,
    verification = 5,
    rejection = 6,
    reversal = 7,
    draw = 8,
    payout = 9,
    request = 10,
};
inline constexpr std::size_t fact_kind_count = 11;
inline constexpr std::size_t voucher_fact_kinds = 4;
constexpr bool is_of_prizes(FactKind kind) {
    return static_cast<std::size_t>(kind) >= voucher_fact_kinds;
}

// What a fact says in every dimension, 0 where it says nothing.
using DimensionValues = std::array<std::uint32_t, dimension_count>;

struct Fact {
    FactKind kind = FactKind::claim;
    bool own_day = false;  // it happened on this day; else on a later one
    bool removes = false;  // a redemption of this day is fully refunded
    DimensionValues values{};
    std::uint32_t consumer = 0;
    std::uint32_t merchant = 0;
    // What it adds to the sums of its kind, in their order; nothing unless it happened on this day.
    KindAmounts amounts{};

    [[nodiscard]] constexpr std::uint32_t value(Dimension dimension) const {
        return values[static_cast<std::size_t>(dimension)];
    }
    friend bool operator==(const Fact&, const Fact&) = default;
};

// An entry that counts. What it says on its own business day, and on the day
// of the redemption that it refunds in full.
Fact fact_of(const wire::Entry& entry, bool own_day, bool origin_day);
// The second fact of an accepted DrawRequested; the first is a claim, refused unless it won.
Fact request_of(const wire::Entry& entry);
// The sums that facts of this kind add to.
constexpr SumRange sums_of(FactKind kind) {
    switch (kind) {
        case FactKind::claim: return claim_sums;
        case FactKind::refused_claim: return {};
        case FactKind::redemption: return redemption_sums;
        case FactKind::refund: return refund_sums;
        case FactKind::submission: return submission_sums;
        case FactKind::verification: return verification_sums;
        case FactKind::rejection: return rejection_sums;
        case FactKind::reversal: return reversal_sums;
        case FactKind::draw: return draw_sums;
        case FactKind::payout: return payout_sums;
        case FactKind::request: return request_sums;
    }
    return {};
}

constexpr CellKey cell_key(const GroupingInfo& set, const DimensionValues& values) {
    const auto value = [&](std::size_t at) {
        return at < set.used ? values[static_cast<std::size_t>(set.dimensions[at])] : 0;
    };
    return {.grouping = set.grouping, .first = value(0), .second = value(1)};
}

// Appends its bytes, but for the batch; how many they are (docs/formats/statistics.md).
std::size_t append_fact(std::string& to, const Fact& fact);
// Appends the facts of a batch that these bytes are.
Status read_facts(std::string_view bytes, std::uint32_t batch, std::vector<Fact>& facts);

}  // namespace fiscus::projections
