// The instant draw of docs/formats/draw-bundle.md once more: the chain of keys, what a key draws
// for a request, and the amount of what was won. What was drawn becomes an outcome in
// judge_instant.cc.
// Thread: any. Fails: never.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tests/reference/draw.h"

namespace fiscus::reference {

struct InstantAmount {
    std::uint16_t denomination = 0;
    std::int64_t face_fen = 0;
    std::uint64_t weight = 0;
};

struct InstantRelease {
    std::int64_t at_us = 0;  // since 00:00
    std::uint64_t count = 0;
};

struct InstantTier {
    std::uint16_t pack = 0;
    std::uint64_t chance = 0;
    bool moves_on = false;
    std::vector<InstantAmount> amounts;
    std::vector<InstantRelease> releases;

    // What was released until then.
    [[nodiscard]] std::uint64_t released(std::int64_t clock_us) const;
};

struct InstantRules {
    HashKind kind = HashKind::sha256;
    std::uint32_t programme = 0;
    std::int32_t first_day = 0;
    std::int32_t days = 0;
    std::string chain_head;
    std::uint32_t wins_max = 0;
    std::vector<InstantTier> tiers;  // 1, 2, 3 …

    [[nodiscard]] bool has(std::int32_t day) const {
        return day >= first_day && day < first_day + days;
    }
    [[nodiscard]] const InstantTier& tier(std::uint16_t number) const {
        return tiers.at(number - std::size_t{1});
    }
};

// What one chance depends on.
struct InstantRequest {
    std::uint16_t platform = 0;
    Id consumer;
    std::int32_t day = 0;
    std::string public_value;  // of the day before
};

// instant-v1, instant-v1-sm3; nothing for any other word.
std::optional<HashKind> instant_algorithm_of(const std::string& name);

// The key of one of the days, from that of the last one.
std::string key_of_day(const InstantRules& rules, const std::string& last_key, std::int32_t day);
bool is_key_of_day(const InstantRules& rules, const std::string& key, std::int32_t day);

// 1, 2, 3 …; 0: lost.
std::uint16_t tier_drawn(const InstantRules& rules,
                         const std::string& key,
                         const InstantRequest& request);
// Of what was won in a tier.
const InstantAmount& amount_drawn(const InstantRules& rules,
                                  std::uint16_t tier,
                                  const std::string& key,
                                  const InstantRequest& request);

}  // namespace fiscus::reference
