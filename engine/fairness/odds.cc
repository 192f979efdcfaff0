#include "engine/fairness/odds.h"

#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/hypergeometric.hpp>
#include <boost/math/special_functions/gamma.hpp>

namespace fiscus::fairness {
namespace {

namespace math = boost::math;
// double throughout: long double differs between machines. Nothing is thrown: arguments are checked
// here, and a tail too small for a double is 0.
using Policy =
    math::policies::policy<math::policies::promote_double<false>,
                           math::policies::domain_error<math::policies::ignore_error>,
                           math::policies::pole_error<math::policies::ignore_error>,
                           math::policies::overflow_error<math::policies::ignore_error>,
                           math::policies::evaluation_error<math::policies::ignore_error>>;

using BinomialOf = math::binomial_distribution<double, Policy>;
using HypergeometricOf = math::hypergeometric_distribution<double, Policy>;

HypergeometricOf hypergeometric_of(std::uint64_t marked, std::uint64_t taken, std::uint64_t total) {
    return {static_cast<unsigned>(marked), static_cast<unsigned>(taken),
            static_cast<unsigned>(total)};
}

// Tails fall and rise with the count, so the border is where halving ends.
template <typename Distribution>
Band band_within(const Distribution& of, std::uint64_t least, std::uint64_t most, double limit) {
    Band band{least, most};
    std::uint64_t above = most;
    while (band.least < above) {
        const std::uint64_t middle = band.least + (above - band.least) / 2;
        if (of.at_most(middle) > limit) {
            above = middle;
        } else {
            band.least = middle + 1;
        }
    }
    std::uint64_t below = least;
    while (below < band.most) {
        const std::uint64_t middle = band.most - (band.most - below) / 2;
        if (of.at_least(middle) > limit) {
            below = middle;
        } else {
            band.most = middle - 1;
        }
    }
    return band;
}

}  // namespace

double chi_square_tail(double statistic, double degrees) {
    return math::gamma_q(degrees / 2, statistic / 2, Policy());
}

double chi_square_lower_tail(double statistic, double degrees) {
    return math::gamma_p(degrees / 2, statistic / 2, Policy());
}

double log_factorial(std::uint64_t n) { return math::lgamma(static_cast<double>(n) + 1, Policy()); }

double Binomial::at_most(std::uint64_t count) const {
    const BinomialOf of(static_cast<double>(trials_), chance_);
    return count < trials_ ? math::cdf(of, static_cast<double>(count)) : 1;
}

double Binomial::at_least(std::uint64_t count) const {
    const BinomialOf of(static_cast<double>(trials_), chance_);
    return count > 0 ? math::cdf(math::complement(of, static_cast<double>(count - 1))) : 1;
}

Band Binomial::band(double limit) const { return band_within(*this, 0, trials_, limit); }

double Hypergeometric::at_most(std::uint64_t count) const {
    return count < most()
               ? math::cdf(hypergeometric_of(marked_, taken_, total_), static_cast<unsigned>(count))
               : 1;
}

double Hypergeometric::at_least(std::uint64_t count) const {
    return count > least() ? math::cdf(math::complement(hypergeometric_of(marked_, taken_, total_),
                                                        static_cast<unsigned>(count - 1)))
                           : 1;
}

Band Hypergeometric::band(double limit) const { return band_within(*this, least(), most(), limit); }

}  // namespace fiscus::fairness
