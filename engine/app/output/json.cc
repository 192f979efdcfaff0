#include "engine/app/output/json.h"

#include <iterator>

#include <fmt/format.h>

#include "engine/app/output/utf8.h"
#include "engine/base/check.h"

namespace fiscus::app {

void append_json_string(std::string& out, std::string_view text) {
    out.push_back('"');
    while (!text.empty()) {
        const char first = text.front();
        // The usual character first: this loop sees every byte of a dump.
        if (first >= 0x20 && first != '"' && first != '\\' && first != 0x7F) {
            out.push_back(first);
            text.remove_prefix(1);
            continue;
        }
        const char32_t code_point = take_code_point(text);
        switch (code_point) {
            case U'"': out += "\\\""; break;
            case U'\\': out += "\\\\"; break;
            case U'\b': out += "\\b"; break;
            case U'\f': out += "\\f"; break;
            case U'\n': out += "\\n"; break;
            case U'\r': out += "\\r"; break;
            case U'\t': out += "\\t"; break;
            default:
                if (code_point < 0x20 || (code_point >= 0x7F && code_point < 0xA0)) {
                    fmt::format_to(std::back_inserter(out), "\\u{:04x}",
                                   static_cast<std::uint32_t>(code_point));
                } else {
                    append_utf8(out, code_point);
                }
        }
    }
    out.push_back('"');
}

void JsonWriter::separate() {
    if (comma_due_) {
        text_.push_back(',');
    }
    comma_due_ = true;
}

void JsonWriter::open(char bracket) {
    separate();
    text_.push_back(bracket);
    ++depth_;
    comma_due_ = false;
}

void JsonWriter::close(char bracket) {
    FISCUS_CHECK(depth_ > 0, "a JSON bracket is closed after it was opened");
    text_.push_back(bracket);
    --depth_;
    comma_due_ = true;
}

void JsonWriter::key(std::string_view name) {
    separate();
    append_json_string(text_, name);
    text_.push_back(':');
    comma_due_ = false;
}

void JsonWriter::string(std::string_view text) {
    separate();
    append_json_string(text_, text);
}

void JsonWriter::number(std::int64_t number) {
    separate();
    fmt::format_to(std::back_inserter(text_), "{}", number);
}

void JsonWriter::number(std::uint64_t number) {
    separate();
    fmt::format_to(std::back_inserter(text_), "{}", number);
}

void JsonWriter::boolean(bool value) { raw(value ? "true" : "false"); }

void JsonWriter::null() { raw("null"); }

void JsonWriter::raw(std::string_view json) {
    separate();
    text_ += json;
}

const std::string& JsonWriter::text() const {
    FISCUS_CHECK(depth_ == 0, "every JSON bracket is closed");
    return text_;
}

void JsonWriter::clear() {
    text_.clear();
    depth_ = 0;
    comma_due_ = false;
}

}  // namespace fiscus::app
