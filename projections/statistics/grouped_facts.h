// The facts of a day, grouping set by grouping set: which cells there are, what their sums are, and
// in which cell each step of the day's consumers and merchants was taken. One set after the other,
// so that what is written to stays in the cache; a coarse set follows from a finer one, cell by
// cell and not fact by fact.
// Thread: values. Fails: never.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "engine/base/result.h"
#include "projections/distinct/steps.h"
#include "projections/statistics/facts.h"
#include "projections/statistics/grouping.h"
#include "projections/statistics/measures.h"

namespace fiscus::projections {

// Whose steps are taken.
enum class Counted : std::uint8_t { everybody, consumers, merchants };

// Who claimed, and who redeemed where: the same for all grouping sets.
struct DaySteps {
    explicit DaySteps(std::span<const Fact> facts, Counted who = Counted::everybody);

    [[nodiscard]] std::size_t memory() const;
    // What their sorting takes meanwhile.
    [[nodiscard]] std::size_t memory_to_sort() const;

    Steps claims;     // by consumer; second: refused
    Steps consumers;  // of redemptions; second: refunded in full
    Steps merchants;
};

struct GroupedFacts {
    Grouping grouping = Grouping::programme;
    // By cell, in order of first appearance; every other vector speaks of these numbers.
    std::vector<CellKey> keys{};
    std::vector<Sums> sums{};
    // Cell of each step.
    std::vector<std::uint32_t> claims{};
    std::vector<std::uint32_t> consumers{};
    std::vector<std::uint32_t> merchants{};
    // Bytes for each fact and step, with those of the finer sets that this one follows from.
    std::size_t held = 0;
};

// Calls visit for each grouping set, in no particular order, or for `only`.
using VisitGrouping = std::function<Status(const GroupedFacts&)>;
Status for_each_grouping(std::span<const Fact> facts,
                         const DaySteps& steps,
                         std::optional<Grouping> only,
                         const VisitGrouping& visit);

}  // namespace fiscus::projections
