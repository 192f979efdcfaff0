// JSON text → a value that is safe to walk: valid UTF-8, no name twice in one object, bounded in
// size and depth; and the check of a value against the schema's shape of a field. Thread: any.
// Fails: `usage` with the place in the text; faults are collected, not returned one by one.
#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "engine/app/convert/names.h"
#include "engine/app/convert/schema.h"
#include "engine/base/result.h"

namespace fiscus::convert {

using Json = nlohmann::json;

Result<Json> parse_json(std::string_view text);

// Adds a fault for every field of `value` that a table of this type cannot have.
void check_table(const reflection::Object& object,
                 const Json& value,
                 const std::string& path,
                 Faults& faults);
void check_value(const FieldShape& field,
                 Shape shape,
                 const Json& value,
                 const std::string& path,
                 Faults& faults);

// The integer that a checked value stands for; a 64-bit unsigned one keeps its bits.
std::int64_t integer_of(const FieldShape& field, Shape shape, const Json& value);
// Hexadecimal digits → bytes; nothing when they are none, or an odd number of them.
std::optional<std::vector<std::uint8_t>> bytes_from_hex(std::string_view text);

// What the value is, for a sentence: `the text "12"`, `the number 1.5`, `a list`.
std::string found_text(const Json& value);

}  // namespace fiscus::convert
