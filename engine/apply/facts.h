// What an event itself says, for every entry whatever its outcome (docs/domain.md §6), and who may
// say it.
#pragma once

#include "engine/apply/draft.h"
#include "schemas/events_generated.h"

namespace fiscus::apply {

// Subject, batch, pack, denomination, district, platform, vouchers, origin_day.
void state_facts(const wire::Event& event, Draft& draft);
// May a source of this role publish this kind?
bool entitled(wire::SourceRole role, wire::EventBody kind);
// Is this kind still accepted after ProgrammeClosed?
bool allowed_after_close(wire::EventBody kind);
// Does the journal keep the exact bytes of this accepted event?
bool keeps_bytes(const wire::Event& event);

}  // namespace fiscus::apply
