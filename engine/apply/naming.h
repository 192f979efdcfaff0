// Ordinals of consumers, given in order of first appearance in the programme.
#pragma once

#include "engine/apply/context.h"

namespace fiscus::apply {

// The consumer's ordinal; the next one of the programme when the token was never seen.
ConsumerOrdinal name_consumer(Context& context, Id128 token);

}  // namespace fiscus::apply
