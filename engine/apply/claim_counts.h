// Where the accepted claims of one consumer in one batch are counted (records.h:
// ConsumerBatchRecord).
#pragma once

#include "engine/apply/rules.h"
#include "engine/state/records.h"

namespace fiscus::apply {

struct ClaimCounts {
    state::Key total_key;
    state::Key day_key;
    std::size_t day_slot = 0;
};

// `day` is at or after the batch's first claim day.
inline ClaimCounts claim_counts(ProgrammeId programme,
                                BatchId batch,
                                Id128 consumer,
                                const BatchRules& rules,
                                std::int32_t day) {
    constexpr auto days = static_cast<std::uint32_t>(state::ConsumerBatchRecord::days_per_page);
    const auto since = static_cast<std::uint32_t>(day - rules.claim_first_day);
    const state::Key key{.id = consumer,
                         .programme = programme.value(),
                         .part = batch.value(),
                         .table = state::TableId::consumer_batch};
    ClaimCounts counts{.total_key = key, .day_key = key, .day_slot = since % days};
    counts.day_key.sub = static_cast<std::uint16_t>(since / days);
    return counts;
}

}  // namespace fiscus::apply
