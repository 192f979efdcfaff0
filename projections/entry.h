// What an entry of the journal says (schemas/journal.fbs), by name. Thread: any. Fails: never.
#pragma once

#include <cstdint>
#include <string>

#include "engine/base/ids.h"
#include "engine/base/limits.h"
#include "schemas/events_generated.h"
#include "schemas/journal_generated.h"

namespace fiscus::projections {

namespace flag {

inline constexpr std::uint8_t fills_gap = 1;
// With this part the order is refunded whole.
inline constexpr std::uint8_t full_refund = 2;
// A reserve has a prize that somebody else lost.
inline constexpr std::uint8_t moved_up = 64;
// Of a registration: another identity gave the phone, the device, first.
inline constexpr std::uint8_t phone_of_other = 32;
inline constexpr std::uint8_t device_of_other = 64;

}  // namespace flag

// From this reason on a refused event has used up its sequence number (schemas/reasons.fbs).
inline constexpr std::uint16_t first_reason_that_uses_number = 40;

// Refused events may have any day.
inline bool day_in_range(std::int32_t day) { return day >= day_min && day < day_end; }

inline wire::Outcome outcome_of(const wire::Entry& entry) {
    return static_cast<wire::Outcome>(entry.outcome());
}
inline wire::EventBody kind_of(const wire::Entry& entry) {
    return static_cast<wire::EventBody>(entry.kind());
}

inline std::string hex_of(const wire::Id128& id) {
    return to_hex(Id128{.hi = id.hi(), .lo = id.lo()});
}

// Of an accepted DrawRequested, or of one that was asked before by another record; else none.
inline wire::DrawOutcome draw_outcome_of(const wire::Entry& entry) {
    return static_cast<wire::DrawOutcome>(entry.vouchers());
}
// An accepted DrawRequested that gave a voucher.
inline bool is_win(const wire::Entry& entry) {
    return kind_of(entry) == wire::EventBody::DrawRequested &&
           outcome_of(entry) == wire::Outcome::accepted &&
           draw_outcome_of(entry) == wire::DrawOutcome::won;
}

}  // namespace fiscus::projections
