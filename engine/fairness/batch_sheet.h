// The fairness sheet of a batch draw. Ranks of all tickets are a full permutation, each as likely
// as any other, so how many tickets of a class are among the first k ranks is exactly
// hypergeometric, whatever consumers they belong to. k is fixed before the draw: the places of the
// plan. The rule of one place for a consumer comes after that, so winners stand beside and are not
// judged.
// Thread: values. Fails: never.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/base/amount.h"
#include "engine/base/ids.h"
#include "engine/draw/batch_draw.h"
#include "engine/fairness/sheet.h"

namespace fiscus::fairness {

// What is known of a ticket before the draw, beyond whose it is.
struct TicketFacts {
    PlatformId platform;
    std::uint32_t district = 0;  // of the seller
    std::int64_t submitted_at_us = 0;
    Amount amount;  // of the invoice
};

struct RankedList {
    std::span<const draw::Ticket> tickets;
    std::span<const TicketFacts> facts;  // of each ticket
    // Positions of all tickets, the first one first.
    std::span<const std::uint32_t> ranking;
    const draw::PrizePlan& plan;
};

struct BatchSheet {
    std::uint64_t tickets = 0;
    std::uint64_t consumers = 0;         // distinct
    std::uint64_t depth = 0;             // k
    std::vector<std::uint64_t> awarded;  // by tier, the first one first
    std::uint64_t reserves = 0;          // places that were filled
    std::vector<ClassTable> tables;      // list_order, platform, district, hour, amount
    std::vector<ChanceTest> tests;
};

BatchSheet sheet_of(const RankedList& list);

}  // namespace fiscus::fairness
