// Who is counted in which cell: a walk through the sorted steps of a day that tells each member of
// each cell once, ascending. Counts, lists and unions are what the caller makes of it. What a cell
// remembers is the last ordinal that it met, so a walk needs no set.
// Thread: values. Fails: redeemers when more was refunded than redeemed (a broken journal).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "projections/distinct/steps.h"

namespace fiscus::projections {

// Claims; second steps are those that were refused. `cells` says the cell of each step, below
// `cell_count`. Calls asked(cell, ordinal) and received(cell, ordinal). Ordinals are not 0.
template <typename Asked, typename Received>
void for_each_claimant(std::span<const Step> steps,
                       std::span<const std::uint32_t> cells,
                       std::size_t cell_count,
                       Asked asked,
                       Received received) {
    struct Last {
        std::uint32_t asked = 0;
        std::uint32_t received = 0;
    };
    std::vector<Last> all(cell_count);
    Last* const last = all.data();
    const std::uint32_t* cell_of = cells.data();
    for (const Step& step : steps) {
        const std::uint32_t ordinal = step.ordinal();
        const std::uint32_t cell = *cell_of++;
        if (last[cell].asked != ordinal) {
            last[cell].asked = ordinal;
            asked(cell, ordinal);
        }
        if (!step.second() && last[cell].received != ordinal) {
            last[cell].received = ordinal;
            received(cell, ordinal);
        }
    }
}

// Redemptions, by consumer or by merchant; second steps are full refunds of such. Calls
// gross(cell, ordinal) for each who redeemed, and net(cell, ordinal) for each who has a redemption
// that is not refunded. The cell that contradicts itself, if there is one.
template <typename Gross, typename Net>
std::optional<std::uint32_t> for_each_redeemer(std::span<const Step> steps,
                                               std::span<const std::uint32_t> cells,
                                               std::size_t cell_count,
                                               Gross gross,
                                               Net net) {
    struct Last {
        std::uint32_t ordinal = 0;
        std::uint32_t left = 0;  // redemptions that are not refunded
    };
    std::vector<Last> all(cell_count);
    Last* const last = all.data();
    const std::uint32_t* cell_of = cells.data();
    for (const Step& step : steps) {
        const std::uint32_t ordinal = step.ordinal();
        const std::uint32_t cell = *cell_of++;
        Last& known = last[cell];
        if (step.second()) {
            if (known.ordinal != ordinal || known.left == 0) [[unlikely]] {
                return cell;
            }
            --known.left;
            continue;
        }
        if (known.ordinal != ordinal) {
            if (known.left != 0) {
                net(cell, known.ordinal);
            }
            known = {.ordinal = ordinal, .left = 0};
            gross(cell, ordinal);
        }
        ++known.left;
    }
    for (std::uint32_t cell = 0; cell < cell_count; ++cell) {
        if (last[cell].left != 0) {
            net(cell, last[cell].ordinal);
        }
    }
    return std::nullopt;
}

}  // namespace fiscus::projections
