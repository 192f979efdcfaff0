// The bytes of events.bfbs; the build makes embedded_schema.cc from the schema.
#pragma once

#include <cstddef>

namespace fiscus::convert {

extern const unsigned char embedded_schema[];
extern const std::size_t embedded_schema_size;

}  // namespace fiscus::convert
