#include "engine/draw/page.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "engine/base/limits.h"
#include "engine/base/time.h"

namespace fiscus::draw {
namespace {

constexpr std::string_view offset = "+08:00";
constexpr std::size_t instant_columns = 32;
constexpr std::size_t time_columns = 15;

// The length of the character that `text` begins with, 0 if it is none that a page may have.
std::size_t character(std::string_view text) {
    const auto byte = [&text](std::size_t i) {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
    };
    const unsigned first = byte(0);
    if (first < 0x80) {
        return first >= 0x20 && first != 0x7f && first != '"' && first != '\\' ? 1 : 0;
    }
    const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    char32_t code = first & (0x7fU >> length);
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xc0U) != 0x80U) {
            return 0;
        }
        code = code << 6U | (byte(i) & 0x3fU);
    }
    constexpr std::array<char32_t, 5> least = {0, 0, 0x80, 0x800, 0x10000};
    const bool right = first >= 0xc2 && first <= 0xf4 && code >= least[length] &&
                       code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
    // JSON writers disagree whether to escape line and paragraph separators.
    return right && code != 0x2028 && code != 0x2029 ? length : 0;
}

bool is_digits(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

bool is_page_text(std::string_view text) {
    while (!text.empty()) {
        const std::size_t length = character(text);
        if (length == 0) {
            return false;
        }
        text.remove_prefix(length);
    }
    return true;
}

std::string shanghai_text(std::int64_t instant_us) {
    std::string text = instant_text(instant_us + shanghai_offset_us);
    text.pop_back();
    return text + std::string(offset);
}

std::optional<std::int64_t> instant_from_shanghai(std::string_view text) {
    if (text.size() != instant_columns || !text.starts_with("20") || text[10] != 'T' ||
        text[19] != '.' || !text.ends_with(offset)) {
        return std::nullopt;
    }
    const auto instant = instant_from_text(text);
    // The parser is more generous than the form.
    return instant && shanghai_text(*instant) == text ? instant : std::nullopt;
}

std::optional<std::uint64_t> number_from(std::string_view text, const NumberRange& range) {
    if (text.empty() || !is_digits(text) || (text.size() > 1 && text.front() == '0')) {
        return std::nullopt;
    }
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || value < range.first || value > range.last) {
        return std::nullopt;
    }
    return value;
}

void Page::fail(std::string_view expected) {
    if (reads_ && !trouble_) {
        trouble_ = fmt::format("line {}{}: expected {}", line_,
                               field_.empty() ? "" : fmt::format(" ({})", field_), expected);
    }
}

void Page::literal(std::string_view expected) {
    if (!reads_) {
        text_ += expected;
        return;
    }
    if (trouble_) {
        return;
    }
    if (!rest_.starts_with(expected)) {
        std::string shown(expected);
        std::ranges::replace(shown, '\n', ' ');
        fail(fmt::format("`{}`", shown));
        return;
    }
    rest_.remove_prefix(expected.size());
    line_ += static_cast<std::size_t>(std::ranges::count(expected, '\n'));
}

std::string Page::new_line() const { return "\n" + std::string(2 * depth_, ' '); }

void Page::begin() {
    literal("{");
    ++depth_;
    comma_due_ = false;
}

void Page::end() {
    --depth_;
    literal(new_line() + "}");
    comma_due_ = true;
}

void Page::finish() {
    literal("\n");
    if (reads_ && !trouble_ && !rest_.empty()) {
        fail("the end of the page");
    }
}

void Page::name(std::string_view name) {
    field_ = name;
    literal((comma_due_ ? "," : "") + new_line() + fmt::format("\"{}\": ", name));
    comma_due_ = true;
}

void Page::begin_list(std::string_view list_name) {
    name(list_name);
    literal("[");
    ++depth_;
}

bool Page::another(bool more_to_write, bool first) {
    if (trouble_) {
        return false;
    }
    const bool more = reads_ ? rest_.starts_with(first ? "\n" : ",") : more_to_write;
    if (more) {
        literal((first ? "" : ",") + new_line());
    }
    return more;
}

void Page::end_list(bool empty) {
    --depth_;
    literal(empty ? "]" : new_line() + "]");
    comma_due_ = true;
}

std::string_view Page::quoted(std::size_t bytes_max) {
    literal("\"");
    if (trouble_) {
        return {};
    }
    const std::size_t length = std::min(rest_.find('"'), rest_.size());
    const std::string_view value = rest_.substr(0, length);
    if (value.empty() || length > bytes_max || !is_page_text(value)) {
        fail("a text of allowed characters");
        return {};
    }
    rest_.remove_prefix(length);
    literal("\"");
    return value;
}

std::uint64_t Page::digits_of_number(const NumberRange& range) {
    if (trouble_) {
        return 0;
    }
    const std::size_t length = std::min(rest_.find_first_not_of("0123456789"), rest_.size());
    const auto value = number_from(rest_.substr(0, length), range);
    if (!value) {
        fail(fmt::format("a number from {} to {}", range.first, range.last));
        return 0;
    }
    rest_.remove_prefix(length);
    return *value;
}

void Page::number(std::string_view field, std::uint64_t& value, const NumberRange& range) {
    name(field);
    if (!reads_) {
        text_ += std::to_string(value);
    } else if (const std::uint64_t read = digits_of_number(range); !trouble_) {
        value = read;
    }
}

void Page::large_number(std::string_view field, std::uint64_t& value, const NumberRange& range) {
    name(field);
    literal("\"");
    if (!reads_) {
        text_ += std::to_string(value);
    } else if (const std::uint64_t read = digits_of_number(range); !trouble_) {
        value = read;
    }
    literal("\"");
}

void Page::amount(std::string_view field, Amount& value, const NumberRange& range) {
    auto fen = static_cast<std::uint64_t>(value.fen());
    number(field, fen, range);
    value = Amount(static_cast<std::int64_t>(fen));
}

void Page::digest(std::string_view field, Digest& value) {
    name(field);
    if (!reads_) {
        text_ += "\"" + to_hex(value) + "\"";
    } else if (!digest_from_hex(quoted(2 * value.size()), value)) {
        fail("64 lower-case hexadecimal digits");
    }
}

void Page::text(std::string_view field, std::string& value) {
    name(field);
    if (!reads_) {
        text_ += "\"" + value + "\"";
    } else {
        value = quoted(rest_.size());
    }
}

void Page::ascii(std::string_view field, std::string& value, std::size_t bytes_max) {
    name(field);
    if (!reads_) {
        text_ += "\"" + value + "\"";
        return;
    }
    value = quoted(bytes_max);
    if (std::ranges::any_of(value, [](char c) { return static_cast<unsigned char>(c) >= 0x80; })) {
        fail("ASCII");
    }
}

void Page::digits(std::string_view field, std::string& value, const NumberRange& length) {
    ascii(field, value, length.last);
    if (reads_ && (value.size() < length.first || !is_digits(value))) {
        fail(fmt::format("{} to {} digits", length.first, length.last));
    }
}

void Page::constant(std::string_view field, std::string_view value) {
    name(field);
    literal(fmt::format("\"{}\"", value));
}

void Page::flag(std::string_view field, bool& value) {
    name(field);
    if (!reads_) {
        text_ += value ? "true" : "false";
    } else {
        value = rest_.starts_with("true");
        literal(value ? "true" : "false");
    }
}

void Page::date(std::string_view field, std::int32_t& day) {
    name(field);
    if (!reads_) {
        text_ += "\"" + date_text(day) + "\"";
        return;
    }
    const std::string_view text = quoted(instant_columns);
    const auto read = date_from_text(text);
    if (!read || text.size() != 10 || !text.starts_with("20")) {
        fail("a date such as 2026-03-01");
        return;
    }
    day = *read;
}

void Page::instant(std::string_view field, std::int64_t& instant_us) {
    name(field);
    if (!reads_) {
        text_ += "\"" + shanghai_text(instant_us) + "\"";
        return;
    }
    const auto read = instant_from_shanghai(quoted(instant_columns));
    if (!read) {
        fail("a time such as 2026-03-01T10:00:00.000000+08:00");
        return;
    }
    instant_us = *read;
}

void Page::time_of_day(std::string_view field, std::int64_t& time_us) {
    name(field);
    if (!reads_) {
        text_ += "\"" + time_of_day_text(time_us) + "\"";
        return;
    }
    const std::string_view text = quoted(time_columns);
    const auto read = time_of_day_from_text(text);
    if (!read || text.size() != time_columns) {
        fail("a time of day such as 10:00:00.000000");
        return;
    }
    time_us = *read;
}

}  // namespace fiscus::draw
