#include "engine/state/key.h"

#include <sys/auxv.h>

namespace fiscus::state {
namespace {

// The system gives every process 16 bytes that nobody else knows.
HashSeeds seeds_of_this_process() noexcept {
    HashSeeds seeds;
    if (const auto* bytes = reinterpret_cast<const void*>(::getauxval(AT_RANDOM))) {
        std::memcpy(&seeds, bytes, sizeof seeds);
    }
    return seeds;
}

}  // namespace

const HashSeeds hash_seeds = seeds_of_this_process();

}  // namespace fiscus::state
