// Which fields of an event are missing or out of range, kind by kind (docs/domain.md §1). All
// faults are gathered, so the order of the reasons does not depend on the order of the fields.
#pragma once

#include "schemas/events_generated.h"

namespace fiscus::decode {

struct FieldFaults {
    bool missing = false;     // a struct that must be there
    bool enumerator = false;  // a number that the schema does not name
    bool instant = false;
    bool amount = false;
    bool list = false;
    bool code = false;
    bool day = false;
};

// `event` is verified. An unknown kind or a missing body has no faults here.
FieldFaults find_faults(const wire::Event& event);

}  // namespace fiscus::decode
