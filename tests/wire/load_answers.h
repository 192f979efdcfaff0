// What every load is asked: its bytes as one number, and whether a ledger says to it what it
// expects, reason by reason and fen by fen. Thread: one. Fails: as gtest's expectations.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>

#include "bench/load/load.h"
#include "schemas/events_generated.h"
#include "schemas/journal_generated.h"
#include "schemas/reasons_generated.h"
#include "tests/support/ledger_under_test.h"

namespace fiscus::load {

struct Digested {
    std::uint64_t records = 0;
    std::uint64_t digest = 0;
};

// Of all records, with their keys and times.
Digested digest_of(Load& load, std::size_t records_max = records_at_once);

// What a ledger says to a load.
struct Heard {
    std::map<wire::Reason, std::uint64_t> reasons;
    std::map<wire::Outcome, std::uint64_t> outcomes;
    std::map<wire::EventBody, std::uint64_t> accepted;
    std::map<std::int32_t, ExpectedDay> days;
    std::map<wire::AccountKind, std::int64_t> balances;
    std::uint64_t differences = 0;
    std::uint64_t gaps_opened = 0;
    std::uint64_t gaps_filled = 0;
};

Heard hear_all(support::LedgerUnderTest& ledger, Load& load);
void expect_heard(const Heard& heard, const Expected& expected);

}  // namespace fiscus::load
