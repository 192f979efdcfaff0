#include "projections/publish/json.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <iterator>

namespace fiscus::projections {

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

bool continues(std::string_view text, std::size_t at, unsigned char low, unsigned char high) {
    if (at >= text.size()) {
        return false;
    }
    const auto byte = static_cast<unsigned char>(text[at]);
    return byte >= low && byte <= high;
}

// Bytes of the well-formed UTF-8 sequence at the front (Unicode 15, table 3-7), 0 if there is none.
std::size_t sequence_length(std::string_view text) {
    const auto first = static_cast<unsigned char>(text.front());
    const auto tail = [text](std::size_t at) { return continues(text, at, 0x80, 0xBF); };
    if (first >= 0xC2 && first <= 0xDF) {
        return tail(1) ? 2 : 0;
    }
    if (first >= 0xE0 && first <= 0xEF) {
        const unsigned char low = first == 0xE0 ? 0xA0 : 0x80;
        const unsigned char high = first == 0xED ? 0x9F : 0xBF;
        return continues(text, 1, low, high) && tail(2) ? 3 : 0;
    }
    if (first >= 0xF0 && first <= 0xF4) {
        const unsigned char low = first == 0xF0 ? 0x90 : 0x80;
        const unsigned char high = first == 0xF4 ? 0x8F : 0xBF;
        return continues(text, 1, low, high) && tail(2) && tail(3) ? 4 : 0;
    }
    return 0;
}

// Bytes at the front that a JSON text holds as they are, 0 if there are none.
std::size_t plain_length(std::string_view text) {
    const auto byte = static_cast<unsigned char>(text.front());
    if (byte >= 0x80) {
        return sequence_length(text);
    }
    return byte >= 0x20 && byte != '"' && byte != '\\' && byte != 0x7F ? 1 : 0;
}

void append_escaped(std::string& out, char c) {
    constexpr std::string_view digits = "0123456789abcdef";
    switch (c) {
        case '"': out.append("\\\""); return;
        case '\\': out.append("\\\\"); return;
        case '\n': out.append("\\n"); return;
        case '\t': out.append("\\t"); return;
        case '\r': out.append("\\r"); return;
        default:
            out.append("\\u00");
            out.push_back(digits[static_cast<unsigned char>(c) >> 4]);
            out.push_back(digits[static_cast<unsigned char>(c) & 15]);
    }
}

template <typename Number>
void append_digits(std::string& out, Number number) {
    char digits[24];
    const auto written = std::to_chars(std::begin(digits), std::end(digits), number);
    out.append(std::begin(digits), written.ptr);
}

}  // namespace

void append_json_text(std::string& out, std::string_view text) {
    out.push_back('"');
    for (std::size_t at = 0; at < text.size();) {
        // What stands for itself, in one piece.
        const std::size_t from = at;
        while (at < text.size()) {
            const std::size_t length = plain_length(text.substr(at));
            if (length == 0) {
                break;
            }
            at += length;
        }
        out.append(text.substr(from, at - from));
        if (at == text.size()) {
            break;
        }
        if (static_cast<unsigned char>(text[at]) < 0x80) {
            append_escaped(out, text[at]);
        } else {
            out.append(replacement);
        }
        ++at;
    }
    out.push_back('"');
}

std::string printable(std::string_view bytes) {
    std::string out;
    while (!bytes.empty()) {
        const auto byte = static_cast<unsigned char>(bytes.front());
        const bool plain = byte >= 0x20 && byte < 0x7F;
        const std::size_t length = byte < 0x80 ? std::size_t{plain} : sequence_length(bytes);
        out.append(length != 0 ? bytes.substr(0, length) : replacement);
        bytes.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return out;
}

void append_number(std::string& out, std::int64_t number) { append_digits(out, number); }
void append_number(std::string& out, std::uint64_t number) { append_digits(out, number); }

}  // namespace fiscus::projections
