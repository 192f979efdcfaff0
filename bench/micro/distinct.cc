// distinct: consumers of the accepted claims and redemptions of the load, counted exactly for each
// business day. Floor: a plain array of bits for each day.
#include <algorithm>
#include <bit>
#include <map>
#include <vector>

#include "bench/micro/corpus.h"
#include "engine/base/check.h"
#include "projections/distinct/members.h"
#include "projections/distinct/steps.h"

namespace fiscus::bench {
namespace {

struct Member {
    std::uint32_t day = 0;
    std::uint32_t ordinal = 0;
};

struct Members {
    std::vector<Member> claims;
    std::vector<Member> redemptions;
    std::uint32_t days = 0;
    std::uint32_t ordinals = 0;
    // Distinct consumers, added up over the days.
    std::uint64_t claiming = 0;
    std::uint64_t redeeming = 0;
};

std::uint64_t count_distinct(std::vector<Member> members) {
    const auto before = [](const Member& a, const Member& b) {
        return a.day != b.day ? a.day < b.day : a.ordinal < b.ordinal;
    };
    std::ranges::sort(members, before);
    const auto equal = [](const Member& a, const Member& b) {
        return a.day == b.day && a.ordinal == b.ordinal;
    };
    members.erase(std::unique(members.begin(), members.end(), equal), members.end());
    return members.size();
}

Members members_of(const Corpus& corpus) {
    Members all;
    const std::int32_t eve = corpus.expected().first_day - 1;
    for (const Turn& turn : corpus.turns()) {
        for (const wire::Entry& entry : turn.entries.entries) {
            const auto kind = static_cast<wire::EventBody>(entry.kind());
            const Member member{
                .day = static_cast<std::uint32_t>(std::max(entry.business_day() - eve, 0)),
                .ordinal = entry.consumer_ordinal()};
            if (static_cast<wire::Outcome>(entry.outcome()) != wire::Outcome::accepted) {
                continue;
            }
            if (kind == wire::EventBody::VoucherClaimed) {
                all.claims.push_back(member);
            } else if (kind == wire::EventBody::VoucherRedeemed) {
                all.redemptions.push_back(member);
            } else {
                continue;
            }
            all.days = std::max(all.days, member.day + 1);
            all.ordinals = std::max(all.ordinals, member.ordinal + 1);
        }
    }
    all.claiming = count_distinct(all.claims);
    all.redeeming = count_distinct(all.redemptions);
    return all;
}

// Steps of all days, whose cells are the days.
struct DayCells {
    projections::Steps steps;
    std::vector<std::uint32_t> cells;

    [[nodiscard]] auto cells_of() const {
        return [this](const projections::Step& step, auto visit) { visit(cells[step.item()]); };
    }
};

DayCells cells_of(const std::vector<Member>& members) {
    DayCells days;
    for (std::uint32_t item = 0; item < members.size(); ++item) {
        days.steps.emplace_back(members[item].ordinal, item, false);
        days.cells.push_back(members[item].day);
    }
    projections::Steps room;
    projections::sort_steps(days.steps, room);
    return days;
}

void count_consumers(benchmark::State& bench, const Corpus& corpus) {
    const Members all = members_of(corpus);
    for ([[maybe_unused]] auto iteration : bench) {
        std::uint64_t claimed = 0;
        std::uint64_t redeemed = 0;
        const auto nothing = [](std::uint32_t, std::uint32_t, bool) {};
        const auto counter = [](std::uint64_t& count) {
            return [&count](std::uint32_t, std::uint32_t, bool is) { count += is ? 1U : 0U; };
        };
        const DayCells claims = cells_of(all.claims);
        projections::for_each_claimant(claims.steps, all.days, claims.cells_of(),
                                       projections::take_none, nothing, counter(claimed));
        const DayCells redemptions = cells_of(all.redemptions);
        projections::for_each_redeemer(redemptions.steps, all.days, redemptions.cells_of(),
                                       projections::take_none, counter(redeemed), nothing);
        FISCUS_CHECK(claimed == all.claiming && redeemed == all.redeeming,
                     "every consumer of a day is counted once");
    }
    report(bench, all.claims.size() + all.redemptions.size());
}

class Bits {
public:
    Bits(std::uint32_t days, std::uint32_t ordinals)
        : words_(ordinals / 64 + 1), bits_(words_ * days) {}
    void add(const Member& member) {
        bits_[member.day * words_ + member.ordinal / 64] |= 1ULL << (member.ordinal % 64);
    }
    [[nodiscard]] std::uint64_t count() const {
        std::uint64_t sum = 0;
        for (const std::uint64_t word : bits_) {
            sum += static_cast<std::uint64_t>(std::popcount(word));
        }
        return sum;
    }

private:
    std::size_t words_;
    std::vector<std::uint64_t> bits_;
};

void set_bits(benchmark::State& bench, const Corpus& corpus) {
    const Members all = members_of(corpus);
    for ([[maybe_unused]] auto iteration : bench) {
        Bits claiming(all.days, all.ordinals);
        Bits redeeming(all.days, all.ordinals);
        for (const Member& member : all.claims) {
            claiming.add(member);
        }
        for (const Member& member : all.redemptions) {
            redeeming.add(member);
        }
        FISCUS_CHECK(claiming.count() == all.claiming && redeeming.count() == all.redeeming,
                     "every consumer of a day is counted once");
    }
    bench.SetLabel("bits in a plain array for each day");
    report(bench, all.claims.size() + all.redemptions.size());
}

}  // namespace

void register_distinct(const Corpus& corpus) {
    add("distinct", corpus, count_consumers);
    add("distinct/floor", corpus, set_bits);
}

}  // namespace fiscus::bench
