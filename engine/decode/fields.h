// Which fields of an event are missing or out of range, kind by kind (docs/domain.md §1). All
// faults are gathered, so the order of the reasons does not depend on the order of the fields.
#pragma once

#include "schemas/events_generated.h"

namespace fiscus::decode {

// Of each kind of fault the first field that has it, by its name in JSON; nothing: there is none.
struct FieldFaults {
    const char* missing = nullptr;     // a struct that must be there
    const char* enumerator = nullptr;  // a number that the schema does not name
    const char* instant = nullptr;
    const char* amount = nullptr;
    const char* list = nullptr;
    const char* code = nullptr;
    const char* day = nullptr;
};

// `event` is verified. An unknown kind or a missing body has no faults here.
FieldFaults find_faults(const wire::Event& event);

}  // namespace fiscus::decode
