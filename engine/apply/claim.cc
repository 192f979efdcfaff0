// VoucherClaimed (领取): quotas and caps hold exactly, because one writer takes claims in log order.
#include <algorithm>

#include "engine/apply/claim_counts.h"
#include "engine/apply/families.h"
#include "engine/apply/naming.h"
#include "engine/apply/vouchers.h"

namespace fiscus::apply {
namespace {

using state::CounterScope;
using state::TableId;
using wire::Reason;

std::uint64_t counted(Context& c, BatchId batch, CounterScope scope, std::uint64_t of) {
    const auto* record = c.state.counters.get(c.counter_key(batch, scope, of));
    return record == nullptr ? 0 : record->count;
}

// A batch's own quota of 0 is none.
bool exhausted(std::uint64_t limit, std::uint64_t used) { return limit != 0 && used >= limit; }

Reason check_quotas(Context& c,
                    BatchId id,
                    const QuotaLines& lines,
                    const state::BatchRecord& batch) {
    const auto day = static_cast<std::uint64_t>(c.draft.business_day);
    if (exhausted(batch.quota, counted(c, id, CounterScope::batch, 0))) {
        return Reason::batch_quota_exhausted;
    }
    if (exhausted(batch.quota_per_day, counted(c, id, CounterScope::day, day))) {
        return Reason::day_quota_exhausted;
    }
    const std::uint16_t platform = c.own_platform().value();
    if (lines.platform != 0 &&
        exhausted(lines.platform, counted(c, id, CounterScope::platform, platform))) {
        return Reason::platform_quota_exhausted;
    }
    // The district first, then its prefecture, then its province.
    const bool used_up = std::any_of(
        lines.districts.begin(), lines.districts.end(), [&](const DistrictQuota& quota) {
            return quota.count != 0 &&
                   exhausted(quota.count, counted(c, id, CounterScope::district, quota.district));
        });
    return used_up ? Reason::district_quota_exhausted : Reason::none;
}

// Adds one to everything that counts claims, or takes it back when a void returns quotas. Platforms
// and districts are counted only where a line asks for it: lines are never added to a batch.
void count(Context& c,
           BatchId batch,
           const QuotaLines& lines,
           const ClaimPlace& place,
           std::int32_t day,
           PlatformId platform,
           bool back) {
    const auto step = [&](CounterScope scope, std::uint64_t of) {
        step_count(c.state.change(c.state.counters, c.counter_key(batch, scope, of)).count, back);
    };
    step(CounterScope::batch, 0);
    step(CounterScope::day, static_cast<std::uint64_t>(day));
    if (lines.platform != 0) {
        step(CounterScope::platform, platform.value());
    }
    for (const DistrictQuota& quota : lines.districts) {
        if (quota.count != 0) {
            step(CounterScope::district, quota.district);
        }
    }
    count_claim(c.state, place, back);
}

}  // namespace

Answer apply(Context& c, const wire::VoucherClaimed& event) {
    if (const Reason reason = c.own_platform_refusal(); reason != Reason::none) {
        return refused(reason);
    }
    const BatchId id(event.batch());
    const BatchRules* rules = c.batch_rules(id);
    if (rules == nullptr) {
        return refused(Reason::batch_unknown);
    }
    // From here on the consumer has asked (抢券用户数), whatever the answer is.
    const Id128 token = decode::id_of(event.consumer());
    const ConsumerOrdinal consumer = name_consumer(c, token);
    c.draft.consumer_ordinal = consumer.value();
    if (const Reason reason = check_window(c, id, *rules); reason != Reason::none) {
        return refused(reason);
    }
    const PackRules* pack = rules->pack(PackId(event.pack()));
    if (pack == nullptr) {
        return refused(Reason::pack_unknown);
    }
    const DenominationRules* denomination =
        rules->denomination(DenominationId(event.denomination()));
    if (denomination == nullptr || denomination->pack != pack->pack) {
        return refused(Reason::denomination_unknown);
    }
    if (const Reason reason = check_consumer(c, event.district(), token); reason != Reason::none) {
        return refused(reason);
    }
    if (rules->drawn) {
        return refused(Reason::batch_is_drawn);
    }
    const ClaimPlace place =
        claim_place(c.in.programme, id, token, counted_days(*rules), c.draft.business_day);
    const state::BatchRecord& batch = c.batch(id);
    if (const Reason reason = check_caps(
            claim_counts(c.state, place), batch,
            {.of_day = Reason::consumer_day_cap_reached, .in_all = Reason::consumer_cap_reached});
        reason != Reason::none) {
        return refused(reason);
    }
    const QuotaLines lines = rules->quota_lines(c.own_platform(), event.district());
    if (const Reason reason = check_quotas(c, id, lines, batch); reason != Reason::none) {
        return refused(reason);
    }
    const std::int32_t last_day = rules->last_day(c.draft.business_day);
    if (const Reason reason = check_money(c, id, last_day, denomination->face);
        reason != Reason::none) {
        return refused(reason);
    }
    c.draft.amount_fen = denomination->face.fen();
    c.draft.category = pack->category;
    c.draft.channel = static_cast<std::uint8_t>(pack->channel);
    issue(c, {.consumer = token,
              .consumer_ordinal = consumer,
              .batch = id,
              .pack = pack->pack,
              .denomination = denomination->denomination,
              .face = denomination->face,
              .district = event.district(),
              .last_day = last_day,
              .drawn = false});
    count(c, id, lines, place, c.draft.business_day, c.own_platform(), false);
    return accepted();
}

Answer apply(Context& c, const wire::VoucherVoided& event) {
    const state::Key key = c.key(TableId::voucher, decode::id_of(event.voucher()));
    const auto* voucher = c.state.vouchers.get(key);
    if (voucher == nullptr) {
        return refused(Reason::voucher_unknown);
    }
    if (c.by_platform() && voucher->platform != c.source.platform) {
        return refused(Reason::voucher_of_other_platform);
    }
    switch (voucher->status) {
        case state::VoucherStatus::claimed: break;
        case state::VoucherStatus::voided: return refused(Reason::voucher_voided);
        case state::VoucherStatus::redeemed: return refused(Reason::voucher_already_redeemed);
        case state::VoucherStatus::returned: return refused(Reason::voucher_returned);
    }
    const BatchId batch(voucher->batch);
    if (c.cohort_released(batch, voucher->last_day)) {
        return refused(Reason::cohort_released);
    }
    c.draft.amount_fen = voucher->face_fen;
    c.draft.batch = voucher->batch;
    c.draft.pack = voucher->pack;
    c.draft.denomination = voucher->denomination;
    c.draft.district = voucher->district;
    c.draft.platform = voucher->platform;
    c.draft.consumer_ordinal = voucher->consumer_ordinal;
    c.draft.origin_day = business_day(voucher->claimed_at_us);
    c.post(outstanding(batch, voucher->last_day), budget(batch), c.amount());
    const BatchRules& rules = *c.batch_rules(batch);
    if (rules.void_returns_quota && voucher->drawn == 0) {
        const ClaimPlace place = claim_place(c.in.programme, batch, voucher->consumer,
                                             counted_days(rules), c.draft.origin_day);
        const PlatformId platform(voucher->platform);
        count(c, batch, rules.quota_lines(platform, voucher->district), place, c.draft.origin_day,
              platform, true);
    }
    c.state.change(c.state.vouchers, key).status = state::VoucherStatus::voided;
    c.remember_natural_key();
    return accepted();
}

}  // namespace fiscus::apply
