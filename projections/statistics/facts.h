// What one business day's cells are counted from: for each claim, redemption and refund, each step
// of an invoice, each draw and each prize paid of the day one fact, in the order of the journal. A
// request for an instant draw has two: that of a claim, and that of its outcome.
// Facts are bytes in chunks of a fixed size, in memory as in the store, so the state depends on the
// journal only and a save puts nothing twice but the last chunk. Adding one is all that the fold
// does for an entry; the figures come at the cut (day_values.h).
// Thread: one. Fails: read on damaged records.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/result.h"
#include "projections/statistics/grouping.h"
#include "projections/statistics/measures.h"
#include "projections/statistics/sum_rules.h"
#include "projections/store/codec.h"
#include "projections/store/store.h"

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

// Facts in portions of one chunk, which are gone after the call.
using VisitFacts = std::function<Status(std::span<const Fact>)>;

class DayFacts {
public:
    // Of table::day_facts or table::late_facts.
    DayFacts(char table, std::uint32_t programme, std::int32_t day)
        : table_(table), programme_(programme), day_(day) {}

    void add(const Fact& fact);
    // All of them, in order.
    Status visit(const Store& store, const VisitFacts& visit) const;
    // Those of a day that lies in the store only, each chunk read once.
    static Status visit_stored(const Store& store,
                               char table,
                               std::uint32_t programme,
                               std::int32_t day,
                               const VisitFacts& visit);
    // Appends them.
    Status read(const Store& store, std::vector<Fact>& facts) const;
    [[nodiscard]] bool empty() const { return chunks_.empty(); }
    // Of all facts together.
    [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

    // Finds what the store has; only the last chunk comes into memory.
    Status load(const Store& store);
    // Puts what was added since the last time.
    void save(Store& store);
    [[nodiscard]] bool dirty() const { return dirty_; }
    // Erases what was saved.
    void erase(Store& store) const;
    // What was saved leaves memory, but for the last chunk.
    void release();
    [[nodiscard]] std::size_t memory() const { return memory_; }

private:
    [[nodiscard]] StateKey key(std::size_t chunk) const;

    char table_;
    std::uint32_t programme_;
    std::int32_t day_;
    std::vector<std::string> chunks_;  // an empty one lies in the store only
    std::size_t saved_ = 0;            // chunks before this one are complete and in the store
    std::size_t released_ = 0;         // chunks before this one are not in memory
    bool dirty_ = false;
    std::uint64_t bytes_ = 0;
    std::size_t memory_ = 0;
};

}  // namespace fiscus::projections
