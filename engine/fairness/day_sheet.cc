#include "engine/fairness/day_sheet.h"

#include <cmath>
#include <map>
#include <utility>

#include "engine/base/check.h"
#include "engine/base/wide.h"

namespace fiscus::fairness {
namespace {

constexpr std::uint64_t tenths = 10;

// Of 2^64.
double odds_of(std::uint64_t width) { return std::ldexp(static_cast<double>(width), -64); }

std::uint64_t tenth_of_chance(std::uint64_t u) {
    return static_cast<std::uint64_t>((static_cast<UnsignedWide>(u) * tenths) >> 64U);
}

class SheetMaker {
public:
    explicit SheetMaker(const DecidedDay& day) : day_(day) {
        sheet_.requests = day.requests.size();
        sheet_.outcomes.resize(day.tiers.size());
        std::uint64_t drawn = 0;
        for (const draw::InstantTier& tier : day.tiers) {
            drawn += tier.chance;
        }
        sheet_.chance = odds_of(drawn);
        for (const draw::Decision& decision : day.decisions) {
            drawn_.push_back(draw::tier_of(day.tiers, decision.u));
        }
    }

    DaySheet make() {
        count_outcomes();
        test_tiers();
        test_chance();
        group_by(Subject::list_order,
                 [this](std::size_t at) { return tenth_of(at, sheet_.requests); });
        group_by(Subject::platform, [this](std::size_t at) {
            return std::int64_t{day_.requests[at].request.platform.value()};
        });
        group_by(Subject::district,
                 [this](std::size_t at) { return std::int64_t{day_.districts[at]}; });
        group_by(Subject::hour,
                 [this](std::size_t at) { return hour_of(day_.requests[at].occurred_us); });
        test_prizes();
        return std::move(sheet_);
    }

private:
    void count_outcomes() {
        for (std::size_t at = 0; at < drawn_.size(); ++at) {
            const draw::Decision& decision = day_.decisions[at];
            const bool won = decision.outcome == draw::DrawOutcome::won;
            sheet_.won += won ? 1U : 0U;
            if (drawn_[at] == 0) {
                continue;
            }
            ++sheet_.drawn;
            TierLine& line = sheet_.outcomes[drawn_[at] - 1];
            switch (decision.outcome) {
                case draw::DrawOutcome::won:
                    ++(decision.tier == drawn_[at] ? line.won : line.moved_on);
                    break;
                case draw::DrawOutcome::won_today: ++line.won_today; break;
                case draw::DrawOutcome::cap_reached: ++line.cap_reached; break;
                case draw::DrawOutcome::stock_out: ++line.stock_out; break;
                case draw::DrawOutcome::lost: break;
            }
        }
    }

    using Sample = std::map<std::int64_t, Share>;

    // Of known chances, by class.
    static ClassTable table_of(Subject subject, const Sample& sample) {
        std::uint64_t total = 0;
        for (const auto& [key, share] : sample) {
            total += share.count;
        }
        ClassTable table{.subject = subject, .lines = {}};
        for (const auto& [key, share] : sample) {
            const Binomial count(total, share.chance);
            table.lines.push_back({.key = key,
                                   .members = total,
                                   .expected = count.mean(),
                                   .taken = share.count,
                                   .band = count.band(rarest / static_cast<double>(sample.size())),
                                   .winners = 0});
        }
        return table;
    }

    static ChiSquare chi_square_of(const Sample& sample) {
        std::vector<Share> shares;
        for (const auto& [key, share] : sample) {
            shares.push_back(share);
        }
        return of_sample(std::move(shares));
    }

    void add_test(const ClassTable& table, const ChiSquare& chi_square) {
        sheet_.tests.push_back({.subject = table.subject,
                                .measured = Measured::taken,
                                .chi_square = chi_square,
                                .classes_outside = table.classes_outside()});
    }

    void test_tiers() {
        Sample sample{{0, {.count = 0, .chance = 1 - sheet_.chance}}};
        for (std::size_t i = 0; i < day_.tiers.size(); ++i) {
            sheet_.outcomes[i].chance = odds_of(day_.tiers[i].chance);
            sample[static_cast<std::int64_t>(i) + 1].chance = sheet_.outcomes[i].chance;
        }
        for (const std::uint32_t tier : drawn_) {
            ++sample[tier].count;
        }
        sheet_.tiers = table_of(Subject::tier, sample);
        add_test(sheet_.tiers, chi_square_of(sample));
    }

    // u itself: evenly below 2^64, and no request tells of the next.
    void test_chance() {
        Sample even;
        for (std::int64_t tenth = 1; tenth <= std::int64_t{tenths}; ++tenth) {
            even[tenth].chance = 1.0 / tenths;
        }
        std::vector<Share> pairs(tenths * tenths, {.count = 0, .chance = 1.0 / tenths / tenths});
        for (std::size_t at = 0; at < day_.decisions.size(); ++at) {
            const std::uint64_t tenth = tenth_of_chance(day_.decisions[at].u);
            ++even[static_cast<std::int64_t>(tenth) + 1].count;
            if (at % 2 == 1) {
                ++pairs[tenth_of_chance(day_.decisions[at - 1].u) * tenths + tenth].count;
            }
        }
        add_test(table_of(Subject::chance, even), chi_square_of(even));
        sheet_.tests.push_back({.subject = Subject::neighbours,
                                .measured = Measured::taken,
                                .chi_square = of_sample(std::move(pairs))});
    }

    template <typename KeyOf>
    void group_by(Subject subject, KeyOf key_of) {
        struct Class {
            ClassCount count;
            std::uint64_t winners = 0;
        };
        std::map<std::int64_t, Class> classes;
        for (std::size_t at = 0; at < drawn_.size(); ++at) {
            Class& one = classes[key_of(at)];
            ++one.count.members;
            one.count.taken += drawn_[at] > 0 ? 1U : 0U;
            one.winners += day_.decisions[at].outcome == draw::DrawOutcome::won ? 1U : 0U;
        }
        ClassTable table{.subject = subject, .lines = {}};
        std::vector<ClassCount> counts;
        for (const auto& [key, one] : classes) {
            const Binomial count(one.count.members, sheet_.chance);
            table.lines.push_back({.key = key,
                                   .members = one.count.members,
                                   .expected = count.mean(),
                                   .taken = one.count.taken,
                                   .band = count.band(rarest / static_cast<double>(classes.size())),
                                   .winners = one.winners});
            counts.push_back(one.count);
        }
        add_test(table, of_classes(std::move(counts), sheet_.chance));
        sheet_.tables.push_back(std::move(table));
    }

    // The amount is chance of its own, whatever the stock was: given how many won in a tier, its
    // amounts are a sample with the weights of the table.
    void test_prizes() {
        std::vector<Sample> samples;
        for (const draw::InstantTier& tier : day_.tiers) {
            double weights = 0;
            for (const draw::WeightedAmount& amount : tier.amounts) {
                weights += static_cast<double>(amount.weight);
            }
            Sample& sample = samples.emplace_back();
            for (const draw::WeightedAmount& amount : tier.amounts) {
                sample[amount.amount.fen()].chance += static_cast<double>(amount.weight) / weights;
            }
        }
        for (const draw::Decision& decision : day_.decisions) {
            if (decision.outcome == draw::DrawOutcome::won) {
                ++samples[decision.tier - 1][decision.amount.fen()].count;
            }
        }
        ChanceTest test{.subject = Subject::prize, .measured = Measured::taken, .chi_square = {}};
        for (const Sample& sample : samples) {
            sheet_.prizes.push_back(table_of(Subject::prize, sample));
            test.classes_outside += sheet_.prizes.back().classes_outside();
            test.chi_square += chi_square_of(sample);
        }
        sheet_.tests.push_back(test);
    }

    DecidedDay day_;
    DaySheet sheet_;
    std::vector<std::uint32_t> drawn_;  // the tier that chance drew for each request, 0: none
};

}  // namespace

DaySheet sheet_of(const DecidedDay& day) {
    FISCUS_CHECK(day.decisions.size() == day.requests.size(), "each request is decided");
    FISCUS_CHECK(day.districts.size() == day.requests.size(), "each request has a district");
    return SheetMaker(day).make();
}

}  // namespace fiscus::fairness
