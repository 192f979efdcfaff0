#include "engine/draw/batch_draw.h"

#include <algorithm>
#include <unordered_set>

#include <fmt/format.h>

#include "engine/draw/algorithm.h"
#include "engine/draw/limits.h"

namespace fiscus::draw {
namespace {

// The first eight bytes of the score decide nearly always; the rest is computed again where they
// do not, which saves memory: 16 bytes for each ticket.
struct Ranked {
    std::uint64_t front = 0;
    std::uint32_t ticket = 0;
};

struct ConsumerHash {
    // Tokens are hashes themselves.
    std::size_t operator()(const Id128& id) const { return static_cast<std::size_t>(id.lo); }
};

void keep_front(Digest& score, std::size_t bytes) {
    std::fill(score.begin() + static_cast<std::ptrdiff_t>(bytes), score.end(), std::byte{0});
}

class Ranker {
public:
    Ranker(HashKind hash,
           const Digest& seed,
           std::span<const Ticket> tickets,
           std::size_t compared_bytes)
        : hmac_(hash, seed), tickets_(tickets), compared_bytes_(compared_bytes) {}

    Digest score(std::uint32_t ticket) {
        Digest score = score_of(hmac_, tickets_[ticket].id);
        keep_front(score, compared_bytes_);
        return score;
    }

    std::vector<Ranked> ranked() {
        std::vector<Ranked> all(tickets_.size());
        for (std::uint32_t i = 0; i < all.size(); ++i) {
            all[i] = {.front = first_word(score(i)), .ticket = i};
        }
        std::sort(all.begin(), all.end(), [this](const Ranked& a, const Ranked& b) {
            return a.front != b.front ? a.front < b.front : is_before(a.ticket, b.ticket);
        });
        return all;
    }

private:
    // Positions in the list stand for ticket ids: the list is sorted by them.
    bool is_before(std::uint32_t a, std::uint32_t b) {
        if (a == b) {
            return false;
        }
        const Digest of_a = score(a);
        const Digest of_b = score(b);
        return of_a != of_b ? of_a < of_b : a < b;
    }

    Hmac hmac_;
    std::span<const Ticket> tickets_;
    std::size_t compared_bytes_;
};

}  // namespace

Status check_list(std::span<const Ticket> tickets) {
    for (std::size_t i = 1; i < tickets.size(); ++i) {
        if (tickets[i - 1].id == tickets[i].id) {
            return Error{ErrorCode::diverged,
                         fmt::format("ticket {} stands twice in the list", to_hex(tickets[i].id)),
                         fmt::format("lines {} and {} have the same ticket", i, i + 1),
                         "A ticket takes part once: seal a list without the repetition."};
        }
        if (tickets[i].id < tickets[i - 1].id) {
            return Error{ErrorCode::diverged, "the list is not in the order of its tickets",
                         fmt::format("line {} has a smaller ticket than line {}", i + 1, i),
                         "A sealed list ascends by ticket id: this one was edited."};
        }
    }
    return Done{};
}

Digest commitment_of(HashKind hash, const BatchName& batch, const Digest& secret) {
    return hash_of(hash, Message("commit-v1")
                             .u32(batch.programme.value())
                             .u32(batch.batch.value())
                             .raw(secret)
                             .bytes());
}

Status check_secret(HashKind hash,
                    const BatchName& batch,
                    const Digest& secret,
                    const Digest& commitment) {
    const Digest opened = commitment_of(hash, batch, secret);
    if (opened != commitment) {
        return Error{
            ErrorCode::diverged, "the opened secret does not match the commitment",
            fmt::format("it gives {}, the rules say {}", to_hex(opened), to_hex(commitment)),
            "Open the secret that this batch's rules were published with."};
    }
    return Done{};
}

Digest seed_of(HashKind hash,
               const BatchName& batch,
               const SealedList& sealed,
               const BatchEntropy& entropy) {
    return Hmac(hash, entropy.secret)
        .of(Message("draw-v1")
                .u32(batch.programme.value())
                .u32(batch.batch.value())
                .raw(sealed.root)
                .u64(sealed.count)
                .text(entropy.digits)
                .text(entropy.public_value)
                .bytes());
}

Digest score_of(Hmac& under_seed, Id128 ticket) {
    std::array<std::byte, 16> bytes{};
    for (std::size_t i = 0; i < 8; ++i) {
        bytes[i] = static_cast<std::byte>(ticket.hi >> (56 - 8 * i));
        bytes[8 + i] = static_cast<std::byte>(ticket.lo >> (56 - 8 * i));
    }
    return under_seed.of(bytes);
}

Result<std::vector<std::uint32_t>> ranking(HashKind hash,
                                           const Digest& seed,
                                           std::span<const Ticket> tickets,
                                           std::size_t compared_bytes) {
    if (tickets.size() > list_lines_max) {
        return Error{ErrorCode::usage,
                     fmt::format("a list of {} tickets is too long", tickets.size()),
                     fmt::format("a draw takes at most {}", list_lines_max), "Divide the batch."};
    }
    FISCUS_TRY(check_list(tickets));
    const std::vector<Ranked> ranked = Ranker(hash, seed, tickets, compared_bytes).ranked();
    std::vector<std::uint32_t> order;
    order.reserve(ranked.size());
    for (const Ranked& one : ranked) {
        order.push_back(one.ticket);
    }
    return order;
}

std::vector<Place> places_of(std::span<const std::uint32_t> ranking,
                             std::span<const Ticket> tickets,
                             const PrizePlan& plan) {
    std::vector<Place> places;
    std::unordered_set<Id128, ConsumerHash> placed;
    std::size_t next = 0;
    const auto fill = [&](std::uint32_t tier, std::uint32_t count) {
        for (; count > 0 && next < ranking.size(); ++next) {
            const std::uint32_t ticket = ranking[next];
            if (placed.insert(tickets[ticket].consumer).second) {
                places.push_back({.ticket = ticket, .tier = tier});
                --count;
            }
        }
    };
    std::uint32_t number = 0;
    for (const Tier& tier : plan.tiers) {
        fill(++number, tier.count);
    }
    fill(0, plan.reserves);
    return places;
}

Result<std::vector<Place>> rank(HashKind hash,
                                const Digest& seed,
                                std::span<const Ticket> tickets,
                                const PrizePlan& plan,
                                std::size_t compared_bytes) {
    FISCUS_ASSIGN(const auto order, ranking(hash, seed, tickets, compared_bytes));
    std::vector<Place> places = places_of(order, tickets, plan);
    Ranker ranker(hash, seed, tickets, compared_bytes);
    for (Place& place : places) {
        place.score = ranker.score(place.ticket);
    }
    return places;
}

}  // namespace fiscus::draw
