#include "projections/statistics/grouped_facts.h"

#include <algorithm>
#include <array>
#include <bit>

#include "engine/base/check.h"

namespace fiscus::projections {

namespace {

// Numbers keys 0, 1, 2 … in order of first appearance: open addressing over one array.
class Numbering {
public:
    // `next` when the key is new.
    std::uint32_t number(std::uint64_t key, std::uint32_t next) {
        if (std::size_t{next} * 2 >= slots_.size()) [[unlikely]] {
            grow();
        }
        for (std::size_t at = place_of(key);; at = (at + 1) & (slots_.size() - 1)) {
            Slot& slot = slots_[at];
            if (slot.number_and_one == 0) [[unlikely]] {
                slot = {.key = key, .number_and_one = next + 1};
                return next;
            }
            if (slot.key == key) {
                return slot.number_and_one - 1;
            }
        }
    }

private:
    struct Slot {
        std::uint64_t key = 0;
        std::uint32_t number_and_one = 0;
    };

    [[nodiscard]] std::size_t place_of(std::uint64_t key) const {
        return static_cast<std::size_t>(key * 0x9e3779b97f4a7c15ULL >> shift_);
    }
    void grow() {
        const std::vector<Slot> before = std::move(slots_);
        slots_ = std::vector<Slot>(before.size() * 2 + (before.empty() ? 16 : 0));
        shift_ = 64U - static_cast<unsigned>(std::countr_zero(slots_.size()));
        for (const Slot& slot : before) {
            if (slot.number_and_one != 0) {
                std::size_t at = place_of(slot.key);
                while (slots_[at].number_and_one != 0) {
                    at = (at + 1) & (slots_.size() - 1);
                }
                slots_[at] = slot;
            }
        }
    }

    std::vector<Slot> slots_;
    unsigned shift_ = 64;
};

std::uint64_t packed(const CellKey& key) {
    return static_cast<std::uint64_t>(key.first) << 32 | key.second;
}

// The finer set that a coarse one follows from, if there is one.
std::optional<Grouping> finer_than(Grouping grouping) {
    switch (grouping) {
        case Grouping::programme: return Grouping::channel;
        case Grouping::batch:
        case Grouping::district: return Grouping::batch_district;
        case Grouping::prefecture: return Grouping::district;
        case Grouping::category: return Grouping::batch_category;
        case Grouping::industry: return Grouping::batch_industry;
        case Grouping::size_class: return Grouping::industry_size_class;
        case Grouping::pack:
        case Grouping::platform:
        case Grouping::channel:
        case Grouping::batch_district:
        case Grouping::batch_industry:
        case Grouping::batch_category:
        case Grouping::industry_size_class: break;
    }
    return std::nullopt;
}

// The cell of the coarse set in which a cell of its finer one lies.
CellKey coarser_key(const CellKey& finer, Grouping coarse) {
    const GroupingInfo& set = info(coarse);
    if (set.used == 0) {
        return {.grouping = coarse};
    }
    if (coarse == Grouping::prefecture) {
        return {.grouping = coarse, .first = finer.first / 100};
    }
    const bool is_first = info(finer.grouping).dimensions[0] == set.dimensions[0];
    return {.grouping = coarse, .first = is_first ? finer.first : finer.second};
}

// Sums with room behind them.
using RoomySums = std::array<std::int64_t, sum_count + kind_amounts_max>;

bool is_claim(const Fact& fact) {
    return fact.own_day && (fact.kind == FactKind::claim || fact.kind == FactKind::refused_claim);
}

bool is_redemption(const Fact& fact) { return fact.own_day && fact.kind == FactKind::redemption; }

class Grouper {
public:
    Grouper(std::span<const Fact> facts,
            const DaySteps& steps,
            std::optional<Grouping> only,
            const VisitGrouping& visit)
        : facts_(facts), steps_(steps), only_(only), visit_(visit) {}

    // `grouping` and every set that follows from it.
    Status visit_from(Grouping grouping) {
        return wanted(grouping) ? visit_tree(group(grouping)) : Status(Done{});
    }

private:
    // It is asked for, or one that follows from it.
    [[nodiscard]] bool wanted(Grouping grouping) const {
        if (!only_) {
            return true;
        }
        std::optional<Grouping> at = only_;
        while (at && *at != grouping) {
            at = finer_than(*at);
        }
        return at.has_value();
    }

    Status visit_tree(const GroupedFacts& grouped) {
        if (!only_ || *only_ == grouped.grouping) {
            FISCUS_TRY(visit_(grouped));
        }
        for (const GroupingInfo& set : groupings()) {
            if (finer_than(set.grouping) == grouped.grouping && wanted(set.grouping)) {
                FISCUS_TRY(visit_tree(coarsen(grouped, set.grouping)));
            }
        }
        return Done{};
    }

    GroupedFacts group(Grouping grouping) {
        const GroupingInfo& set = info(grouping);
        GroupedFacts grouped{.grouping = grouping};
        Numbering numbering;
        std::vector<RoomySums> sums;
        std::vector<std::uint32_t> cells;
        cells.reserve(facts_.size());
        std::uint32_t count = 0;
        for (const Fact& fact : facts_) {
            const CellKey key = cell_key(set, fact);
            const std::uint32_t cell = numbering.number(packed(key), count);
            if (cell == count) [[unlikely]] {
                ++count;
                grouped.keys.push_back(key);
                sums.emplace_back();
            }
            cells.push_back(cell);
            // All places of a kind that has most of them: those beyond its own are 0.
            std::int64_t* const to = sums.data()[cell].data() + sums_of(fact.kind).first;
            for (std::size_t at = 0; at < kind_amounts_max; ++at) {
                to[at] += fact.amounts[at];
            }
        }
        for (const RoomySums& cell : sums) {
            std::ranges::copy_n(cell.begin(), sum_count, grouped.sums.emplace_back().begin());
        }
        const auto cells_of = [&cells](const Steps& steps) {
            std::vector<std::uint32_t> found(steps.size());
            const std::uint32_t* const cell_of = cells.data();
            std::ranges::transform(steps, found.begin(),
                                   [cell_of](const Step& step) { return cell_of[step.item()]; });
            return found;
        };
        grouped.claims = cells_of(steps_.claims);
        grouped.consumers = cells_of(steps_.consumers);
        grouped.merchants = cells_of(steps_.merchants);
        grouped.held = cells.capacity() * sizeof(cells[0]) + memory_of_steps(grouped);
        return grouped;
    }

    static std::size_t memory_of_steps(const GroupedFacts& grouped) {
        return (grouped.claims.size() + grouped.consumers.size() + grouped.merchants.size()) *
               sizeof(std::uint32_t);
    }

    static GroupedFacts coarsen(const GroupedFacts& finer, Grouping grouping) {
        GroupedFacts coarse{.grouping = grouping};
        Numbering numbering;
        std::vector<std::uint32_t> cell_of(finer.keys.size());
        for (std::size_t at = 0; at < finer.keys.size(); ++at) {
            const CellKey key = coarser_key(finer.keys[at], grouping);
            const std::uint32_t cell =
                numbering.number(packed(key), static_cast<std::uint32_t>(coarse.keys.size()));
            if (cell == coarse.keys.size()) {
                coarse.keys.push_back(key);
                coarse.sums.emplace_back();
            }
            cell_of[at] = cell;
            add(coarse.sums[cell], finer.sums[at]);
        }
        const auto map = [&cell_of](const std::vector<std::uint32_t>& cells) {
            std::vector<std::uint32_t> mapped(cells.size());
            const std::uint32_t* const coarse_of = cell_of.data();
            std::ranges::transform(cells, mapped.begin(),
                                   [coarse_of](std::uint32_t cell) { return coarse_of[cell]; });
            return mapped;
        };
        coarse.claims = map(finer.claims);
        coarse.consumers = map(finer.consumers);
        coarse.merchants = map(finer.merchants);
        coarse.held = finer.held + memory_of_steps(coarse);
        return coarse;
    }

    std::span<const Fact> facts_;
    const DaySteps& steps_;
    std::optional<Grouping> only_;
    const VisitGrouping& visit_;
};

}  // namespace

DaySteps::DaySteps(std::span<const Fact> facts, Counted who) {
    FISCUS_CHECK(facts.size() < Step::item_end, "the facts of a day are numbered");
    const bool of_consumers = who != Counted::merchants;
    const bool of_merchants = who != Counted::consumers;
    std::size_t claim_steps = 0;
    std::size_t redemption_steps = 0;
    for (const Fact& fact : facts) {
        claim_steps += is_claim(fact) ? 1U : 0U;
        redemption_steps += (is_redemption(fact) ? 1U : 0U) + (fact.removes ? 1U : 0U);
    }
    claims.reserve(of_consumers ? claim_steps : 0);
    consumers.reserve(of_consumers ? redemption_steps : 0);
    merchants.reserve(of_merchants ? redemption_steps : 0);
    const auto add_claim = [&](const Fact& fact, std::uint32_t at, bool second) {
        if (of_consumers) {
            claims.emplace_back(fact.consumer, at, second);
        }
    };
    const auto add_redemption = [&](const Fact& fact, std::uint32_t at, bool second) {
        if (of_consumers) {
            consumers.emplace_back(fact.consumer, at, second);
        }
        if (of_merchants) {
            merchants.emplace_back(fact.merchant, at, second);
        }
    };
    // First what adds, then what takes away: the order that the sort wants.
    for (std::uint32_t at = 0; at < facts.size(); ++at) {
        const Fact& fact = facts[at];
        if (fact.kind == FactKind::claim && fact.own_day) {
            add_claim(fact, at, false);
        } else if (is_redemption(fact)) {
            add_redemption(fact, at, false);
        }
    }
    for (std::uint32_t at = 0; at < facts.size(); ++at) {
        const Fact& fact = facts[at];
        if (fact.kind == FactKind::refused_claim && fact.own_day) {
            add_claim(fact, at, true);
        } else if (fact.removes) {
            add_redemption(fact, at, true);
        }
    }
    sort_steps(claims);
    sort_steps(consumers);
    sort_steps(merchants);
}

std::size_t DaySteps::memory() const {
    return (claims.capacity() + consumers.capacity() + merchants.capacity()) * sizeof(Step);
}

std::size_t DaySteps::memory_to_sort() const {
    return std::max({claims.size(), consumers.size(), merchants.size()}) * sizeof(Step);
}

Status for_each_grouping(std::span<const Fact> facts,
                         const DaySteps& steps,
                         std::optional<Grouping> only,
                         const VisitGrouping& visit) {
    Grouper grouper(facts, steps, only, visit);
    for (const GroupingInfo& set : groupings()) {
        if (!finer_than(set.grouping)) {
            FISCUS_TRY(grouper.visit_from(set.grouping));
        }
    }
    return Done{};
}

}  // namespace fiscus::projections
