// The text of districts.csv and industries.csv, compiled in. Thread: constants. Fails: never.
// Only code_names.cc reads it.
#pragma once

#include <string_view>

namespace fiscus::projections {

extern const std::string_view districts_csv;
extern const std::string_view industries_csv;

}  // namespace fiscus::projections
