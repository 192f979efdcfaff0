#include "engine/state/key.h"

#include <random>

namespace fiscus::state {
namespace {

HashSeeds draw_seeds() noexcept {
    std::random_device device;
    const auto draw = [&device] {
        return (static_cast<std::uint64_t>(device()) << 32) | device();
    };
    return {.hi = draw(), .lo = draw()};
}

}  // namespace

const HashSeeds hash_seeds = draw_seeds();

}  // namespace fiscus::state
