// Edits of a bundle that a verifier must find, in three depths: as they are; with SHA256SUMS made
// anew; and with every hash between the files made anew as well, which is what a forger does who
// has read the format. Thread: one. Fails: never.
#pragma once

#include <string>
#include <vector>

#include "engine/draw/bundle.h"
#include "tests/property/random.h"

namespace fiscus::wire_test {

struct Edit {
    std::string name;
    draw::Bundle bundle;
};
std::vector<Edit> edits_of(const draw::Bundle& bundle, property::Random& random);

}  // namespace fiscus::wire_test
