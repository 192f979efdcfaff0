#include "tests/support/draws.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "engine/base/time.h"
#include "engine/draw/bundle_files.h"
#include "engine/draw/limits.h"

namespace fiscus::support {
namespace {

using property::Random;

// What follows the name of a field is exchanged for the hash of a file.
void put_hash(std::string& page, std::string_view field, const std::string& file) {
    const std::string head = "\"" + std::string(field) + "\": \"";
    const std::size_t at = page.find(head);
    if (at != std::string::npos) {
        page.replace(at + head.size(), 64, to_hex(sha256(as_byte_span(file))));
    }
}

draw::HashKind random_hash(Random& random) {
    return random.chance(500) ? draw::HashKind::sha256 : draw::HashKind::sm3;
}

std::string random_title(Random& random) {
    constexpr std::array<std::string_view, 4> titles = {"武汉市有奖发票(第3批)", "Prize invoices",
                                                        "礼包 <b>&amp;</b> 'x'", "é…😀"};
    return std::string(titles[random.below(titles.size())]);
}

std::string random_public_value(Random& random) {
    return random.chance(500)
               ? to_hex(random_digest(random))
               : "SSQ 2026030: 01 05 09 17 22 30 + " + std::to_string(random.below(17));
}

std::int64_t random_instant(Random& random) {
    return start_of_day_us(random.between(20'500, 20'800)) +
           static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(us_per_day)));
}

std::vector<draw::Ticket> random_tickets(Random& random, std::size_t count) {
    // From one consumer for all tickets to one for each.
    std::vector<Id128> consumers(1 + random.below(count + 1));
    std::ranges::generate(consumers, [&random] { return random_id(random); });
    std::set<draw::Ticket> tickets;
    while (tickets.size() < count) {
        tickets.insert({random_id(random), random.pick(consumers)});
    }
    return {tickets.begin(), tickets.end()};
}

draw::InstantTier random_tier(Random& random) {
    draw::InstantTier tier;
    tier.pack = random_title(random);
    // Few tiers, so that the chances of all add up to less than everything.
    tier.chance = random.chance(100) ? 0 : draw::chance_of(random.below(30), 100);
    tier.moves_on = random.chance(500);
    // Heavy tables pass over many blocks, light ones none.
    const bool heavy = random.chance(300);
    for (std::uint64_t left = 1 + random.below(5); left > 0; --left) {
        tier.amounts.push_back(
            {Amount(random.between<std::int64_t>(1, 100'000)),
             1 + (heavy ? random.below(draw::weights_max / 8) : random.below(9))});
    }
    std::int64_t at_us = 0;
    for (std::uint64_t left = random.below(4); left > 0; --left) {
        at_us += static_cast<std::int64_t>(random.below(6 * 3'600)) * us_per_second;
        tier.releases.push_back({at_us, random.below(8)});
        at_us += 1;
    }
    return tier;
}

}  // namespace

Id128 random_id(Random& random) { return {random.next(), random.next()}; }

draw::Digest random_digest(Random& random) {
    draw::Digest digest{};
    std::ranges::generate(digest, [&random] { return static_cast<std::byte>(random.next()); });
    return digest;
}

draw::BatchDraw random_batch(Random& random, std::size_t tickets_max) {
    draw::BatchDraw draw;
    const std::size_t count = random.chance(50) ? 0 : random.below(tickets_max + 1);
    draw.tickets = random_tickets(random, count);
    draw::BatchRules& rules = draw.rules;
    rules.hash = random_hash(random);
    rules.batch = {ProgrammeId(random.between<std::uint32_t>(1, UINT32_MAX)),
                   BatchId(random.between<std::uint32_t>(1, 9))};
    rules.title = random_title(random);
    for (std::uint64_t left = 1 + random.below(5); left > 0; --left) {
        rules.plan.tiers.push_back({random.between<std::uint32_t>(1, 6),
                                    Amount(random.between<std::int64_t>(1, draw::prize_fen_max))});
    }
    rules.plan.reserves = static_cast<std::uint32_t>(random.below(10));
    draw.entropy.secret = random_digest(random);
    rules.commitment = draw::commitment_of(rules.hash, rules.batch, draw.entropy.secret);
    rules.digits_source = "公证摇号";
    rules.public_value_source = "welfare lottery 双色球";
    draw.sealed_at_us = random_instant(random);
    rules.digits_at_us = draw.sealed_at_us + 1 + static_cast<std::int64_t>(random.below(99));
    rules.public_value_at_us = draw.sealed_at_us + 1 + static_cast<std::int64_t>(random.below(99));
    draw.opened_at_us = std::max(rules.digits_at_us, rules.public_value_at_us) +
                        static_cast<std::int64_t>(random.below(99));
    for (std::uint64_t left = draw::digits_min + random.below(20); left > 0; --left) {
        draw.entropy.digits += static_cast<char>('0' + random.below(10));
    }
    draw.entropy.public_value = random_public_value(random);
    return draw;
}

draw::DayDraw random_day(Random& random, std::size_t requests_max) {
    draw::DayDraw draw;
    draw::DayRules& rules = draw.rules;
    rules.hash = random_hash(random);
    rules.programme = ProgrammeId(random.between<std::uint32_t>(1, UINT32_MAX));
    rules.title = random_title(random);
    rules.first_day = random.between(20'500, 20'800);
    rules.days = random.between<std::uint32_t>(1, 40);
    const auto number = random.between<std::uint32_t>(1, rules.days);
    const auto keys = draw::make_key_chain(rules.hash, random_digest(random), rules.days);
    rules.chain_head = keys.front();
    draw.key = keys[number];
    draw.day = rules.first_day + static_cast<std::int32_t>(number) - 1;
    rules.public_value_source = "drand 公开随机数";
    rules.wins_max = static_cast<std::uint32_t>(random.below(3));
    for (std::uint64_t left = 1 + random.below(3); left > 0; --left) {
        rules.tiers.push_back(random_tier(random));
    }
    std::vector<std::pair<Id128, std::uint32_t>> consumers(1 + random.below(requests_max));
    for (auto& [consumer, wins] : consumers) {
        consumer = random_id(random);
        wins = static_cast<std::uint32_t>(random.below(3));
    }
    std::set<std::pair<Id128, std::uint16_t>> asked;
    for (std::uint64_t left = random.below(requests_max + 1); left > 0; --left) {
        const auto& [consumer, wins] = random.pick(consumers);
        const auto platform = random.between<std::uint16_t>(1, 3);
        if (asked.emplace(consumer, platform).second) {
            draw.requests.push_back({start_of_day_us(draw.day) +
                                         static_cast<std::int64_t>(
                                             random.below(static_cast<std::uint64_t>(us_per_day))),
                                     {PlatformId(platform), consumer},
                                     wins});
        }
    }
    draw.sealed_at_us = start_of_day_us(draw.day + 1) + static_cast<std::int64_t>(random.below(99));
    draw.opened_at_us = draw.sealed_at_us + static_cast<std::int64_t>(random.below(99));
    draw.public_value = random_public_value(random);
    return draw;
}

void bind_again(draw::Bundle& bundle) {
    using draw::BundleFile;
    put_hash(bundle[BundleFile::sealed], "rules_sha256", bundle[BundleFile::rules]);
    put_hash(bundle[BundleFile::entropy], "sealed_sha256", bundle[BundleFile::sealed]);
    put_hash(bundle[BundleFile::result_page], "entropy_sha256", bundle[BundleFile::entropy]);
    bundle[BundleFile::manifest] = draw::manifest_of(bundle);
}

}  // namespace fiscus::support
