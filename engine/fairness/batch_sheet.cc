#include "engine/fairness/batch_sheet.h"

#include <algorithm>
#include <array>
#include <map>
#include <unordered_set>
#include <utility>

#include "engine/base/check.h"

namespace fiscus::fairness {
namespace {

constexpr std::size_t tenths = 10;

// Classes of invoices, by the least amount of each in fen.
constexpr std::array<std::int64_t, 8> amount_classes = {0,      5'000,   10'000,  20'000,
                                                        50'000, 100'000, 200'000, 500'000};

struct ConsumerHash {
    // Tokens are hashes themselves.
    std::size_t operator()(const Id128& id) const { return static_cast<std::size_t>(id.lo); }
};

std::int64_t amount_class(Amount amount) {
    return *(std::ranges::upper_bound(amount_classes, amount.fen()) - 1);
}

struct Class {
    std::uint64_t members = 0;
    std::uint64_t taken = 0;
    std::uint64_t winners = 0;
    std::vector<std::uint64_t> by_tenth = std::vector<std::uint64_t>(tenths);
};

class SheetMaker {
public:
    explicit SheetMaker(const RankedList& list)
        : list_(list), wins_(list.tickets.size()), total_(list.tickets.size()) {}

    BatchSheet make() {
        sheet_.tickets = total_;
        count_consumers();
        count_places();
        if (total_ == 0) {
            return std::move(sheet_);
        }
        group_by(Subject::list_order, [this](std::uint32_t at) { return tenth_of(at, total_); });
        group_by(Subject::platform, [this](std::uint32_t at) {
            return std::int64_t{list_.facts[at].platform.value()};
        });
        group_by(Subject::district,
                 [this](std::uint32_t at) { return std::int64_t{list_.facts[at].district}; });
        group_by(Subject::hour,
                 [this](std::uint32_t at) { return hour_of(list_.facts[at].submitted_at_us); });
        group_by(Subject::amount,
                 [this](std::uint32_t at) { return amount_class(list_.facts[at].amount); });
        sheet_.tests.push_back(
            {.subject = Subject::neighbours, .measured = Measured::ranks, .chi_square = pairs()});
        return std::move(sheet_);
    }

private:
    void count_consumers() {
        std::unordered_set<Id128, ConsumerHash> consumers;
        for (const draw::Ticket& ticket : list_.tickets) {
            consumers.insert(ticket.consumer);
        }
        sheet_.consumers = consumers.size();
    }

    void count_places() {
        std::uint64_t places = list_.plan.reserves;
        for (const draw::Tier& tier : list_.plan.tiers) {
            places += tier.count;
        }
        sheet_.depth = std::min(places, total_);
        sheet_.awarded.resize(list_.plan.tiers.size());
        for (const draw::Place& place : draw::places_of(list_.ranking, list_.tickets, list_.plan)) {
            if (place.tier == 0) {
                ++sheet_.reserves;
            } else {
                ++sheet_.awarded[place.tier - 1];
                wins_[place.ticket] = true;
            }
        }
    }

    template <typename KeyOf>
    void group_by(Subject subject, KeyOf key_of) {
        std::map<std::int64_t, Class> classes;
        for (std::uint64_t rank = 0; rank < total_; ++rank) {
            const std::uint32_t at = list_.ranking[rank];
            Class& one = classes[key_of(at)];
            ++one.members;
            ++one.by_tenth[rank * tenths / total_];
            one.taken += rank < sheet_.depth ? 1U : 0U;
            one.winners += wins_[at] ? 1U : 0U;
        }
        ClassTable table{.subject = subject, .lines = {}};
        RankTable first_ranks;
        RankTable all_ranks;
        for (const auto& [key, one] : classes) {
            const Hypergeometric count(total_, one.members, sheet_.depth);
            table.lines.push_back({.key = key,
                                   .members = one.members,
                                   .expected = count.mean(),
                                   .taken = one.taken,
                                   .band = count.band(rarest / static_cast<double>(classes.size())),
                                   .winners = one.winners});
            first_ranks.push_back({one.taken, one.members - one.taken});
            all_ranks.push_back(one.by_tenth);
        }
        sheet_.tests.push_back({.subject = subject,
                                .measured = Measured::taken,
                                .chi_square = of_ranks(std::move(first_ranks)),
                                .classes_outside = table.classes_outside()});
        sheet_.tests.push_back({.subject = subject,
                                .measured = Measured::ranks,
                                .chi_square = of_ranks(std::move(all_ranks))});
        sheet_.tables.push_back(std::move(table));
    }

    // Of ranks 1 and 2, 3 and 4 …: the last digit of the one's place in the list against that of
    // the other's. Given which tickets come first in their pairs, who follows whom is a
    // permutation. Sees generators whose low digits repeat, and runs of the list's own order.
    [[nodiscard]] ChiSquare pairs() const {
        constexpr std::uint64_t base = 10;
        RankTable table(base, std::vector<std::uint64_t>(base));
        for (std::uint64_t rank = 1; rank < total_; rank += 2) {
            ++table[list_.ranking[rank - 1] % base][list_.ranking[rank] % base];
        }
        return of_ranks(std::move(table));
    }

    RankedList list_;
    BatchSheet sheet_;
    std::vector<bool> wins_;  // by position in the list
    std::uint64_t total_;
};

}  // namespace

BatchSheet sheet_of(const RankedList& list) {
    FISCUS_CHECK(list.facts.size() == list.tickets.size(), "each ticket has its facts");
    FISCUS_CHECK(list.ranking.size() == list.tickets.size(), "each ticket has a rank");
    return SheetMaker(list).make();
}

}  // namespace fiscus::fairness
