// One flat JSON object on one line, appended to a string: the value of a published row. Names that
// come from upstream may hold anything: text is escaped by RFC 8259 and damaged UTF-8 becomes
// U+FFFD.
// Thread: one. Fails: never.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace fiscus::projections {

void append_json_text(std::string& out, std::string_view text);
// Well-formed UTF-8 on one line, for messages about bytes that may be anything: what is not becomes
// U+FFFD.
std::string printable(std::string_view bytes);
void append_number(std::string& out, std::int64_t number);
void append_number(std::string& out, std::uint64_t number);

class JsonLine {
public:
    // Appends to `out`, which must outlive the line.
    explicit JsonLine(std::string& out) : out_(&out) { out_->push_back('{'); }

    void text(std::string_view name, std::string_view value) {
        field(name);
        append_json_text(*out_, value);
    }
    void integer(std::string_view name, std::int64_t value) {
        field(name);
        append_number(*out_, value);
    }
    void natural(std::string_view name, std::uint64_t value) {
        field(name);
        append_number(*out_, value);
    }
    void boolean(std::string_view name, bool value) {
        field(name);
        out_->append(value ? "true" : "false");
    }
    void null(std::string_view name) {
        field(name);
        out_->append("null");
    }
    // Text, or null when it is empty.
    void text_or_null(std::string_view name, std::string_view value) {
        value.empty() ? null(name) : text(name, value);
    }
    // Made before, of this form: ,"name":value,"name":value … Never the first ones.
    void fields(std::string_view made) { out_->append(made); }
    void finish() { out_->push_back('}'); }

private:
    // Names are ours: snake_case, nothing to escape.
    void field(std::string_view name) {
        out_->append(first_ ? "\"" : ",\"");
        first_ = false;
        out_->append(name);
        out_->append("\":");
    }

    std::string* out_;
    bool first_ = true;
};

}  // namespace fiscus::projections
