#include "engine/app/output/utf8.h"

#include <algorithm>
#include <array>

namespace fiscus::app {
namespace {

struct Range {
    char32_t first;
    char32_t last;
};

// Unicode 14, East_Asian_Width W and F, neighbouring ranges joined where only unassigned ones lie
// between.
constexpr std::array<Range, 38> wide_ranges{{
    {0x1100, 0x115F}, {0x231A, 0x231B}, {0x2329, 0x232A}, {0x23E9, 0x23EC}, {0x23F0, 0x23F0},
    {0x23F3, 0x23F3}, {0x25FD, 0x25FE}, {0x2614, 0x2615}, {0x2648, 0x2653}, {0x267F, 0x267F},
    {0x2693, 0x2693}, {0x26A1, 0x26A1}, {0x26AA, 0x26AB}, {0x26BD, 0x26BE}, {0x26C4, 0x26C5},
    {0x26CE, 0x26CE}, {0x26D4, 0x26D4}, {0x26EA, 0x26EA}, {0x26F2, 0x26F5}, {0x26FA, 0x26FD},
    {0x2705, 0x2705}, {0x270A, 0x270B}, {0x2728, 0x2728}, {0x274C, 0x274E}, {0x2753, 0x2757},
    {0x2795, 0x2797}, {0x27B0, 0x27BF}, {0x2B1B, 0x2B55}, {0x2E80, 0x303E}, {0x3041, 0x33FF},
    {0x3400, 0x4DBF}, {0x4E00, 0xA4CF}, {0xA960, 0xA97F}, {0xAC00, 0xD7A3}, {0xF900, 0xFAFF},
    {0xFE30, 0xFE6F}, {0xFF01, 0xFF60}, {0xFFE0, 0xFFE6},
}};
constexpr std::array<Range, 3> wide_planes{{
    {0x16FE0, 0x18CFF},
    {0x1F300, 0x1FAFF},
    {0x20000, 0x3FFFD},
}};
constexpr std::array<Range, 8> combining_ranges{{
    {0x0300, 0x036F},
    {0x0483, 0x0489},
    {0x200B, 0x200F},
    {0x202A, 0x202E},
    {0x2060, 0x2064},
    {0x20D0, 0x20F0},
    {0xFE00, 0xFE0F},
    {0xFEFF, 0xFEFF},
}};

template <std::size_t Count>
bool contains(const std::array<Range, Count>& ranges, char32_t code_point) {
    const auto after = std::ranges::upper_bound(ranges, code_point, {}, &Range::first);
    return after != ranges.begin() && code_point <= std::prev(after)->last;
}

bool is_control(char32_t code_point) {
    return code_point < 0x20 || (code_point >= 0x7F && code_point < 0xA0);
}

// Bidirectional overrides reorder what a reader sees, so they count as controls when shown.
bool is_unsafe(char32_t code_point) {
    return is_control(code_point) || (code_point >= 0x202A && code_point <= 0x202E) ||
           (code_point >= 0x2066 && code_point <= 0x2069);
}

std::size_t width_of(char32_t code_point) {
    if (is_unsafe(code_point)) {
        return 1;
    }
    if (contains(combining_ranges, code_point)) {
        return 0;
    }
    return contains(wide_ranges, code_point) || contains(wide_planes, code_point) ? 2 : 1;
}

}  // namespace

char32_t take_code_point(std::string_view& text) {
    const auto byte_at = [&text](std::size_t index) {
        return static_cast<char32_t>(static_cast<unsigned char>(text[index]));
    };
    const char32_t lead = byte_at(0);
    std::size_t length = 1;
    char32_t code_point = lead;
    char32_t minimum = 0;
    if (lead >= 0xC2 && lead < 0xE0) {
        length = 2;
        code_point = lead & 0x1FU;
        minimum = 0x80;
    } else if (lead >= 0xE0 && lead < 0xF0) {
        length = 3;
        code_point = lead & 0x0FU;
        minimum = 0x800;
    } else if (lead >= 0xF0 && lead < 0xF5) {
        length = 4;
        code_point = lead & 0x07U;
        minimum = 0x10000;
    } else if (lead >= 0x80) {
        text.remove_prefix(1);
        return replacement_character;
    }
    bool sound = length <= text.size();
    for (std::size_t index = 1; sound && index < length; ++index) {
        sound = (byte_at(index) & 0xC0U) == 0x80U;
        code_point = (code_point << 6U) | (byte_at(index) & 0x3FU);
    }
    const bool surrogate = code_point >= 0xD800 && code_point < 0xE000;
    if (!sound || code_point < minimum || code_point > 0x10FFFF || surrogate) {
        text.remove_prefix(1);
        return replacement_character;
    }
    text.remove_prefix(length);
    return code_point;
}

void append_utf8(std::string& out, char32_t code_point) {
    const auto put = [&out](char32_t byte) {
        out.push_back(static_cast<char>(static_cast<unsigned char>(byte)));
    };
    if (code_point < 0x80) {
        put(code_point);
    } else if (code_point < 0x800) {
        put(0xC0U | (code_point >> 6U));
        put(0x80U | (code_point & 0x3FU));
    } else if (code_point < 0x10000) {
        put(0xE0U | (code_point >> 12U));
        put(0x80U | ((code_point >> 6U) & 0x3FU));
        put(0x80U | (code_point & 0x3FU));
    } else {
        put(0xF0U | (code_point >> 18U));
        put(0x80U | ((code_point >> 12U) & 0x3FU));
        put(0x80U | ((code_point >> 6U) & 0x3FU));
        put(0x80U | (code_point & 0x3FU));
    }
}

std::size_t display_width(std::string_view text) {
    std::size_t width = 0;
    while (!text.empty()) {
        width += width_of(take_code_point(text));
    }
    return width;
}

std::string printable(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const char32_t code_point = take_code_point(text);
        append_utf8(out, is_unsafe(code_point) ? replacement_character : code_point);
    }
    return out;
}

std::string printable_lines(std::string_view text) {
    std::string out;
    for (;;) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        out += printable(text.substr(0, end));
        if (end == text.size()) {
            return out;
        }
        out += '\n';
        text.remove_prefix(end + 1);
    }
}

}  // namespace fiscus::app
