#include "projections/statistics/accounts.h"

#include <algorithm>

#include "projections/statistics/state_tables.h"

namespace fiscus::projections {

std::size_t Accounts::Hash::operator()(const AccountKey& account) const {
    std::uint64_t mixed = account.key ^ static_cast<std::uint64_t>(account.programme) << 32 ^
                          account.batch ^ static_cast<std::uint64_t>(account.kind) << 56;
    mixed *= 0x9e3779b97f4a7c15ULL;
    mixed ^= mixed >> 29;
    mixed *= 0xbf58476d1ce4e5b9ULL;
    return static_cast<std::size_t>(mixed ^ mixed >> 32);
}

std::uint32_t Accounts::place_of(const AccountKey& account) {
    const auto [at, is_new] =
        place_of_.try_emplace(account, static_cast<std::uint32_t>(balances_.size()));
    if (is_new) {
        balances_.push_back({.account = account});
    }
    return at->second;
}

bool Accounts::add(const wire::Account& account, std::int64_t amount_fen) {
    const std::uint32_t place = place_of({.programme = account.programme(),
                                          .kind = static_cast<wire::AccountKind>(account.kind()),
                                          .batch = account.batch(),
                                          .key = account.key()});
    Balance& balance = balances_[place];
    if (!balance.dirty) {
        balance.dirty = true;
        dirty_.push_back(place);
    }
    return !__builtin_add_overflow(balance.fen, amount_fen, &balance.fen);
}

Status Accounts::post(const wire::Posting& posting) {
    if (posting.amount_fen() < 0 || !add(posting.debit(), -posting.amount_fen()) ||
        !add(posting.credit(), posting.amount_fen())) [[unlikely]] {
        return Error{.code = ErrorCode::corrupt,
                     .what = "a posting of the journal cannot be added to its accounts",
                     .why = "its amount is negative, or a balance would not fit 64 bits",
                     .hint = "compare the journal with a replay of the events"};
    }
    return Done{};
}

std::int64_t Accounts::balance(const AccountKey& account) const {
    const auto at = place_of_.find(account);
    return at == place_of_.end() ? 0 : balances_[at->second].fen;
}

std::vector<AccountBalance> Accounts::balances(std::optional<std::uint32_t> programme) const {
    std::vector<AccountBalance> result;
    for (const Balance& balance : balances_) {
        if (!programme || balance.account.programme == *programme) {
            result.push_back({.account = balance.account, .balance_fen = balance.fen});
        }
    }
    std::ranges::sort(result, {}, &AccountBalance::account);
    return result;
}

Status Accounts::load(const Store& store) {
    return store.scan(StateKey(table::accounts),
                      [this](std::string_view key, std::string_view value) -> Status {
                          KeyReader reader(key);
                          AccountKey account;
                          account.programme = reader.u32();
                          account.kind = static_cast<wire::AccountKind>(reader.u8());
                          account.batch = reader.u32();
                          account.key = reader.u64();
                          Reader balance(value);
                          const std::int64_t fen = balance.signed_varint();
                          if (!reader.finished() || !balance.finished()) {
                              return damaged_state("balance of an account");
                          }
                          balances_[place_of(account)].fen = fen;
                          return Done{};
                      });
}

void Accounts::save(Store& store) {
    for (const std::uint32_t place : dirty_) {
        Balance& balance = balances_[place];
        balance.dirty = false;
        StateKey key(table::accounts);
        key.u32(balance.account.programme).u8(static_cast<std::uint8_t>(balance.account.kind));
        key.u32(balance.account.batch).u64(balance.account.key);
        std::string value;
        put_signed(value, balance.fen);
        store.put(key, value);
    }
    dirty_.clear();
}

}  // namespace fiscus::projections
