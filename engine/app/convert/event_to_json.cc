// Event to canonical JSON, walking the schema of the kind.
#include <cstring>
#include <memory>

#include <nlohmann/json.hpp>

#include "engine/app/convert/event_json.h"
#include "engine/app/convert/schema.h"
#include "engine/base/ids.h"
#include "engine/base/limits.h"
#include "engine/base/time.h"
#include "engine/decode/decode.h"
#include "schemas/events_generated.h"

namespace fiscus::convert {
namespace {

Error corrupt(std::string why) {
    return {.code = ErrorCode::corrupt,
            .what = "the bytes are not an event",
            .why = std::move(why),
            .hint = "docs/formats/events.md says what a record of the events topic looks like."};
}

// The bytes at an address that FlatBuffers may read from: borrowed, or copied into `copy`.
const std::uint8_t* aligned(Bytes value, std::unique_ptr<std::uint64_t[]>& copy) {
    if (reinterpret_cast<std::uintptr_t>(value.data()) % alignof(std::uint64_t) == 0) {
        return reinterpret_cast<const std::uint8_t*>(value.data());
    }
    copy = std::make_unique<std::uint64_t[]>(value.size() / sizeof(std::uint64_t) + 1);
    std::memcpy(copy.get(), value.data(), value.size());
    return reinterpret_cast<const std::uint8_t*>(copy.get());
}

Result<const wire::Event*> verified(Bytes value, std::unique_ptr<std::uint64_t[]>& copy) {
    if (value.size() < 2 * sizeof(flatbuffers::uoffset_t) || value.size() > event_bytes_max) {
        return corrupt("it has " + std::to_string(value.size()) + " bytes");
    }
    const std::uint8_t* bytes = aligned(value, copy);
    if (!wire::EventBufferHasIdentifier(bytes)) {
        return corrupt("the file identifier is not " + std::string(wire::EventIdentifier()));
    }
    flatbuffers::Verifier verifier(bytes, value.size(), event_depth_max, event_tables_max);
    if (!wire::VerifyEventBuffer(verifier)) {
        return corrupt("the structure is damaged");
    }
    return wire::GetEvent(bytes);
}

void append_text(std::string& out, std::string_view text) {
    out += nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

void append_name(std::string& out, std::string_view name) {
    if (out.back() != '{') {
        out += ',';
    }
    out += '"';
    out += name;
    out += "\":";
}

void append_quoted(std::string& out, std::string_view plain) {
    out += '"';
    out += plain;
    out += '"';
}

void append_id(std::string& out, const wire::Id128& id) {
    append_quoted(out, to_hex(Id128{.hi = id.hi(), .lo = id.lo()}));
}

void append_bytes(std::string& out, const flatbuffers::Vector<std::uint8_t>& bytes) {
    static constexpr std::string_view digits = "0123456789abcdef";
    out += '"';
    for (const std::uint8_t byte : bytes) {
        out += digits[byte >> 4];
        out += digits[byte & 15U];
    }
    out += '"';
}

// The scalar at `address`, sign-extended; a 64-bit unsigned one keeps its bits.
std::int64_t read_scalar(reflection::BaseType type, const std::uint8_t* address) {
    switch (type) {
        case reflection::Byte: return flatbuffers::ReadScalar<std::int8_t>(address);
        case reflection::Short: return flatbuffers::ReadScalar<std::int16_t>(address);
        case reflection::UShort: return flatbuffers::ReadScalar<std::uint16_t>(address);
        case reflection::Int: return flatbuffers::ReadScalar<std::int32_t>(address);
        case reflection::UInt: return flatbuffers::ReadScalar<std::uint32_t>(address);
        case reflection::Long:
        case reflection::ULong: return flatbuffers::ReadScalar<std::int64_t>(address);
        default: return *address;
    }
}

void append_scalar(std::string& out, const FieldShape& field, Shape shape, std::int64_t value) {
    switch (shape) {
        case Shape::boolean: out += value != 0 ? "true" : "false"; return;
        case Shape::instant: append_quoted(out, instant_text(value)); return;
        case Shape::time_of_day:
            // Publishers may say what is no time of any day; the engine refuses it.
            if (value >= 0 && value < us_per_day) {
                append_quoted(out, time_of_day_text(value));
                return;
            }
            break;
        case Shape::day: append_quoted(out, date_text(static_cast<std::int32_t>(value))); return;
        case Shape::enumerator:
            if (const auto* named = field.enumeration->values()->LookupByKey(value)) {
                append_quoted(out, named->name()->string_view());
                return;
            }
            break;
        default: break;
    }
    out += field.scalar == reflection::ULong ? std::to_string(static_cast<std::uint64_t>(value))
                                             : std::to_string(value);
}

void append_table(std::string& out,
                  const reflection::Object& object,
                  const flatbuffers::Table& table);

void append_list(std::string& out, const FieldShape& field, const flatbuffers::Table& table) {
    using Raw = flatbuffers::Vector<std::uint8_t>;
    // Length and address are the same for vectors of every type.
    const auto* raw = table.GetPointer<const Raw*>(field.field->offset());
    out += '[';
    for (flatbuffers::uoffset_t i = 0; i < raw->size(); ++i) {
        out += i == 0 ? "" : ",";
        switch (field.element) {
            case Shape::id:
                append_id(out, *(reinterpret_cast<const wire::Id128*>(raw->Data()) + i));
                break;
            case Shape::table: {
                using Tables = flatbuffers::Vector<flatbuffers::Offset<flatbuffers::Table>>;
                append_table(out, *field.object, *reinterpret_cast<const Tables*>(raw)->Get(i));
                break;
            }
            case Shape::text: {
                using Texts = flatbuffers::Vector<flatbuffers::Offset<flatbuffers::String>>;
                append_text(out, reinterpret_cast<const Texts*>(raw)->Get(i)->string_view());
                break;
            }
            default:
                append_scalar(out, field, field.element,
                              read_scalar(field.scalar, raw->Data() + i * size_of(field.scalar)));
        }
    }
    out += ']';
}

void append_field(std::string& out, const FieldShape& field, const flatbuffers::Table& table) {
    const auto offset = field.field->offset();
    const bool present = table.CheckField(offset);
    const bool reference = field.shape == Shape::id || field.shape == Shape::text ||
                           field.shape == Shape::bytes || field.shape == Shape::table ||
                           field.shape == Shape::list;
    if (!present && (reference || field.field->optional())) {
        return;
    }
    append_name(out, field.name);
    switch (field.shape) {
        case Shape::id: append_id(out, *table.GetStruct<const wire::Id128*>(offset)); break;
        case Shape::text:
            append_text(out, table.GetPointer<const flatbuffers::String*>(offset)->string_view());
            break;
        case Shape::bytes:
            append_bytes(out, *table.GetPointer<const flatbuffers::Vector<std::uint8_t>*>(offset));
            break;
        case Shape::table:
            append_table(out, *field.object, *table.GetPointer<const flatbuffers::Table*>(offset));
            break;
        case Shape::list: append_list(out, field, table); break;
        default:
            append_scalar(out, field, field.shape,
                          present ? read_scalar(field.scalar, table.GetAddressOf(offset))
                                  : field.field->default_integer());
    }
}

void append_table(std::string& out,
                  const reflection::Object& object,
                  const flatbuffers::Table& table) {
    out += '{';
    for (const FieldShape& field : fields_of(object)) {
        append_field(out, field, table);
    }
    out += '}';
}

}  // namespace

Result<std::string> event_to_json(Bytes value) {
    std::unique_ptr<std::uint64_t[]> copy;
    FISCUS_ASSIGN(const wire::Event* event, verified(value, copy));
    const auto* kind = kind_numbered(static_cast<std::int64_t>(event->body_type()));
    if (kind == nullptr || event->body() == nullptr) {
        return corrupt("kind " + std::to_string(static_cast<unsigned>(event->body_type())) +
                       " is unknown or has no body");
    }
    std::string out = "{";
    append_name(out, "kind");
    append_quoted(out, kind->name()->string_view());
    append_name(out, "programme");
    out += std::to_string(event->programme());
    if (const auto* origin = event->origin()) {
        append_name(out, "source");
        out += std::to_string(origin->source());
        append_name(out, "epoch");
        out += std::to_string(origin->epoch());
        append_name(out, "sequence");
        out += std::to_string(origin->sequence());
    }
    append_name(out, "occurred_at");
    append_quoted(out, instant_text(event->occurred_at_us()));
    if (const auto* key = event->key()) {
        append_name(out, "key");
        append_id(out, *key);
    }
    if (const auto* signature = event->signature()) {
        append_name(out, "signature");
        append_bytes(out, *signature);
    }
    append_name(out, "body");
    append_table(out, table_of(*kind), *static_cast<const flatbuffers::Table*>(event->body()));
    out += '}';
    return out;
}

Result<std::uint64_t> content_hash_of(Bytes value) {
    std::unique_ptr<std::uint64_t[]> copy;
    FISCUS_ASSIGN(const wire::Event* event, verified(value, copy));
    if (event->origin() == nullptr) {
        return corrupt("it has no origin");
    }
    const Bytes bytes =
        copy ? std::as_bytes(std::span(copy.get(), (value.size() + 7) / 8)).first(value.size())
             : value;
    return decode::content_of(*event, decode::signature_of(*event, bytes), bytes);
}

std::vector<std::string> event_kinds() {
    std::vector<std::string> names;
    for (const reflection::EnumVal* kind : *body_union().values()) {
        if (kind->value() != 0) {
            names.push_back(kind->name()->str());
        }
    }
    return names;
}

}  // namespace fiscus::convert
