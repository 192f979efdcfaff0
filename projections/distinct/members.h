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

// A first thing, and all that its ordinal did: it is a member of all cells of the step, gross and
// net.
inline bool is_alone(std::span<const Step> steps, std::size_t at) {
    const Step* const all = steps.data();
    return !all[at].second() && (at == 0 || all[at - 1].ordinal() != all[at].ordinal()) &&
           (at + 1 == steps.size() || all[at + 1].ordinal() != all[at].ordinal());
}

// What the cells of a step are read from may lie anywhere: cells_of.prepare(step), if there is such
// a thing, is called so many steps before.
template <typename CellsOf>
void prepare(std::span<const Step> steps, std::size_t at, const CellsOf& cells_of) {
    constexpr std::size_t steps_before = 16;
    if constexpr (requires { cells_of.prepare(steps.front()); }) {
        if (at + steps_before < steps.size()) {
            cells_of.prepare(steps.data()[at + steps_before]);
        }
    }
}

// visit(step) for every step that is not alone and taken, until it says no.
template <typename CellsOf, typename Take, typename Visit>
void for_each_step(std::span<const Step> steps, const CellsOf& cells_of, Take take, Visit visit) {
    for (std::size_t at = 0; at < steps.size(); ++at) {
        const Step& step = steps.data()[at];
        prepare(steps, at, cells_of);
        if (is_alone(steps, at) && take(step)) {
            continue;
        }
        if (!visit(step)) {
            return;
        }
    }
}

// For walks that take every step.
inline bool take_none(const Step&) { return false; }

// Claims; second steps are those that were refused. cells_of(step, visit) tells the cells of a
// step, below `cell_count`. Calls asked(cell, ordinal, is) and received(cell, ordinal, is) for each
// of them; there is a new member where `is`: a count that adds it needs no branch, and no processor
// foresees this one. Ordinals are not 0. Of steps that are alone take(step) may say that it has
// counted them itself.
template <typename CellsOf, typename Take, typename Asked, typename Received>
void for_each_claimant(std::span<const Step> steps,
                       std::size_t cell_count,
                       CellsOf cells_of,
                       Take take,
                       Asked asked,
                       Received received) {
    struct Last {
        std::uint32_t asked = 0;
        std::uint32_t received = 0;
    };
    std::vector<Last> all(cell_count);
    Last* const last = all.data();
    for_each_step(steps, cells_of, take, [&](const Step& step) {
        const std::uint32_t ordinal = step.ordinal();
        cells_of(step, [&](std::uint32_t cell) {
            Last& known = last[cell];
            asked(cell, ordinal, known.asked != ordinal);
            known.asked = ordinal;
            if (!step.second()) {
                received(cell, ordinal, known.received != ordinal);
                known.received = ordinal;
            }
        });
        return true;
    });
}

// Things of one kind. Calls member(cell, ordinal, is) as above.
template <typename CellsOf, typename Take, typename Member>
void for_each_doer(std::span<const Step> steps,
                   std::size_t cell_count,
                   CellsOf cells_of,
                   Take take,
                   Member member) {
    std::vector<std::uint32_t> all(cell_count);
    std::uint32_t* const last = all.data();
    for_each_step(steps, cells_of, take, [&](const Step& step) {
        const std::uint32_t ordinal = step.ordinal();
        cells_of(step, [&](std::uint32_t cell) {
            member(cell, ordinal, last[cell] != ordinal);
            last[cell] = ordinal;
        });
        return true;
    });
}

// Redemptions, by consumer or by merchant; second steps are full refunds of such. Calls
// gross(cell, ordinal, is) for each who redeemed, and net(cell, ordinal, is) for each who has a
// redemption that is not refunded. The cell that contradicts itself, if there is one. The rest is
// as above.
template <typename CellsOf, typename Take, typename Gross, typename Net>
std::optional<std::uint32_t> for_each_redeemer(std::span<const Step> steps,
                                               std::size_t cell_count,
                                               CellsOf cells_of,
                                               Take take,
                                               Gross gross,
                                               Net net) {
    struct Last {
        std::uint32_t ordinal = 0;
        std::uint32_t left = 0;  // redemptions that are not refunded
    };
    std::vector<Last> all(cell_count);
    Last* const last = all.data();
    std::optional<std::uint32_t> wrong;
    for_each_step(steps, cells_of, take, [&](const Step& step) {
        const std::uint32_t ordinal = step.ordinal();
        cells_of(step, [&](std::uint32_t cell) {
            Last& known = last[cell];
            if (step.second()) {
                if (known.ordinal != ordinal || known.left == 0) [[unlikely]] {
                    wrong = cell;
                } else {
                    --known.left;
                }
                return;
            }
            const bool is_new = known.ordinal != ordinal;
            net(cell, known.ordinal, is_new && known.left != 0);
            gross(cell, ordinal, is_new);
            known = {.ordinal = ordinal, .left = is_new ? 1 : known.left + 1};
        });
        return !wrong;
    });
    for (std::uint32_t cell = 0; cell < cell_count && !wrong; ++cell) {
        net(cell, last[cell].ordinal, last[cell].left != 0);
    }
    return wrong;
}

}  // namespace fiscus::projections
