// Entries as bytes of the state. Thread: values. Fails: parse_entry on bytes of another size.
#pragma once

#include <cstring>
#include <string_view>
#include <type_traits>

#include "schemas/journal_generated.h"

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

}  // namespace fiscus::projections
