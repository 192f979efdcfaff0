// Checks of numbers on the command line, with bounds as people write them: CLI11's own print the
// ends of double with 300 digits. Thread: any.
// Fails: never; the text of a check says what is wrong.
#pragma once

#include <cstdint>

#include <CLI/App.hpp>

namespace fiscus::app {

// A whole number from `minimum` on that the option's type can hold.
CLI::Validator whole_number(std::uint64_t minimum, std::uint64_t maximum = INT64_MAX);

}  // namespace fiscus::app
