// The fairness sheet of a day of instant draws. Chance is u of each request, uniform below 2^64 and
// for itself, so what it takes is exactly binomial with the integer thresholds of the rules. One
// win a day, the cap and the stock come after that and are shown, not judged.
// Thread: values. Fails: never.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/draw/lines.h"
#include "engine/fairness/sheet.h"

namespace fiscus::fairness {

struct DecidedDay {
    std::span<const draw::InstantTier> tiers;
    std::span<const draw::DayRequest> requests;  // in the order of the log
    std::span<const std::uint32_t> districts;    // of each request
    std::span<const draw::Decision> decisions;   // of each request
};

// Of the requests that chance drew a tier for, what the rules made of them.
struct TierLine {
    double chance = 0;           // of a request
    std::uint64_t won = 0;       // in this tier
    std::uint64_t moved_on = 0;  // won in a tier after it, because its stock was used up
    std::uint64_t won_today = 0;
    std::uint64_t cap_reached = 0;
    std::uint64_t stock_out = 0;
};

struct DaySheet {
    std::uint64_t requests = 0;
    std::uint64_t drawn = 0;  // by chance, in any tier
    std::uint64_t won = 0;
    double chance = 0;  // of a request, of any tier
    ClassTable tiers;   // 0, 1, 2 …: members are all requests, taken those with such a u
    std::vector<TierLine> outcomes;  // by tier, the first one first
    std::vector<ClassTable> tables;  // list_order, platform, district, hour: drawn in any tier
    std::vector<ClassTable> prizes;  // by tier: amounts of what was won in it
    std::vector<ChanceTest> tests;
};

DaySheet sheet_of(const DecidedDay& day);

}  // namespace fiscus::fairness
