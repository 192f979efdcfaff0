// What two rows of one number differ in, for the person who has to find out why: the first field
// with both values, not two lines that look alike.
// Thread: values. Fails: never; the published bytes may be anything.
#pragma once

#include <string>
#include <string_view>

namespace fiscus::projections {

// Only of values that differ. Always well-formed UTF-8, and short.
std::string row_difference(std::string_view published, std::string_view recomputed);

}  // namespace fiscus::projections
