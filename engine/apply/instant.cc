// Instant draws (即时抽奖): chance is a function of who asks where on which day; stock and caps follow
// the log. The bytes are those of docs/formats/draw-bundle.md.
#include "engine/apply/instant.h"

#include <algorithm>

#include "engine/apply/chances.h"
#include "engine/apply/families.h"
#include "engine/apply/naming.h"
#include "engine/apply/vouchers.h"

namespace fiscus::apply {
namespace {

using state::TableId;
using wire::Reason;

// By the event's own time and by the log's, which no publisher chooses.
bool is_over(const Context& c, std::int32_t day) {
    return day < c.draft.business_day && day < business_day(c.programme().log_time_us);
}

std::uint64_t won_in_tier(std::int32_t day, std::size_t tier) {
    return (static_cast<std::uint64_t>(day) << 16U) + tier;
}

// What the first answer said, for every request of the consumer, platform and day.
void tell(Context& c, const state::DrawRequestRecord& request) {
    c.draft.batch = request.batch;
    c.draft.vouchers = request.outcome;
    c.draft.limit_class = request.tier;
    if (request.outcome == static_cast<std::uint8_t>(wire::DrawOutcome::won)) {
        c.draft.amount_fen = request.face_fen;
        c.draft.pack = request.pack;
        c.draft.denomination = request.denomination;
        c.draft.category = request.category;
        c.draft.channel = request.channel;
    }
}

// That the day can be drawn, and the consumer comes in the order of days.
Reason check_day(Context& c, const InstantDrawRules& rules, Id128 token) {
    const std::int32_t day = c.draft.business_day;
    if (public_value(c.state, c.in.programme, day - 1) == nullptr) {
        return Reason::public_value_not_published;
    }
    if (is_day_opened(c.state, c.in.programme, rules, day)) {
        return Reason::day_key_already_opened;
    }
    const auto* wins = c.state.draw_wins.get(c.key(TableId::draw_wins, token));
    return wins != nullptr && wins->last_day > day ? Reason::later_day_asked_already : Reason::none;
}

Reason check_request(Context& c,
                     const wire::DrawRequested& event,
                     const InstantDrawRules& rules,
                     std::int32_t last_day) {
    const Id128 token = decode::id_of(event.consumer());
    Reason reason = check_window(c, rules.batch, *c.batch_rules(rules.batch));
    if (reason == Reason::none) {
        reason = check_consumer(c, event.district(), token);
    }
    if (reason == Reason::none) {
        reason = check_day(c, rules, token);
    }
    // Money for whatever may be won.
    return reason == Reason::none ? check_money(c, rules.batch, last_day, rules.face_max) : reason;
}

std::vector<std::uint64_t> given_today(Context& c, const InstantDrawRules& rules) {
    std::vector<std::uint64_t> given;
    for (std::size_t tier = 1; tier <= rules.tiers.size(); ++tier) {
        const auto* count = c.state.counters.get(c.counter_key(
            rules.batch, state::CounterScope::won, won_in_tier(c.draft.business_day, tier)));
        given.push_back(count == nullptr ? 0 : count->count);
    }
    return given;
}

const DenominationRules& denomination_of(const BatchRules& batch, PackId pack, Amount face) {
    const auto at = std::find_if(
        batch.denominations.begin(), batch.denominations.end(),
        [&](const DenominationRules& one) { return one.pack == pack && one.face == face; });
    FISCUS_CHECK(at != batch.denominations.end(), "a tier's amounts are faces of its pack");
    return *at;
}

state::DrawRequestRecord answer_of(const InstantDrawRules& rules,
                                   const BatchRules& batch,
                                   const draw::Decision& decision,
                                   Id128 voucher) {
    state::DrawRequestRecord answer{.voucher = voucher};
    answer.batch = rules.batch.value();
    // On the wire 0 means that there is none.
    answer.outcome = static_cast<std::uint8_t>(static_cast<std::uint8_t>(decision.outcome) + 1);
    answer.tier = static_cast<std::uint8_t>(decision.tier);
    if (decision.outcome == draw::DrawOutcome::won) {
        const PackId pack = rules.packs[decision.tier - 1];
        const DenominationRules& denomination = denomination_of(batch, pack, decision.amount);
        answer.face_fen = decision.amount.fen();
        answer.pack = pack.value();
        answer.denomination = denomination.denomination.value();
        answer.category = batch.pack(pack)->category;
        answer.channel = static_cast<std::uint8_t>(batch.pack(pack)->channel);
    }
    return answer;
}

// Of the chain: its number of the last day whose key is opened.
state::Key last_opened_key(ProgrammeId programme, const InstantDrawRules& rules) {
    return {.programme = programme.value(),
            .part = static_cast<std::uint32_t>(rules.first_day),
            .sub = 1,
            .table = TableId::draw_day};
}

}  // namespace

const InstantDrawRules* instant_rules_on(const ProgrammeRules& programme, std::int32_t day) {
    const auto after = programme.instant_draws.upper_bound(day);
    if (after == programme.instant_draws.begin()) {
        return nullptr;
    }
    const InstantDrawRules& rules = std::prev(after)->second;
    return rules.has_day(day) ? &rules : nullptr;
}

const wire::PublicValuePublished* public_value(const state::State& state,
                                               ProgrammeId programme,
                                               std::int32_t day) {
    const auto at = state.definitions().find({.programme = programme.value(),
                                              .part = static_cast<std::uint32_t>(day),
                                              .kind = state::DefinitionKind::public_value});
    return at == state.definitions().end()
               ? nullptr
               : wire::GetEvent(at->second.data())->body_as_PublicValuePublished();
}

bool is_day_opened(state::State& state,
                   ProgrammeId programme,
                   const InstantDrawRules& rules,
                   std::int32_t day) {
    const auto* last = state.draw_days.get(last_opened_key(programme, rules));
    return last != nullptr && last->opened >= rules.number_of(day);
}

state::Key draw_request_key(ProgrammeId programme,
                            std::int32_t day,
                            std::uint16_t platform,
                            Id128 consumer) {
    return {.id = consumer,
            .programme = programme.value(),
            .part = (static_cast<std::uint32_t>(day) << 16U) + platform,
            .table = TableId::draw_request};
}

Answer apply(Context& c, const wire::InstantDrawOpened& event) {
    const BatchId batch(event.batch());
    const BatchRules* of_batch = c.batch_rules(batch);
    if (of_batch == nullptr) {
        return refused(Reason::batch_unknown);
    }
    if (c.batch(batch).closed != 0) {
        return refused(Reason::batch_closed);
    }
    const auto& opened =
        c.state.definitions().at({.programme = c.in.programme.value(), .part = batch.value()});
    auto rules =
        instant_draw_rules(event, *wire::GetEvent(opened.data())->body_as_BatchOpened(), *of_batch);
    if (!rules.has_value()) {
        return refused(Reason::batch_rules_invalid);
    }
    for (const auto& [first_day, other] : c.rules->instant_draws) {
        if (other.has_day(rules->first_day) || rules->has_day(first_day)) {
            return refused(Reason::draw_days_taken);
        }
    }
    c.state.define({.programme = c.in.programme.value(),
                    .part = static_cast<std::uint32_t>(event.first_day()),
                    .kind = state::DefinitionKind::instant_draw},
                   c.in.value);
    c.rules->batches.at(batch.value()).drawn = true;
    c.rules->instant_draws.emplace(event.first_day(), *std::move(rules));
    c.remember_natural_key();
    return accepted();
}

Answer apply(Context& c, const wire::PublicValuePublished& event) {
    if (!is_over(c, event.day())) {
        return refused(Reason::day_not_over);
    }
    if (public_value(c.state, c.in.programme, event.day()) != nullptr) {
        return refused(Reason::public_value_already_published);
    }
    c.state.define({.programme = c.in.programme.value(),
                    .part = static_cast<std::uint32_t>(event.day()),
                    .kind = state::DefinitionKind::public_value},
                   c.in.value);
    c.remember_natural_key();
    return accepted();
}

Answer apply(Context& c, const wire::DrawRequested& event) {
    if (const Reason reason = c.own_platform_refusal(); reason != Reason::none) {
        return refused(reason);
    }
    const std::int32_t day = c.draft.business_day;
    const InstantDrawRules* rules = instant_rules_on(*c.rules, day);
    if (rules == nullptr) {
        return refused(Reason::no_draw_on_day);
    }
    const Id128 token = decode::id_of(event.consumer());
    const ConsumerOrdinal consumer = name_consumer(c, token);
    c.draft.consumer_ordinal = consumer.value();
    c.draft.batch = rules->batch.value();
    const state::Key request_key = draw_request_key(c.in.programme, day, c.source.platform, token);
    if (const auto* first = c.state.draw_requests.get(request_key)) {
        tell(c, *first);
        if (first->outcome == static_cast<std::uint8_t>(wire::DrawOutcome::won)) {
            c.draft.subject = first->voucher;
        }
        return duplicate();
    }
    const BatchRules& batch = *c.batch_rules(rules->batch);
    const std::int32_t last_day = batch.last_day(day);
    if (const Reason reason = check_request(c, event, *rules, last_day); reason != Reason::none) {
        return refused(reason);
    }
    auto& wins = c.state.change(c.state.draw_wins, c.key(TableId::draw_wins, token));
    if (wins.last_day != day) {
        wins.wins_before += wins.wins_on_day;
        wins.wins_on_day = 0;
        wins.last_day = day;
    }
    const std::vector<std::uint64_t> given = given_today(c, *rules);
    const draw::Decision decision =
        draw::decide(c.chances->of(c.in.programme, day), rules->tiers,
                     {.platform = c.own_platform(), .consumer = token},
                     {.won_today = wins.wins_on_day > 0,
                      .wins_before = wins.wins_before,
                      .wins_max = rules->wins_max,
                      .time_of_day_us = c.in.occurred_at_us - start_of_day_us(day),
                      .given = given});
    const state::DrawRequestRecord answer = answer_of(*rules, batch, decision, c.in.key);
    c.state.change(c.state.draw_requests, request_key) = answer;
    tell(c, answer);
    if (decision.outcome == draw::DrawOutcome::won) {
        ++wins.wins_on_day;
        ++c.state
              .change(c.state.counters, c.counter_key(rules->batch, state::CounterScope::won,
                                                      won_in_tier(day, decision.tier)))
              .count;
        issue(c, {.consumer = token,
                  .consumer_ordinal = consumer,
                  .batch = rules->batch,
                  .pack = PackId(answer.pack),
                  .denomination = DenominationId(answer.denomination),
                  .face = decision.amount,
                  .district = event.district(),
                  .last_day = last_day,
                  .drawn = true});
    }
    c.remember_natural_key();
    return accepted();
}

Answer apply(Context& c, const wire::DayKeyOpened& event) {
    if (!is_over(c, event.day())) {
        return refused(Reason::day_not_over);
    }
    const InstantDrawRules* rules = instant_rules_on(*c.rules, event.day());
    if (rules == nullptr) {
        return refused(Reason::no_draw_on_day);
    }
    const state::Key day_key = c.key(TableId::draw_day, static_cast<std::uint32_t>(event.day()));
    if (const auto* known = c.state.draw_days.get(day_key);
        known != nullptr && known->opened != 0) {
        return refused(Reason::day_key_already_opened);
    }
    const draw::Digest key = draw::digest_from(*event.key());
    if (!draw::check_key(rules->hash, rules->chain_head, rules->days, rules->number_of(event.day()),
                         key)
             .ok()) {
        return refused(Reason::day_key_differs);
    }
    auto& day = c.state.change(c.state.draw_days, day_key);
    day.key = key;
    day.opened = 1;
    auto& last = c.state.change(c.state.draw_days, last_opened_key(c.in.programme, *rules));
    last.opened = std::max<std::uint64_t>(last.opened, rules->number_of(event.day()));
    c.chances->forget(c.in.programme, event.day());
    c.remember_natural_key();
    return accepted();
}

}  // namespace fiscus::apply
