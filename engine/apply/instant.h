// What prefetching and the rules of instant draws look up alike.
#pragma once

#include "engine/apply/instant_rules.h"
#include "engine/apply/rules.h"
#include "engine/state/state.h"

namespace fiscus::apply {

// The draw of that day; null when there is none.
const InstantDrawRules* instant_rules_on(const ProgrammeRules& programme, std::int32_t day);
// Null when it was not published.
const wire::PublicValuePublished* public_value(const state::State& state,
                                               ProgrammeId programme,
                                               std::int32_t day);
// Its own key, or that of a later day of its chain, from which it follows.
bool is_day_opened(state::State& state,
                   ProgrammeId programme,
                   const InstantDrawRules& rules,
                   std::int32_t day);
state::Key draw_request_key(ProgrammeId programme,
                            std::int32_t day,
                            std::uint16_t platform,
                            Id128 consumer);

}  // namespace fiscus::apply
