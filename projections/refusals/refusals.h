// Refused and quarantined entries as rows for people: who sent what, which reason, what to do about
// it in English and Chinese, and where it lies in the ledger and in the input.
// Thread: any. Fails: never; a number that is no reason is its own name.
#pragma once

#include <cstdint>
#include <string_view>

#include "engine/base/hash.h"
#include "projections/publish/rows.h"
#include "schemas/journal_generated.h"

namespace fiscus::projections {

struct ReasonWords {
    std::string_view name;
    std::string_view english;
    std::string_view chinese;
};
// Empty words for a number that is no reason.
ReasonWords words_of_reason(std::uint16_t reason);

// Where the entry lies: sequence, input_offset, logged_at.
void append_place(JsonLine& line, const wire::Entry& entry);
// reason_number, reason, english, chinese; null words for a number that is no reason.
void append_reason(JsonLine& line, std::uint16_t reason);

// `first_bytes`: the detail of a quarantined entry. `programme_name` and `source_name` may be
// empty.
void append_refusal(RowBuffer& rows,
                    const wire::Entry& entry,
                    Bytes first_bytes,
                    std::string_view programme_name,
                    std::string_view source_name);

}  // namespace fiscus::projections
