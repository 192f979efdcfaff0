// Figures of days as they are known now: what revisions reported does not matter here, what came
// since does. Sums add up over the days, distinct counts are unions. For queries.
// Thread: that of the fold. Fails: corrupt, state.
#pragma once

#include <cstdint>
#include <map>

#include "engine/base/result.h"
#include "projections/statistics/programme_state.h"

namespace fiscus::projections {

// One grouping set over [first_day, last_day]. `to_date` adds every day up to last_day.
Result<std::map<CellKey, Figures>> figures_now(Store& store,
                                               ProgrammeState& programme,
                                               std::int32_t first_day,
                                               std::int32_t last_day,
                                               Grouping grouping);

}  // namespace fiscus::projections
