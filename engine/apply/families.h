// One overload for each kind of event: the ladder of checks, then the writes. A kind without one
// does not link. Files: programme, source, merchant, fund, batch, consumer, claim, redemption,
// refund, settlement, control, invoice, draw, prize.
#pragma once

#include "engine/apply/context.h"
#include "schemas/event_kinds.h"

namespace fiscus::apply {

#define FISCUS_DECLARE_APPLY(Kind) Answer apply(Context& context, const wire::Kind& event);
FISCUS_EVENT_KINDS(FISCUS_DECLARE_APPLY)
#undef FISCUS_DECLARE_APPLY

}  // namespace fiscus::apply
