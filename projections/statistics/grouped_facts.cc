#include "projections/statistics/grouped_facts.h"

#include <algorithm>

namespace fiscus::projections {

namespace {

class Grouper {
public:
    explicit Grouper(const GatheredFacts& day) : day_(day) {
        for (std::size_t set = 0; set < fine_set_count; ++set) {
            grouped_.coarser[set].cells.resize(day_.cells(set).keys.size());
        }
    }

    void add(const GroupingInfo& set) {
        const std::size_t fine = fine_set_of(set);
        const FineCells& from = day_.cells(fine);
        GroupedFacts::Coarser& coarser = grouped_.coarser[fine];
        const auto first_cell = static_cast<std::uint32_t>(grouped_.keys.size());
        numbering_.clear();
        for (std::size_t at = 0; at < from.keys.size(); ++at) {
            const CellKey key = key_in(set, fine_sets[fine], from.keys[at]);
            const std::uint32_t cell =
                first_cell + numbering_.number({.first = key.first, .second = key.second});
            if (cell == grouped_.keys.size()) {
                grouped_.keys.push_back(key);
                grouped_.sums.emplace_back();
            }
            coarser.cells[at][coarser.width] = cell;
            add_sums<0>(grouped_.sums[cell], from.sums[at]);
            if (at < from.prize_sums.size()) {
                add_sums<voucher_fact_kinds>(grouped_.sums[cell], from.prize_sums[at]);
            }
        }
        ++coarser.width;
    }

    GroupedFacts finish() { return std::move(grouped_); }

private:
    template <std::size_t FirstKind, std::size_t Kinds>
    static void add_sums(Sums& sums, const std::array<KindAmounts, Kinds>& by_kind) {
        for (std::size_t kind = 0; kind < Kinds; ++kind) {
            const SumRange range = sums_of(static_cast<FactKind>(FirstKind + kind));
            for (std::size_t at = 0; at < range.count; ++at) {
                sums[range.first + at] += by_kind[kind][at];
            }
        }
    }
    static CellKey key_in(const GroupingInfo& set, const FineSet& fine, const FineKey& key) {
        const auto value = [&](std::size_t at) {
            const auto found = std::ranges::find(fine, set.dimensions[at]);
            return at < set.used ? key[static_cast<std::size_t>(found - fine.begin())] : 0;
        };
        return {.grouping = set.grouping, .first = value(0), .second = value(1)};
    }

    const GatheredFacts& day_;
    GroupedFacts grouped_;
    Numbering numbering_;
};

}  // namespace

GroupedFacts group(const GatheredFacts& day, std::optional<Grouping> only) {
    Grouper grouper(day);
    for (const GroupingInfo& set : groupings()) {
        if (!only || *only == set.grouping) {
            grouper.add(set);
        }
    }
    return grouper.finish();
}

}  // namespace fiscus::projections
