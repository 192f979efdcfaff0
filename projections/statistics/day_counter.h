// Counts what the cells of a day say, in no more memory than it is given. A day that fits is read
// once and counted whole. A larger one is counted in slices: each is a range of consumers or of
// merchants, for which the facts of the day are read again. Nobody is in two slices, so what the
// slices say adds up to what the day says. A consumer or merchant whose facts alone do not fit is
// counted by how often something happened in each cell, for which no fact is held.
// What comes late to a day that was counted is mostly little: then the day is read once more, and
// only those are counted again whom it names.
// The bound is for what grows with the facts; the cells, of which a programme's totals hold about
// as many, come on top.
// Thread: one. Fails: as day_values.h, and as the source of the facts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "engine/base/result.h"
#include "projections/statistics/day_facts.h"
#include "projections/statistics/day_values.h"
#include "projections/statistics/gathered_facts.h"

namespace fiscus::projections {

// Reads the facts of a day from the first to the last, as often as it is called.
using FactSource = std::function<Status(const VisitFacts&)>;

class DayCounter {
public:
    // Facts that are held however little memory there is: as many as some chunks have.
    static constexpr std::size_t facts_min = 4'096;
    // Of a fact that is counted, at most: its place, half of that again while the room grows, its
    // steps, room that other facts needed for theirs, and room to sort them.
    static constexpr std::size_t bytes_of_fact = 64;

    explicit DayCounter(std::size_t memory_max);

    Result<DayValues> count(const FactSource& day);
    // The same with what came late, by what the day said before: only those are counted again who
    // are named by what came late.
    Result<DayValues> count_late(const DayValues& before,
                                 const FactSource& day,
                                 const FactSource& late);
    // Sums alone: also of facts that refund what is not among them.
    Result<DayValues> sum(const FactSource& facts);

    // The most that was held at once so far, an estimate.
    [[nodiscard]] std::size_t memory_peak() const { return memory_peak_; }
    // How often the facts of a day were read so far.
    [[nodiscard]] std::uint64_t readings() const { return readings_; }

private:
    // Ordinals first … last. `alone`: one ordinal with more facts than may be held.
    struct Slice {
        Counted who = Counted::consumers;
        std::uint32_t first = 0;
        std::uint32_t last = 0;
        bool alone = false;

        [[nodiscard]] bool has(const Fact& fact) const;
        // Those of the slice, as they are or as deeds.
        [[nodiscard]] std::vector<Fact> chosen(std::span<const Fact> facts, bool as_deeds) const;
    };

    Status read(const FactSource& source, const VisitFacts& visit);
    // Gathers what those did before who are named by what came late; false when it is too much.
    Result<bool> gather_before(const FactSource& day, const FactSource& late);
    // Cuts a slice that is too large into ones that are not.
    Status divide(const FactSource& day, const Slice& slice, std::vector<Slice>& slices);
    Result<DayValues> count_gathered();
    void note_memory(std::size_t beside_facts);
    void gather(std::span<const Fact> facts, const Slice& slice);
    Result<DayValues> count_slice(const FactSource& day, const Slice& slice);
    Result<DayValues> count_alone(const FactSource& day, const Slice& slice);

    std::size_t facts_max_;
    GatheredFacts gathered_;  // one for all days: fresh memory costs more than what is done with it
    std::size_t memory_peak_ = 0;
    std::uint64_t readings_ = 0;
};

}  // namespace fiscus::projections
