#include "tests/reference/instant.h"

#include <cstdio>
#include <cstdlib>

namespace fiscus::reference {
namespace {

__extension__ typedef unsigned __int128 Wide;

bool is_leap(int year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

// 2026-03-01, of days since 1970-01-01.
std::string day_text(std::int32_t day) {
    int year = 1970;
    while (day >= (is_leap(year) ? 366 : 365)) {
        day -= is_leap(year) ? 366 : 365;
        ++year;
    }
    const int lengths[] = {31, is_leap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int month = 0;
    while (day >= lengths[month]) {
        day -= lengths[month];
        ++month;
    }
    char text[32];
    std::snprintf(text, sizeof text, "%04d-%02d-%02d", year, month + 1, day + 1);
    return text;
}

// M of the page.
std::string message(const InstantRules& rules, const InstantRequest& request) {
    return big_endian(rules.programme, 4) + big_endian(request.platform, 2) +
           bytes_of(request.consumer) + day_text(request.day) + counted(request.public_value);
}

std::uint64_t first_word(const std::string& hash) {
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < 8; ++i) {
        word = word << 8U | static_cast<unsigned char>(hash[i]);
    }
    return word;
}

std::string hashed(const InstantRules& rules, std::string key, std::int32_t times) {
    for (; times > 0; --times) {
        key = hash_of(rules.kind, key);
    }
    return key;
}

}  // namespace

std::uint64_t InstantTier::released(std::int64_t clock_us) const {
    std::uint64_t count = 0;
    for (const InstantRelease& release : releases) {
        count += release.at_us <= clock_us ? release.count : 0;
    }
    return count;
}

std::optional<HashKind> instant_algorithm_of(const std::string& name) {
    if (name == "instant-v1") {
        return HashKind::sha256;
    }
    if (name == "instant-v1-sm3") {
        return HashKind::sm3;
    }
    return std::nullopt;
}

std::string key_of_day(const InstantRules& rules, const std::string& last_key, std::int32_t day) {
    return hashed(rules, last_key, rules.first_day + rules.days - 1 - day);
}

bool is_key_of_day(const InstantRules& rules, const std::string& key, std::int32_t day) {
    return hashed(rules, key, day - rules.first_day + 1) == rules.chain_head;
}

std::uint16_t tier_drawn(const InstantRules& rules,
                         const std::string& key,
                         const InstantRequest& request) {
    const Wide u =
        first_word(keyed_hash_of(rules.kind, key, "instant-v1" + message(rules, request)));
    Wide end = 0;
    std::uint16_t number = 0;
    for (const InstantTier& tier : rules.tiers) {
        ++number;
        end += tier.chance;
        if (u < end) {
            return number;
        }
    }
    return 0;
}

const InstantAmount& amount_drawn(const InstantRules& rules,
                                  std::uint16_t tier,
                                  const std::string& key,
                                  const InstantRequest& request) {
    constexpr Wide all = Wide{1} << 64U;
    Wide weights = 0;
    for (const InstantAmount& amount : rules.tier(tier).amounts) {
        weights += amount.weight;
    }
    for (std::uint32_t n = 1; n != 0; ++n) {
        const Wide v = first_word(keyed_hash_of(
            rules.kind, key, "amount-v1" + message(rules, request) + big_endian(n, 4)));
        if (v * weights % all < all % weights) {
            continue;
        }
        Wide point = v * weights / all;
        for (const InstantAmount& amount : rules.tier(tier).amounts) {
            if (point < amount.weight) {
                return amount;
            }
            point -= amount.weight;
        }
    }
    std::abort();
}

}  // namespace fiscus::reference
