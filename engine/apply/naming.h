// Who a consumer is in a programme: ordinals, given in order of first appearance, and registration.
#pragma once

#include "engine/apply/context.h"

namespace fiscus::apply {

// The consumer's ordinal; the next one of the programme when the token was never seen.
ConsumerOrdinal name_consumer(Context& context, Id128 token);

// consumer_not_registered where the programme wants it; the consumer has an ordinal.
wire::Reason check_registered(Context& context, Id128 token);

}  // namespace fiscus::apply
