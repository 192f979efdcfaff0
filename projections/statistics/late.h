// Entries as bytes of the state, and the count of late ones. Thread: values. Fails: parse_entry on
// bytes of another size.
#pragma once

#include <cstring>
#include <string_view>
#include <type_traits>

#include "projections/statistics/flags.h"
#include "projections/statistics/programme_state.h"

namespace fiscus::projections {

static_assert(std::is_trivially_copyable_v<wire::Entry> && sizeof(wire::Entry) == 184,
              "an entry is its bytes");

inline std::string_view bytes_of(const wire::Entry& entry) {
    return {reinterpret_cast<const char*>(&entry), sizeof(entry)};
}
inline bool parse_entry(std::string_view bytes, wire::Entry& entry) {
    if (bytes.size() != sizeof(entry)) {
        return false;
    }
    std::memcpy(static_cast<void*>(&entry), bytes.data(), sizeof(entry));
    return true;
}

inline void count_late(LateDay& day, const wire::Entry& entry) {
    day.sequences.add(entry.sequence(), entry.sequence());
    ++(outcome_of(entry) == wire::Outcome::accepted ? day.accepted : day.refused);
    if ((entry.flags() & flag::fills_gap) != 0) {
        ++day.gap_fills;
    }
}

}  // namespace fiscus::projections
