// The facts of a day as its count needs them, fact by fact as they are read: the sums of the cells
// of the fine sets (grouping.h), and who claimed, who redeemed and who bought where. All grouping
// sets follow from that: a fact is looked up four times and not once in each of them.
// Thread: values. Fails: never.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <tuple>
#include <vector>

#include "projections/distinct/steps.h"
#include "projections/statistics/facts.h"
#include "projections/statistics/grouping.h"
#include "projections/statistics/measures.h"
#include "projections/statistics/numbering.h"

namespace fiscus::projections {

// Whose steps are taken.
enum class Counted : std::uint8_t { everybody, consumers, merchants, nobody };

// Each kind by itself: its places are never half written by those of another.
using SumsByKind = std::array<KindAmounts, voucher_fact_kinds>;
using PrizeSumsByKind = std::array<KindAmounts, fact_kind_count - voucher_fact_kinds>;

// The values of its dimensions.
using FineKey = std::array<std::uint32_t, std::tuple_size_v<FineSet>>;

// The cells of one fine set, in order of first appearance.
struct FineCells {
    std::uint32_t add(const Fact& fact, const FineSet& set);
    void clear();

    Numbering numbering{};
    std::vector<FineKey> keys{};
    std::vector<SumsByKind> sums{};
    // Of invoices, prizes and draws, up to the last cell that has any: most days have none.
    std::vector<PrizeSumsByKind> prize_sums{};

private:
    KindAmounts& sums_of(std::uint32_t cell, FactKind kind);
};

// The cell of a fact in each fine set.
using FinePlace = std::array<std::uint32_t, fine_set_count>;

class GatheredFacts {
public:
    // The last growth of its room is a doubling to that of `facts_max` facts.
    explicit GatheredFacts(std::size_t facts_max = Step::item_end) : facts_max_(facts_max) {}

    void add(const Fact& fact, Counted who = Counted::everybody);
    // After the last fact: members are counted by sorted steps.
    void sort();
    // Memory stays, for the next day.
    void clear();

    [[nodiscard]] std::size_t facts() const { return facts_; }
    // Bytes for each fact.
    [[nodiscard]] std::size_t memory() const;

    [[nodiscard]] const FineCells& cells(std::size_t fine_set) const { return cells_[fine_set]; }
    // Steps have a place each, which is their item.
    [[nodiscard]] std::span<const FinePlace> places() const { return places_; }
    [[nodiscard]] const Steps& claims() const { return claims_; }  // by consumer; second: refused
    // Of redemptions; second: refunded in full.
    [[nodiscard]] const Steps& consumers() const { return consumers_; }
    [[nodiscard]] const Steps& merchants() const { return merchants_; }
    // Of invoices that were submitted.
    [[nodiscard]] const Steps& submitters() const { return submitters_; }
    [[nodiscard]] const Steps& sellers() const { return sellers_; }
    // Of instant draws that were asked for.
    [[nodiscard]] const Steps& requesters() const { return requesters_; }

private:
    void begin_rare_steps();
    template <typename Item>
    void append(std::vector<Item>& items, const Item& item);

    std::size_t facts_max_;
    std::size_t facts_ = 0;
    std::array<FineCells, fine_set_count> cells_;
    std::vector<FinePlace> places_;
    Steps claims_;
    Steps consumers_;
    Steps merchants_;
    // Given back with the day: days of vouchers alone, which are the most, keep their room.
    Steps submitters_;
    Steps sellers_;
    Steps requesters_;
    Steps room_;  // to sort
};

}  // namespace fiscus::projections
