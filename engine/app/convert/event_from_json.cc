// JSON to event: every field is checked against the schema before anything is built.
#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <map>

#include "engine/app/convert/event_json.h"
#include "engine/app/convert/json_input.h"
#include "engine/app/convert/schema.h"
#include "engine/base/ids.h"
#include "engine/base/limits.h"
#include "engine/base/reasons.h"
#include "engine/base/time.h"
#include "engine/decode/decode.h"
#include "engine/decode/fields.h"
#include "schemas/events_generated.h"

namespace fiscus::convert {
namespace {

constexpr std::string_view refused = "this is not an event";

struct Envelope {
    const reflection::EnumVal* kind = nullptr;
    std::uint32_t programme = 0;
    std::uint16_t source = 0;
    std::uint32_t epoch = 0;
    std::uint64_t sequence = 0;
    std::int64_t occurred_at_us = 0;
    Id128 key;
    std::optional<std::vector<std::uint8_t>> signature;
};

wire::Id128 wire_id(std::string_view text) {
    const auto id = id128_from_hex(text);
    return {id->hi, id->lo};
}

// ---- the envelope ----

class EnvelopeReader {
public:
    EnvelopeReader(const Json& json, Faults& faults) : json_(json), faults_(faults) {}

    template <typename Integer>
    Integer number(const std::string& name, const std::optional<Integer>& otherwise) {
        const Json* value = find(name);
        if (value == nullptr) {
            if (!otherwise) {
                faults_.add(name, "it is missing", "a whole number");
            }
            return otherwise.value_or(Integer{});
        }
        if (!value->is_number_unsigned() ||
            value->get<std::uint64_t>() > std::numeric_limits<Integer>::max()) {
            faults_.add(
                name, found_text(*value),
                "a number from 0 to " + std::to_string(std::numeric_limits<Integer>::max()));
            return Integer{};
        }
        return static_cast<Integer>(value->get<std::uint64_t>());
    }

    // The text at `name`, checked as this shape; empty when it is missing or wrong.
    std::string text(const std::string& name, Shape shape, const char* expected) {
        const Json* value = find(name);
        if (value == nullptr) {
            faults_.add(name, "it is missing", expected);
            return {};
        }
        Faults found;
        check_value(FieldShape(), shape, *value, name, found);
        if (!found.none()) {
            check_value(FieldShape(), shape, *value, name, faults_);
            return {};
        }
        return value->get<std::string>();
    }

    [[nodiscard]] const Json* find(const std::string& name) const {
        const auto found = json_.find(name);
        return found == json_.end() || found->is_null() ? nullptr : &*found;
    }

private:
    const Json& json_;
    Faults& faults_;
};

void check_names(const Json& json, Faults& faults) {
    static const std::vector<std::string> names{"kind",  "programme", "source",
                                                "epoch", "sequence",  "occurred_at",
                                                "key",   "signature", "body"};
    for (const auto& [name, value] : json.items()) {
        if (std::find(names.begin(), names.end(), name) == names.end()) {
            faults.add(name, "there is no such field in the envelope" + did_you_mean(name, names),
                       "the fields of the event itself inside \"body\"");
        }
    }
}

std::uint32_t signing_number(const Envelope& envelope, const EnvelopeDefaults& defaults) {
    return defaults.signing_key ? defaults.signing_key(envelope.programme, envelope.source) : 0;
}

Envelope read_envelope(const Json& json, const EnvelopeDefaults& defaults, Faults& faults) {
    EnvelopeReader reader(json, faults);
    Envelope envelope;
    check_names(json, faults);
    const std::string kind = reader.text("kind", Shape::text, "the name of a kind");
    envelope.kind = kind_named(kind);
    if (envelope.kind == nullptr && !kind.empty()) {
        faults.add("kind", "there is no kind \"" + kind + "\"" + did_you_mean(kind, event_kinds()),
                   "");
    }
    envelope.programme = reader.number<std::uint32_t>("programme", defaults.programme);
    envelope.source = reader.number<std::uint16_t>("source", defaults.source);
    envelope.epoch = reader.number<std::uint32_t>("epoch", defaults.epoch);
    envelope.sequence = reader.number<std::uint64_t>("sequence", defaults.sequence);
    const std::string occurred_at = reader.text("occurred_at", Shape::instant, "an instant");
    const std::string key = reader.text("key", Shape::id, "32 hexadecimal digits");
    if (reader.find("signature") != nullptr) {
        envelope.signature = bytes_from_hex(reader.text("signature", Shape::bytes, ""));
    }
    if (const std::uint32_t number = signing_number(envelope, defaults); number != 0) {
        envelope.signature.emplace(signature_bytes);
        flatbuffers::WriteScalar(envelope.signature->data(), number);
    }
    if (!occurred_at.empty()) {
        envelope.occurred_at_us = *instant_from_text(occurred_at);
    }
    if (!key.empty()) {
        envelope.key = *id128_from_hex(key);
    }
    return envelope;
}

// ---- building ----

using Builder = flatbuffers::FlatBufferBuilder;
using Offset = flatbuffers::uoffset_t;

void put_scalar(Builder& builder, const FieldShape& field, std::int64_t value) {
    const auto offset = field.field->offset();
    const bool optional = field.field->optional();
    const std::int64_t otherwise = field.field->default_integer();
    const auto put = [&](auto typed) {
        using Scalar = decltype(typed);
        if (optional) {
            builder.AddElement<Scalar>(offset, static_cast<Scalar>(value));
        } else {
            builder.AddElement<Scalar>(offset, static_cast<Scalar>(value),
                                       static_cast<Scalar>(otherwise));
        }
    };
    switch (size_of(field.scalar)) {
        case 1: put(std::uint8_t{}); break;
        case 2: put(std::uint16_t{}); break;
        case 4: put(std::uint32_t{}); break;
        default: put(std::uint64_t{}); break;
    }
}

Offset build_table(Builder& builder, const reflection::Object& object, const Json& json);

Offset build_list(Builder& builder, const FieldShape& field, const Json& json) {
    if (field.element == Shape::id) {
        std::vector<wire::Id128> ids;
        for (const Json& value : json) {
            ids.push_back(wire_id(value.get_ref<const std::string&>()));
        }
        return builder.CreateVectorOfStructs(ids).o;
    }
    if (field.element == Shape::table || field.element == Shape::text) {
        std::vector<flatbuffers::Offset<void>> offsets;
        for (const Json& value : json) {
            offsets.emplace_back(field.element == Shape::table
                                     ? build_table(builder, *field.object, value)
                                     : builder.CreateString(value.get_ref<const std::string&>()).o);
        }
        return builder.CreateVector(offsets).o;
    }
    const std::size_t size = size_of(field.scalar);
    std::uint8_t* bytes = nullptr;
    const Offset vector = builder.CreateUninitializedVector(json.size(), size, &bytes);
    for (std::size_t i = 0; i < json.size(); ++i) {
        // Little-endian, as the wire format is.
        const std::int64_t value = integer_of(field, field.element, json[i]);
        std::memcpy(bytes + i * size, &value, size);
    }
    return vector;
}

// Strings, lists and tables are made before the table that refers to them.
std::map<const reflection::Field*, Offset> build_children(Builder& builder,
                                                          const std::vector<FieldShape>& fields,
                                                          const Json& json) {
    std::map<const reflection::Field*, Offset> children;
    for (const FieldShape& field : fields) {
        const auto found = json.find(field.name);
        if (found == json.end() || found->is_null()) {
            continue;
        }
        switch (field.shape) {
            case Shape::text:
                children[field.field] =
                    builder.CreateString(found->get_ref<const std::string&>()).o;
                break;
            case Shape::bytes:
                children[field.field] =
                    builder.CreateVector(*bytes_from_hex(found->get_ref<const std::string&>())).o;
                break;
            case Shape::table:
                children[field.field] = build_table(builder, *field.object, *found);
                break;
            case Shape::list: children[field.field] = build_list(builder, field, *found); break;
            default: break;
        }
    }
    return children;
}

// Fields go in by falling size and falling id, as flatc's own Create functions put them, so that
// both give the same bytes.
Offset build_table(Builder& builder, const reflection::Object& object, const Json& json) {
    const std::vector<FieldShape> fields = fields_of(object);
    const auto children = build_children(builder, fields, json);
    const Offset start = builder.StartTable();
    for (const std::size_t size : {8U, 4U, 2U, 1U}) {
        for (auto field = fields.rbegin(); field != fields.rend(); ++field) {
            const auto found = json.find(field->name);
            if (found == json.end() || found->is_null()) {
                continue;
            }
            const auto child = children.find(field->field);
            const bool scalar = child == children.end() && field->shape != Shape::id;
            if ((scalar ? size_of(field->scalar) : sizeof(Offset)) != size) {
                continue;
            }
            if (child != children.end()) {
                builder.AddOffset(field->field->offset(), flatbuffers::Offset<void>(child->second));
            } else if (field->shape == Shape::id) {
                const wire::Id128 id = wire_id(found->get_ref<const std::string&>());
                builder.AddStruct(field->field->offset(), &id);
            } else {
                put_scalar(builder, *field, integer_of(*field, field->shape, *found));
            }
        }
    }
    return builder.EndTable(start);
}

std::vector<std::byte> build(const Envelope& envelope, const Json& body) {
    Builder builder;
    // Fields of the envelope that are lists come before the body, as their ids do.
    flatbuffers::Offset<flatbuffers::Vector<std::uint8_t>> signature = 0;
    if (envelope.signature) {
        signature = builder.CreateVector(*envelope.signature);
    }
    const flatbuffers::Offset<void> table(build_table(builder, table_of(*envelope.kind), body));
    const wire::Origin origin(envelope.sequence, envelope.epoch, envelope.source, 0);
    const wire::Id128 key(envelope.key.hi, envelope.key.lo);
    const auto event =
        wire::CreateEvent(builder, envelope.programme, &origin, envelope.occurred_at_us, &key,
                          signature, static_cast<wire::EventBody>(envelope.kind->value()), table);
    wire::FinishEventBuffer(builder, event);
    const auto bytes = std::as_bytes(std::span(builder.GetBufferPointer(), builder.GetSize()));
    return {bytes.begin(), bytes.end()};
}

// The first field for which the event would be refused; empty when the reason is of no field.
std::string faulty_field(wire::Reason reason, const wire::Event& event) {
    const decode::FieldFaults faults = decode::find_faults(event);
    const auto in_body = [](const char* name, const char* otherwise) {
        return name == nullptr ? std::string(otherwise) : "body." + std::string(name);
    };
    switch (reason) {
        case wire::Reason::missing_field: return in_body(faults.missing, "key");
        case wire::Reason::enumerator_out_of_range: return in_body(faults.enumerator, "");
        case wire::Reason::natural_key_zero: return "key";
        case wire::Reason::occurred_at_out_of_range: return in_body(faults.instant, "occurred_at");
        case wire::Reason::amount_out_of_range: return in_body(faults.amount, "");
        case wire::Reason::list_too_long: return in_body(faults.list, "");
        case wire::Reason::code_out_of_range:
            return in_body(faults.code, event.programme() == 0 ? "programme" : "source");
        case wire::Reason::day_out_of_range: return in_body(faults.day, "");
        default: return {};
    }
}

// What no engine would ever accept is not worth sending.
Status check_built(const BuiltEvent& event) {
    decode::Decoder decoder(decode::Shard{});
    const log::Record record{.offset = 0,
                             .timestamp_us = event.occurred_at_us,
                             .key = as_byte_span(event.key),
                             .value = event.value};
    const wire::Reason reason = decoder.decode(record).reason;
    if (reason == wire::Reason::none) {
        return Done{};
    }
    const ReasonText& text = reason_text(reason);
    const std::string field = faulty_field(reason, *wire::GetEvent(event.value.data()));
    return Error{
        .code = ErrorCode::usage,
        .what = "this event would be refused as " + std::string(text.name),
        .why = field.empty() ? "a check that needs no state fails" : "look at the field " + field,
        .hint = std::string(text.english)};
}

}  // namespace

Result<BuiltEvent> event_from_json(std::string_view text, const EnvelopeDefaults& defaults) {
    FISCUS_ASSIGN(const Json json, parse_json(text));
    Faults faults;
    if (!json.is_object()) {
        faults.add("", found_text(json), "an object in { }");
        return faults.error(refused);
    }
    const Envelope envelope = read_envelope(json, defaults, faults);
    const auto given = json.find("body");
    const Json body = given == json.end() || given->is_null() ? Json::object() : *given;
    if (envelope.kind != nullptr) {
        check_table(table_of(*envelope.kind), body, "body", faults);
    }
    if (!faults.none()) {
        return faults.error(refused);
    }
    BuiltEvent event{.value = build(envelope, body),
                     .key = std::to_string(envelope.programme),
                     .programme = envelope.programme,
                     .source = envelope.source,
                     .occurred_at_us = envelope.occurred_at_us,
                     .kind = envelope.kind->name()->str()};
    FISCUS_TRY(check_built(event));
    return event;
}

}  // namespace fiscus::convert
