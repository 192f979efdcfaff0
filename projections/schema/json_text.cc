#include "projections/schema/json_text.h"

#include <utility>

#include "projections/publish/json.h"

namespace fiscus::projections {

void JsonText::open(char begin, char end, Layout layout) {
    separate();
    text_.push_back(begin);
    // What lies inside a line stays on it.
    const bool inside_line = !levels_.empty() && levels_.back().layout == Layout::line;
    levels_.push_back({.end = end, .layout = inside_line ? Layout::line : layout});
}

void JsonText::close() {
    const Level level = levels_.back();
    levels_.pop_back();
    if (!level.empty && level.layout == Layout::lines) {
        new_line();
    }
    text_.push_back(level.end);
}

void JsonText::separate() {
    if (std::exchange(after_key_, false) || levels_.empty()) {
        return;
    }
    Level& level = levels_.back();
    const bool first = std::exchange(level.empty, false);
    if (!first) {
        text_.push_back(',');
    }
    if (level.layout == Layout::lines) {
        new_line();
    } else if (!first) {
        text_.push_back(' ');
    }
}

void JsonText::new_line() {
    text_.push_back('\n');
    text_.append(2 * levels_.size(), ' ');
}

void JsonText::key(std::string_view name) {
    separate();
    append_json_text(text_, name);
    text_.append(": ");
    after_key_ = true;
}

void JsonText::text(std::string_view value) {
    separate();
    append_json_text(text_, value);
}

void JsonText::integer(std::int64_t value) {
    separate();
    append_number(text_, value);
}

void JsonText::natural(std::uint64_t value) {
    separate();
    append_number(text_, value);
}

void JsonText::boolean(bool value) {
    separate();
    text_.append(value ? "true" : "false");
}

void JsonText::null() {
    separate();
    text_.append("null");
}

std::string JsonText::take() {
    text_.push_back('\n');
    return std::exchange(text_, {});
}

}  // namespace fiscus::projections
