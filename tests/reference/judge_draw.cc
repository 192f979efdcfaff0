// Ladders of a prize batch and its draw: opened, funded, sealed, seeded, executed, aborted, closed.
#include <algorithm>

#include "tests/reference/judge.h"

namespace fiscus::reference {

using wire::AccountKind;
using wire::Reason;

namespace {

std::string bytes_of(const flatbuffers::Vector<std::uint8_t>& bytes) {
    return {bytes.begin(), bytes.end()};
}

std::string text_of(const flatbuffers::String* text) {
    return text == nullptr ? std::string() : text->str();
}

bool good_text(const flatbuffers::String* text) {
    return page_text(text_of(text)) && text_of(text).size() <= 1'024;
}

bool sealed_before(DrawState state) {
    return state == DrawState::sealed || state == DrawState::seeded || state == DrawState::executed;
}

}  // namespace

Reason Judge::check_prize_rules(const wire::PrizeBatchOpened& e) const {
    constexpr Reason invalid = Reason::batch_rules_invalid;
    if (e.submit_from_us() >= e.submit_until_us() || e.issue_first_day() > e.issue_last_day()) {
        return invalid;
    }
    if (e.tiers() == nullptr || e.tiers()->size() == 0) {
        return invalid;
    }
    std::uint64_t places = e.reserves();
    std::uint16_t number = 0;
    for (const wire::PrizeTier* tier : *e.tiers()) {
        if (tier->tier() != ++number || tier->count() == 0 ||
            tier->amount_fen() > 100'000'000'000) {
            return invalid;
        }
        places += tier->count();
    }
    if (places > 10'000'000 || !algorithm_of(text_of(e.algorithm()))) {
        return invalid;
    }
    if (e.digits_at_us() <= e.submit_until_us() || e.public_value_at_us() <= e.submit_until_us()) {
        return invalid;
    }
    if (e.categories() != nullptr) {
        for (const std::uint16_t category : *e.categories()) {
            if (programme_.categories.count(category) == 0) {
                return invalid;
            }
        }
    }
    return good_text(e.name()) && good_text(e.digits_source()) && good_text(e.public_value_source())
               ? Reason::none
               : invalid;
}

Reason Judge::decide(const wire::PrizeBatchOpened& e) {
    if (programme_.platforms.count(e.draw_platform()) == 0) {
        return Reason::platform_unknown;
    }
    if (programme_.batches.count(e.batch()) != 0 ||
        programme_.prize_batches.count(e.batch()) != 0) {
        return Reason::batch_exists;
    }
    const Reason reason = check_prize_rules(e);
    if (reason != Reason::none) {
        return reason;
    }
    PrizeBatch& batch = programme_.prize_batches[e.batch()];
    batch.draw_platform = e.draw_platform();
    batch.submit_from_us = e.submit_from_us();
    batch.submit_until_us = e.submit_until_us();
    batch.issue_first_day = e.issue_first_day();
    batch.issue_last_day = e.issue_last_day();
    batch.amount_min_fen = e.amount_min_fen();
    if (e.categories() != nullptr) {
        batch.categories.insert(e.categories()->begin(), e.categories()->end());
    }
    batch.cap_per_consumer_day = e.cap_per_consumer_day();
    batch.cap_per_consumer = e.cap_per_consumer();
    batch.digits_at_us = e.digits_at_us();
    batch.public_value_at_us = e.public_value_at_us();
    batch.rules = {.kind = *algorithm_of(text_of(e.algorithm())),
                   .programme = event_.programme(),
                   .batch = e.batch(),
                   .tiers = {},
                   .reserves = e.reserves(),
                   .commitment = bytes_of(*e.commitment())};
    for (const wire::PrizeTier* tier : *e.tiers()) {
        batch.rules.tiers.push_back({.count = tier->count(), .amount_fen = tier->amount_fen()});
    }
    return Reason::none;
}

Reason Judge::fund_prizes(const wire::BatchFunded& e, const PrizeBatch& batch) {
    if (batch.closed) {
        return Reason::batch_closed;
    }
    if (e.tier() == 0 || e.tier() > batch.rules.tiers.size()) {
        return Reason::tier_unknown;
    }
    if (balance(fund()) < e.amount_fen()) {
        return Reason::fund_insufficient;
    }
    post(fund(), prize(AccountKind::prize_budget, e.batch(), e.tier()), e.amount_fen());
    answer_.amount_fen = e.amount_fen();
    return Reason::none;
}

Reason Judge::close_prizes(std::uint32_t number, PrizeBatch& batch) {
    if (batch.closed) {
        return Reason::batch_closed;
    }
    if (batch.draw == DrawState::sealed || batch.draw == DrawState::seeded) {
        return Reason::draw_pending;
    }
    for (std::size_t tier = 1; tier <= batch.rules.tiers.size(); ++tier) {
        const Account budget = prize(AccountKind::prize_budget, number, tier);
        post(budget, fund(), balance(budget));
    }
    batch.closed = true;
    return Reason::none;
}

Reason Judge::check_drawn_batch(std::uint32_t batch) const {
    const auto found = programme_.prize_batches.find(batch);
    if (found == programme_.prize_batches.end()) {
        return Reason::batch_unknown;
    }
    return found->second.closed ? Reason::batch_closed : Reason::none;
}

Reason Judge::check_drawer(std::uint32_t batch) const {
    const Reason standing = check_publisher();
    if (standing != Reason::none) {
        return standing;
    }
    const Reason closed = check_drawn_batch(batch);
    return closed != Reason::none ? closed
                                  : check_draw_platform(programme_.prize_batches.at(batch));
}

Reason Judge::decide(const wire::DrawSealed& e) {
    const Reason drawer = check_drawer(e.batch());
    if (drawer != Reason::none) {
        return drawer;
    }
    PrizeBatch& batch = programme_.prize_batches.at(e.batch());
    if (batch.draw == DrawState::aborted) {
        return Reason::draw_aborted;
    }
    if (sealed_before(batch.draw)) {
        return Reason::draw_already_sealed;
    }
    const std::int64_t log_time_us = *programme_.log_time_us;
    if (event_.occurred_at_us() < batch.submit_until_us || log_time_us < batch.submit_until_us) {
        return Reason::draw_too_early;
    }
    if (log_time_us >= batch.digits_at_us || log_time_us >= batch.public_value_at_us) {
        return Reason::draw_too_late;
    }
    const std::vector<Ticket> tickets = programme_.tickets(e.batch());
    if (e.count() != tickets.size() ||
        bytes_of(*e.root()) != root_of(batch.rules.kind, list_lines(tickets))) {
        return Reason::sealed_list_differs;
    }
    for (std::uint16_t tier = 1; tier <= batch.rules.tiers.size(); ++tier) {
        const Sum prizes_fen = Sum{batch.tier(tier).count} * batch.tier(tier).amount_fen;
        if (balance(prize(AccountKind::prize_budget, e.batch(), tier)) < prizes_fen) {
            return Reason::prize_budget_insufficient;
        }
    }
    batch.sealed = tickets;
    batch.draw = DrawState::sealed;
    return Reason::none;
}

Reason Judge::decide(const wire::DrawSeedPublished& e) {
    const Reason closed = check_drawn_batch(e.batch());
    if (closed != Reason::none) {
        return closed;
    }
    PrizeBatch& batch = programme_.prize_batches.at(e.batch());
    switch (batch.draw) {
        case DrawState::aborted: return Reason::draw_aborted;
        case DrawState::seeded:
        case DrawState::executed: return Reason::draw_seed_already_published;
        case DrawState::open: return Reason::draw_not_sealed;
        case DrawState::sealed: break;
    }
    const std::int64_t log_time_us = *programme_.log_time_us;
    if (log_time_us < batch.digits_at_us || log_time_us < batch.public_value_at_us) {
        return Reason::draw_too_early;
    }
    const std::string secret = bytes_of(*e.secret());
    if (commitment_of(batch.rules.kind, event_.programme(), e.batch(), secret) !=
        batch.rules.commitment) {
        return Reason::secret_differs_from_commitment;
    }
    batch.entropy = {
        .secret = secret, .digits = text_of(e.digits()), .public_value = text_of(e.public_value())};
    batch.draw = DrawState::seeded;
    return Reason::none;
}

Reason Judge::decide(const wire::DrawExecuted& e) {
    const Reason drawer = check_drawer(e.batch());
    if (drawer != Reason::none) {
        return drawer;
    }
    PrizeBatch& batch = programme_.prize_batches.at(e.batch());
    switch (batch.draw) {
        case DrawState::aborted: return Reason::draw_aborted;
        case DrawState::executed: return Reason::draw_already_executed;
        case DrawState::open: return Reason::draw_not_sealed;
        case DrawState::sealed: return Reason::draw_seed_not_published;
        case DrawState::seeded: break;
    }
    const std::vector<Drawn> result = draw(batch.rules, batch.sealed, batch.entropy);
    if (e.result_root() != nullptr &&
        bytes_of(*e.result_root()) != root_of(batch.rules.kind, result_lines(result))) {
        return Reason::draw_result_differs;
    }
    give_prizes(e.batch(), batch, result);
    batch.draw = DrawState::executed;
    return Reason::none;
}

void Judge::give_prizes(std::uint32_t number, PrizeBatch& batch, const std::vector<Drawn>& result) {
    for (const Drawn& drawn : result) {
        const bool reversed = invoice_of(drawn.ticket.invoice)->state == InvoiceState::reversed;
        const PlaceState state = reversed          ? PlaceState::lost
                                 : drawn.tier == 0 ? PlaceState::waiting
                                                   : PlaceState::payable;
        batch.places.push_back(
            {.invoice = drawn.ticket.invoice, .tier = drawn.tier, .state = state});
    }
    // Who had won but is lost leaves the prize to the first reserve that is not.
    for (const Place& lost : batch.places) {
        const auto next =
            std::find_if(batch.places.begin(), batch.places.end(),
                         [](const Place& place) { return place.state == PlaceState::waiting; });
        if (lost.state == PlaceState::lost && lost.tier != 0 && next != batch.places.end()) {
            next->tier = lost.tier;
            next->state = PlaceState::payable;
            answer_.flags |= reserve_moved_up;
        }
    }
    for (std::uint16_t tier = 1; tier <= batch.rules.tiers.size(); ++tier) {
        const auto winners =
            std::count_if(batch.places.begin(), batch.places.end(), [tier](const Place& place) {
                return place.tier == tier && place.state == PlaceState::payable;
            });
        const std::int64_t prizes_fen = winners * batch.tier(tier).amount_fen;
        post(prize(AccountKind::prize_budget, number, tier),
             prize(AccountKind::prize_payable, number, tier), prizes_fen);
        answer_.amount_fen += prizes_fen;
    }
}

Reason Judge::decide(const wire::DrawAborted& e) {
    const Reason closed = check_drawn_batch(e.batch());
    if (closed != Reason::none) {
        return closed;
    }
    PrizeBatch& batch = programme_.prize_batches.at(e.batch());
    switch (batch.draw) {
        case DrawState::aborted: return Reason::draw_aborted;
        case DrawState::executed: return Reason::draw_already_executed;
        case DrawState::open:
        case DrawState::sealed:
        case DrawState::seeded: break;
    }
    batch.draw = DrawState::aborted;
    return Reason::none;
}

}  // namespace fiscus::reference
