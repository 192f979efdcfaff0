// The batch draw (摇号) `hash-rank-v1` over a sealed list of tickets: every ticket has a score under
// a seed that nobody could know before the list was sealed, and the lowest scores win. Pure: the
// same list, entropy and plan give the same result everywhere, whatever order the tickets came in.
//   commitment = H("commit-v1" ‖ batch ‖ secret)            published with the rules
//   seed  = HMAC(secret, "draw-v1" ‖ batch ‖ root ‖ count ‖ digits ‖ public value)
//   score = HMAC(seed, ticket id)                           compared as bytes, ties by ticket id
// Source: RFC 3797 (public entropy named ahead), docs/formats/draw-bundle.md (exact bytes),
// docs/decisions/0014.
// Thread: values. Fails: diverged, naming what does not fit; nothing of the list is changed.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/base/amount.h"
#include "engine/base/ids.h"
#include "engine/base/result.h"
#include "engine/draw/digest.h"

namespace fiscus::draw {

// A batch is known by its programme and its number there.
struct BatchName {
    ProgrammeId programme;
    BatchId batch;
};

struct Ticket {
    Id128 id;        // what takes part, once: of an invoice, its keyed fingerprint
    Id128 consumer;  // whose it is

    friend constexpr auto operator<=>(const Ticket&, const Ticket&) = default;
};

struct Tier {
    std::uint32_t count = 0;
    Amount amount;  // of each prize
};

// What the draw gives: tier by tier, then reserves.
struct PrizePlan {
    std::vector<Tier> tiers;
    std::uint32_t reserves = 0;

    // Of each prize; nothing for tier 0, which a reserve has.
    [[nodiscard]] Amount prize(std::uint32_t tier) const {
        return tier == 0 ? Amount(0) : tiers[tier - 1].amount;
    }
};

struct BatchEntropy {
    Digest secret{};           // the operator's, opened after the list was sealed
    std::string digits;        // the notary's, drawn in public: '0' to '9'
    std::string public_value;  // named in the rules, published by somebody else afterwards
};

// Strictly ascending by ticket id, which is the only order that a list can have: diverged with the
// place of a ticket that stands twice or out of order.
Status check_list(std::span<const Ticket> tickets);

Digest commitment_of(HashKind hash, const BatchName& batch, const Digest& secret);
// diverged: the opened secret is not the one that was committed to.
Status check_secret(HashKind hash,
                    const BatchName& batch,
                    const Digest& secret,
                    const Digest& commitment);

struct SealedList {
    Digest root{};
    std::uint64_t count = 0;
};
Digest seed_of(HashKind hash,
               const BatchName& batch,
               const SealedList& sealed,
               const BatchEntropy& entropy);

Digest score_of(Hmac& under_seed, Id128 ticket);

// One place of the result. Tier 1 is the first; a reserve has tier 0.
struct Place {
    std::uint32_t ticket = 0;  // its position in the list
    std::uint32_t tier = 0;
    Digest score{};
};

// How many bytes of a score are compared and told. Less than all of them only in tests: ties of
// whole scores do not happen.
inline constexpr std::size_t score_bytes = 32;

// Positions in the list by score, the lowest first. Fails as check_list.
Result<std::vector<std::uint32_t>> ranking(HashKind hash,
                                           const Digest& seed,
                                           std::span<const Ticket> tickets,
                                           std::size_t compared_bytes = score_bytes);

// Who has a place in a ranking: winners tier by tier, then reserves; a consumer has one place, by
// the first of their tickets. Fewer consumers than prizes: later tiers stay short. Without scores.
std::vector<Place> places_of(std::span<const std::uint32_t> ranking,
                             std::span<const Ticket> tickets,
                             const PrizePlan& plan);

// The places of the ranking, with their scores. Fails as check_list.
Result<std::vector<Place>> rank(HashKind hash,
                                const Digest& seed,
                                std::span<const Ticket> tickets,
                                const PrizePlan& plan,
                                std::size_t compared_bytes = score_bytes);

}  // namespace fiscus::draw
