// Does a text hold what names a person: a number of an identity card (18 digits with the check
// digit of GB 11643), of a mobile phone, or of a bank card (Luhn)? Digits may be full-width, and
// groups of them be parted by single blanks or hyphens. Names are no numbers: they are not found.
// schemas/sdk/python/personal_data.py is the same for Python; a test compares the two.
// Thread: any. Fails: never.
#pragma once

#include <string_view>

namespace fiscus::convert {

// "an identity card number" …; empty when there is none.
std::string_view personal_data_in(std::string_view text);
// Of 32 hexadecimal digits: a number with zeros in front is no token of anybody.
std::string_view personal_data_in_token(std::string_view hexadecimal);

}  // namespace fiscus::convert
