// The cells of the grouping sets in which the facts of a day lie, and their sums; both follow from
// the cells of the fine sets, of which there are few.
// Thread: values. Fails: never.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "projections/statistics/gathered_facts.h"
#include "projections/statistics/grouping.h"
#include "projections/statistics/measures.h"

namespace fiscus::projections {

struct GroupedFacts {
    // In which cells each cell of a fine set lies: the first `width` of them.
    struct Coarser {
        std::size_t width = 0;
        std::vector<std::array<std::uint32_t, coarser_sets_max>> cells{};
    };

    // Of all grouping sets, one set after the other.
    std::vector<CellKey> keys{};
    std::vector<Sums> sums{};
    std::array<Coarser, fine_set_count> coarser{};

    template <typename Visit>
    void for_each_cell(const FinePlace& place, Visit visit) const {
        for (std::size_t set = 0; set < fine_set_count; ++set) {
            const auto& cells = coarser[set].cells.data()[place[set]];
            for (std::size_t at = 0; at < coarser[set].width; ++at) {
                visit(cells[at]);
            }
        }
    }
};

// Of all grouping sets, or of `only` one.
GroupedFacts group(const GatheredFacts& day, std::optional<Grouping> only);

}  // namespace fiscus::projections
