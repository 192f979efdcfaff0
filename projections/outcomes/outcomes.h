// What a platform waits for, as rows: the answer to each request for an instant draw, refused ones
// too; numbers of a source that are missing, at once; a registration whose phone or device another
// identity gave first. An exact repeat of a record has no row: its answer was given before.
// Thread: any. Fails: never.
#pragma once

#include <string>

#include "projections/publish/rows.h"
#include "schemas/journal_generated.h"

namespace fiscus::projections {

// Names beside the codes; each may be empty.
struct OutcomeNames {
    std::string programme;
    std::string source;
    std::string batch;
};

// Whether the entry gives any row: most do not.
bool has_outcomes(const wire::Entry& entry);
void append_outcomes(RowBuffer& rows, const wire::Entry& entry, const OutcomeNames& names);

}  // namespace fiscus::projections
