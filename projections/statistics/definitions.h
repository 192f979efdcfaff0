// docs/definitions.md, written from the table of measures, the grouping sets and the flows of the
// fund, so that the page cannot say anything else than the program does. Thread: any. Fails: never.
#pragma once

#include <string>

namespace fiscus::projections {

std::string definitions_page();

}  // namespace fiscus::projections
