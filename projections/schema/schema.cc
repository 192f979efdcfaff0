#include "projections/schema/schema.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "engine/base/limits.h"
#include "projections/schema/fields.h"
#include "projections/schema/json_text.h"

namespace fiscus::projections {

namespace {

using Layout = JsonText::Layout;

constexpr std::string_view date_pattern = "[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])";
constexpr std::string_view instant_pattern =
    "T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\\.[0-9]{6}Z";
constexpr std::string_view range_pattern = "[0-9]+(-[0-9]+)?";

std::string whole(const std::string& pattern) { return "^" + pattern + "$"; }

// What a text looks like; empty where any will do.
std::string pattern_of(FieldType type) {
    switch (type) {
        case FieldType::ratio: return whole("-?(0|[1-9][0-9]{0,18})\\.[0-9]{4}");
        case FieldType::date: return whole(std::string(date_pattern));
        case FieldType::instant:
            return whole(std::string(date_pattern) + std::string(instant_pattern));
        case FieldType::ranges: {
            const std::string range(range_pattern);
            return whole("(" + range + "(," + range + ")*)?");
        }
        case FieldType::id: return whole("[0-9a-f]{32}");
        case FieldType::hash: return whole("[0-9a-f]{16}");
        case FieldType::bytes:
            return whole("([0-9a-f]{2}){0," + std::to_string(quarantine_bytes_max) + "}");
        default: return {};
    }
}

std::string_view format_of(FieldType type) {
    return type == FieldType::date ? "date" : type == FieldType::instant ? "date-time" : "";
}

struct Range {
    std::int64_t minimum;
    std::uint64_t maximum;
};

constexpr std::uint64_t int64_max = std::numeric_limits<std::int64_t>::max();

// Of whole numbers; texts have none.
constexpr Range range_of(FieldType type) {
    switch (type) {
        case FieldType::uint8: return {0, std::numeric_limits<std::uint8_t>::max()};
        case FieldType::uint16: return {0, std::numeric_limits<std::uint16_t>::max()};
        case FieldType::uint32: return {0, std::numeric_limits<std::uint32_t>::max()};
        case FieldType::uint64: return {0, std::numeric_limits<std::uint64_t>::max()};
        case FieldType::ordinal32: return {1, std::numeric_limits<std::uint32_t>::max()};
        case FieldType::ordinal64: return {1, std::numeric_limits<std::uint64_t>::max()};
        case FieldType::offset:
        case FieldType::count: return {0, int64_max};
        default: return {std::numeric_limits<std::int64_t>::min(), int64_max};
    }
}

std::string_view json_type_of(FieldType type) {
    switch (type) {
        case FieldType::uint8:
        case FieldType::uint16:
        case FieldType::uint32:
        case FieldType::uint64:
        case FieldType::ordinal32:
        case FieldType::ordinal64:
        case FieldType::offset:
        case FieldType::count:
        case FieldType::fen:
        case FieldType::difference: return "integer";
        case FieldType::boolean: return "boolean";
        default: return "string";
    }
}

void put_words(JsonText& json, const Field& field) {
    if (field.words.size() == 1 && !field.nullable) {
        json.text_at("const", field.words.front());
        return;
    }
    json.key("enum");
    json.open_list();
    for (const std::string& word : field.words) {
        json.text(word);
    }
    if (field.nullable) {
        json.null();
    }
    json.close();
}

void put_type(JsonText& json, const Field& field) {
    const std::string_view type = json_type_of(field.type);
    json.key("type");
    if (field.nullable) {
        json.open_list(Layout::line);
        json.text(type);
        json.text("null");
        json.close();
    } else {
        json.text(type);
    }
    if (type == "integer") {
        const Range range = range_of(field.type);
        json.key("minimum");
        json.integer(range.minimum);
        json.key("maximum");
        json.natural(range.maximum);
    }
    if (const std::string_view format = format_of(field.type); !format.empty()) {
        json.text_at("format", format);
    }
    if (const std::string pattern = pattern_of(field.type); !pattern.empty()) {
        json.text_at("pattern", pattern);
    }
}

void put_field(JsonText& json, const Field& field) {
    json.key(field.id);
    json.open_object(field.words.size() > 1 ? Layout::lines : Layout::line);
    json.text_at("title", field.chinese);
    const std::string_view unit = field.type == FieldType::fen ? "; fen" : "";
    json.text_at("description", field.meaning + std::string(unit) + ".");
    if (field.type == FieldType::word) {
        put_words(json, field);
    } else {
        put_type(json, field);
    }
    json.close();
}

// "type", "properties" and "required" of an object with these fields.
void put_fields(JsonText& json, const std::vector<Field>& fields) {
    json.text_at("type", "object");
    json.key("properties");
    json.open_object();
    for (const Field& field : fields) {
        put_field(json, field);
    }
    json.close();
    json.key("required");
    json.open_list();
    for (const Field& field : fields) {
        if (!field.optional) {
            json.text(field.id);
        }
    }
    json.close();
}

void put_type_of_each(JsonText& json,
                      const std::vector<std::string>& fields,
                      std::string_view type) {
    json.open_object();
    json.key("properties");
    json.open_object();
    for (const std::string& field : fields) {
        json.key(field);
        json.open_object(Layout::line);
        json.text_at("type", type);
        json.close();
    }
    json.close();
    json.close();
}

void put_null_rule(JsonText& json, const NullRule& rule, const RowKind& row) {
    const auto field = std::ranges::find(row.fields, rule.fields.front(), &Field::id);
    json.open_object(Layout::line);
    json.key("if");
    json.open_object();
    json.key("properties");
    json.open_object();
    json.key(rule.by);
    json.open_object();
    if (rule.word.empty()) {
        json.key("maximum");
        json.integer(0);
    } else {
        json.text_at("const", rule.word);
    }
    json.close();
    json.close();
    json.close();
    json.key("then");
    put_type_of_each(json, rule.fields, "null");
    json.key("else");
    put_type_of_each(json, rule.fields, json_type_of(field->type));
    json.close();
}

void put_together(JsonText& json, const std::vector<std::string>& together) {
    json.key("dependentRequired");
    json.open_object(Layout::line);
    for (const std::string& field : together) {
        json.key(field);
        json.open_list();
        for (const std::string& other : together) {
            if (other != field) {
                json.text(other);
            }
        }
        json.close();
    }
    json.close();
}

void put_row(JsonText& json, const RowKind& row) {
    json.key(row.type);
    json.open_object();
    json.text_at("title", row.chinese);
    json.text_at("description", row.meaning + ".");
    put_fields(json, row.fields);
    if (!row.together.empty()) {
        put_together(json, row.together);
    }
    if (!row.null_rules.empty()) {
        json.key("allOf");
        json.open_list();
        for (const NullRule& rule : row.null_rules) {
            put_null_rule(json, rule, row);
        }
        json.close();
    }
    if (row.grouped) {
        json.text_at("$ref", "#/$defs/grouping");
        json.key("unevaluatedProperties");
    } else {
        json.key("additionalProperties");
    }
    json.boolean(false);
    json.close();
}

void put_groupings(JsonText& json) {
    json.key("grouping");
    json.open_object();
    json.text_at("title", "分组");
    json.text_at("description", "The grouping set, and the code and name of each dimension in it.");
    json.key("oneOf");
    json.open_list();
    for (const GroupingFields& grouping : grouping_fields()) {
        json.open_object();
        json.text_at("title", grouping.chinese);
        json.text_at("description", grouping.english + ".");
        put_fields(json, grouping.fields);
        json.close();
    }
    json.close();
    json.close();
}

struct SchemaFile {
    std::string_view name;
    std::string_view id;
    std::string_view chinese;
    std::string_view topics;
    std::vector<RowKind> (*rows)();
};

constexpr std::array<SchemaFile, 4> files{{
    {"daily", "urn:fiscus:statistics:daily:v1", "日统计",
     "fiscus.statistics.daily.v1 and fiscus.statistics.daily.history.v1", daily_rows},
    {"reconciliation", "urn:fiscus:statistics:reconciliation:v1", "对账",
     "fiscus.statistics.reconciliation.v1", reconciliation_rows},
    {"refusals", "urn:fiscus:refusals:v1", "拒绝与隔离", "fiscus.refusals.v1", refusal_rows},
    {"outcomes", "urn:fiscus:outcomes:v1", "平台结果", "fiscus.outcomes.v1", outcome_rows},
}};

constexpr std::array<std::string_view, files.size()> names = {files[0].name, files[1].name,
                                                              files[2].name, files[3].name};

std::string schema_of(const SchemaFile& file) {
    const std::vector<RowKind> rows = file.rows();
    JsonText json;
    json.open_object();
    json.text_at("$schema", "https://json-schema.org/draft/2020-12/schema");
    json.text_at("$id", file.id);
    json.text_at("$comment", "Printed by `fiscus reference " + std::string(file.name) +
                                 ".schema` from the tables of the program; a test compares.");
    json.text_at("title", file.chinese);
    json.text_at("description", "A row of " + std::string(file.topics) +
                                    ": one flat JSON object, its kind in row_type. Money is in "
                                    "fen. docs/formats/statistics.md shows one row of each kind.");
    json.text_at("type", "object");
    json.key("oneOf");
    json.open_list();
    for (const RowKind& row : rows) {
        json.open_object(Layout::line);
        json.text_at("$ref", "#/$defs/" + row.type);
        json.close();
    }
    json.close();
    json.key("$defs");
    json.open_object();
    for (const RowKind& row : rows) {
        put_row(json, row);
    }
    if (std::ranges::any_of(rows, &RowKind::grouped)) {
        put_groupings(json);
    }
    json.close();
    json.close();
    return json.take();
}

}  // namespace

std::span<const std::string_view> row_schema_names() { return names; }

std::string row_schema(std::string_view name) {
    const auto file = std::ranges::find(files, name, &SchemaFile::name);
    return file == files.end() ? std::string() : schema_of(*file);
}

}  // namespace fiscus::projections
