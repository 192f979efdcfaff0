// draw: ranking a list of a million tickets with a prize for one in a thousand, and deciding
// instant draws one after the other, with SHA-256 and with SM3. For each ticket or request. Floor:
// the two blocks of a score and the three of a chance, hashed as parts of one long text.
#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "bench/load/random.h"
#include "bench/micro/corpus.h"
#include "engine/base/check.h"
#include "engine/draw/batch_draw.h"
#include "engine/draw/instant_draw.h"

namespace fiscus::bench {
namespace {

// The size that the aim is named for; a run that only keeps the bench from rotting takes fewer.
constexpr std::uint64_t tickets_max = 1'000'000;
constexpr std::uint64_t requests = 10'000;
constexpr draw::Digest key{std::byte{7}};

std::vector<draw::Ticket> some_tickets(std::uint64_t count) {
    load::Random random(1);
    std::vector<draw::Ticket> tickets(count);
    for (draw::Ticket& ticket : tickets) {
        // A consumer has three tickets on average.
        ticket = {{random.next(), random.next()}, {1, random.below(count / 3 + 1)}};
    }
    std::ranges::sort(tickets);
    return tickets;
}

// Winners have the lowest scores of their consumers, in order.
void check_places(draw::HashKind hash,
                  const std::vector<draw::Ticket>& tickets,
                  const std::vector<draw::Place>& places,
                  std::size_t wanted) {
    FISCUS_CHECK(places.size() == wanted, "every prize has a winner");
    draw::Hmac hmac(hash, key);
    std::vector<Id128> consumers;
    for (std::size_t i = 0; i < places.size(); ++i) {
        FISCUS_CHECK(places[i].score == draw::score_of(hmac, tickets[places[i].ticket].id),
                     "a score is that of its ticket");
        FISCUS_CHECK(i == 0 || places[i - 1].score < places[i].score, "places ascend by score");
        consumers.push_back(tickets[places[i].ticket].consumer);
    }
    std::size_t below = 0;
    for (const draw::Ticket& ticket : tickets) {
        below += draw::score_of(hmac, ticket.id) < places.back().score ? 1U : 0U;
    }
    FISCUS_CHECK(below >= places.size() - 1 && below < 2 * places.size(),
                 "few tickets below the last place were not placed, those of consumers who were");
    std::ranges::sort(consumers);
    FISCUS_CHECK(std::ranges::adjacent_find(consumers) == consumers.end(),
                 "a consumer has one place");
}

void rank_tickets(benchmark::State& bench, draw::HashKind hash, std::uint64_t count) {
    const std::vector<draw::Ticket> tickets = some_tickets(count);
    const auto winners = static_cast<std::uint32_t>(count / 1'000);
    const draw::PrizePlan plan{{{1, Amount(500'000)}, {winners - 1, Amount(10'000)}}, winners};
    std::vector<draw::Place> places;
    for ([[maybe_unused]] auto iteration : bench) {
        auto ranked = draw::rank(hash, key, tickets, plan);
        FISCUS_CHECK(ranked.ok(), "the list is in order");
        places = std::move(ranked).value();
    }
    check_places(hash, tickets, places, 2 * std::size_t{winners});
    bench.SetLabel(std::to_string(count) + " tickets");
    report(bench, count);
}

// One in seven wins: the amount is a second block.
std::vector<draw::InstantTier> one_tier() {
    std::vector<draw::InstantTier> tiers(1);
    tiers[0] = {"online",
                draw::chance_of(1, 7),
                false,
                {{Amount(1'000), 5}, {Amount(2'000), 3}},
                {{0, UINT64_MAX}}};
    return tiers;
}

void decide_requests(benchmark::State& bench, draw::HashKind hash) {
    const std::vector<draw::InstantTier> tiers = one_tier();
    draw::InstantChance chance(hash, key, ProgrammeId(7), 20'513,
                               "0123456789abcdef0123456789abcdef");
    const std::array<std::uint64_t, 1> given{};
    const draw::Standing standing{.given = given};
    std::uint64_t won = 0;
    std::uint64_t asked = 0;
    for ([[maybe_unused]] auto iteration : bench) {
        for (std::uint64_t i = 0; i < requests; ++i) {
            const draw::Decision decision =
                draw::decide(chance, tiers, {PlatformId(1), {1, i}}, standing);
            FISCUS_CHECK((decision.outcome == draw::DrawOutcome::won) ==
                             (decision.u < tiers[0].chance && decision.amount > Amount(0)),
                         "whoever is below the threshold wins an amount, nobody else");
            won += decision.tier;
        }
        asked += requests;
    }
    FISCUS_CHECK(won * 7 > asked * 9 / 10 && won * 7 < asked * 11 / 10, "one in seven wins");
    report(bench, requests);
}

void hash_blocks(benchmark::State& bench, draw::HashKind hash, std::size_t blocks) {
    const std::vector<std::byte> bytes(requests * blocks * 64, std::byte{1});
    for ([[maybe_unused]] auto iteration : bench) {
        benchmark::DoNotOptimize(draw::hash_of(hash, bytes));
    }
    bench.SetLabel("as many blocks of one long text");
    report(bench, requests);
}

}  // namespace

void register_draw(const Corpus& corpus) {
    const std::uint64_t tickets =
        std::clamp<std::uint64_t>(corpus.records().size() * 5, 10'000, tickets_max);
    const auto add_draw = [](const std::string& name, auto run) {
        benchmark::RegisterBenchmark(name.c_str(), run);
    };
    for (const draw::HashKind hash : {draw::HashKind::sha256, draw::HashKind::sm3}) {
        const std::string ending = hash == draw::HashKind::sha256 ? "" : "_sm3";
        add_draw("draw_rank" + ending,
                 [hash, tickets](benchmark::State& bench) { rank_tickets(bench, hash, tickets); });
        add_draw("draw_rank" + ending + "/floor",
                 [hash](benchmark::State& bench) { hash_blocks(bench, hash, 2); });
        add_draw("draw_instant" + ending,
                 [hash](benchmark::State& bench) { decide_requests(bench, hash); });
        add_draw("draw_instant" + ending + "/floor",
                 [hash](benchmark::State& bench) { hash_blocks(bench, hash, 3); });
    }
}

}  // namespace fiscus::bench
