#include "engine/app/convert/csv_events.h"

#include <algorithm>
#include <charconv>
#include <functional>

#include <nlohmann/json.hpp>
#include <toml++/toml.h>

#include "engine/app/convert/names.h"
#include "engine/app/convert/schema.h"
#include "engine/base/hash.h"
#include "engine/base/ids.h"
#include "engine/base/time.h"

namespace fiscus::convert {
namespace {

using Json = nlohmann::json;

// Longer lines are no rows of vouchers; the quote that begins them was never closed.
constexpr std::size_t row_bytes_max = std::size_t{1} << 20;

Error map_error(std::string why) {
    return {.code = ErrorCode::usage,
            .what = "the column map is not valid",
            .why = std::move(why),
            .hint = "docs/formats/events.md has an example of a column map."};
}

// ---- the map ----

// Nothing for what a field cannot be: a date, a point number, a table.
std::string json_text(const toml::node& node) {
    if (const auto* text = node.as_string()) {
        return Json(text->get()).dump();
    }
    if (const auto* number = node.as_integer()) {
        return std::to_string(number->get());
    }
    if (const auto* truth = node.as_boolean()) {
        return truth->get() ? "true" : "false";
    }
    if (const auto* list = node.as_array()) {
        std::string text;
        for (const toml::node& value : *list) {
            const std::string piece = json_text(value);
            if (piece.empty()) {
                return {};
            }
            text += (text.empty() ? "" : ",") + piece;
        }
        return "[" + text + "]";
    }
    return {};
}

std::optional<ColumnFormat> format_named(std::string_view name) {
    static constexpr std::array<std::pair<std::string_view, ColumnFormat>, 6> names{
        {{"plain", ColumnFormat::plain},
         {"yuan", ColumnFormat::yuan},
         {"local_time", ColumnFormat::local_time},
         {"date", ColumnFormat::date},
         {"hash", ColumnFormat::hash},
         {"words", ColumnFormat::words}}};
    for (const auto& [known, format] : names) {
        if (known == name) {
            return format;
        }
    }
    return std::nullopt;
}

Result<Column> column_of(std::string_view heading, const toml::node& node) {
    const std::string where = "columns.\"" + std::string(heading) + "\"";
    Column column;
    if (const auto* field = node.as_string()) {
        column.field = field->get();
        return column;
    }
    const toml::table* table = node.as_table();
    if (table == nullptr) {
        return map_error(where + " is neither a field nor { field = … }");
    }
    for (const auto& [key, value] : *table) {
        const std::string_view name = key.str();
        if (name == "field" && value.is_string()) {
            column.field = value.as_string()->get();
        } else if (name == "separator" && value.is_string()) {
            column.separator = value.as_string()->get();
        } else if (name == "optional" && value.is_boolean()) {
            column.optional = value.as_boolean()->get();
        } else if (name == "words" && value.is_table()) {
            column.format = ColumnFormat::words;
            for (const auto& [word, meaning] : *value.as_table()) {
                const std::string text = json_text(meaning);
                if (text.empty()) {
                    return map_error(where + ".words.\"" + std::string(word.str()) +
                                     "\" is no text, number, truth or list");
                }
                column.words[std::string(word.str())] = text;
            }
        } else if (name == "format" && value.is_string() &&
                   format_named(value.as_string()->get())) {
            column.format = *format_named(value.as_string()->get());
        } else {
            static const std::vector<std::string> known{"field", "format", "separator", "optional",
                                                        "words"};
            return map_error(where + "." + std::string(name) + " is not understood" +
                             did_you_mean(name, known) +
                             "; a format is plain, yuan, local_time, date or hash");
        }
    }
    if (column.field.empty()) {
        return map_error(where + " has no field");
    }
    if (column.format == ColumnFormat::words && column.words.empty()) {
        return map_error(where + " has no words");
    }
    return column;
}

// Whether the field at this path is written as text in JSON. Without a kind only the envelope is
// known.
bool is_text_field(std::string_view path, const reflection::EnumVal* kind) {
    constexpr std::string_view body = "body.";
    if (path.substr(0, body.size()) != body) {
        return path == "kind" || path == "occurred_at" || path == "key" || path == "signature";
    }
    if (kind == nullptr) {
        return false;
    }
    for (const FieldShape& field : fields_of(table_of(*kind))) {
        if (field.name == path.substr(body.size())) {
            const Shape shape = field.shape == Shape::list ? field.element : field.shape;
            return shape != Shape::integer && shape != Shape::boolean;
        }
    }
    return false;
}

// ---- texts of one column ----

struct Converted {
    Json value;
    std::string expected;  // not empty: the text was wrong
};

// 1,234 → 1234: thousands are groups of three, or there are no commas at all.
std::optional<std::string> without_commas(std::string_view text) {
    std::string digits;
    std::size_t group = 0;
    bool commas = false;
    for (const char c : text) {
        if (c == ',') {
            if (group == 0 || group > 3 || (commas && group != 3)) {
                return std::nullopt;
            }
            commas = true;
            group = 0;
        } else if (c >= '0' && c <= '9') {
            digits += c;
            ++group;
        } else {
            return std::nullopt;
        }
    }
    const bool good = !digits.empty() && (!commas || group == 3);
    return good ? std::optional(digits) : std::nullopt;
}

// 12.5 → 1250: at most two digits after the point.
std::optional<std::int64_t> fen_from_yuan(std::string_view text) {
    const bool negative = !text.empty() && text.front() == '-';
    text.remove_prefix(negative ? 1 : 0);
    const std::size_t point = text.find('.');
    auto digits = without_commas(text.substr(0, point));
    if (!digits) {
        return std::nullopt;
    }
    std::string decimals(point == std::string_view::npos ? "00" : text.substr(point + 1));
    if (decimals.size() == 1) {
        decimals += '0';
    }
    const std::string all = *digits + decimals;
    std::int64_t fen = 0;
    const auto read = std::from_chars(all.data(), all.data() + all.size(), fen);
    if (decimals.size() != 2 || read.ec != std::errc() || read.ptr != all.data() + all.size()) {
        return std::nullopt;
    }
    return negative ? -fen : fen;
}

// 2026/3/1, 2026-03-01 or 20260301.
std::optional<std::int32_t> day_from(std::string_view text) {
    std::string iso;
    if (text.size() == 8 &&
        std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; })) {
        iso = std::string(text.substr(0, 4)) + "-" + std::string(text.substr(4, 2)) + "-" +
              std::string(text.substr(6));
    } else {
        std::string part;
        for (const char c : std::string(text) + "/") {
            if (c != '/' && c != '-') {
                part += c;
                continue;
            }
            iso += (iso.empty() ? "" : "-") + (part.size() == 1 ? "0" + part : part);
            part.clear();
        }
    }
    return date_from_text(iso);
}

// Date, time without a zone: Asia/Shanghai.
std::optional<std::int64_t> local_instant(std::string_view text) {
    const std::size_t gap = text.find_first_of(" T");
    if (gap == std::string_view::npos) {
        return std::nullopt;
    }
    const auto day = day_from(text.substr(0, gap));
    std::string time(text.substr(gap + 1));
    // 9:05 and 09:05 mean the same, and so do they with seconds.
    if (time.find(':') == 1) {
        time = "0" + time;
    }
    if (std::count(time.begin(), time.end(), ':') == 1) {
        time += ":00";
    }
    return day ? instant_from_text(date_text(*day) + "T" + time + "+08:00") : std::nullopt;
}

Json plain_value(std::string_view text) {
    // Numbers and words of JSON as they are, if they are written as JSON writes them.
    std::int64_t number = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool canonical =
        text == "0" || (!text.empty() && text.front() != '0' && text.substr(0, 2) != "-0");
    if (read.ec == std::errc() && read.ptr == text.data() + text.size() && canonical) {
        return number;
    }
    if (text == "true" || text == "false") {
        return text == "true";
    }
    return text;
}

std::string text_of_hash(std::string_view text) {
    const Sha256 hash = sha256(as_byte_span(text));
    return to_hex(hash).substr(0, 32);
}

Converted convert(const Column& column, std::string_view text) {
    switch (column.format) {
        case ColumnFormat::plain: return {column.text ? Json(text) : plain_value(text), {}};
        case ColumnFormat::yuan: {
            const auto fen = fen_from_yuan(text);
            return fen ? Converted{*fen, {}} : Converted{{}, "an amount in yuan such as 12.50"};
        }
        case ColumnFormat::local_time: {
            const auto instant = local_instant(text);
            return instant ? Converted{instant_text(*instant), {}}
                           : Converted{{}, "a time such as 2026-03-01 12:30:00"};
        }
        case ColumnFormat::date: {
            const auto day = day_from(text);
            return day ? Converted{date_text(*day), {}}
                       : Converted{{}, "a date such as 2026-03-01, 2026/3/1 or 20260301"};
        }
        case ColumnFormat::hash: return {text_of_hash(text), {}};
        case ColumnFormat::words: {
            const auto found = column.words.find(std::string(text));
            std::vector<std::string> known;
            for (const auto& [word, meaning] : column.words) {
                known.push_back(word);
            }
            return found != column.words.end()
                       ? Converted{Json::parse(found->second), {}}
                       : Converted{{}, "one of the words of the map" + did_you_mean(text, known)};
        }
    }
    return {};
}

// "body.consumer" → json["body"]["consumer"].
void put(Json& json, std::string_view path, Json value) {
    Json* place = &json;
    for (std::size_t dot = path.find('.'); dot != std::string_view::npos; dot = path.find('.')) {
        place = &(*place)[std::string(path.substr(0, dot))];
        path.remove_prefix(dot + 1);
        if (!place->is_object()) {
            *place = Json::object();
        }
    }
    (*place)[std::string(path)] = std::move(value);
}

// By the only reader of JSON that there is here: it takes nothing but UTF-8.
bool is_utf8(const std::string& text) {
    try {
        static_cast<void>(Json(text).dump());
        return true;
    } catch (const Json::exception&) {
        return false;
    }
}

std::string listed(const std::vector<std::string>& headings) {
    constexpr std::size_t bytes_max = 200;
    std::string text;
    for (const std::string& heading : headings) {
        text += (text.empty() ? "\"" : ", \"") + heading + "\"";
    }
    return text.size() > bytes_max ? text.substr(0, bytes_max) + "…" : text;
}

// What Chinese exports are instead of UTF-8 with commas. Empty: the heading may be read.
std::string unreadable_heading(const std::vector<std::string>& headings) {
    const std::string& first = headings.front();
    const bool utf16 = first.starts_with("\xff\xfe") || first.starts_with("\xfe\xff") ||
                       first.find('\0') != std::string::npos;
    if (utf16) {
        return "the file is UTF-16; save it as CSV UTF-8 (`iconv -f UTF-16 -t UTF-8`)";
    }
    for (const std::string& heading : headings) {
        if (!is_utf8(heading)) {
            return "the file is not UTF-8, perhaps GBK; save it as CSV UTF-8 "
                   "(`iconv -f GB18030 -t UTF-8`)";
        }
    }
    for (const char separator : {';', '\t'}) {
        if (headings.size() == 1 && first.find(separator) != std::string::npos) {
            return std::string("its columns are separated by ") +
                   (separator == ';' ? "semicolons" : "tabs") +
                   ", not by commas: " + listed(headings);
        }
    }
    return {};
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) {
        text.remove_prefix(1);
    }
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) {
        text.remove_suffix(1);
    }
    return text;
}

// The value of a column, or of a list of them; the fault names the column.
void convert_field(const Column& column,
                   const std::string& heading,
                   std::string_view text,
                   Json& json,
                   Faults& faults) {
    text = trimmed(text);
    if (text.empty() && column.optional) {
        return;
    }
    const auto add = [&](std::string_view piece) {
        Converted converted = convert(column, piece);
        if (!converted.expected.empty()) {
            faults.add("column " + heading, "the text \"" + std::string(piece) + "\"",
                       converted.expected);
        }
        return std::move(converted.value);
    };
    if (column.separator.empty()) {
        put(json, column.field, add(text));
        return;
    }
    Json list = Json::array();
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(column.separator), text.size());
        list.push_back(add(trimmed(text.substr(0, end))));
        text.remove_prefix(std::min(end + column.separator.size(), text.size()));
    }
    put(json, column.field, std::move(list));
}

}  // namespace

Result<ColumnMap> ColumnMap::parse(std::string_view text) {
    ColumnMap map;
    toml::table table;
    try {
        table = toml::parse(text);
    } catch (const toml::parse_error& trouble) {
        return map_error(std::string(trouble.description()) + ", line " +
                         std::to_string(trouble.source().begin.line));
    }
    for (const auto& [key, value] : table) {
        const std::string_view name = key.str();
        if (name == "kind" && value.is_string()) {
            map.values_["kind"] = json_text(value);
        } else if (name == "values" && value.is_table()) {
            for (const auto& [path, fixed] : *value.as_table()) {
                const std::string meaning = json_text(fixed);
                if (meaning.empty()) {
                    return map_error(
                        "values.\"" + std::string(path.str()) +
                        "\" is no text, number, truth or list; quote paths with a point");
                }
                map.values_[std::string(path.str())] = meaning;
            }
        } else if (name == "columns" && value.is_table()) {
            for (const auto& [heading, column] : *value.as_table()) {
                FISCUS_ASSIGN(map.columns_[std::string(heading.str())],
                              column_of(heading.str(), column));
            }
        } else {
            return map_error("\"" + std::string(name) + "\" is not understood" +
                             did_you_mean(name, {"kind", "values", "columns"}));
        }
    }
    if (map.columns_.empty()) {
        return map_error("it has no [columns]");
    }
    const auto kind = map.values_.find("kind");
    const Json name = kind == map.values_.end() ? Json() : Json::parse(kind->second);
    const reflection::EnumVal* known =
        name.is_string() ? kind_named(name.get_ref<const std::string&>()) : nullptr;
    for (auto& [heading, column] : map.columns_) {
        column.text = is_text_field(column.field, known);
    }
    return map;
}

Result<std::unique_ptr<CsvEvents>> CsvEvents::open(std::istream& input, ColumnMap map) {
    std::unique_ptr<CsvEvents> events(
        new CsvEvents(input, std::move(map)));  // tidy: words because the constructor is private
    FISCUS_TRY(events->read_heading());
    return events;
}

Status CsvEvents::read_heading() {
    FISCUS_ASSIGN(auto row, read_row());
    const auto fault = [](std::string why) {
        return Error{.code = ErrorCode::usage,
                     .what = "the heading of the CSV does not fit the column map",
                     .why = std::move(why),
                     .hint = "The first line names the columns; the map names each of them once."};
    };
    if (!row) {
        return fault("the file is empty");
    }
    const std::string trouble = unreadable_heading(*row);
    if (!trouble.empty()) {
        return fault(trouble);
    }
    headings_ = std::move(*row);
    for (std::string& heading : headings_) {
        heading = std::string(trimmed(heading));
        const auto found = map_.columns().find(heading);
        places_.push_back(found == map_.columns().end() ? nullptr : &found->second);
    }
    for (const auto& [heading, column] : map_.columns()) {
        const auto count = std::count(headings_.begin(), headings_.end(), heading);
        if (count != 1) {
            return fault("column \"" + heading + "\" is there " + std::to_string(count) + " times" +
                         (count == 0 ? did_you_mean(heading, headings_) : "") +
                         "; the file has: " + listed(headings_));
        }
    }
    return Done{};
}

Result<std::optional<std::vector<std::string>>> CsvEvents::read_row() {
    std::vector<std::string> fields{std::string()};
    std::size_t bytes = 0;
    bool quoted = false;
    bool was_quoted = false;
    row_line_ = line_;
    const auto unclosed = [this](std::string why) {
        return Error{.code = ErrorCode::usage,
                     .what = "line " + std::to_string(row_line_) + " of the CSV cannot be read",
                     .why = std::move(why),
                     .hint = "Quotes inside a quoted field are doubled (RFC 4180)."};
    };
    for (int next = input_.get(); next != std::istream::traits_type::eof(); next = input_.get()) {
        const char c = static_cast<char>(next);
        line_ += c == '\n' ? 1U : 0U;
        if (++bytes > row_bytes_max) {
            return unclosed("it is longer than " + std::to_string(row_bytes_max) +
                            " bytes, the most that a row may have");
        }
        if (quoted) {
            if (c != '"') {
                fields.back() += c;
            } else if (input_.peek() == '"') {
                fields.back() += static_cast<char>(input_.get());
            } else {
                quoted = false;
            }
        } else if (c == '"' && fields.back().empty()) {
            quoted = true;
            was_quoted = true;
        } else if (c == ',') {
            fields.emplace_back();
        } else if (c == '\n') {
            const bool empty = fields.size() == 1 && fields.back().empty() && !was_quoted;
            if (!empty) {
                return std::optional(std::move(fields));
            }
            row_line_ = line_;
        } else if (c != '\r' || input_.peek() != '\n') {
            fields.back() += c;
            // A byte order mark, as Excel writes it.
            if (line_ == 1 && headings_.empty() && fields.size() == 1 &&
                fields.back() == "\xef\xbb\xbf") {
                fields.back().clear();
            }
        }
    }
    if (quoted) {
        return unclosed("a quote is not closed before the end of the file");
    }
    if (fields.size() == 1 && fields.back().empty() && !was_quoted) {
        return std::optional<std::vector<std::string>>();
    }
    return std::optional(std::move(fields));
}

Result<std::optional<CsvRow>> CsvEvents::next() {
    FISCUS_ASSIGN(const auto row, read_row());
    if (!row) {
        return std::optional<CsvRow>();
    }
    Faults faults;
    if (row->size() != headings_.size()) {
        faults.add("", std::to_string(row->size()) + " fields",
                   std::to_string(headings_.size()) + ", as the heading has");
    }
    Json json = Json::object();
    for (const auto& [path, value] : map_.values()) {
        put(json, path, Json::parse(value));
    }
    for (std::size_t i = 0; i < std::min(row->size(), places_.size()); ++i) {
        if (places_[i] != nullptr) {
            convert_field(*places_[i], headings_[i], (*row)[i], json, faults);
        }
    }
    if (!faults.none()) {
        return faults.error("line " + std::to_string(row_line_) +
                            " of the CSV cannot be converted");
    }
    return std::optional(CsvRow{.line = row_line_,
                                .json = json.dump(-1, ' ', false, Json::error_handler_t::replace)});
}

}  // namespace fiscus::convert
