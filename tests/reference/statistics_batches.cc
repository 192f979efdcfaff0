// The summaries of batches that ended, a second time: of the cuts that revised some day, the first
// by which the batch had ended, those that take a day of its schedule, and the one that makes the
// last one final; it is told anew when it is not what it was.
#include <algorithm>
#include <iterator>
#include <optional>

#include "tests/reference/statistics.h"

namespace fiscus::reference {
namespace {

using wire::EventBody;
using Kind = wire::AccountKind;

struct Pair {
    Kind debit;
    Kind credit;
    const char* flow;
};
// Of the money of a batch; what goes from a batch to the fund is released as well.
constexpr Pair pairs[] = {
    {Kind::fund, Kind::budget, "funded"},
    {Kind::fund, Kind::prize_budget, "funded"},
    {Kind::budget, Kind::fund, "released"},
    {Kind::prize_budget, Kind::fund, "released"},
    {Kind::payable, Kind::fund, "released"},
    {Kind::prize_payable, Kind::fund, "released"},
    {Kind::budget, Kind::outstanding, "issued"},
    {Kind::outstanding, Kind::payable, "redeemed"},
    {Kind::payable, Kind::outstanding, "refunded"},
    {Kind::payable, Kind::budget, "refunded"},
    {Kind::payable, Kind::fund, "refunded"},
    {Kind::outstanding, Kind::budget, "withdrawn"},
    {Kind::payable, Kind::paid, "paid"},
    {Kind::paid, Kind::receivable, "demanded"},
    {Kind::prize_budget, Kind::prize_payable, "prizes_awarded"},
    {Kind::prize_payable, Kind::prize_budget, "prizes_cancelled"},
    {Kind::prize_payable, Kind::fund, "prizes_cancelled"},
    {Kind::prize_payable, Kind::prize_paid, "prizes_paid"},
    {Kind::prize_paid, Kind::prize_receivable, "prizes_demanded"},
    {Kind::prize_receivable, Kind::fund, "recovered"},
};

std::uint32_t batch_of(const Posting& posting, const Answer& answer) {
    const std::uint32_t named =
        posting.debit.batch != 0 ? posting.debit.batch : posting.credit.batch;
    return named != 0 ? named : answer.batch;
}

bool same(const Summary& one, const Summary& other) {
    return one.final == other.final && one.ended_on == other.ended_on &&
           one.ended_by == other.ended_by && one.all == other.all &&
           one.districts == other.districts && one.flows == other.flows;
}

// The third day after the end, and every 28th after that.
bool takes_scheduled_day(std::int32_t ended_on, std::int32_t after, std::int32_t last) {
    for (std::int32_t day = ended_on + 3; day <= last; day += 28) {
        if (day > after) {
            return true;
        }
    }
    return false;
}

}  // namespace

void Statistics::note_batches(Reported& reported, const Answer& answer, const wire::Event& event) {
    const auto day = [&reported](std::int32_t of) { return std::max(of, reported.first_day - 1); };
    if (const auto* opened = event.body_as_BatchOpened()) {
        reported.ends[opened->batch()].push_back({.sequence = answer.sequence,
                                                  .day = day(opened->redeem_last_day()),
                                                  .how = "window_over"});
    } else if (const auto* prizes = event.body_as_PrizeBatchOpened()) {
        reported.ends[prizes->batch()];
    }
    const auto end = [&](std::uint32_t batch, const char* how) {
        reported.ends[batch].push_back(
            {.sequence = answer.sequence, .day = day(answer.business_day), .how = how});
    };
    if (const auto* closed = event.body_as_BatchClosed()) {
        end(closed->batch(), "closed");
    } else if (const auto* drawn = event.body_as_DrawExecuted()) {
        end(drawn->batch(), "drawn");
    } else if (const auto* aborted = event.body_as_DrawAborted()) {
        end(aborted->batch(), "draw_aborted");
    }
    for (const Posting& posting : answer.postings) {
        for (const Pair& pair : pairs) {
            if (posting.debit.kind == pair.debit && posting.credit.kind == pair.credit) {
                reported.moves.push_back({.sequence = answer.sequence,
                                          .day = answer.business_day,
                                          .batch = batch_of(posting, answer),
                                          .flow = pair.flow,
                                          .fen = posting.amount_fen});
            }
        }
    }
}

Summary Statistics::summary(const Reported& reported,
                            std::uint32_t batch,
                            const Reported::End& end,
                            const Reported::Cut& cut) {
    Summary summary{.as_of = cut.as_of,
                    .last_day = cut.last_day,
                    .final = cut.closed,
                    .ended_on = end.day,
                    .ended_by = end.how,
                    .all = {},
                    .districts = {},
                    .flows = {}};
    summary.all = count(reported, INT32_MIN, cut.last_day, Grouping::batch, cut.as_of)[{batch, 0}];
    const Cells districts =
        count(reported, INT32_MIN, cut.last_day, Grouping::batch_district, cut.as_of);
    for (const auto& [values, measures] : districts) {
        if (values.first == batch) {
            summary.districts[values.second] = measures;
        }
    }
    for (const Reported::Move& move : reported.moves) {
        if (move.batch == batch && move.sequence <= cut.as_of && move.day <= cut.last_day &&
            move.fen != 0) {
            summary.flows[move.flow] += move.fen;
        }
    }
    return summary;
}

std::map<std::uint32_t, std::vector<Summary>> Statistics::summaries(std::uint32_t programme) const {
    const Reported& reported = programmes_.at(programme);
    std::map<std::uint32_t, std::vector<Summary>> all;
    std::int32_t last_day_before = reported.first_day - 1;
    for (const Reported::Cut& cut : reported.cuts) {
        for (const auto& [batch, ends] : reported.ends) {
            // The earliest day; on one day an event comes before the end of the window, which is
            // that of the day, and of events the first.
            std::optional<Reported::End> first;
            for (const Reported::End& end : ends) {
                const bool earlier = !first || end.day < first->day ||
                                     (end.day == first->day && first->how == "window_over");
                if (end.sequence <= cut.as_of && earlier) {
                    first = end;
                }
            }
            if (!first || first->day > cut.last_day) {
                continue;
            }
            const auto known = all.find(batch);
            if (known != all.end() && (!cut.closed || known->second.back().final) &&
                !takes_scheduled_day(first->day, last_day_before, cut.last_day)) {
                continue;
            }
            const Summary now = summary(reported, batch, *first, cut);
            if (known == all.end() || !same(known->second.back(), now)) {
                all[batch].push_back(now);
            }
        }
        last_day_before = cut.last_day;
    }
    return all;
}

}  // namespace fiscus::reference
