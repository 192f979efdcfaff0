// A seed that fails, with as few records and troubles as still fail. Thread: one, and none besides,
// since each try is a child process. Fails: never.
#pragma once

#include <string>

#include "tests/simulation/simulation.h"

namespace fiscus::simulation {

// The command that repeats it.
std::string once_more(const Options& options);
// The command of the smallest failure that was found, and what it says; or that nothing fails.
std::string shrink(Options options);

}  // namespace fiscus::simulation
