// Prizes by tier (分等级奖金发放): what became of the prizes of each prize batch on each business day,
// folded from the entries and their postings. How many were awarded follows from the amount,
// because all prizes of a tier are alike. As in the fund ledger, a late entry changes its own day's
// record, and what a revision reported stays as it was.
// Thread: one. Fails: corrupt on amounts that are not so many prizes, and on accounts that say
// something else.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "projections/statistics/accounts.h"
#include "projections/statistics/reference.h"
#include "projections/store/store.h"
#include "schemas/journal_generated.h"

namespace fiscus::projections {

// Stored in this order.
enum class PrizeDeed : std::uint8_t {
    awarded,
    cancelled,
    moved_up,
    paid,
    failed,
    demanded,
    recovered,
};
inline constexpr std::size_t prize_deed_count = 7;

struct PrizeDeedInfo {
    PrizeDeed deed;
    std::string_view id;
    std::string_view english;
    std::string_view chinese;
    std::string_view meaning;
};
std::span<const PrizeDeedInfo, prize_deed_count> prize_deeds();

struct PrizeTally {
    std::int64_t count = 0;
    std::int64_t amount_fen = 0;

    friend bool operator==(const PrizeTally&, const PrizeTally&) = default;
};
using PrizeTallies = std::array<PrizeTally, prize_deed_count>;

constexpr const PrizeTally& tally(const PrizeTallies& tallies, PrizeDeed deed) {
    return tallies[static_cast<std::size_t>(deed)];
}

struct PrizeTier {
    std::uint32_t batch = 0;
    std::uint16_t tier = 0;

    friend constexpr auto operator<=>(const PrizeTier&, const PrizeTier&) = default;
};

// One tier at the end of one day.
struct PrizeLine {
    PrizeTier tier;
    PrizeTallies day{};
    PrizeTallies to_date{};

    // Awarded, and neither cancelled nor paid.
    [[nodiscard]] PrizeTally payable() const;
};

class PrizeLedger {
public:
    // An accepted entry of an invoice, a draw or a prize. `day`: its business day, days before the
    // programme's first count as the day before it.
    Status add(std::int32_t day,
               const wire::Entry& entry,
               std::span<const wire::Posting> postings,
               const Reference& reference);

    // Every tier of which something is known up to `day`.
    [[nodiscard]] std::vector<PrizeLine> lines(std::int32_t day) const;
    // All entries so far: what is payable and to be recovered is what the accounts hold.
    [[nodiscard]] Status check(const Accounts& accounts,
                               std::uint32_t programme,
                               const Reference& reference) const;

    bool parse(std::int32_t day, const PrizeTier& tier, std::string_view value);
    void save(Store& store, std::uint32_t programme);

private:
    struct Place {
        std::int32_t day = 0;
        PrizeTier tier;

        friend constexpr auto operator<=>(const Place&, const Place&) = default;
    };

    void add(const Place& place, PrizeDeed deed, const PrizeTally& more);

    std::map<Place, PrizeTallies> days_;
    std::map<PrizeTier, PrizeTallies> totals_;  // of all days
    std::set<Place> dirty_;
};

}  // namespace fiscus::projections
