// What the journal says of claims, read entry by entry and added up here, so that neither the
// engine's counters nor the statistics vouch for themselves. Thread: the caller's. Fails: as the
// journal's reader does.
#pragma once

#include <cstdint>

#include "engine/base/result.h"
#include "engine/log/log.h"

namespace fiscus::bench {

struct JournalClaims {
    std::uint64_t vouchers = 0;
    // Postings from a budget to what is outstanding.
    std::int64_t posted_fen = 0;
    // Consumers that asked, and the most vouchers that one of them got.
    std::uint64_t consumers = 0;
    std::uint64_t most_of_one_consumer = 0;
};

// Of the first partition, which holds one programme.
Result<JournalClaims> read_claims(log::Log& log);

}  // namespace fiscus::bench
