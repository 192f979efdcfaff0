// The benchmarks of this folder, registered by main() over one corpus that outlives them.
#pragma once

#include "bench/micro/corpus.h"

namespace fiscus::bench {

void register_stages(const Corpus& corpus);
void register_conversions(const Corpus& corpus);

}  // namespace fiscus::bench
