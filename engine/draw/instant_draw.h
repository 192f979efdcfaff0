// The instant draw (即时抽奖) `instant-v1`: chance is a function of who asks which platform on which
// day, under a key of that day, so neither a retry nor the moment can change it.
//   keys: K_(d−1) = H(K_d), d = 1 … days; the head K_0 is published with the rules, K_d is opened
//         when day d is closed
//   u = first 8 bytes of HMAC(K_d, "instant-v1" ‖ M), won below the tier's threshold over 2^64
//   M = programme ‖ platform ‖ consumer ‖ day ‖ public value of the day before
// The amount comes from blocks HMAC(K_d, "amount-v1" ‖ M ‖ n), n = 1, 2 …, by multiplying high and
// passing over what would favour somebody: exact for every table of weights (D. Lemire, "Fast
// Random Integer Generation in an Interval", 2019). No floating point, no remainder.
// Caps and stock are applied in the log's order. Bytes: docs/formats/draw-bundle.md.
// Thread: one for each object. Fails: diverged, naming what does not fit.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/amount.h"
#include "engine/base/ids.h"
#include "engine/base/result.h"
#include "engine/draw/digest.h"

namespace fiscus::draw {

struct WeightedAmount {
    Amount amount;
    std::uint64_t weight = 0;
};

// What becomes available at a time of the day, on top of what was released before.
struct Release {
    std::int64_t at_us = 0;  // since 00:00 of the business day
    std::uint64_t count = 0;
};

struct InstantTier {
    std::string pack;          // name of the pack (礼包)
    std::uint64_t chance = 0;  // width of its interval, over 2^64
    bool moves_on = false;     // when its stock is used up, the tier after it is tried
    std::vector<WeightedAmount> amounts;
    std::vector<Release> releases;  // ascending by time
};

// floor(2^64 × numerator ÷ denominator), the width that odds of n in d have; at most 2^64 − 1.
std::uint64_t chance_of(std::uint64_t numerator, std::uint64_t denominator);

// K_0 … K_days from the last key, which alone is secret.
std::vector<Digest> make_key_chain(HashKind hash, const Digest& last, std::uint32_t days);
// Whether `key` is that of day `number` of the chain, 1 … days. diverged otherwise, naming the day
// that it belongs to, if any.
Status check_key(
    HashKind hash, const Digest& head, std::uint32_t days, std::uint32_t number, const Digest& key);

// One block after the other, for as long as they are asked for.
using Blocks = std::function<std::uint64_t(std::uint32_t number)>;
// An index into `amounts`, which has weights above 0 that add up to at most weights_max: exactly
// proportional to the weights, if the blocks are uniform. Asks for block 1, 2, 3 …
std::size_t choose_amount(std::span<const WeightedAmount> amounts, const Blocks& blocks);

struct InstantRequest {
    PlatformId platform;
    Id128 consumer;
};

// Chance of one day. Its parts do not depend on caps, stock or order.
class InstantChance {
public:
    InstantChance(HashKind hash,
                  const Digest& day_key,
                  ProgrammeId programme,
                  std::int32_t day,
                  std::string_view public_value);

    std::uint64_t u(const InstantRequest& request);
    Amount amount(const InstantRequest& request, std::span<const WeightedAmount> amounts);

private:
    Hmac hmac_;
    // "instant-v1" ‖ M and "amount-v1" ‖ M ‖ n; platform, consumer and n are filled in.
    std::vector<std::byte> chance_message_;
    std::vector<std::byte> amount_message_;
};

// The tier whose interval u lies in, 1 for the first; 0: lost. The intervals follow one another
// from 0 on.
std::uint32_t tier_of(std::span<const InstantTier> tiers, std::uint64_t u);

enum class DrawOutcome : std::uint8_t { lost, won, won_today, cap_reached, stock_out };
std::string_view outcome_word(DrawOutcome outcome);

struct Decision {
    std::uint64_t u = 0;
    DrawOutcome outcome = DrawOutcome::lost;
    std::uint32_t tier = 0;  // won in; if not given, drawn; 0: lost
    Amount amount;           // of what was won, else 0
};

// What the log has decided before this request.
struct Standing {
    bool won_today = false;                // the consumer, through any platform
    std::uint32_t wins_before = 0;         // the consumer's in the programme, before this day
    std::uint32_t wins_max = 0;            // the programme's cap; 0: none
    std::int64_t time_of_day_us = 0;       // of the request, in Shanghai
    std::span<const std::uint64_t> given;  // by tier, today
};

// Chance first, then one win a day, the cap, the stock. Pure; the caller counts what was given.
Decision decide(InstantChance& chance,
                std::span<const InstantTier> tiers,
                const InstantRequest& request,
                const Standing& standing);

}  // namespace fiscus::draw
