#include "engine/fairness/chi_square.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <utility>

#include "engine/fairness/odds.h"

namespace fiscus::fairness {
namespace {

double real(std::uint64_t count) { return static_cast<double>(count); }

double square_over(double observed, double expected) {
    return (observed - expected) * (observed - expected) / expected;
}

// Items that weigh less than `least` are added together; what is still too light goes to the
// lightest of the others. join(item, other) adds.
template <typename Item, typename Weight, typename Join>
std::vector<Item> pooled(std::vector<Item> items, double least, Weight weight, Join join) {
    std::vector<Item> kept;
    std::optional<Item> rest;
    for (Item& item : items) {
        if (weight(item) >= least) {
            kept.push_back(std::move(item));
        } else if (rest) {
            join(*rest, item);
        } else {
            rest = std::move(item);
        }
    }
    if (rest && (kept.empty() || weight(*rest) >= least)) {
        kept.push_back(std::move(*rest));
    } else if (rest) {
        join(*std::ranges::min_element(kept, {}, weight), *rest);
    }
    return kept;
}

std::uint64_t sum_of(std::span<const std::uint64_t> counts) {
    return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

std::vector<std::uint64_t> columns_of(const RankTable& rows) {
    std::vector<std::uint64_t> sums(rows.empty() ? 0 : rows.front().size());
    for (const std::vector<std::uint64_t>& row : rows) {
        for (std::size_t column = 0; column < row.size(); ++column) {
            sums[column] += row[column];
        }
    }
    return sums;
}

}  // namespace

double ChiSquare::p() const { return degrees == 0 ? 1 : chi_square_tail(statistic, real(degrees)); }

bool ChiSquare::within() const {
    if (degrees == 0 || log_probability > std::log(rarest)) {
        return true;
    }
    return p() > rarest && chi_square_lower_tail(statistic, real(degrees)) > rarest;
}

ChiSquare& ChiSquare::operator+=(const ChiSquare& other) {
    statistic += other.statistic;
    degrees += other.degrees;
    log_probability += other.log_probability;
    return *this;
}

ChiSquare of_sample(std::vector<Share> shares) {
    std::uint64_t total = 0;
    for (const Share& share : shares) {
        total += share.count;
    }
    const std::vector<Share> cells = pooled(
        std::move(shares), expected_min,
        [total](const Share& share) { return real(total) * share.chance; },
        [](Share& share, const Share& other) {
            share.count += other.count;
            share.chance += other.chance;
        });
    if (cells.size() < 2) {
        return {};
    }
    ChiSquare sum{.degrees = cells.size() - 1, .log_probability = log_factorial(total)};
    for (const Share& cell : cells) {
        sum.statistic += square_over(real(cell.count), real(total) * cell.chance);
        sum.log_probability += real(cell.count) * std::log(cell.chance) - log_factorial(cell.count);
    }
    return sum;
}

ChiSquare of_classes(std::vector<ClassCount> classes, double chance) {
    const double rarer = std::min(chance, 1 - chance);
    const std::vector<ClassCount> tested = pooled(
        std::move(classes), expected_min,
        [rarer](const ClassCount& one) { return real(one.members) * rarer; },
        [](ClassCount& one, const ClassCount& other) {
            one.members += other.members;
            one.taken += other.taken;
        });
    ChiSquare sum;
    for (const ClassCount& one : tested) {
        sum += of_sample({{one.taken, chance}, {one.members - one.taken, 1 - chance}});
    }
    return sum;
}

ChiSquare of_ranks(RankTable rows) {
    std::vector<std::uint64_t> columns = columns_of(rows);
    for (std::size_t column = columns.size(); column-- > 0;) {
        if (columns[column] == 0) {
            for (std::vector<std::uint64_t>& row : rows) {
                row.erase(row.begin() + static_cast<std::ptrdiff_t>(column));
            }
            columns.erase(columns.begin() + static_cast<std::ptrdiff_t>(column));
        }
    }
    if (columns.size() < 2) {
        return {};
    }
    const double total = real(sum_of(columns));
    const double row_min = expected_min * total / real(*std::ranges::min_element(columns));
    const RankTable tested = pooled(
        std::move(rows), row_min,
        [](const std::vector<std::uint64_t>& row) { return real(sum_of(row)); },
        [](std::vector<std::uint64_t>& row, const std::vector<std::uint64_t>& other) {
            std::ranges::transform(row, other, row.begin(), std::plus<>());
        });
    if (tested.size() < 2) {
        return {};
    }
    ChiSquare sum{.degrees = (tested.size() - 1) * (columns.size() - 1),
                  .log_probability = -log_factorial(sum_of(columns))};
    for (const std::uint64_t column : columns) {
        sum.log_probability += log_factorial(column);
    }
    for (const std::vector<std::uint64_t>& row : tested) {
        const std::uint64_t members = sum_of(row);
        sum.log_probability += log_factorial(members);
        for (std::size_t column = 0; column < row.size(); ++column) {
            const double expected = real(members) * real(columns[column]) / total;
            sum.statistic += square_over(real(row[column]), expected);
            sum.log_probability -= log_factorial(row[column]);
        }
    }
    sum.statistic *= (total - 1) / total;
    return sum;
}

}  // namespace fiscus::fairness
