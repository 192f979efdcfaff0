#include "tests/reference/statistics.h"

#include <algorithm>
#include <iterator>
#include <set>

#include "tests/reference/reading.h"

namespace fiscus::reference {
namespace {

using wire::EventBody;
using wire::Outcome;

Values values_of(const Answer& a, Grouping grouping) {
    if (a.kind == EventBody::DrawExecuted) {
        // A draw is its batch's: no place, platform or trade has it.
        switch (grouping) {
            case Grouping::batch:
            case Grouping::pack:
            case Grouping::batch_district:
            case Grouping::batch_industry:
            case Grouping::batch_category: return {a.batch, 0};
            default: return {0, 0};
        }
    }
    switch (grouping) {
        case Grouping::programme: return {0, 0};
        case Grouping::batch: return {a.batch, 0};
        case Grouping::pack: return {a.batch, a.pack};
        case Grouping::platform: return {a.platform, 0};
        case Grouping::prefecture: return {a.district / 100, 0};
        case Grouping::district: return {a.district, 0};
        case Grouping::category: return {a.category, 0};
        case Grouping::industry: return {a.industry, 0};
        case Grouping::size_class: return {a.size_class, 0};
        case Grouping::channel: return {a.channel, 0};
        case Grouping::batch_district: return {a.batch, a.district};
        case Grouping::batch_industry: return {a.batch, a.industry};
        case Grouping::batch_category: return {a.batch, a.category};
        case Grouping::industry_size_class: return {a.industry, a.size_class};
    }
    return {0, 0};
}

bool accepted(const Answer& a, EventBody kind) {
    return a.outcome == Outcome::accepted && a.kind == kind;
}

bool asks(const Answer& a) {
    return (a.kind == EventBody::VoucherClaimed || a.kind == EventBody::DrawRequested) &&
           a.consumer_ordinal != 0 &&
           (a.outcome == Outcome::accepted || a.outcome == Outcome::refused);
}

bool drawn(const Answer& a, wire::DrawOutcome outcome) {
    return accepted(a, EventBody::DrawRequested) &&
           a.vouchers == static_cast<std::uint8_t>(outcome);
}

bool receives(const Answer& a) {
    return accepted(a, EventBody::VoucherClaimed) || drawn(a, wire::DrawOutcome::won);
}

void add_draw_to(Totals& totals, const Answer& a) {
    totals.draws_won_count += drawn(a, wire::DrawOutcome::won) ? 1 : 0;
    totals.draws_won_amount += drawn(a, wire::DrawOutcome::won) ? a.amount_fen : 0;
    totals.draws_lost_count += drawn(a, wire::DrawOutcome::lost) ? 1 : 0;
    totals.draws_won_today_count += drawn(a, wire::DrawOutcome::won_today) ? 1 : 0;
    totals.draws_cap_reached_count += drawn(a, wire::DrawOutcome::cap_reached) ? 1 : 0;
    totals.draws_stock_out_count += drawn(a, wire::DrawOutcome::stock_out) ? 1 : 0;
}

// `verified`: the invoice was, before.
void add_to(Totals& totals, const Answer& a, bool verified) {
    add_draw_to(totals, a);
    if (receives(a)) {
        totals.issued_count += 1;
        totals.issued_amount += a.amount_fen;
    } else if (accepted(a, EventBody::VoucherRedeemed)) {
        totals.redeemed_count += 1;
        totals.redeemed_amount += a.amount_fen;
        totals.order_amount += a.order_amount_fen;
        totals.platform_match += a.platform_match_fen;
        totals.merchant_match += a.merchant_match_fen;
    } else if (accepted(a, EventBody::RedemptionRefunded)) {
        totals.refunded_count += 1;
        totals.refunded_amount += a.amount_fen;
        totals.refunded_order_amount += a.order_amount_fen;
    } else if (accepted(a, EventBody::InvoiceSubmitted)) {
        totals.invoices_count += 1;
        totals.invoices_amount += a.order_amount_fen;
    } else if (accepted(a, EventBody::InvoiceVerified)) {
        totals.invoices_verified_count += 1;
        totals.invoices_verified_amount += a.order_amount_fen;
    } else if (accepted(a, EventBody::InvoiceRejected)) {
        totals.invoices_rejected_count += 1;
    } else if (accepted(a, EventBody::InvoiceReversed)) {
        totals.invoices_reversed_count += 1;
        totals.invoices_reversed_amount += a.order_amount_fen;
        totals.tickets_reversed_amount += verified ? a.order_amount_fen : 0;
    } else if (accepted(a, EventBody::DrawExecuted)) {
        totals.prizes_awarded_amount += a.amount_fen;
    } else if (accepted(a, EventBody::PrizePaid)) {
        totals.prizes_paid_count += 1;
        totals.prizes_paid_amount += a.amount_fen;
    }
}

// A kind of which something stands in the cells; claims count when they are refused as well.
bool counts(const Answer& a) {
    static constexpr EventBody kinds[] = {
        EventBody::VoucherRedeemed, EventBody::RedemptionRefunded, EventBody::InvoiceSubmitted,
        EventBody::InvoiceVerified, EventBody::InvoiceRejected,    EventBody::InvoiceReversed,
        EventBody::DrawExecuted,    EventBody::PrizePaid};
    return asks(a) || std::any_of(std::begin(kinds), std::end(kinds),
                                  [&a](EventBody kind) { return accepted(a, kind); });
}

bool is_about_prizes(const Answer& a) {
    return accepted(a, EventBody::DrawExecuted) || accepted(a, EventBody::PrizePaid) ||
           accepted(a, EventBody::PrizePayoutFailed) || accepted(a, EventBody::PrizeForfeited) ||
           accepted(a, EventBody::InvoiceReversed) || accepted(a, EventBody::PrizeRecovered);
}

void add_to(Prizes& prizes, std::int64_t fen, std::int64_t prize_fen) {
    prizes.count += fen / prize_fen;
    prizes.fen += fen;
}

// What is left of each order.
using Orders = std::map<Id, Sum>;

// The distinct consumers and merchants of one cell.
struct People {
    std::set<std::uint32_t> asked;
    std::set<std::uint32_t> received;
    std::set<std::uint32_t> redeeming;
    std::set<std::uint32_t> redeeming_net;
    std::set<std::uint32_t> merchants;
    std::set<std::uint32_t> merchants_net;
    std::set<std::uint32_t> submitting;
    std::set<std::uint32_t> invoicing;
    std::set<std::uint32_t> drawing;

    void add(const Answer& a, const Orders& left) {
        if (asks(a)) {
            asked.insert(a.consumer_ordinal);
        }
        if (accepted(a, EventBody::DrawRequested)) {
            drawing.insert(a.consumer_ordinal);
        }
        if (receives(a)) {
            received.insert(a.consumer_ordinal);
        }
        if (accepted(a, EventBody::InvoiceSubmitted)) {
            submitting.insert(a.consumer_ordinal);
            invoicing.insert(a.merchant_ordinal);
        }
        if (accepted(a, EventBody::VoucherRedeemed)) {
            redeeming.insert(a.consumer_ordinal);
            merchants.insert(a.merchant_ordinal);
            if (left.at(a.key) > 0) {
                redeeming_net.insert(a.consumer_ordinal);
                merchants_net.insert(a.merchant_ordinal);
            }
        }
    }

    void tell(Measures& measures) const {
        measures.consumers_asked = asked.size();
        measures.consumers_received = received.size();
        measures.consumers_redeeming = redeeming.size();
        measures.consumers_redeeming_net = redeeming_net.size();
        measures.merchants_redeeming = merchants.size();
        measures.merchants_redeeming_net = merchants_net.size();
        measures.consumers_submitting = submitting.size();
        measures.merchants_invoicing = invoicing.size();
        measures.consumers_drawing = drawing.size();
    }
};

// floor(10,000 × numerator ÷ denominator + ½) with a point before the last four digits.
std::string ratio(Sum numerator, Sum denominator) {
    if (denominator <= 0) {
        return {};
    }
    const bool negative = numerator < 0;
    const Sum size = negative ? -numerator : numerator;
    Sum scaled = size * 10'000 / denominator;
    const Sum rest = size * 10'000 % denominator;
    scaled += rest * 2 >= denominator ? 1 : 0;
    std::string digits;
    for (Sum left = scaled; left > 0 || digits.size() < 5; left /= 10) {
        digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(left % 10)));
    }
    digits.insert(digits.size() - 4, ".");
    return (negative && scaled != 0 ? "-" : "") + digits;
}

Sum requests(const Totals& totals) {
    return totals.draws_won_count + totals.draws_lost_count + totals.draws_won_today_count +
           totals.draws_cap_reached_count + totals.draws_stock_out_count;
}

}  // namespace

std::string Measures::redemption_rate_count() const {
    return ratio(to_date.redeemed_count, to_date.issued_count);
}
std::string Measures::redemption_rate_amount() const {
    return ratio(to_date.redeemed_amount, to_date.issued_amount);
}
std::string Measures::redemption_rate_day_count() const {
    return ratio(day.redeemed_count, day.issued_count);
}
std::string Measures::redemption_rate_day_amount() const {
    return ratio(day.redeemed_amount, day.issued_amount);
}
std::string Measures::leverage_ratio() const {
    return ratio(to_date.order_amount - to_date.refunded_order_amount,
                 to_date.redeemed_amount - to_date.refunded_amount);
}
std::string Measures::leverage_ratio_gross() const {
    return ratio(to_date.order_amount, to_date.redeemed_amount);
}

std::string Measures::prize_leverage_ratio() const {
    return ratio(to_date.invoices_verified_amount - to_date.tickets_reversed_amount,
                 to_date.prizes_awarded_amount);
}

std::string Measures::draw_win_rate() const { return ratio(day.draws_won_count, requests(day)); }
std::string Measures::draw_win_rate_to_date() const {
    return ratio(to_date.draws_won_count, requests(to_date));
}

void Statistics::add(const Answer& answer, const std::string& value) {
    if (answer.outcome != Outcome::accepted && !asks(answer)) {
        return;
    }
    Reported& programme = programmes_[answer.programme];
    const wire::Event* event = wire::GetEvent(value.data());
    if (accepted(answer, EventBody::ProgrammeOpened)) {
        programme.first_day = event->body_as_ProgrammeOpened()->first_day();
        programme.cut_minute = event->body_as_ProgrammeOpened()->cut_minute();
    }
    if (programme.revisions.count(answer.business_day) != 0) {
        programme.late[answer.business_day].push_back(answer.sequence);
    }
    if (counts(answer) || is_about_prizes(answer)) {
        programme.answers.push_back(answer);
    }
    if (accepted(answer, EventBody::PrizeBatchOpened)) {
        const auto* batch = event->body_as_PrizeBatchOpened();
        for (const wire::PrizeTier* tier : *batch->tiers()) {
            programme.prize_fen[{batch->batch(), tier->tier()}] = tier->amount_fen();
        }
    }
    if (answer.outcome == Outcome::accepted) {
        note_batches(programme, answer, *event);
    }
    if (accepted(answer, EventBody::ProgrammeClosed)) {
        programme.closed = true;
    }
    if (accepted(answer, EventBody::ClockAdvanced)) {
        cut(programme, event->body_as_ClockAdvanced()->now_us(), answer.sequence);
    }
}

void Statistics::cut(Reported& programme, std::int64_t now_us, std::uint64_t as_of) {
    const std::int64_t minutes_us = std::int64_t{programme.cut_minute} * 60 * 1'000'000;
    bool revised = false;
    std::int32_t last = programme.first_day - 1;
    for (std::int32_t day = programme.first_day; start_of(day + 1) + minutes_us <= now_us; ++day) {
        std::vector<Revision>& revisions = programme.revisions[day];
        std::vector<std::uint64_t>& late = programme.late[day];
        const bool open = revisions.empty() || (programme.closed && !revisions.back().final);
        if (open || !late.empty()) {
            revisions.push_back({.as_of = as_of, .final = programme.closed, .late = late});
            revised = true;
        }
        late.clear();
        last = day;
    }
    if (revised) {
        programme.cuts.push_back({.as_of = as_of, .last_day = last, .closed = programme.closed});
    }
}

const std::vector<Revision>& Statistics::revisions(std::uint32_t programme,
                                                   std::int32_t day) const {
    static const std::vector<Revision> none;
    const Reported& reported = programmes_.at(programme);
    const auto found = reported.revisions.find(day);
    return found == reported.revisions.end() ? none : found->second;
}

std::vector<std::int32_t> Statistics::days(std::uint32_t programme) const {
    std::vector<std::int32_t> days;
    for (const auto& [day, revisions] : programmes_.at(programme).revisions) {
        days.push_back(day);
    }
    return days;
}

std::int32_t Statistics::first_day(std::uint32_t programme) const {
    return programmes_.at(programme).first_day;
}

Cells Statistics::cells(std::uint32_t programme,
                        std::int32_t first,
                        std::int32_t last,
                        Grouping grouping,
                        std::uint64_t as_of) const {
    const Reported& reported = programmes_.at(programme);
    return count(reported, std::max(first, reported.first_day), last, grouping, as_of);
}

Cells Statistics::count(const Reported& reported,
                        std::int32_t first,
                        std::int32_t last,
                        Grouping grouping,
                        std::uint64_t as_of) {
    // Orders of which nothing is left by then.
    Orders left;
    for (const Answer& a : reported.answers) {
        if (a.sequence <= as_of && accepted(a, EventBody::VoucherRedeemed)) {
            left[a.key] += a.order_amount_fen;
        } else if (a.sequence <= as_of && accepted(a, EventBody::RedemptionRefunded)) {
            left[a.subject] -= a.order_amount_fen;
        }
    }
    Cells cells;
    std::map<Values, People> people;
    std::set<Id> verified;
    for (const Answer& a : reported.answers) {
        if (a.sequence > as_of || !counts(a)) {
            continue;
        }
        // Before the entry, on whichever day.
        const bool was_verified = verified.count(a.subject) != 0;
        if (accepted(a, EventBody::InvoiceVerified)) {
            verified.insert(a.subject);
        }
        if (a.business_day > last) {
            continue;
        }
        const Values values = values_of(a, grouping);
        Measures& measures = cells[values];
        add_to(measures.to_date, a, was_verified);
        if (a.business_day < first) {
            continue;
        }
        add_to(measures.day, a, was_verified);
        people[values].add(a, left);
    }
    for (const auto& [values, there] : people) {
        there.tell(cells[values]);
    }
    return cells;
}

std::map<Tier, TierPrizes> Statistics::prizes(std::uint32_t programme,
                                              std::int32_t first,
                                              std::int32_t last,
                                              std::uint64_t as_of) const {
    using Kind = wire::AccountKind;
    const Reported& reported = programmes_.at(programme);
    std::map<Tier, TierPrizes> tiers;
    for (const Answer& a : reported.answers) {
        const std::int32_t day = std::max(a.business_day, reported.first_day - 1);
        if (a.sequence > as_of || day < first || day > last || !is_about_prizes(a)) {
            continue;
        }
        for (const Posting& posting : a.postings) {
            const Account& account =
                posting.debit.kind == Kind::prize_budget ? posting.credit : posting.debit;
            const Tier tier{account.batch, account.key};
            if (posting.amount_fen == 0 || reported.prize_fen.count(tier) == 0) {
                continue;
            }
            const std::int64_t prize = reported.prize_fen.at(tier);
            TierPrizes& prizes = tiers[tier];
            if (posting.credit.kind == Kind::prize_payable) {
                add_to(prizes.awarded, posting.amount_fen, prize);
            } else if (posting.credit.kind == Kind::prize_paid) {
                add_to(prizes.paid, posting.amount_fen, prize);
            } else if (posting.credit.kind == Kind::prize_receivable) {
                add_to(prizes.demanded, posting.amount_fen, prize);
            } else if (posting.debit.kind == Kind::prize_payable) {
                add_to(prizes.cancelled, posting.amount_fen, prize);
            } else if (posting.debit.kind == Kind::prize_receivable) {
                prizes.recovered.count += 1;
                prizes.recovered.fen += posting.amount_fen;
            }
        }
        const Tier own{a.batch, a.denomination};
        if (a.kind == EventBody::PrizePayoutFailed) {
            add_to(tiers[own].failed, a.amount_fen, a.amount_fen);
        } else if (a.kind != EventBody::DrawExecuted && (a.flags & 64) != 0) {
            add_to(tiers[own].moved_up, a.amount_fen, a.amount_fen);
        }
    }
    return tiers;
}

std::map<Hour, Draws> Statistics::draws(std::uint32_t programme,
                                        std::int32_t day,
                                        std::uint64_t as_of) const {
    std::map<Hour, Draws> hours;
    for (const Answer& a : programmes_.at(programme).answers) {
        if (a.sequence > as_of || a.business_day != day || !accepted(a, EventBody::DrawRequested)) {
            continue;
        }
        const std::int64_t minutes = (a.occurred_at_us - start_of(day)) / 60'000'000;
        Draws& draws = hours[{a.platform, static_cast<int>(minutes / 60)}];
        draws.asked += 1;
        draws.won += drawn(a, wire::DrawOutcome::won) ? 1 : 0;
        draws.won_fen += a.amount_fen;
        draws.lost += drawn(a, wire::DrawOutcome::lost) ? 1 : 0;
        draws.won_today += drawn(a, wire::DrawOutcome::won_today) ? 1 : 0;
        draws.cap_reached += drawn(a, wire::DrawOutcome::cap_reached) ? 1 : 0;
        draws.stock_out += drawn(a, wire::DrawOutcome::stock_out) ? 1 : 0;
    }
    return hours;
}

Measures Statistics::cell(std::uint32_t programme,
                          std::int32_t day,
                          Grouping grouping,
                          const Values& values,
                          std::size_t revision) const {
    const std::uint64_t as_of = revisions(programme, day).at(revision - 1).as_of;
    const Cells all = cells(programme, day, day, grouping, as_of);
    const auto found = all.find(values);
    return found == all.end() ? Measures{} : found->second;
}

}  // namespace fiscus::reference
