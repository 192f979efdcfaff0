// Random draws that are right: batches with empty and short lists, consumers with many tickets,
// more prizes than tickets; days with caps, stock that runs out and moves on. For the tests of
// draws and of those who verify them. Thread: one. Fails: never.
#pragma once

#include <cstddef>
#include <string>

#include "engine/draw/make_bundle.h"
#include "tests/property/random.h"

namespace fiscus::support {

Id128 random_id(property::Random& random);
draw::Digest random_digest(property::Random& random);

draw::BatchDraw random_batch(property::Random& random, std::size_t tickets_max);
draw::DayDraw random_day(property::Random& random, std::size_t requests_max);

// Makes every hash between the files of a bundle anew, as a forger does who has read the format.
void bind_again(draw::Bundle& bundle);

}  // namespace fiscus::support
