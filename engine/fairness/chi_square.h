// χ² tests of counts (K. Pearson, 1900), for the two ways in which chance takes:
//   known chances: each one decides for itself, so a sample of n falls into cells of expected n·p:
//     Σ (O − E)² ÷ E with cells − 1 degrees of freedom;
//   a ranking: everybody has one rank, so rows (classes) and columns (ranges of ranks) of a table
//     are given and E = row · column ÷ N: (N − 1) ÷ N · Σ (O − E)² ÷ E, whose mean over all
//     rankings is exactly (rows − 1)(columns − 1), its degrees of freedom.
// Cells of less than five expected are put together first, because χ² is the distribution of many
// (W. G. Cochran, 1954). Counts are whole numbers, so a sum of squares near zero may be likely all
// the same: neither tail is taken to be rarer than these very counts are, which is exact.
// Thread: values. Fails: never; counts that leave no degree of freedom test nothing.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace fiscus::fairness {

inline constexpr double expected_min = 5;

struct ChiSquare {
    double statistic = 0;
    std::uint64_t degrees = 0;
    double log_probability = 0;  // of exactly these counts

    // P(χ² ≥ statistic); 1 when nothing is tested.
    [[nodiscard]] double p() const;
    // p lies in [rarest, 1 − rarest], or these very counts are not that rare.
    [[nodiscard]] bool within() const;

    // Of counts that do not depend on one another.
    ChiSquare& operator+=(const ChiSquare& other);
};

// A cell of a sample and the chance that one falls into it.
struct Share {
    std::uint64_t count = 0;
    double chance = 0;
};
// The chances add up to 1.
ChiSquare of_sample(std::vector<Share> shares);

// Of the members of a class, those that chance took.
struct ClassCount {
    std::uint64_t members = 0;
    std::uint64_t taken = 0;
};
// Every member is taken with the same chance, by itself.
ChiSquare of_classes(std::vector<ClassCount> classes, double chance);

// A row for each class, all of the same width.
using RankTable = std::vector<std::vector<std::uint64_t>>;
ChiSquare of_ranks(RankTable rows);

}  // namespace fiscus::fairness
