// Verbs of instant draws: rules, values, keys and requests. The head of the chain and the key of a
// day are the right ones where a sentence does not state others.
#include "tests/reference/reading.h"
#include "tests/scenario/verbs.h"
#include "tests/support/day_keys.h"

namespace fiscus::scenario {
namespace {

constexpr std::uint32_t usual_batch = 2;
const std::string usual_chain = "chain";

// 10:00, 10:00:30 or 10:00:30.000001, as microseconds since 00:00.
std::int64_t clock(Words& w) {
    const std::int64_t instant_us = Words("2026-03-01 " + w.take("time of day")).instant();
    return instant_us - reference::start_of(reference::day_of(instant_us));
}

// A number, or: everybody, which leaves nothing but the largest u.
std::uint64_t chance(Words& w) {
    return w.accept("everybody") ? UINT64_MAX : w.number<std::uint64_t>("chance");
}

void read_amount(Words& w, support::InstantTier& tier) {
    support::InstantAmount amount;
    amount.denomination = w.number<std::uint16_t>("denomination");
    if (w.accept("weight")) {
        amount.weight = w.number<std::uint64_t>("weight");
    }
    tier.amounts.push_back(amount);
}

void read_tier(Words& w, support::InstantDrawOpened& e) {
    support::InstantTier tier;
    tier.tier = w.number<std::uint16_t>("tier");
    tier.amounts.clear();
    tier.releases.clear();
    bool listed = true;
    const auto release = [&](std::int64_t at_us) {
        tier.releases.push_back({.at_us = at_us, .count = w.number<std::uint64_t>("count")});
    };
    w.each(
        {{"pack", [&] { tier.pack = w.number<std::uint16_t>("pack"); }},
         {"chance", [&] { tier.chance = chance(w); }},
         {"moves_on", [&] { tier.moves_on = true; }},
         {"amount", [&] { read_amount(w, tier); }},
         {"repeated_amounts", [&] { tier.amounts.assign(w.number<std::size_t>("count"), {}); }},
         {"release", [&] { release(clock(w)); }},
         {"release_us", [&] { release(w.number<std::int64_t>("time of day")); }},
         {"repeated_releases", [&] { tier.releases.assign(w.number<std::size_t>("count"), {}); }},
         {"without_amounts", [&] { listed = false; }}});
    if (listed && tier.amounts.empty()) {
        tier.amounts = {{}};
    }
    e.tiers.push_back(tier);
}

// The draw that has the day, null when there is none.
const reference::InstantDraw* find_draw(const Scene& scene, std::int32_t day) {
    const reference::Programme* programme = scene.oracle().programme(scene.programme);
    return programme == nullptr ? nullptr : programme->draw_on(day);
}

// Of the draw that has the day; any bytes when there is none.
std::string right_key(const Scene& scene, std::int32_t day) {
    const reference::InstantDraw* draw = find_draw(scene, day);
    const auto last = draw == nullptr ? std::nullopt : support::last_key_of(draw->rules.chain_head);
    return last ? reference::key_of_day(draw->rules, *last, day) : std::string(32, 'k');
}

}  // namespace

Deed opens_instant_draw(Words& w) {
    w.expect("draw");
    support::InstantDrawOpened e{.batch = usual_batch};
    e.tiers.clear();
    std::string chain = usual_chain;
    bool stated = false;
    w.each({{"batch", [&] { e.batch = w.number<std::uint32_t>("batch"); }},
            {"name", [&] { e.name = w.text(); }},
            {"algorithm", [&] { e.algorithm = w.text(); }},
            {"from", [&] { e.first_day = w.day(); }},
            {"days", [&] { e.days = w.number<std::uint16_t>("days"); }},
            {"chain", [&] { chain = w.take("name of a chain"); }},
            {"chain_head", [&] { e.chain_head = w.maybe_bytes(), stated = true; }},
            {"public_value_source", [&] { e.public_value_source = w.text(); }},
            {"wins_max", [&] { e.wins_max = w.number<std::uint32_t>("wins"); }},
            {"tier", [&] { read_tier(w, e); }},
            {"repeated_tiers", [&] { e.tiers.assign(w.number<std::size_t>("count"), {}); }}});
    if (e.tiers.empty() && !w.accept("without_tiers")) {
        e.tiers = {{}};
    }
    if (!stated) {
        const auto kind = reference::instant_algorithm_of(e.algorithm.value_or(""));
        e.chain_head = support::head_of(
            {.name = chain, .kind = kind.value_or(reference::HashKind::sha256), .days = e.days});
    }
    return {e, {}};
}

Deed opens_key(Words& w, const Scene& scene) {
    w.expect("of");
    support::DayKeyOpened e{.day = w.day()};
    e.key = right_key(scene, e.day);
    w.each({{"that_of", [&] { e.key = right_key(scene, w.day()); }},
            {"bytes", [&] { e.key = w.maybe_bytes(); }}});
    return {e, {}};
}

Deed publishes_value(Words& w) {
    support::PublicValuePublished e;
    e.value = w.text();
    w.expect("of");
    e.day = w.day();
    return {e, {}};
}

Deed draws(Words& w) {
    const Id128 voucher = w.id();
    support::DrawRequested e;
    w.each({{"for", [&] { e.consumer = w.maybe_id(); }},
            {"in", [&] { e.district = w.number<std::uint32_t>("district"); }},
            {"device", [&] { e.device = w.maybe_id(); }}});
    return {e, voucher};
}

}  // namespace fiscus::scenario
