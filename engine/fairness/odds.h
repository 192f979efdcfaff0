// How likely a count is when chance alone decides: exact tails of the binomial (every draw decides
// for itself) and of the hypergeometric (taken without putting back), and the tail of χ².
// From Boost.Math: the regularised incomplete beta and gamma functions, and the hypergeometric
// summed term by term from the tail inwards. Numbers for people to judge a draw by; no rule of the
// ledger sees them.
// Thread: values. Fails: never.
#pragma once

#include <cstdint>

namespace fiscus::fairness {

// Limit of what is put down to chance, on either side: once in a million.
inline constexpr double rarest = 1e-6;

// P(X ≥ statistic), X χ² distributed with so many degrees of freedom, at least one.
double chi_square_tail(double statistic, double degrees);
// P(X ≤ statistic).
double chi_square_lower_tail(double statistic, double degrees);
// ln n!
double log_factorial(std::uint64_t n);

// The counts of which neither tail is rarer than a limit.
struct Band {
    std::uint64_t least = 0;
    std::uint64_t most = 0;

    [[nodiscard]] bool contains(std::uint64_t count) const {
        return count >= least && count <= most;
    }
};

// How often `chance` hits in so many independent trials.
class Binomial {
public:
    Binomial(std::uint64_t trials, double chance) : trials_(trials), chance_(chance) {}

    [[nodiscard]] double mean() const { return static_cast<double>(trials_) * chance_; }
    [[nodiscard]] double at_most(std::uint64_t count) const;   // P(X ≤ count)
    [[nodiscard]] double at_least(std::uint64_t count) const;  // P(X ≥ count)
    [[nodiscard]] Band band(double limit) const;

private:
    std::uint64_t trials_;
    double chance_;
};

// How many of `marked` of `total` are among `taken` of them that are taken without putting back.
// At most 2^31 in all.
class Hypergeometric {
public:
    Hypergeometric(std::uint64_t total, std::uint64_t marked, std::uint64_t taken)
        : total_(total), marked_(marked), taken_(taken) {}

    [[nodiscard]] double mean() const {
        return static_cast<double>(marked_) * static_cast<double>(taken_) /
               static_cast<double>(total_);
    }
    [[nodiscard]] double at_most(std::uint64_t count) const;   // P(X ≤ count)
    [[nodiscard]] double at_least(std::uint64_t count) const;  // P(X ≥ count)
    [[nodiscard]] Band band(double limit) const;

private:
    [[nodiscard]] std::uint64_t least() const {
        return marked_ + taken_ > total_ ? marked_ + taken_ - total_ : 0;
    }
    [[nodiscard]] std::uint64_t most() const { return marked_ < taken_ ? marked_ : taken_; }

    std::uint64_t total_;
    std::uint64_t marked_;
    std::uint64_t taken_;
};

}  // namespace fiscus::fairness
