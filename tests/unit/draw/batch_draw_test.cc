// Aim: the batch draw is a function of list, entropy and plan, and of nothing else. Method: bytes
// frozen from the format's page by another program; a naive ranking beside ours on random lists,
// with ties; what does not fit is refused by name.
#include "engine/draw/batch_draw.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine/draw/limits.h"
#include "engine/draw/succession.h"
#include "tests/property/random.h"
#include "tests/property/seeds.h"
#include "tests/support/draws.h"

namespace fiscus::draw {
namespace {

using property::Random;

constexpr std::array<HashKind, 2> hashes = {HashKind::sha256, HashKind::sm3};

Digest repeated(unsigned byte) {
    Digest digest{};
    digest.fill(static_cast<std::byte>(byte));
    return digest;
}

const BatchName batch{ProgrammeId(7), BatchId(3)};

// From verify/verify_draw.py's mac() and joined(), by hand.
TEST(BatchDraw, BytesAreThoseOfTheFormat) {
    EXPECT_EQ(to_hex(commitment_of(HashKind::sha256, batch, repeated(0x11))),
              "6c031e25126ef8304b37097d736db241a59b8c1d1c76d4909967f5e4444f3135");
    EXPECT_EQ(to_hex(commitment_of(HashKind::sm3, batch, repeated(0x11))),
              "60c8dc535a241e7607a1b371a51598dc5329dfb5a610ba620a89944aa122ac17");
    const BatchEntropy entropy{repeated(0x11), "012345", "SSQ 2026030"};
    const Digest seed = seed_of(HashKind::sha256, batch, {repeated(0x22), 100}, entropy);
    EXPECT_EQ(to_hex(seed), "85e91d670bf1496986c93bed9678a7c8ceb48f97f71a1ca320785c9846197595");
    EXPECT_EQ(to_hex(seed_of(HashKind::sm3, batch, {repeated(0x22), 100}, entropy)),
              "2fadd5b0a42a5b73096461118f288326c93dbfeeae87477fbb9db7568d12385f");
    Hmac hmac(HashKind::sha256, seed);
    EXPECT_EQ(to_hex(score_of(hmac, {1, 2})),
              "0deb0e18a399984f2f9df3a8b12355392168362ef842a2fcebbd86e60cf90a15");
}

TEST(BatchDraw, EveryPartOfTheEntropyCountsAndNothingRunsTogether) {
    const BatchEntropy entropy{repeated(0x11), "012345", "6789"};
    const SealedList sealed{repeated(0x22), 100};
    std::set<Digest> seeds{seed_of(HashKind::sha256, batch, sealed, entropy)};
    const auto other = [&seeds](const BatchName& name, const SealedList& list,
                                const BatchEntropy& from) {
        return seeds.insert(seed_of(HashKind::sha256, name, list, from)).second;
    };
    EXPECT_TRUE(other({ProgrammeId(8), BatchId(3)}, sealed, entropy));
    EXPECT_TRUE(other({ProgrammeId(7), BatchId(4)}, sealed, entropy));
    EXPECT_TRUE(other(batch, {repeated(0x23), 100}, entropy));
    EXPECT_TRUE(other(batch, {repeated(0x22), 101}, entropy));
    EXPECT_TRUE(other(batch, sealed, {repeated(0x12), "012345", "6789"}));
    EXPECT_TRUE(other(batch, sealed, {repeated(0x11), "012346", "6789"}));
    EXPECT_TRUE(other(batch, sealed, {repeated(0x11), "012345", "6780"}));
    EXPECT_TRUE(other(batch, sealed, {repeated(0x11), "0123456", "789"}));
    EXPECT_TRUE(seeds.insert(seed_of(HashKind::sm3, batch, sealed, entropy)).second);
}

TEST(BatchDraw, SecretThatDoesNotMatchItsCommitmentIsRefusedByName) {
    for (const HashKind hash : hashes) {
        const Digest commitment = commitment_of(hash, batch, repeated(0x11));
        EXPECT_TRUE(check_secret(hash, batch, repeated(0x11), commitment).ok());
        const Status wrong = check_secret(hash, batch, repeated(0x12), commitment);
        ASSERT_FALSE(wrong.ok());
        EXPECT_EQ(wrong.error().code, ErrorCode::diverged);
        EXPECT_NE(wrong.error().text().find("secret does not match"), std::string::npos);
        const BatchName other{batch.programme, BatchId(4)};
        EXPECT_FALSE(check_secret(hash, other, repeated(0x11), commitment).ok())
            << "the secret of another batch";
    }
}

TEST(BatchDraw, ListWithOneTicketTwiceOrOutOfOrderIsRefusedByName) {
    const Ticket first{{0, 1}, {9, 9}};
    const Ticket second{{0, 2}, {9, 9}};
    const Ticket third{{1, 0}, {9, 9}};
    EXPECT_TRUE(check_list({}).ok());
    EXPECT_TRUE(check_list(std::vector{first, second}).ok());
    const Status twice = check_list(std::vector{first, second, {{0, 2}, {8, 8}}});
    ASSERT_FALSE(twice.ok());
    EXPECT_NE(twice.error().text().find("stands twice"), std::string::npos);
    for (const auto& list : {std::vector{second, first}, std::vector{first, third, second}}) {
        const Status unordered = check_list(list);
        ASSERT_FALSE(unordered.ok());
        EXPECT_NE(unordered.error().text().find("order"), std::string::npos);
    }
    EXPECT_FALSE(rank(HashKind::sha256, repeated(1), std::vector{second, first}, {}).ok());
}

// The rules once more, as plainly as they can be said.
std::vector<Place> naive_rank(HashKind hash,
                              const Digest& seed,
                              const std::vector<Ticket>& tickets,
                              const PrizePlan& plan,
                              std::size_t compared_bytes) {
    std::map<std::pair<Digest, Id128>, std::uint32_t> by_score;
    for (std::uint32_t i = 0; i < tickets.size(); ++i) {
        Hmac hmac(hash, seed);
        Digest score = score_of(hmac, tickets[i].id);
        for (std::size_t byte = compared_bytes; byte < score.size(); ++byte) {
            score[byte] = std::byte{0};
        }
        by_score[{score, tickets[i].id}] = i;
    }
    std::vector<std::uint32_t> slots;
    for (std::uint32_t tier = 1; tier <= plan.tiers.size(); ++tier) {
        slots.insert(slots.end(), plan.tiers[tier - 1].count, tier);
    }
    slots.insert(slots.end(), plan.reserves, 0);
    std::set<Id128> placed;
    std::vector<Place> places;
    for (const auto& [key, ticket] : by_score) {
        if (places.size() < slots.size() && placed.insert(tickets[ticket].consumer).second) {
            places.push_back({ticket, slots[places.size()], key.first});
        }
    }
    return places;
}

TEST(BatchDraw, RanksAsTheNaiveRankingDoesWithTiesToo) {
    for (const std::uint64_t seed : property::seeds(300)) {
        SCOPED_TRACE("FISCUS_SEED=" + std::to_string(seed));
        Random random(seed);
        const BatchDraw draw = support::random_batch(random, 60);
        const Digest key = support::random_digest(random);
        for (const std::size_t bytes :
             {score_bytes, std::size_t{9}, std::size_t{1}, std::size_t{0}}) {
            const auto places = rank(draw.rules.hash, key, draw.tickets, draw.rules.plan, bytes);
            ASSERT_TRUE(places.ok());
            const auto naive =
                naive_rank(draw.rules.hash, key, draw.tickets, draw.rules.plan, bytes);
            ASSERT_EQ(places.value().size(), naive.size());
            for (std::size_t i = 0; i < naive.size(); ++i) {
                EXPECT_EQ(places.value()[i].ticket, naive[i].ticket);
                EXPECT_EQ(places.value()[i].tier, naive[i].tier);
                EXPECT_EQ(places.value()[i].score, naive[i].score);
            }
        }
    }
}

TEST(BatchDraw, TicketThatWonNothingChangesNothingByLeaving) {
    Random random(1);
    BatchDraw draw = support::random_batch(random, 0);
    for (std::uint64_t i = 0; i < 50; ++i) {
        draw.tickets.push_back({{0, i}, {1, i}});
    }
    draw.rules.plan = {{{5, Amount(100)}}, 5};
    const auto before = rank(HashKind::sha256, repeated(3), draw.tickets, draw.rules.plan);
    std::set<std::uint32_t> placed;
    for (const Place& place : before.value()) {
        placed.insert(place.ticket);
    }
    std::uint32_t lost = 0;
    while (placed.contains(lost)) {
        ++lost;
    }
    std::vector<Ticket> fewer = draw.tickets;
    fewer.erase(fewer.begin() + lost);
    const auto after = rank(HashKind::sha256, repeated(3), fewer, draw.rules.plan);
    ASSERT_EQ(after.value().size(), before.value().size());
    for (std::size_t i = 0; i < before.value().size(); ++i) {
        EXPECT_EQ(fewer[after.value()[i].ticket], draw.tickets[before.value()[i].ticket]);
    }
}

TEST(BatchDraw, EmptyListAndFewerTicketsThanPrizesLeaveLaterTiersShort) {
    const PrizePlan plan{{{2, Amount(500)}, {3, Amount(100)}}, 4};
    EXPECT_TRUE(rank(HashKind::sm3, repeated(4), {}, plan).value().empty());
    const std::vector<Ticket> tickets{{{0, 1}, {1, 1}}, {{0, 2}, {1, 2}}, {{0, 3}, {1, 1}}};
    const auto places = rank(HashKind::sm3, repeated(4), tickets, plan);
    ASSERT_EQ(places.value().size(), 2U) << "two consumers have three tickets";
    EXPECT_EQ(places.value()[0].tier, 1U);
    EXPECT_EQ(places.value()[1].tier, 1U);
}

std::vector<Place> places_of(std::initializer_list<std::uint32_t> tiers) {
    std::vector<Place> places;
    for (const std::uint32_t tier : tiers) {
        places.push_back({static_cast<std::uint32_t>(places.size()), tier, {}});
    }
    return places;
}

using Holders = std::vector<std::optional<std::size_t>>;

Holders holders(const std::vector<Place>& places, const std::vector<std::size_t>& lost) {
    Holders found;
    const auto prizes = move_up(places, lost);
    EXPECT_TRUE(prizes.ok());
    for (const Prize& prize : prizes.ok() ? prizes.value() : std::vector<Prize>()) {
        found.push_back(prize.holder);
    }
    return found;
}

TEST(Succession, NextReserveTakesEachLostPrizeInTheOrderOfTheLog) {
    const auto places = places_of({1, 2, 2, 0, 0, 0});
    EXPECT_EQ(holders(places, {}), (Holders{0, 1, 2}));
    EXPECT_EQ(holders(places, {2}), (Holders{0, 1, 3}));
    EXPECT_EQ(holders(places, {2, 0}), (Holders{4, 1, 3}));
    EXPECT_EQ(holders(places, {0, 2}), (Holders{3, 1, 4}));
}

TEST(Succession, LostReserveIsPassedOverAndOneThatMovedUpMakesRoom) {
    const auto places = places_of({1, 2, 0, 0, 0});
    EXPECT_EQ(holders(places, {2, 0}), (Holders{3, 1})) << "reserve 2 was lost before";
    EXPECT_EQ(holders(places, {0, 2}), (Holders{3, 1})) << "reserve 2 had moved up";
    EXPECT_EQ(holders(places, {0, 2, 3, 4}), (Holders{std::nullopt, 1}));
    EXPECT_EQ(holders(places, {0, 1, 2, 3}), (Holders{4, std::nullopt}));
    EXPECT_EQ(holders(places_of({1}), {0}), (Holders{std::nullopt}));
}

TEST(Succession, PlaceThatIsLostTwiceOrNotThereIsRefused) {
    const auto places = places_of({1, 0});
    const auto twice = move_up(places, std::vector<std::size_t>{0, 0});
    ASSERT_FALSE(twice.ok());
    EXPECT_NE(twice.error().text().find("lost before"), std::string::npos);
    EXPECT_FALSE(move_up(places, std::vector<std::size_t>{2}).ok());
}

}  // namespace
}  // namespace fiscus::draw
