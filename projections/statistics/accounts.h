// The trial balance: every account of the partition with its balance, folded from the postings.
// Thread: one. Fails: corrupt when a balance would not fit 64 bits, or a stored record is damaged.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <vector>

#include <tsl/robin_map.h>

#include "engine/base/result.h"
#include "projections/store/store.h"
#include "schemas/journal_generated.h"

namespace fiscus::projections {

struct AccountKey {
    std::uint32_t programme = 0;
    wire::AccountKind kind = wire::AccountKind::none;
    std::uint32_t batch = 0;
    std::uint64_t key = 0;

    friend constexpr auto operator<=>(const AccountKey&, const AccountKey&) = default;
};

struct AccountBalance {
    AccountKey account;
    std::int64_t balance_fen = 0;
};

class Accounts {
public:
    // debit loses, credit gains.
    Status post(const wire::Posting& posting);

    // 0 of an account that never moved.
    [[nodiscard]] std::int64_t balance(const AccountKey& account) const;
    // By programme, kind, batch, key; of one programme, or all.
    [[nodiscard]] std::vector<AccountBalance> balances(
        std::optional<std::uint32_t> programme) const;

    Status load(const Store& store);
    void save(Store& store);

private:
    struct Balance {
        AccountKey account;
        std::int64_t fen = 0;
        bool dirty = false;
    };
    struct Hash {
        std::size_t operator()(const AccountKey& account) const;
    };

    bool add(const wire::Account& account, std::int64_t amount_fen);
    std::uint32_t place_of(const AccountKey& account);

    tsl::robin_map<AccountKey, std::uint32_t, Hash> place_of_;
    std::vector<Balance> balances_;
    std::vector<std::uint32_t> dirty_;
};

}  // namespace fiscus::projections
