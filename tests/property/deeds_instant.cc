// What people do around the instant draws of a random programme: rules, values, keys, and above all
// requests for chances. Mostly what is due, now and then something wrong. Only chains that are
// known are ever committed to: nobody could judge the requests of another one.
#include <algorithm>

#include "tests/property/world.h"
#include "tests/reference/reading.h"

namespace fiscus::property {
namespace {

using support::id_named;

constexpr std::int64_t day_us = 86'400'000'000;
constexpr std::int64_t minute_us = 60'000'000;

}  // namespace

// A batch for the draw alone: wide in time, with two amounts for each pack.
support::BatchOpened World::random_drawn_batch(std::uint32_t number) {
    support::BatchOpened batch = random_batch(number);
    const std::int32_t today = reference::day_of(log_time_us_);
    batch.claim_from_us = reference::start_of(today) - 2 * day_us;
    batch.claim_until_us = log_time_us_ + random_.between<std::int64_t>(2, 12) * day_us;
    batch.redeem_first_day = today - random_.between(0, 2);
    batch.redeem_last_day = today + random_.between(2, 14);
    for (std::size_t i = 0, packs = batch.denominations.size(); i < packs; ++i) {
        support::Denomination second = batch.denominations[i];
        second.denomination = static_cast<std::uint16_t>(second.denomination + 10);
        // Faces of all 64 bits are among them.
        const auto more = random_.between<std::int64_t>(slip() ? 0 : 1, 2'000);
        if (second.face_fen <= INT64_MAX - more) {
            second.face_fen += more;
        }
        batch.denominations.push_back(second);
    }
    if (slip()) {
        static const std::vector<support::MaybeText> odd = {{}, "", "a\n", std::string(1'025, 'x')};
        batch.packs.front().name = random_.pick(odd);
    }
    return batch;
}

support::InstantTier World::random_instant_tier(const support::BatchOpened& batch) {
    support::InstantTier tier;
    tier.pack = random_.pick(batch.packs).pack;
    tier.amounts.clear();
    for (const support::Denomination& denomination : batch.denominations) {
        if ((denomination.pack == tier.pack || slip()) && (tier.amounts.empty() || !slip())) {
            const bool heavy = random_.chance(100);
            tier.amounts.push_back(
                {.denomination = denomination.denomination,
                 .weight = heavy ? (std::uint64_t{1} << 62U) + (slip() ? 1 : 0)
                                 : random_.between<std::uint64_t>(slip() ? 0 : 1, 5)});
        }
    }
    tier.moves_on = random_.chance(500);
    tier.releases.clear();
    std::int64_t at_us = random_.between<std::int64_t>(slip() ? -1 : 0, 9 * 60) * minute_us;
    for (auto left = random_.between(0, 4); left > 0; --left) {
        tier.releases.push_back({.at_us = at_us, .count = random_.below(slip() ? 10'000'009 : 5)});
        at_us += random_.between<std::int64_t>(slip() ? 0 : 1, 6 * 60) * minute_us;
    }
    if (random_.chance(300)) {
        tier.releases = {{.at_us = 0, .count = 1'000}};
    }
    return tier;
}

support::InstantDrawOpened World::random_instant_draw(const support::BatchOpened& batch) {
    support::InstantDrawOpened draw;
    draw.batch = slip() ? random_.between(0U, 4U) : batch.batch;
    draw.first_day = reference::day_of(log_time_us_) - random_.between(0, 3);
    draw.days = random_.between<std::uint16_t>(slip() ? 0 : 2, 9);
    draw.wins_max = random_.chance(400) ? 0 : random_.between(1U, 2U);
    draw.tiers.clear();
    const auto count = random_.between<std::uint16_t>(slip() ? 0 : 1, 4);
    for (std::uint16_t number = 1; number <= count; ++number) {
        support::InstantTier tier = random_instant_tier(batch);
        tier.tier = slip() ? random_.between<std::uint16_t>(0, 4) : number;
        tier.chance =
            slip() ? (random_.chance(500) ? 0 : UINT64_MAX)
                   : random_.between<std::uint64_t>(
                         random_.chance(700) ? UINT64_MAX / count / 2 : 1, UINT64_MAX / count);
        draw.tiers.push_back(tier);
    }
    draw.algorithm = random_.chance(500) ? "instant-v1" : "instant-v1-sm3";
    if (slip()) {
        static const std::vector<support::MaybeText> odd = {
            {}, "", "instant-v2", "\xff", "\xe2\x80\xa8", "a\n", std::string(1'025, 'x')};
        switch (random_.below(3)) {
            case 0: draw.name = random_.pick(odd); break;
            case 1: draw.algorithm = random_.pick(odd); break;
            default: draw.public_value_source = random_.pick(odd); break;
        }
    }
    const auto kind = reference::instant_algorithm_of(draw.algorithm.value_or(""));
    draw.chain_head = support::head_of({.name = "chain " + std::to_string(random_.below(1'000)),
                                        .kind = kind.value_or(reference::HashKind::sha256),
                                        .days = draw.days});
    if (slip()) {
        draw.chain_head = std::string(random_.chance(500) ? 31 : 33, 'h');
    }
    return draw;
}

void World::open_instant_draw() {
    const auto number = static_cast<std::uint32_t>(rules().batches.size() + 1);
    const support::BatchOpened batch = random_drawn_batch(number);
    say(authority(), batch);
    say(authority(), support::FundDeposited{.account = id_named("city"),
                                            .amount_fen = random_.between(50'000, 400'000)});
    say(authority(),
        support::BatchFunded{.batch = number, .amount_fen = random_.between(5'000, 300'000)});
    say(authority(), random_instant_draw(batch));
    if (!steady_ && random_.chance(150)) {
        // Another draw of the same batch; mostly its days are taken.
        say(authority(), random_instant_draw(batch));
    }
}

void World::publish_value() {
    support::PublicValuePublished e;
    e.day = reference::day_of(log_time_us_) - 1;
    if (random_.chance(300)) {
        e.day -= random_.between(slip() ? -1 : 0, 3);
    }
    e.value = "SSQ " + std::to_string(random_.below(1'000'000));
    if (slip()) {
        static const std::vector<support::MaybeText> odd = {{}, "", "双色球", "\"", "\n"};
        e.value = random_.pick(odd);
    }
    say(slip() ? authority() : notary(), e);
}

void World::open_key() {
    const std::int32_t today = reference::day_of(log_time_us_);
    support::DayKeyOpened e{.day = today - 1};
    if (!rules().instant_draws.empty()) {
        const reference::InstantRules& rules_of = random_.pick(rules().instant_draws).rules;
        const std::int32_t last = std::min(today, rules_of.first_day + rules_of.days - 1);
        e.day = random_.between(std::min(rules_of.first_day, last), last);
        // Late requests are waited for, mostly.
        if (e.day >= today - 2 && random_.chance(800)) {
            return request_chance();
        }
        const auto last_key = support::last_key_of(rules_of.chain_head);
        e.key = reference::key_of_day(rules_of, last_key.value_or(""), e.day + (slip() ? 1 : 0));
    }
    if (slip()) {
        e.day = today - random_.between(-1, 40);
    }
    if (slip()) {
        e.key = random_.chance(300) ? support::MaybeText() : std::string(33, 'k');
    }
    say(slip() ? authority() : notary(), e);
}

void World::request_chance() {
    support::DrawRequested e;
    e.consumer = some_consumer();
    e.district = some_district();
    e.device = random_.chance(500) ? support::MaybeId() : id_named("d");
    if (slip()) {
        e.consumer = random_.chance(500) ? support::MaybeId() : Id128{};
    }
    say(voice_of(random_.between<std::uint16_t>(1, 3)), e,
        voucher_id(slip() ? random_.below(names_ + 1) : ++names_));
}

void World::instant_deed() {
    const std::int32_t today = reference::day_of(log_time_us_);
    if (rules().draw_on(today) == nullptr) {
        if (!rules().closed && random_.chance(200)) {
            return open_instant_draw();
        }
        return random_.chance(100) ? request_chance() : open_key();
    }
    if (rules().public_values.count(today - 1) == 0 && random_.chance(800)) {
        return publish_value();
    }
    switch (random_.below(16)) {
        case 0: return publish_value();
        case 1: return open_key();
        default:
            for (auto left = random_.between(1, 4); left > 0; --left) {
                request_chance();
            }
    }
}

}  // namespace fiscus::property
