// Bits of Entry.flags (schemas/journal.fbs), by name. Thread: constants. Fails: never.
#pragma once

#include <cstdint>

#include "schemas/events_generated.h"
#include "schemas/journal_generated.h"

namespace fiscus::projections {

namespace flag {

inline constexpr std::uint8_t fills_gap = 1;
// With this part the order is refunded whole.
inline constexpr std::uint8_t full_refund = 2;
// A reserve has a prize that somebody else lost.
inline constexpr std::uint8_t moved_up = 64;

}  // namespace flag

// From this reason on a refused event has used up its sequence number (schemas/reasons.fbs).
inline constexpr std::uint16_t first_reason_that_uses_number = 40;

inline wire::Outcome outcome_of(const wire::Entry& entry) {
    return static_cast<wire::Outcome>(entry.outcome());
}
inline wire::EventBody kind_of(const wire::Entry& entry) {
    return static_cast<wire::EventBody>(entry.kind());
}

// Of an accepted DrawRequested.
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
