#include "projections/statistics/prizes.h"

#include <optional>
#include <string>

#include "projections/entry.h"
#include "projections/statistics/state_tables.h"

namespace fiscus::projections {

namespace {

using Kind = wire::AccountKind;
using wire::EventBody;

constexpr std::array<PrizeDeedInfo, prize_deed_count> deed_table{{
    {PrizeDeed::awarded, "awarded", "Awarded", "开奖",
     "prize_budget → prize_payable, by a draw; with prizes whose winner was reversed before and "
     "which a reserve has"},
    {PrizeDeed::cancelled, "cancelled", "Cancelled", "取消",
     "prize_payable → prize_budget or fund: taken away before the payout, and no reserve was left"},
    {PrizeDeed::moved_up, "moved_up", "Moved up", "递补",
     "a reserve has the prize that was taken away from somebody after the draw"},
    {PrizeDeed::paid, "paid", "Paid", "兑付", "prize_payable → prize_paid"},
    {PrizeDeed::failed, "failed", "Payouts failed", "兑付失败",
     "the bank refused; the prize stays payable"},
    {PrizeDeed::demanded, "demanded", "Demanded back", "应追回",
     "prize_paid → prize_receivable: the invoice was reversed after the payout"},
    {PrizeDeed::recovered, "recovered", "Recovered", "追回",
     "prize_receivable → fund; each part counts"},
}};

std::string text_of(const PrizeTier& tier) {
    return "tier " + std::to_string(tier.tier) + " of batch " + std::to_string(tier.batch);
}

PrizeTier tier_of(const wire::Account& account) {
    return {.batch = account.batch(), .tier = static_cast<std::uint16_t>(account.key())};
}

// What a posting does to the prizes of a tier; nothing when they are not in it.
struct Moved {
    PrizeDeed deed;
    PrizeTier tier;
};
std::optional<Moved> moved_by(const wire::Posting& posting) {
    const auto debit = static_cast<Kind>(posting.debit().kind());
    const auto credit = static_cast<Kind>(posting.credit().kind());
    const auto from_debit = [&posting](PrizeDeed deed) {
        return Moved{.deed = deed, .tier = tier_of(posting.debit())};
    };
    if (debit == Kind::prize_budget && credit == Kind::prize_payable) {
        return Moved{.deed = PrizeDeed::awarded, .tier = tier_of(posting.credit())};
    }
    if (debit == Kind::prize_payable && credit == Kind::prize_paid) {
        return from_debit(PrizeDeed::paid);
    }
    if (debit == Kind::prize_payable) {
        return from_debit(PrizeDeed::cancelled);
    }
    if (debit == Kind::prize_paid) {
        return from_debit(PrizeDeed::demanded);
    }
    if (debit == Kind::prize_receivable) {
        return from_debit(PrizeDeed::recovered);
    }
    return std::nullopt;
}

// What happened without a posting: the prize only has another holder, or waits for the next try.
std::optional<PrizeDeed> deed_of(const wire::Entry& entry) {
    if (kind_of(entry) == EventBody::PrizePayoutFailed) {
        return PrizeDeed::failed;
    }
    const bool takes_away =
        kind_of(entry) == EventBody::InvoiceReversed || kind_of(entry) == EventBody::PrizeForfeited;
    return takes_away && (entry.flags() & flag::moved_up) != 0 ? std::optional(PrizeDeed::moved_up)
                                                               : std::nullopt;
}

void add_to(PrizeTallies& tallies, PrizeDeed deed, const PrizeTally& more) {
    PrizeTally& sum = tallies[static_cast<std::size_t>(deed)];
    sum.count += more.count;
    sum.amount_fen += more.amount_fen;
}

void add_all(PrizeTallies& tallies, const PrizeTallies& more) {
    for (const PrizeDeedInfo& about : deed_table) {
        add_to(tallies, about.deed, tally(more, about.deed));
    }
}

}  // namespace

std::span<const PrizeDeedInfo, prize_deed_count> prize_deeds() { return deed_table; }

PrizeTally PrizeLine::payable() const {
    PrizeTally left = tally(to_date, PrizeDeed::awarded);
    for (const PrizeDeed deed : {PrizeDeed::cancelled, PrizeDeed::paid}) {
        left.count -= tally(to_date, deed).count;
        left.amount_fen -= tally(to_date, deed).amount_fen;
    }
    return left;
}

void PrizeLedger::add(const Place& place, PrizeDeed deed, const PrizeTally& more) {
    add_to(days_[place], deed, more);
    add_to(totals_[place.tier], deed, more);
    dirty_.insert(place);
}

// Prizes are money of accounts, whose sums fit 64 bits (engine/base/limits.h).
Status PrizeLedger::add(std::int32_t day,
                        const wire::Entry& entry,
                        std::span<const wire::Posting> postings,
                        const Reference& reference) {
    for (const wire::Posting& posting : postings) {
        const std::optional<Moved> moved = moved_by(posting);
        if (!moved || posting.amount_fen() == 0) {
            continue;
        }
        PrizeTally tally{.count = 1, .amount_fen = posting.amount_fen()};
        // What comes back of a prize may come in parts.
        if (moved->deed != PrizeDeed::recovered) {
            const std::int64_t prize = reference.prize_of(moved->tier.batch, moved->tier.tier);
            if (prize == 0 || tally.amount_fen % prize != 0) {
                return Error{.code = ErrorCode::corrupt,
                             .what = "entry " + std::to_string(entry.sequence()) +
                                     " of the journal cannot be folded",
                             .why = "its amount is not so many prizes of " + text_of(moved->tier),
                             .hint = "compare the journal with a replay of the events"};
            }
            tally.count = tally.amount_fen / prize;
        }
        add({.day = day, .tier = moved->tier}, moved->deed, tally);
    }
    if (const std::optional<PrizeDeed> deed = deed_of(entry)) {
        add({.day = day, .tier = {.batch = entry.batch(), .tier = entry.denomination()}}, *deed,
            {.count = 1, .amount_fen = entry.amount_fen()});
    }
    return Done{};
}

std::vector<PrizeLine> PrizeLedger::lines(std::int32_t day) const {
    std::map<PrizeTier, PrizeLine> lines;
    for (const auto& [place, tallies] : days_) {
        if (place.day > day) {
            break;
        }
        PrizeLine& line = lines[place.tier];
        add_all(line.to_date, tallies);
        if (place.day == day) {
            line.day = tallies;
        }
    }
    std::vector<PrizeLine> result;
    for (auto& [tier, line] : lines) {
        line.tier = tier;
        result.push_back(line);
    }
    return result;
}

Status PrizeLedger::check(const Accounts& accounts,
                          std::uint32_t programme,
                          const Reference& reference) const {
    for (const auto& [tier, tallies] : totals_) {
        const auto balance = [&accounts, programme, &tier = tier](Kind kind) {
            return accounts.balance(
                {.programme = programme, .kind = kind, .batch = tier.batch, .key = tier.tier});
        };
        const PrizeTally payable = PrizeLine{.tier = tier, .to_date = tallies}.payable();
        const std::int64_t owed = tally(tallies, PrizeDeed::demanded).amount_fen -
                                  tally(tallies, PrizeDeed::recovered).amount_fen;
        if (payable.amount_fen != balance(Kind::prize_payable) ||
            payable.count * reference.prize_of(tier.batch, tier.tier) != payable.amount_fen ||
            owed != balance(Kind::prize_receivable)) {
            return Error{.code = ErrorCode::corrupt,
                         .what = "the prizes of " + text_of(tier) + " of programme " +
                                 std::to_string(programme) + " are not what its accounts hold",
                         .why =
                             "awarded − cancelled − paid is not payable, or demanded − "
                             "recovered is not to be recovered",
                         .hint = "compare the journal with a replay of the events"};
        }
    }
    return Done{};
}

bool PrizeLedger::parse(std::int32_t day, const PrizeTier& tier, std::string_view value) {
    Reader reader(value);
    PrizeTallies& tallies = days_[{.day = day, .tier = tier}];
    for (PrizeTally& tally : tallies) {
        tally.count = reader.signed_varint();
        tally.amount_fen = reader.signed_varint();
    }
    add_all(totals_[tier], tallies);
    return reader.finished();
}

void PrizeLedger::save(Store& store, std::uint32_t programme) {
    for (const Place& place : dirty_) {
        std::string value;
        for (const PrizeTally& tally : days_[place]) {
            put_signed(value, tally.count);
            put_signed(value, tally.amount_fen);
        }
        store.put(StateKey(table::prize_days)
                      .u32(programme)
                      .day(place.day)
                      .u32(place.tier.batch)
                      .u16(place.tier.tier),
                  value);
    }
    dirty_.clear();
}

}  // namespace fiscus::projections
