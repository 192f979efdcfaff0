// Batch family (批次 / 轮次). Closing releases outstanding money cohort by cohort, never voucher by
// voucher, so its cost does not depend on how many vouchers there are.
#include "engine/apply/families.h"

namespace fiscus::apply {

using state::TableId;

namespace {

// In order of opening, of both kinds together.
std::uint16_t next_ordinal(const Context& c) {
    const std::size_t ordinal = c.rules->batches.size() + c.rules->prize_batches.size() + 1;
    return ordinal <= UINT16_MAX ? static_cast<std::uint16_t>(ordinal) : std::uint16_t{0};
}

// Sealed, and nobody has won yet: the money waits for the winners.
bool is_pending(const state::PrizeDrawRecord& draw) {
    return draw.status == state::DrawStatus::sealed || draw.status == state::DrawStatus::seeded;
}

void release_prizes(Context& c, BatchId batch, const PrizeBatchRules& rules) {
    for (std::size_t tier = 1; tier <= rules.plan.tiers.size(); ++tier) {
        const AccountName rest = prize_budget(batch, static_cast<std::uint16_t>(tier));
        c.post(rest, fund(), c.balance(rest));
    }
}

void release_cohorts(Context& c, BatchId batch) {
    auto& cohorts = c.cohorts[c.in.programme.value()];
    for (auto at = cohorts.begin(); at != cohorts.end();) {
        if (at->second != batch.value()) {
            ++at;
            continue;
        }
        const AccountName cohort = outstanding(batch, at->first);
        c.post(cohort, budget(batch), c.balance(cohort));
        at = cohorts.erase(at);
    }
    c.post(budget(batch), fund(), c.balance(budget(batch)));
}

}  // namespace

Answer apply(Context& c, const wire::BatchOpened& event) {
    const BatchId batch(event.batch());
    if (c.has_batch(batch)) {
        return refused(wire::Reason::batch_exists);
    }
    auto rules = batch_rules(event, *c.rules);
    if (!rules.has_value()) {
        return refused(wire::Reason::batch_rules_invalid);
    }
    if (c.rules->open_cohorts_max + rules->cohorts_max() > programme_cohorts_max) {
        return refused(wire::Reason::cohort_limit_reached);
    }
    auto& record = c.state.change(c.state.batches, c.key(TableId::batch, batch.value()));
    record.claim_until_us = event.claim_until_us();
    record.quota = event.quota();
    record.quota_per_day = event.quota_per_day();
    record.cap_per_consumer = event.cap_per_consumer();
    record.cap_per_consumer_day = event.cap_per_consumer_day();
    record.ordinal = next_ordinal(c);
    rules->ordinal = record.ordinal;
    c.rules->open_cohorts_max += rules->cohorts_max();
    c.rules->batches.emplace(batch.value(), *std::move(rules));
    c.state.define({.programme = c.in.programme.value(), .part = batch.value()}, c.in.value);
    c.remember_natural_key();
    return accepted();
}

Answer apply(Context& c, const wire::BatchAdjusted& event) {
    const BatchId batch(event.batch());
    const BatchRules* rules = c.batch_rules(batch);
    if (rules == nullptr) {
        return refused(wire::Reason::batch_unknown);
    }
    if (c.batch(batch).closed != 0) {
        return refused(wire::Reason::batch_closed);
    }
    if (event.claim_until_us().has_value() && *event.claim_until_us() <= rules->claim_from_us) {
        return refused(wire::Reason::batch_rules_invalid);
    }
    const auto* issued = c.state.counters.get(c.counter_key(batch, state::CounterScope::batch, 0));
    if (event.quota().has_value() && *event.quota() != 0 && issued != nullptr &&
        *event.quota() < issued->count) {
        return refused(wire::Reason::limit_below_used);
    }
    auto& record = c.state.change(c.state.batches, c.key(TableId::batch, batch.value()));
    record.claim_until_us = event.claim_until_us().value_or(record.claim_until_us);
    record.quota = event.quota().value_or(record.quota);
    record.quota_per_day = event.quota_per_day().value_or(record.quota_per_day);
    record.cap_per_consumer = event.cap_per_consumer().value_or(record.cap_per_consumer);
    record.cap_per_consumer_day =
        event.cap_per_consumer_day().value_or(record.cap_per_consumer_day);
    c.remember_natural_key();
    return accepted();
}

Answer apply(Context& c, const wire::PrizeBatchOpened& event) {
    const BatchId batch(event.batch());
    if (c.state.platforms.get(c.key(TableId::platform, event.draw_platform())) == nullptr) {
        return refused(wire::Reason::platform_unknown);
    }
    if (c.has_batch(batch)) {
        return refused(wire::Reason::batch_exists);
    }
    auto rules = prize_batch_rules(event, *c.rules);
    if (!rules.has_value()) {
        return refused(wire::Reason::batch_rules_invalid);
    }
    auto& record = c.state.change(c.state.batches, c.key(TableId::batch, batch.value()));
    record.claim_until_us = event.submit_until_us();
    record.cap_per_consumer = event.cap_per_consumer();
    record.cap_per_consumer_day = event.cap_per_consumer_day();
    record.ordinal = next_ordinal(c);
    rules->ordinal = record.ordinal;
    c.rules->prize_batches.emplace(batch.value(), *std::move(rules));
    c.state.define({.programme = c.in.programme.value(), .part = batch.value()}, c.in.value);
    c.remember_natural_key();
    return accepted();
}

Answer apply(Context& c, const wire::BatchClosed& event) {
    const BatchId batch(event.batch());
    if (!c.has_batch(batch)) {
        return refused(wire::Reason::batch_unknown);
    }
    if (c.batch(batch).closed != 0) {
        return refused(wire::Reason::batch_closed);
    }
    const PrizeBatchRules* prizes = c.prize_rules(batch);
    if (prizes != nullptr && is_pending(c.prize_draw(batch))) {
        return refused(wire::Reason::draw_pending);
    }
    c.state.change(c.state.batches, c.key(TableId::batch, batch.value())).closed = 1;
    if (prizes != nullptr) {
        release_prizes(c, batch, *prizes);
    } else {
        c.rules->open_cohorts_max -= c.batch_rules(batch)->cohorts_max();
        release_cohorts(c, batch);
    }
    c.remember_natural_key();
    return accepted();
}

}  // namespace fiscus::apply
