#include "tests/reference/identities.h"

#include <set>

namespace fiscus::reference {

std::string broken_identities(const std::map<Account, Sum>& balances) {
    using wire::AccountKind;
    static const std::set<AccountKind> holds_money = {
        AccountKind::fund,         AccountKind::budget,
        AccountKind::outstanding,  AccountKind::payable,
        AccountKind::paid,         AccountKind::receivable,
        AccountKind::prize_budget, AccountKind::prize_payable,
        AccountKind::prize_paid,   AccountKind::prize_receivable};
    static const std::set<AccountKind> brings_money = {AccountKind::treasury,
                                                       AccountKind::compensation};
    std::string broken;
    Sum total = 0;
    std::map<std::uint32_t, Sum> inside;
    std::map<std::uint32_t, Sum> brought;
    for (const auto& [account, amount] : balances) {
        total += amount;
        const bool outside = brings_money.count(account.kind) != 0;
        if (amount < 0 && !outside && account.kind != AccountKind::memorandum) {
            broken += text(account) + " is negative: " + money_text(amount) + '\n';
        }
        if (outside) {
            brought[account.programme] -= amount;
        } else if (holds_money.count(account.kind) != 0) {
            inside[account.programme] += amount;
        }
    }
    if (total != 0) {
        broken += "the sum over all accounts is " + money_text(total) + '\n';
    }
    for (const auto& [programme, amount] : inside) {
        if (amount != brought[programme]) {
            broken += "programme " + std::to_string(programme) + ": accounts hold " +
                      money_text(amount) + ", deposits − returns + compensation is " +
                      money_text(brought[programme]) + '\n';
        }
    }
    return broken;
}

}  // namespace fiscus::reference
