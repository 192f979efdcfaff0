// UTF-8 for everything that people and other programs read from us. Text may come from upstream, so
// it may be damaged: every wrong byte becomes U+FFFD, nothing is read past the end. Thread: any.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace fiscus::app {

inline constexpr char32_t replacement_character = 0xFFFD;

// Takes the first code point off `text`. A wrong, overlong or cut sequence takes one byte and gives
// U+FFFD. `text` is not empty.
char32_t take_code_point(std::string_view& text);

void append_utf8(std::string& out, char32_t code_point);

// Columns that a terminal gives to the text: East Asian wide and fullwidth characters take two,
// combining marks none. Control characters count as printable() shows them.
std::size_t display_width(std::string_view text);

// The text as it may reach a terminal: control characters (also those of C1, which some terminals
// obey) and damaged bytes become U+FFFD, so that data cannot move the cursor.
std::string printable(std::string_view text);
// The same, line by line: our own line breaks stay.
std::string printable_lines(std::string_view text);

}  // namespace fiscus::app
