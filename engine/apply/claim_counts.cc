#include "engine/apply/claim_counts.h"

#include <algorithm>

namespace fiscus::apply {
namespace {

using state::ConsumerClaims;
using state::ConsumerRecord;
using state::TableId;

// A place in the consumer's own record counts its day with 8 bits.
bool fits_own_record(const BatchRules& rules) {
    return rules.redeem_last_day - rules.claim_first_day <= UINT8_MAX;
}

// Index of the (batch, day), of the first free place, or past the end when all are taken.
std::size_t place_in(const ConsumerRecord& consumer, const ClaimPlace& place) {
    if (place.batch_ordinal == 0) {
        return consumer.claims.size();
    }
    const auto at = std::find_if(
        consumer.claims.begin(), consumer.claims.end(), [&place](const ConsumerClaims& claims) {
            return claims.batch == 0 ||
                   (claims.batch == place.batch_ordinal && claims.day == place.day);
        });
    return static_cast<std::size_t>(at - consumer.claims.begin());
}

}  // namespace

ClaimPlace claim_place(ProgrammeId programme,
                       BatchId batch,
                       Id128 consumer,
                       const BatchRules& rules,
                       std::int32_t day) {
    constexpr auto days = static_cast<std::uint32_t>(state::ConsumerClaimsRecord::days_per_page);
    const auto since = static_cast<std::uint32_t>(day - rules.claim_first_day);
    const state::Key further{.id = consumer,
                             .programme = programme.value(),
                             .part = batch.value(),
                             .table = TableId::consumer_claims};
    ClaimPlace place{
        .consumer = {.id = consumer, .programme = programme.value(), .table = TableId::consumer},
        .further_total = further,
        .further_day = further,
        .further_slot = since % days,
        .batch_ordinal = fits_own_record(rules) ? rules.ordinal : std::uint16_t{0},
        .day = since};
    place.further_day.sub = static_cast<std::uint16_t>(since / days);
    return place;
}

ClaimCounts claim_counts(state::State& state, const ClaimPlace& place) {
    const ConsumerRecord& consumer = *state.consumers.get(place.consumer);
    ClaimCounts counts;
    for (const ConsumerClaims& claims : consumer.claims) {
        if (claims.batch != 0 && claims.batch == place.batch_ordinal) {
            counts.total += claims.count;
            if (claims.day == place.day) {
                counts.day += claims.count;
            }
        }
    }
    if (free_places(consumer, place) == 0) {
        const auto* day = state.consumer_claims.get(place.further_day);
        const auto* total = state.consumer_claims.get(place.further_total);
        counts.day += day == nullptr ? 0U : day->days[place.further_slot];
        counts.total += total == nullptr ? 0U : total->total;
    }
    return counts;
}

void count_claim(state::State& state, const ClaimPlace& place, bool back) {
    ConsumerRecord& consumer = state.change(state.consumers, place.consumer);
    if (const std::size_t at = place_in(consumer, place); at < consumer.claims.size()) {
        ConsumerClaims& claims = consumer.claims[at];
        claims.batch = place.batch_ordinal;
        claims.day = static_cast<std::uint8_t>(place.day);
        step_count(claims.count, back);
        return;
    }
    step_count(state.change(state.consumer_claims, place.further_day).days[place.further_slot],
               back);
    step_count(state.change(state.consumer_claims, place.further_total).total, back);
}

std::size_t free_places(const ConsumerRecord& consumer, const ClaimPlace& place) {
    if (place.batch_ordinal == 0) {
        return 0;
    }
    return static_cast<std::size_t>(
        std::count_if(consumer.claims.begin(), consumer.claims.end(),
                      [](const ConsumerClaims& claims) { return claims.batch == 0; }));
}

}  // namespace fiscus::apply
