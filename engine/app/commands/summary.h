// What a finished run says: the digest and the counts by outcome, for people or as JSON.
// Thread: main. Fails: never.
#pragma once

#include "engine/app/console.h"
#include "engine/app/http/figures.h"
#include "engine/base/hash.h"

namespace fiscus::app {

void print_summary(Console& console, const Figures& figures, const Hash128& digest, bool json);

}  // namespace fiscus::app
