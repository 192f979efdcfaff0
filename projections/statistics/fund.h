// Fund usage (资金使用明细台账): what moved on each business day, for the programme and for each of its
// batches, folded from the postings. One row of a table (fund.cc) says which pair of accounts is
// which flow. A late entry changes its own day's record; what a revision reported stays as it was.
// Thread: one. Fails: corrupt on postings that no flow explains, and on sums beyond 64 bits.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string_view>
#include <utility>

#include "engine/base/result.h"
#include "projections/store/store.h"
#include "schemas/journal_generated.h"

namespace fiscus::projections {

// Stored in this order.
enum class Flow : std::uint8_t {
    deposited,
    compensated,
    recovered,
    returned,
    funded,
    released,
    issued,
    redeemed,
    refunded,
    withdrawn,
    paid,
    demanded,
    prizes_awarded,
    prizes_cancelled,
    prizes_paid,
    prizes_demanded,
};
inline constexpr std::size_t flow_count = 16;
using Flows = std::array<std::int64_t, flow_count>;

constexpr std::int64_t flow(const Flows& flows, Flow which) {
    return flows[static_cast<std::size_t>(which)];
}

struct FlowInfo {
    Flow flow;
    std::string_view id;
    std::string_view english;
    std::string_view chinese;
    std::string_view meaning;
    // The history has rows without it (schemas/README.md).
    bool added_later = false;
    // In the rows of programmes that have a prize batch.
    bool of_prizes = false;
};
std::span<const FlowInfo, flow_count> flow_infos();
// Those of a programme, with or without prize batches.
std::span<const FlowInfo> flow_infos_of(bool prizes);

// What the flows add to the money in the dedicated account: of the programme (fund, budgets,
// outstanding, payable, prizes), or of one batch (its budget, outstanding, payable, prizes).
std::int64_t change_of_programme(const Flows& flows);
std::int64_t change_of_batch(const Flows& flows);

// A line of the fund ledger. batch 0: the programme.
struct FundLine {
    std::uint32_t batch = 0;
    std::int64_t opening_fen = 0;
    Flows flows{};
    std::int64_t closing_fen = 0;
};

class FundLedger {
public:
    // `day`: business day of the entry, days before the programme's first count as the day before
    // it.
    Status post(std::int32_t day, std::uint32_t batch_of_entry, const wire::Posting& posting);

    // The programme and every batch that had a flow up to `day`, by batch, with balances of that
    // day.
    [[nodiscard]] std::vector<FundLine> lines(std::int32_t day) const;
    // What moved up to `day`, by batch; 0: in the programme.
    [[nodiscard]] std::map<std::uint32_t, Flows> to_date(std::int32_t day) const;

    bool parse(std::int32_t day, std::uint32_t batch, std::string_view value);
    void save(Store& store, std::uint32_t programme);

private:
    using Place = std::pair<std::int32_t, std::uint32_t>;  // day, batch

    Status add(Place place, Flow flow, std::int64_t amount_fen);

    std::map<Place, Flows> flows_;
    std::set<Place> dirty_;
    // Places asked for lately, by batch: entries keep to few days and batches. Emptied by save().
    struct Recent {
        Place place{INT32_MIN, 0};
        Flows* flows = nullptr;
    };
    static constexpr std::size_t recent_count = 64;
    std::array<Recent, recent_count> recent_{};
};

}  // namespace fiscus::projections
