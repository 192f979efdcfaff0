// What a pair of nodes promises while nothing but their leader fails (docs/decisions/0019): while
// it gives signs nobody takes its place, and within five seconds of its last one the other leads.
// And whoever hands a partition over by command.
// Thread: one. Fails: never; Surroundings::finding says what is wrong.
#pragma once

#include "tests/simulation/node.h"

namespace fiscus::simulation {

// Both work on for some seconds; a leader that gives signs is not robbed of its place, and where
// they are as far as each other they agree.
void watch_pair(Surroundings& world, NodeProcess& first, NodeProcess& second);
// The standby is alone from now on, and leads before five seconds have passed, and its statistics
// soon after; or its life ended.
void watch_takeover(Surroundings& world, NodeProcess& standby);
// As `fiscus promote` and, for nobody, `fiscus demote`; over a cluster that may fail.
void hand_over(Surroundings& world, const std::string& writer);

}  // namespace fiscus::simulation
