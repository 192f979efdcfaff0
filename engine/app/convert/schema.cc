#include "engine/app/convert/schema.h"

#include <algorithm>

#include "engine/app/convert/embedded_schema.h"
#include "engine/base/check.h"

namespace fiscus::convert {
namespace {

bool ends_with(std::string_view text, std::string_view end) {
    return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

const reflection::Object* object_at(std::int32_t index) {
    return event_schema().objects()->Get(static_cast<flatbuffers::uoffset_t>(index));
}

const reflection::Enum* enum_at(std::int32_t index) {
    return event_schema().enums()->Get(static_cast<flatbuffers::uoffset_t>(index));
}

// The shape of a value of this type, `index` being its object or enumeration.
Shape shape_of(reflection::BaseType type, std::int32_t index, std::string_view name) {
    if (type == reflection::Bool) {
        return Shape::boolean;
    }
    if (type == reflection::String) {
        return Shape::text;
    }
    if (type == reflection::Obj) {
        FISCUS_CHECK(!object_at(index)->is_struct() ||
                         object_at(index)->name()->string_view() == "fiscus.wire.Id128",
                     "the only struct in the bodies of events is Id128");
        return object_at(index)->is_struct() ? Shape::id : Shape::table;
    }
    if (index >= 0) {
        return Shape::enumerator;
    }
    if (type == reflection::Long && ends_with(name, "_us")) {
        return Shape::instant;
    }
    if (type == reflection::Int && (name == "day" || ends_with(name, "_day"))) {
        return Shape::day;
    }
    return Shape::integer;
}

bool is_time_of_day(const reflection::Field& field) {
    return field.attributes() != nullptr &&
           field.attributes()->LookupByKey("time_of_day") != nullptr;
}

FieldShape describe(const reflection::Field& field) {
    FieldShape result;
    result.field = &field;
    result.name = field.name()->str();
    const reflection::Type& type = *field.type();
    reflection::BaseType value = type.base_type();
    if (value == reflection::Vector) {
        value = type.element();
        result.element = shape_of(value, type.index(), std::string_view());
        const bool bytes = value == reflection::UByte && type.index() < 0;
        result.shape = bytes ? Shape::bytes : Shape::list;
    } else {
        result.shape = shape_of(value, type.index(), result.name);
        if (result.shape == Shape::instant) {
            result.shape = is_time_of_day(field) ? Shape::time_of_day : Shape::instant;
            result.name.resize(result.name.size() - std::string_view("_us").size());
        }
    }
    result.scalar = value;
    const Shape inner = result.shape == Shape::list ? result.element : result.shape;
    if (inner == Shape::table) {
        result.object = object_at(type.index());
    } else if (inner == Shape::enumerator) {
        result.enumeration = enum_at(type.index());
    }
    return result;
}

}  // namespace

const reflection::Schema& event_schema() { return *reflection::GetSchema(embedded_schema); }

std::vector<FieldShape> fields_of(const reflection::Object& object) {
    std::vector<const reflection::Field*> fields;
    for (const reflection::Field* field : *object.fields()) {
        const auto type = field->type()->base_type();
        if (type != reflection::Union && type != reflection::UType && !field->deprecated()) {
            fields.push_back(field);
        }
    }
    std::sort(fields.begin(), fields.end(),
              [](const auto* a, const auto* b) { return a->id() < b->id(); });
    std::vector<FieldShape> shapes;
    shapes.reserve(fields.size());
    for (const reflection::Field* field : fields) {
        shapes.push_back(describe(*field));
    }
    return shapes;
}

const reflection::Object& object_named(std::string_view name) {
    const auto* object =
        event_schema().objects()->LookupByKey(("fiscus.wire." + std::string(name)).c_str());
    FISCUS_CHECK(object != nullptr, "the schema has the tables that the envelope needs");
    return *object;
}

const reflection::Enum& body_union() {
    const auto* found = event_schema().enums()->LookupByKey("fiscus.wire.EventBody");
    FISCUS_CHECK(found != nullptr, "the schema has the union of the kinds");
    return *found;
}

const reflection::EnumVal* kind_named(std::string_view name) {
    for (const reflection::EnumVal* kind : *body_union().values()) {
        if (kind->value() != 0 && kind->name()->string_view() == name) {
            return kind;
        }
    }
    return nullptr;
}

const reflection::EnumVal* kind_numbered(std::int64_t number) {
    return number == 0 ? nullptr : body_union().values()->LookupByKey(number);
}

const reflection::Object& table_of(const reflection::EnumVal& kind) {
    return *object_at(kind.union_type()->index());
}

std::size_t size_of(reflection::BaseType type) {
    switch (type) {
        case reflection::Bool:
        case reflection::Byte:
        case reflection::UByte: return 1;
        case reflection::Short:
        case reflection::UShort: return 2;
        case reflection::Long:
        case reflection::ULong: return 8;
        default: return 4;
    }
}

bool is_signed(reflection::BaseType type) {
    return type == reflection::Byte || type == reflection::Short || type == reflection::Int ||
           type == reflection::Long;
}

}  // namespace fiscus::convert
