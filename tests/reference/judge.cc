// The judge's common parts: dispatch, accounts, postings. The ladders are in judge_*.cc.
#include "tests/reference/judge.h"

#include <algorithm>
#include <cstdlib>
#include <tuple>

#include "tests/reference/kinds.h"

namespace fiscus::reference {

using wire::AccountKind;

Judge::Judge(Ledger& ledger,
             Programme& programme,
             const Source& source,
             const wire::Event& event,
             Answer& answer)
    : ledger_(ledger), programme_(programme), source_(source), event_(event), answer_(answer) {}

wire::Reason Judge::decide() {
    Reason reason = Reason::none;
    visit_body(event_, [this, &reason](const auto& body) { reason = decide(body); });
    return reason;
}

wire::Reason Judge::check_platform() const {
    const Platform& platform = programme_.platforms.at(source_.platform);
    if (platform.suspended) {
        return Reason::platform_suspended;
    }
    return platform.terminated ? Reason::platform_terminated : Reason::none;
}

wire::Reason Judge::check_publisher() const {
    return source_.role == wire::SourceRole::platform ? check_platform() : Reason::none;
}

std::uint32_t Judge::name_consumer(const Id& consumer) {
    const auto next = static_cast<std::uint32_t>(programme_.consumers.size() + 1);
    return programme_.consumers.emplace(consumer, next).first->second;
}

Account Judge::fund() const { return {.kind = AccountKind::fund, .programme = event_.programme()}; }

Account Judge::budget(std::uint32_t batch) const {
    return {.kind = AccountKind::budget, .programme = event_.programme(), .batch = batch};
}

Account Judge::outstanding(std::uint32_t batch, std::int32_t last_day) const {
    return {.kind = AccountKind::outstanding,
            .programme = event_.programme(),
            .batch = batch,
            .key = static_cast<std::uint64_t>(last_day)};
}

Account Judge::payable(std::uint32_t batch, std::uint16_t platform) const {
    return {.kind = AccountKind::payable,
            .programme = event_.programme(),
            .batch = batch,
            .key = platform};
}

Account Judge::paid(std::uint16_t platform) const {
    return {.kind = AccountKind::paid, .programme = event_.programme(), .key = platform};
}

Account Judge::receivable_of(std::uint16_t platform, const Id& merchant) const {
    const std::uint64_t party =
        merchant.zero() ? platform
                        : (std::uint64_t{1} << 32U) + programme_.merchants.at(merchant).ordinal;
    return {.kind = AccountKind::receivable, .programme = event_.programme(), .key = party};
}

Account Judge::memorandum(AccountKind kind, std::uint32_t batch, std::uint16_t platform) const {
    return {.kind = kind, .programme = event_.programme(), .batch = batch, .key = platform};
}

Account Judge::prize(AccountKind kind, std::uint32_t batch, std::size_t tier) const {
    return {.kind = kind, .programme = event_.programme(), .batch = batch, .key = tier};
}

std::int64_t Judge::balance(const Account& account) const { return ledger_.balance(account); }

void Judge::post(const Account& debit, const Account& credit, std::int64_t amount_fen) {
    if (amount_fen == 0) {
        return;
    }
    ledger_.balances_[debit] -= amount_fen;
    ledger_.balances_[credit] += amount_fen;
    answer_.postings.push_back({.debit = debit, .credit = credit, .amount_fen = amount_fen});
}

std::vector<Account> Judge::cohorts_with_money() const {
    std::vector<Account> cohorts;
    for (const auto& [account, amount] : ledger_.balances_) {
        if (account.kind == AccountKind::outstanding && account.programme == event_.programme() &&
            amount > 0) {
            cohorts.push_back(account);
        }
    }
    std::sort(cohorts.begin(), cohorts.end(), [](const Account& a, const Account& b) {
        return std::tie(a.key, a.batch) < std::tie(b.key, b.batch);
    });
    return cohorts;
}

}  // namespace fiscus::reference
