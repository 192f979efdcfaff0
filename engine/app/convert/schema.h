// The schema of events at run time: events.bfbs, made by the build and linked in, read through
// FlatBuffers' reflection. What a field's name and type mean in JSON is decided here, once, for
// both directions. Thread: any; everything is constant. Fails: never.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <flatbuffers/reflection_generated.h>

namespace fiscus::convert {

const reflection::Schema& event_schema();

// How a value looks in JSON.
enum class Shape : std::uint8_t {
    boolean,
    integer,
    enumerator,   // the name of one
    instant,      // UTC text; the field's name ends in _us in the schema and not in JSON
    time_of_day,  // 10:00:00.000000 in Shanghai; an instant's name, the attribute time_of_day
    day,          // ISO date; the field's name is day or ends in _day
    id,           // Id128: 32 hexadecimal digits
    text,
    bytes,  // hexadecimal digits
    table,
    list,
};

// One field of a table, or the elements of one that is a list.
struct FieldShape {
    const reflection::Field* field = nullptr;
    std::string name;  // in JSON
    Shape shape = Shape::integer;
    Shape element = Shape::integer;              // of a list
    const reflection::Object* object = nullptr;  // of a table, or of a list of tables
    const reflection::Enum* enumeration = nullptr;
    reflection::BaseType scalar = reflection::None;  // of a scalar, or of a list of scalars
};

// Fields of a table in the order of their ids. Union fields are the envelope's business.
std::vector<FieldShape> fields_of(const reflection::Object& object);
const reflection::Object& object_named(std::string_view name);
const reflection::Enum& body_union();
// The table of a kind; nothing for a name or a number that the union does not have.
const reflection::EnumVal* kind_named(std::string_view name);
const reflection::EnumVal* kind_numbered(std::int64_t number);
const reflection::Object& table_of(const reflection::EnumVal& kind);

// Bytes of a scalar of this type: 1, 2, 4 or 8.
std::size_t size_of(reflection::BaseType type);
bool is_signed(reflection::BaseType type);

}  // namespace fiscus::convert
