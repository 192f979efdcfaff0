#include "engine/apply/claim_counts.h"

#include <algorithm>

#include "engine/base/time.h"

namespace fiscus::apply {
namespace {

using state::ConsumerClaim;
using state::ConsumerRecord;
using state::TableId;

constexpr ConsumerClaim free_place{};

// A place in the consumer's own record has 8 bits for the batch and 8 for the day.
bool fits_own_record(const CountedDays& days) {
    return days.ordinal <= UINT8_MAX && days.last - days.first <= UINT8_MAX;
}

}  // namespace

CountedDays counted_days(const BatchRules& rules) {
    return {
        .first = rules.claim_first_day, .last = rules.redeem_last_day, .ordinal = rules.ordinal};
}

CountedDays counted_days(const PrizeBatchRules& rules) {
    return {.first = business_day(rules.submit_from_us),
            .last = business_day(rules.submit_until_us),
            .ordinal = rules.ordinal};
}

ClaimPlace claim_place(ProgrammeId programme,
                       BatchId batch,
                       Id128 consumer,
                       const CountedDays& days,
                       std::int32_t day) {
    constexpr auto page = static_cast<std::uint32_t>(state::ConsumerClaimsRecord::days_per_page);
    const auto since = static_cast<std::uint32_t>(day - days.first);
    const state::Key further{.id = consumer,
                             .programme = programme.value(),
                             .part = batch.value(),
                             .table = TableId::consumer_claims};
    ClaimPlace place{
        .consumer = {.id = consumer, .programme = programme.value(), .table = TableId::consumer},
        .further_total = further,
        .further_day = further,
        .further_slot = since % page};
    place.further_day.sub = static_cast<std::uint16_t>(since / page);
    // After its last day a batch accepts no claim, so it does not matter what is counted then.
    if (fits_own_record(days) && since <= UINT8_MAX) {
        place.own = {.batch = static_cast<std::uint8_t>(days.ordinal),
                     .day = static_cast<std::uint8_t>(since)};
    }
    return place;
}

ClaimCounts claim_counts(state::State& state, const ClaimPlace& place) {
    const ConsumerRecord& consumer = *state.consumers.get(place.consumer);
    ClaimCounts counts;
    if (place.own.batch != 0) {
        for (const ConsumerClaim& claim : consumer.claims) {
            counts.total += claim.batch == place.own.batch ? 1U : 0U;
            counts.day += claim == place.own ? 1U : 0U;
        }
    }
    if (consumer.overflowed != 0) {
        const auto* day = state.consumer_claims.get(place.further_day);
        const auto* total = state.consumer_claims.get(place.further_total);
        counts.day += day == nullptr ? 0U : day->days[place.further_slot];
        counts.total += total == nullptr ? 0U : total->total;
    }
    return counts;
}

wire::Reason check_caps(const ClaimCounts& counts,
                        const state::BatchRecord& batch,
                        const CapReasons& reasons) {
    const auto reached = [](std::uint64_t cap, std::uint64_t cap_max, std::uint64_t used) {
        return used >= (cap == 0 ? cap_max : cap);
    };
    if (reached(batch.cap_per_consumer_day, consumer_day_claims_max, counts.day)) {
        return reasons.of_day;
    }
    return reached(batch.cap_per_consumer, consumer_claims_max, counts.total) ? reasons.in_all
                                                                              : wire::Reason::none;
}

void count_claim(state::State& state, const ClaimPlace& place, bool back) {
    ConsumerRecord& consumer = state.change(state.consumers, place.consumer);
    if (place.own.batch != 0) {
        auto& claims = consumer.claims;
        auto* const at = std::find(claims.begin(), claims.end(), back ? place.own : free_place);
        if (at != claims.end()) {
            if (back) {
                std::copy(at + 1, claims.end(), at);
                claims.back() = free_place;
            } else {
                *at = place.own;
            }
            return;
        }
    }
    consumer.overflowed = 1;
    step_count(state.change(state.consumer_claims, place.further_day).days[place.further_slot],
               back);
    step_count(state.change(state.consumer_claims, place.further_total).total, back);
}

std::size_t free_places(const ConsumerRecord& consumer, const ClaimPlace& place) {
    return place.own.batch == 0 ? 0
                                : static_cast<std::size_t>(std::count(
                                      consumer.claims.begin(), consumer.claims.end(), free_place));
}

}  // namespace fiscus::apply
