// Exact limits of chance for tests: how likely a count or a sum of squares is, or one that is
// further out. A test that is right fails once in a million seeds, and its seeds are fixed.
// Source: P(X ≤ k) of the binomial is summed term by term; the χ² tail is the regularised
// incomplete gamma function, by its series or its continued fraction (Abramowitz and Stegun 6.5.29
// and 6.5.31).
// Thread: values. Fails: never.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace fiscus::draw {

inline constexpr double rarest = 1e-6;

// P(X = k), X binomial of n and p.
inline double binomial(std::uint64_t n, std::uint64_t k, double p) {
    const auto count = static_cast<double>(n);
    const auto hits = static_cast<double>(k);
    return std::exp(std::lgamma(count + 1) - std::lgamma(hits + 1) - std::lgamma(count - hits + 1) +
                    hits * std::log(p) + (count - hits) * std::log1p(-p));
}

// The less likely side: min(P(X ≤ k), P(X ≥ k)). Terms fall off fast, so few are summed.
inline double binomial_tail(std::uint64_t n, std::uint64_t k, double p) {
    const bool above = static_cast<double>(k) > static_cast<double>(n) * p;
    double sum = 0;
    double term = binomial(n, k, p);
    while (term > sum * 1e-12) {
        sum += term;
        if (k == (above ? n : 0)) {
            break;
        }
        const auto hits = static_cast<double>(k);
        const auto misses = static_cast<double>(n - k);
        term *= above ? misses / (hits + 1) * p / (1 - p) : hits / (misses + 1) * (1 - p) / p;
        k = above ? k + 1 : k - 1;
    }
    return sum;
}

// P(X ≥ x), X χ² distributed with so many degrees of freedom.
inline double chi_square_tail(double x, double degrees) {
    const double a = degrees / 2;
    const double half = x / 2;
    if (half <= 0) {
        return 1;
    }
    const double front = std::exp(a * std::log(half) - half - std::lgamma(a));
    if (half < a + 1) {
        double term = 1 / a;
        double sum = term;
        for (int n = 1; term > sum * 1e-15; ++n) {
            term *= half / (a + n);
            sum += term;
        }
        return 1 - front * sum;
    }
    double b = half + 1 - a;
    double c = 1e300;
    double d = 1 / b;
    double fraction = d;
    for (int n = 1; n < 100'000; ++n) {
        const double step = -n * (n - a);
        b += 2;
        d = 1 / (step * d + b);
        c = b + step / c;
        fraction *= c * d;
        if (std::abs(c * d - 1) < 1e-15) {
            break;
        }
    }
    return front * fraction;
}

inline bool is_likely(double tail) { return tail > rarest && tail < 1 - rarest; }

}  // namespace fiscus::draw
