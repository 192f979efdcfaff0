// The JSON Schemas (draft 2020-12) of the topics of rows, written from the tables, so that they
// cannot say anything else than the program does: `fiscus reference daily.schema` prints
// schemas/statistics/daily.schema.json. Each one is whole: it refers to no other file.
// Thread: any. Fails: never.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace fiscus::projections {

// "daily", "reconciliation", "refusals", "outcomes": schemas/statistics/<name>.schema.json.
std::span<const std::string_view> row_schema_names();
// Empty for any other name.
std::string row_schema(std::string_view name);

}  // namespace fiscus::projections
