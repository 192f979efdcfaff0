#include "projections/statistics/fund.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "projections/statistics/state_tables.h"

namespace fiscus::projections {

namespace {

using Kind = wire::AccountKind;

constexpr std::array<FlowInfo, flow_count> flow_table{{
    {Flow::deposited, "deposited", "Deposited", "拨入", "treasury → fund"},
    {Flow::compensated, "compensated", "Compensation", "赔付", "compensation → fund"},
    {Flow::recovered, "recovered", "Recovered", "追回", "receivable or prize_receivable → fund"},
    {Flow::returned, "returned", "Returned", "原路退回", "fund → treasury"},
    {Flow::funded, "funded", "Given to batches", "批次下达", "fund → budget or prize_budget"},
    {Flow::released, "released", "Released by batches", "批次收回",
     "budget or prize_budget → fund at the close of a batch, payable → fund for refunds and "
     "prize_payable → fund for lost prizes after it"},
    {Flow::issued, "issued", "Issued", "发放", "budget → outstanding"},
    {Flow::redeemed, "redeemed", "Redeemed", "核销", "outstanding → payable"},
    {Flow::refunded, "refunded", "Refunded", "核销退款",
     "payable → outstanding, budget or fund; what was already paid counts in demanded"},
    {Flow::withdrawn, "withdrawn", "Voided and expired", "作废及过期收回", "outstanding → budget"},
    {Flow::paid, "paid", "Paid", "拨付", "payable → paid"},
    {Flow::demanded, "demanded", "Demanded back", "应追回", "paid → receivable"},
    {Flow::prizes_awarded, "prizes_awarded", "Prizes awarded", "开奖",
     "prize_budget → prize_payable", true, true},
    {Flow::prizes_cancelled, "prizes_cancelled", "Prizes cancelled", "奖金取消",
     "prize_payable → prize_budget or fund", true, true},
    {Flow::prizes_paid, "prizes_paid", "Prizes paid", "奖金兑付", "prize_payable → prize_paid",
     true, true},
    {Flow::prizes_demanded, "prizes_demanded", "Prizes demanded back", "奖金应追回",
     "prize_paid → prize_receivable", true, true},
}};

constexpr auto voucher_flows = static_cast<std::size_t>(
    std::ranges::find(flow_table, true, &FlowInfo::of_prizes) - flow_table.begin());
static_assert(std::all_of(flow_table.begin() + voucher_flows,
                          flow_table.end(),
                          [](const FlowInfo& about) { return about.of_prizes; }),
              "those of prizes come last");

// Which flows a pair of accounts is, in the programme's line and in the batch's.
struct Route {
    Kind debit = Kind::none;
    Kind credit = Kind::none;
    Flow flow{};
    bool of_batch = false;
    std::optional<Flow> second;
};

constexpr Route route_table[] = {
    {Kind::treasury, Kind::fund, Flow::deposited, false, {}},
    {Kind::compensation, Kind::fund, Flow::compensated, false, {}},
    {Kind::receivable, Kind::fund, Flow::recovered, false, {}},
    {Kind::fund, Kind::treasury, Flow::returned, false, {}},
    {Kind::fund, Kind::budget, Flow::funded, true, {}},
    {Kind::budget, Kind::fund, Flow::released, true, {}},
    {Kind::budget, Kind::outstanding, Flow::issued, true, {}},
    {Kind::outstanding, Kind::payable, Flow::redeemed, true, {}},
    {Kind::payable, Kind::outstanding, Flow::refunded, true, {}},
    {Kind::payable, Kind::budget, Flow::refunded, true, {}},
    {Kind::payable, Kind::fund, Flow::refunded, true, Flow::released},
    {Kind::outstanding, Kind::budget, Flow::withdrawn, true, {}},
    {Kind::payable, Kind::paid, Flow::paid, true, {}},
    {Kind::paid, Kind::receivable, Flow::demanded, true, {}},
    {Kind::fund, Kind::prize_budget, Flow::funded, true, {}},
    {Kind::prize_budget, Kind::fund, Flow::released, true, {}},
    {Kind::prize_budget, Kind::prize_payable, Flow::prizes_awarded, true, {}},
    {Kind::prize_payable, Kind::prize_budget, Flow::prizes_cancelled, true, {}},
    {Kind::prize_payable, Kind::fund, Flow::prizes_cancelled, true, Flow::released},
    {Kind::prize_payable, Kind::prize_paid, Flow::prizes_paid, true, {}},
    {Kind::prize_paid, Kind::prize_receivable, Flow::prizes_demanded, true, {}},
    {Kind::prize_receivable, Kind::fund, Flow::recovered, true, {}},
};

constexpr std::size_t kinds = static_cast<std::size_t>(Kind::MAX) + 1;

// Position in route_table + 1 for each pair, 0 for none.
constexpr std::array<std::uint8_t, kinds * kinds> make_route_index() {
    std::array<std::uint8_t, kinds * kinds> index{};
    std::uint8_t position = 0;
    for (const Route& route : route_table) {
        index[static_cast<std::size_t>(route.debit) * kinds +
              static_cast<std::size_t>(route.credit)] = ++position;
    }
    return index;
}
constexpr auto route_index = make_route_index();

bool memorandum(std::uint8_t kind) {
    return kind >= static_cast<std::uint8_t>(Kind::order_turnover) &&
           kind <= static_cast<std::uint8_t>(Kind::memorandum);
}

}  // namespace

std::span<const FlowInfo, flow_count> flow_infos() { return flow_table; }

std::span<const FlowInfo> flow_infos_of(bool prizes) {
    return std::span<const FlowInfo>(flow_table).first(prizes ? flow_count : voucher_flows);
}

std::int64_t change_of_programme(const Flows& flows) {
    return flow(flows, Flow::deposited) + flow(flows, Flow::compensated) +
           flow(flows, Flow::recovered) - flow(flows, Flow::returned) - flow(flows, Flow::paid) -
           flow(flows, Flow::prizes_paid);
}

std::int64_t change_of_batch(const Flows& flows) {
    return flow(flows, Flow::funded) - flow(flows, Flow::released) - flow(flows, Flow::paid) -
           flow(flows, Flow::prizes_paid);
}

Status FundLedger::add(Place place, Flow which, std::int64_t amount_fen) {
    Recent& recent = recent_[place.second % recent_count];
    if (recent.place != place) {
        recent = {.place = place, .flows = &flows_[place]};
        dirty_.insert(place);
    }
    std::int64_t& sum = (*recent.flows)[static_cast<std::size_t>(which)];
    if (__builtin_add_overflow(sum, amount_fen, &sum)) {
        return Error{.code = ErrorCode::corrupt,
                     .what = "a sum of the fund ledger does not fit 64 bits",
                     .why = "the flows of one day are beyond any public fund",
                     .hint = "look at the amounts of the journal's last entries"};
    }
    return Done{};
}

Status FundLedger::post(std::int32_t day,
                        std::uint32_t batch_of_entry,
                        const wire::Posting& posting) {
    const std::uint8_t debit = posting.debit().kind();
    const std::uint8_t credit = posting.credit().kind();
    if (memorandum(debit) && memorandum(credit)) {
        return Done{};
    }
    const std::uint8_t position =
        debit < kinds && credit < kinds ? route_index[debit * kinds + credit] : std::uint8_t{0};
    if (position == 0) {
        return Error{.code = ErrorCode::corrupt,
                     .what = "a posting from account kind " + std::to_string(debit) + " to " +
                             std::to_string(credit) + " has no place in the fund ledger",
                     .why = "these statistics do not know such a flow of money",
                     .hint = "use a release of the statistics that knows this journal"};
    }
    const Route& route = route_table[position - 1];
    FISCUS_TRY(add({day, 0}, route.flow, posting.amount_fen()));
    if (route.second) {
        FISCUS_TRY(add({day, 0}, *route.second, posting.amount_fen()));
    }
    // Accounts of the platform alone (paid, receivable) name no batch; the entry may.
    const std::uint32_t batch = posting.debit().batch() != 0    ? posting.debit().batch()
                                : posting.credit().batch() != 0 ? posting.credit().batch()
                                                                : batch_of_entry;
    if (!route.of_batch || batch == 0) {
        return Done{};
    }
    FISCUS_TRY(add({day, batch}, route.flow, posting.amount_fen()));
    return route.second ? add({day, batch}, *route.second, posting.amount_fen()) : Done{};
}

std::vector<FundLine> FundLedger::lines(std::int32_t day) const {
    std::map<std::uint32_t, FundLine> lines;
    lines[0];
    for (const auto& [place, flows] : flows_) {
        if (place.first > day) {
            break;
        }
        FundLine& line = lines[place.second];
        const std::int64_t change =
            place.second == 0 ? change_of_programme(flows) : change_of_batch(flows);
        (place.first < day ? line.opening_fen : line.closing_fen) += change;
        if (place.first == day) {
            line.flows = flows;
        }
    }
    std::vector<FundLine> result;
    for (auto& [batch, line] : lines) {
        line.batch = batch;
        line.closing_fen += line.opening_fen;
        result.push_back(line);
    }
    return result;
}

std::map<std::uint32_t, Flows> FundLedger::to_date(std::int32_t day) const {
    std::map<std::uint32_t, Flows> totals;
    for (const auto& [place, flows] : flows_) {
        if (place.first > day) {
            break;
        }
        Flows& total = totals[place.second];
        for (std::size_t at = 0; at < flow_count; ++at) {
            total[at] += flows[at];
        }
    }
    return totals;
}

bool FundLedger::parse(std::int32_t day, std::uint32_t batch, std::string_view value) {
    Reader reader(value);
    Flows& flows = flows_[{day, batch}];
    for (std::int64_t& sum : flows) {
        sum = reader.signed_varint();
    }
    return reader.finished();
}

void FundLedger::save(Store& store, std::uint32_t programme) {
    for (const Place& place : dirty_) {
        std::string value;
        for (const std::int64_t sum : flows_[place]) {
            put_signed(value, sum);
        }
        StateKey key(table::fund_days);
        key.u32(programme).day(place.first).u32(place.second);
        store.put(key, value);
    }
    dirty_.clear();
    recent_.fill({});
}

}  // namespace fiscus::projections
