#include "engine/draw/instant_draw.h"

#include <algorithm>

#include <fmt/format.h>

#include "engine/base/check.h"
#include "engine/base/time.h"
#include "engine/base/wide.h"
#include "engine/draw/algorithm.h"
#include "engine/draw/limits.h"

namespace fiscus::draw {
namespace {

constexpr std::string_view chance_label = "instant-v1";
constexpr std::string_view amount_label = "amount-v1";

std::vector<std::byte> message_of(std::string_view label,
                                  ProgrammeId programme,
                                  std::int32_t day,
                                  std::string_view public_value) {
    const Message message = Message(label)
                                .u32(programme.value())
                                .u16(0)
                                .id({})
                                .raw(as_byte_span(date_text(day)))
                                .text(public_value);
    return {message.bytes().begin(), message.bytes().end()};
}

void put(std::byte* at, std::uint64_t number, unsigned width) {
    for (unsigned i = width; i > 0; --i) {
        *at++ = static_cast<std::byte>(number >> (8 * (i - 1)));
    }
}

// Platform and consumer stand behind the programme, which follows the label.
void put_request(std::byte* message, std::string_view label, const InstantRequest& request) {
    std::byte* const at = message + label.size() + sizeof(std::uint32_t);
    put(at, request.platform.value(), 2);
    put(at + 2, request.consumer.hi, 8);
    put(at + 10, request.consumer.lo, 8);
}

std::uint64_t released(const InstantTier& tier, std::int64_t time_of_day_us) {
    std::uint64_t count = 0;
    for (const Release& release : tier.releases) {
        count += release.at_us <= time_of_day_us ? release.count : 0;
    }
    return count;
}

}  // namespace

std::uint64_t chance_of(std::uint64_t numerator, std::uint64_t denominator) {
    FISCUS_CHECK(denominator > 0, "odds have a denominator");
    const UnsignedWide width = (static_cast<UnsignedWide>(numerator) << 64U) / denominator;
    return width > UINT64_MAX ? UINT64_MAX : static_cast<std::uint64_t>(width);
}

std::vector<Digest> make_key_chain(HashKind hash, const Digest& last, std::uint32_t days) {
    std::vector<Digest> keys(days + std::size_t{1});
    keys.back() = last;
    for (std::size_t day = days; day > 0; --day) {
        keys[day - 1] = hash_of(hash, keys[day]);
    }
    return keys;
}

Status check_key(HashKind hash,
                 const Digest& head,
                 std::uint32_t days,
                 std::uint32_t number,
                 const Digest& key) {
    Digest reached = key;
    std::uint32_t belongs_to = 0;
    for (std::uint32_t steps = 1; steps <= days && belongs_to == 0; ++steps) {
        reached = hash_of(hash, reached);
        belongs_to = reached == head ? steps : 0;
    }
    if (belongs_to == 0) {
        return Error{ErrorCode::diverged, "the opened key is none of the committed chain",
                     fmt::format("{} hashes do not lead from it to {}", days, to_hex(head)),
                     "Open the key of the chain whose head stands in the rules."};
    }
    if (belongs_to != number) {
        return Error{
            ErrorCode::diverged, "the opened key is that of another day",
            fmt::format("it belongs to day {} of the chain, not to day {}", belongs_to, number),
            "Open the key of the day that was closed."};
    }
    return Done{};
}

std::size_t choose_amount(std::span<const WeightedAmount> amounts, const Blocks& blocks) {
    std::uint64_t total = 0;
    for (const WeightedAmount& one : amounts) {
        FISCUS_CHECK(one.weight <= weights_max - total, "a table's weights fit");
        total += one.weight;
    }
    FISCUS_CHECK(total > 0, "a table has an amount");
    // 2^64 is a multiple of `total` and these many: whatever falls below is passed over, and every
    // point from 0 to total − 1 has equally many blocks left.
    const std::uint64_t passed_over = (UINT64_MAX - total + 1) % total;
    for (std::uint32_t number = 1;; ++number) {
        const UnsignedWide product = static_cast<UnsignedWide>(blocks(number)) * total;
        if (static_cast<std::uint64_t>(product) < passed_over) {
            continue;
        }
        auto point = static_cast<std::uint64_t>(product >> 64U);
        std::size_t index = 0;
        while (point >= amounts[index].weight) {
            point -= amounts[index++].weight;
        }
        return index;
    }
}

InstantChance::InstantChance(HashKind hash,
                             const Digest& day_key,
                             ProgrammeId programme,
                             std::int32_t day,
                             std::string_view public_value)
    : hmac_(hash, day_key),
      chance_message_(message_of(chance_label, programme, day, public_value)),
      amount_message_(message_of(amount_label, programme, day, public_value)) {
    amount_message_.resize(amount_message_.size() + sizeof(std::uint32_t));
}

std::uint64_t InstantChance::u(const InstantRequest& request) {
    put_request(chance_message_.data(), chance_label, request);
    return first_word(hmac_.of(chance_message_));
}

Amount InstantChance::amount(const InstantRequest& request,
                             std::span<const WeightedAmount> amounts) {
    put_request(amount_message_.data(), amount_label, request);
    const std::size_t index = choose_amount(amounts, [this](std::uint32_t number) {
        put(amount_message_.data() + amount_message_.size() - sizeof number, number, 4);
        return first_word(hmac_.of(amount_message_));
    });
    return amounts[index].amount;
}

std::uint32_t tier_of(std::span<const InstantTier> tiers, std::uint64_t u) {
    for (std::size_t i = 0; i < tiers.size(); ++i) {
        if (u < tiers[i].chance) {
            return static_cast<std::uint32_t>(i + 1);
        }
        u -= tiers[i].chance;
    }
    return 0;
}

std::string_view outcome_word(DrawOutcome outcome) {
    switch (outcome) {
        case DrawOutcome::lost: return "lost";
        case DrawOutcome::won: return "won";
        case DrawOutcome::won_today: return "won_today";
        case DrawOutcome::cap_reached: return "cap_reached";
        case DrawOutcome::stock_out: return "stock_out";
    }
    FISCUS_CHECK(false, "every outcome has a word");
}

Decision decide(InstantChance& chance,
                std::span<const InstantTier> tiers,
                const InstantRequest& request,
                const Standing& standing) {
    Decision decision;
    decision.u = chance.u(request);
    decision.tier = tier_of(tiers, decision.u);
    if (decision.tier == 0) {
        return decision;
    }
    if (standing.won_today) {
        decision.outcome = DrawOutcome::won_today;
        return decision;
    }
    if (standing.wins_max > 0 && standing.wins_before >= standing.wins_max) {
        decision.outcome = DrawOutcome::cap_reached;
        return decision;
    }
    decision.outcome = DrawOutcome::stock_out;
    for (std::size_t i = decision.tier - 1; i < tiers.size(); ++i) {
        if (standing.given[i] < released(tiers[i], standing.time_of_day_us)) {
            decision.outcome = DrawOutcome::won;
            decision.tier = static_cast<std::uint32_t>(i + 1);
            decision.amount = chance.amount(request, tiers[i].amounts);
            break;
        }
        if (!tiers[i].moves_on) {
            break;
        }
    }
    return decision;
}

}  // namespace fiscus::draw
