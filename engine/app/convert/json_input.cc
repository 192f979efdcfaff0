#include "engine/app/convert/json_input.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <set>

#include "engine/app/convert/personal_data.h"
#include "engine/base/ids.h"
#include "engine/base/time.h"

namespace fiscus::convert {
namespace {

// An event is at most 65,535 bytes; its JSON is a few times longer. Deeper than this is no event.
constexpr std::size_t json_bytes_max = std::size_t{1} << 20;
constexpr int json_depth_max = 16;
constexpr std::size_t shown_max = 60;

Error not_json(std::string why) {
    return {.code = ErrorCode::usage,
            .what = "the line is not JSON",
            .why = std::move(why),
            .hint = "Write one object on each line, as `fiscus log dump --json` does."};
}

std::string deep_text() { return "it is nested deeper than " + std::to_string(json_depth_max); }

// The library's sentence speaks of its own insides, and of line 1 in a line of a file.
std::string syntax_text(std::string_view text, std::size_t byte) {
    constexpr std::size_t around = 20;
    const std::size_t at = std::min(byte == 0 ? 0 : byte - 1, text.size());
    if (text.find_first_not_of(" \t") == std::string_view::npos || at >= text.size()) {
        return "it ends too early, after byte " + std::to_string(text.size());
    }
    return "it cannot be read from byte " + std::to_string(at + 1) + " on: `" +
           std::string(text.substr(at, around)) + "`";
}

std::int64_t minimum_of(reflection::BaseType type) {
    if (!is_signed(type)) {
        return 0;
    }
    const std::size_t bits = size_of(type) * 8;
    return bits == 64 ? std::numeric_limits<std::int64_t>::min() : -(std::int64_t{1} << (bits - 1));
}

std::uint64_t maximum_of(reflection::BaseType type) {
    const std::size_t bits = size_of(type) * 8 - (is_signed(type) ? 1U : 0U);
    return bits == 64 ? std::numeric_limits<std::uint64_t>::max() : (std::uint64_t{1} << bits) - 1;
}

bool fits(reflection::BaseType type, const Json& value) {
    if (value.is_number_unsigned()) {
        return value.get<std::uint64_t>() <= maximum_of(type);
    }
    return value.is_number_integer() && value.get<std::int64_t>() >= minimum_of(type) &&
           value.get<std::int64_t>() < 0;
}

std::vector<std::string> enumerators_of(const reflection::Enum& enumeration) {
    std::vector<std::string> names;
    for (const reflection::EnumVal* value : *enumeration.values()) {
        names.push_back(value->name()->str());
    }
    return names;
}

const reflection::EnumVal* enumerator_named(const reflection::Enum& enumeration,
                                            std::string_view name) {
    for (const reflection::EnumVal* value : *enumeration.values()) {
        if (value->name()->string_view() == name) {
            return value;
        }
    }
    return nullptr;
}

std::string joined(const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names) {
        text += (text.empty() ? "" : ", ") + name;
    }
    return text;
}

void check_enumerator(const FieldShape& field,
                      const Json& value,
                      const std::string& path,
                      Faults& faults) {
    const std::vector<std::string> names = enumerators_of(*field.enumeration);
    if (!value.is_string()) {
        faults.add(path, found_text(value), "one of " + joined(names));
    } else if (enumerator_named(*field.enumeration, value.get_ref<const std::string&>()) ==
               nullptr) {
        const auto& text = value.get_ref<const std::string&>();
        faults.add(path, found_text(value) + did_you_mean(text, names), "one of " + joined(names));
    }
}

void check_list(const FieldShape& field,
                const Json& value,
                const std::string& path,
                Faults& faults) {
    if (!value.is_array()) {
        faults.add(path, found_text(value), "a list in [ ]");
        return;
    }
    for (std::size_t i = 0; i < value.size(); ++i) {
        check_value(field, field.element, value[i], path + "[" + std::to_string(i) + "]", faults);
    }
}

// Chance that a notary published is long numbers, too.
bool is_chance(std::string_view path) {
    return path == "body.digits" || path == "body.public_value" || path == "body.value";
}

bool is_person(std::string_view path) {
    return path == "body.consumer" || path == "body.identity" || path == "body.phone" ||
           path == "body.device";
}

std::string_view personal_data(Shape shape, std::string_view text, std::string_view path) {
    if (shape == Shape::text && !is_chance(path)) {
        return personal_data_in(text);
    }
    return shape == Shape::id && is_person(path) ? personal_data_in_token(text) : "";
}

// Shapes that are written as text.
void check_text(Shape shape, const Json& value, const std::string& path, Faults& faults) {
    const auto* text = value.get_ptr<const std::string*>();
    bool good = text != nullptr;
    std::string expected = "a text";
    if (shape == Shape::id) {
        good = good && id128_from_hex(*text).has_value();
        expected = "32 hexadecimal digits, or a UUID";
    } else if (shape == Shape::instant) {
        good = good && instant_from_text(*text).has_value();
        expected = "an instant such as 2026-03-01T04:05:06.000000Z or 2026-03-01T12:05:06+08:00";
    } else if (shape == Shape::time_of_day) {
        good = good && time_of_day_from_text(*text).has_value();
        expected = "a time of day such as 10:00:00.000000";
    } else if (shape == Shape::day) {
        good = good && date_from_text(*text).has_value();
        expected = "a date such as 2026-03-01";
    } else if (shape == Shape::bytes) {
        good = good && bytes_from_hex(*text).has_value();
        expected = "pairs of hexadecimal digits";
    }
    if (!good) {
        faults.add(path, found_text(value), expected);
    } else if (const auto kind = personal_data(shape, *text, path); !kind.empty()) {
        // Not the number: an error is read by others.
        faults.add(path, kind, "nothing that names a person: tokens only");
    }
}

}  // namespace

std::string found_text(const Json& value) {
    std::string text = value.dump(-1, ' ', false, Json::error_handler_t::replace);
    if (text.size() > shown_max) {
        text = text.substr(0, shown_max) + "…";
    }
    switch (value.type()) {
        case Json::value_t::string: return "the text " + text;
        case Json::value_t::object: return "an object";
        case Json::value_t::array: return "a list";
        case Json::value_t::boolean:
        case Json::value_t::null: return text;
        default: return "the number " + text;
    }
}

std::optional<std::vector<std::uint8_t>> bytes_from_hex(std::string_view text) {
    std::vector<std::uint8_t> bytes;
    if (text.size() % 2 != 0) {
        return std::nullopt;
    }
    for (std::size_t i = 0; i < text.size(); i += 2) {
        std::uint8_t byte = 0;
        const char* const first = text.data() + i;
        const auto read = std::from_chars(first, first + 2, byte, 16);
        if (read.ec != std::errc() || read.ptr != first + 2) {
            return std::nullopt;
        }
        bytes.push_back(byte);
    }
    return bytes;
}

Result<Json> parse_json(std::string_view text) {
    if (text.size() > json_bytes_max) {
        return not_json("it has " + std::to_string(text.size()) + " bytes, at most " +
                        std::to_string(json_bytes_max) + " are read");
    }
    std::vector<std::set<std::string>> names;
    std::string twice;
    bool deep = false;
    const auto watch = [&](int depth, Json::parse_event_t event, Json& parsed) {
        if (event == Json::parse_event_t::object_start) {
            names.emplace_back();
        } else if (event == Json::parse_event_t::object_end) {
            names.pop_back();
        } else if (event == Json::parse_event_t::key) {
            const auto& name = parsed.get_ref<const std::string&>();
            if (!names.back().insert(name).second && twice.empty()) {
                twice = name;
            }
        }
        deep = deep || depth > json_depth_max;
        return !deep;
    };
    Json value;
    try {
        value = Json::parse(text, watch);
    } catch (const Json::parse_error& trouble) {
        return not_json(deep ? deep_text() : syntax_text(text, trouble.byte));
    } catch (const Json::exception&) {
        return not_json(deep ? deep_text() : "a number is beyond 64 bits");
    }
    if (deep) {
        return not_json(deep_text());
    }
    if (!twice.empty()) {
        return not_json("the name \"" + twice + "\" stands twice in one object");
    }
    return value;
}

void check_table(const reflection::Object& object,
                 const Json& value,
                 const std::string& path,
                 Faults& faults) {
    if (!value.is_object()) {
        faults.add(path, found_text(value), "an object in { }");
        return;
    }
    const std::vector<FieldShape> fields = fields_of(object);
    std::vector<std::string> names;
    for (const FieldShape& field : fields) {
        names.push_back(field.name);
    }
    for (const auto& [name, inner] : value.items()) {
        const std::string inner_path = path + "." + name;
        const FieldShape* found = nullptr;
        for (const FieldShape& field : fields) {
            found = field.name == name ? &field : found;
        }
        if (found == nullptr) {
            faults.add(inner_path, "there is no such field" + did_you_mean(name, names),
                       "one of " + joined(names));
        } else if (!inner.is_null()) {
            check_value(*found, found->shape, inner, inner_path, faults);
        }
    }
}

void check_value(const FieldShape& field,
                 Shape shape,
                 const Json& value,
                 const std::string& path,
                 Faults& faults) {
    switch (shape) {
        case Shape::boolean:
            if (!value.is_boolean()) {
                faults.add(path, found_text(value), "true or false");
            }
            break;
        case Shape::integer:
            if (!value.is_number_integer()) {
                faults.add(path, found_text(value), "a whole number, without quotes or a point");
            } else if (!fits(field.scalar, value)) {
                faults.add(path, found_text(value),
                           "a number from " + std::to_string(minimum_of(field.scalar)) + " to " +
                               std::to_string(maximum_of(field.scalar)));
            }
            break;
        case Shape::enumerator: check_enumerator(field, value, path, faults); break;
        case Shape::table: check_table(*field.object, value, path, faults); break;
        case Shape::list: check_list(field, value, path, faults); break;
        default: check_text(shape, value, path, faults); break;
    }
}

std::int64_t integer_of(const FieldShape& field, Shape shape, const Json& value) {
    switch (shape) {
        case Shape::boolean: return value.get<bool>() ? 1 : 0;
        case Shape::enumerator:
            return enumerator_named(*field.enumeration, value.get_ref<const std::string&>())
                ->value();
        case Shape::instant: return *instant_from_text(value.get_ref<const std::string&>());
        case Shape::time_of_day: return *time_of_day_from_text(value.get_ref<const std::string&>());
        case Shape::day: return *date_from_text(value.get_ref<const std::string&>());
        default:
            return value.is_number_unsigned()
                       ? static_cast<std::int64_t>(value.get<std::uint64_t>())
                       : value.get<std::int64_t>();
    }
}

}  // namespace fiscus::convert
