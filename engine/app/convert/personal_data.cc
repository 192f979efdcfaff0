#include "engine/app/convert/personal_data.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <vector>

namespace fiscus::convert {
namespace {

constexpr std::string_view identity_card = "an identity card number";
constexpr std::string_view mobile_phone = "a mobile number";
constexpr std::string_view bank_card = "a bank card number";

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
unsigned digit(char c) { return static_cast<unsigned>(c - '0'); }

unsigned number(std::string_view digits) {
    unsigned value = 0;
    for (const char c : digits) {
        value = value * 10 + digit(c);
    }
    return value;
}

// GB 11643: six digits of a district, a date of birth, three digits, and the check.
bool is_identity_card(std::string_view word) {
    constexpr std::array<unsigned, 17> weights{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
    constexpr std::string_view checks = "10X98765432";
    if (word.size() != 18 || !std::all_of(word.begin(), word.end() - 1, is_digit)) {
        return false;
    }
    const unsigned province = number(word.substr(0, 2));
    const unsigned year = number(word.substr(6, 4));
    const unsigned month = number(word.substr(10, 2));
    const unsigned day = number(word.substr(12, 2));
    if (province < 11 || province > 91 || year < 1900 || year > 2099 || month < 1 || month > 12 ||
        day < 1 || day > 31) {
        return false;
    }
    unsigned sum = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) {
        sum += weights[i] * digit(word[i]);
    }
    const char last = word.back() == 'x' ? 'X' : word.back();
    return checks[sum % 11] == last;
}

bool is_mobile(std::string_view digits) {
    if (digits.size() == 13 && digits.starts_with("86")) {
        digits.remove_prefix(2);
    }
    return digits.size() == 11 && digits[0] == '1' && digits[1] >= '3';
}

bool is_bank_card(std::string_view digits) {
    const bool of_a_scheme = digits.starts_with("62") || digits.starts_with("4") ||
                             digits.starts_with("5") || digits.starts_with("35");
    if (digits.size() < 16 || digits.size() > 19 || !of_a_scheme) {
        return false;
    }
    unsigned sum = 0;
    for (std::size_t i = 0; i < digits.size(); ++i) {
        const unsigned value = digit(digits[digits.size() - 1 - i]);
        const unsigned doubled = 2 * value;
        sum += i % 2 == 0 ? value : doubled / 10 + doubled % 10;
    }
    return sum % 10 == 0;
}

std::string_view kind_of(std::string_view word) {
    if (is_identity_card(word)) {
        return identity_card;
    }
    if (!std::all_of(word.begin(), word.end(), is_digit)) {
        return {};
    }
    return is_mobile(word) ? mobile_phone : is_bank_card(word) ? bank_card : std::string_view();
}

// Full-width digits and X as plain ones.
std::string plain(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text.substr(i).starts_with("\xef\xbc") && i + 2 < text.size()) {
            const auto third = static_cast<unsigned char>(text[i + 2]);
            if (third >= 0x90 && third <= 0x99) {
                out.push_back(static_cast<char>('0' + (third - 0x90)));
                i += 2;
                continue;
            }
            if (third == 0xb8) {
                out.push_back('X');
                i += 2;
                continue;
            }
        }
        out.push_back(text[i]);
    }
    return out;
}

// Groups of digits that single blanks or hyphens part; without those that letters touch.
using Run = std::vector<std::string>;

Run run_at(const std::string& text, std::size_t& at) {
    Run run;
    const bool touched = at > 0 && is_letter(text[at - 1]);
    for (;;) {
        std::string& group = run.emplace_back();
        while (at < text.size() && is_digit(text[at])) {
            group.push_back(text[at++]);
        }
        const bool goes_on =
            at + 1 < text.size() && (text[at] == ' ' || text[at] == '-') && is_digit(text[at + 1]);
        if (!goes_on) {
            break;
        }
        ++at;
    }
    if (at < text.size() && (text[at] == 'X' || text[at] == 'x')) {
        run.back().push_back(text[at++]);
    }
    if (at < text.size() && is_letter(text[at])) {
        run.pop_back();
    }
    if (touched && !run.empty()) {
        run.erase(run.begin());
    }
    return run;
}

// Each group, and several that stand side by side.
std::string_view kind_in(const Run& run) {
    for (std::size_t first = 0; first < run.size(); ++first) {
        std::string joined;
        for (std::size_t last = first; last < run.size() && joined.size() < 20; ++last) {
            joined += run[last];
            if (const std::string_view kind = kind_of(joined); !kind.empty()) {
                return kind;
            }
        }
    }
    return {};
}

}  // namespace

std::string_view personal_data_in(std::string_view text) {
    const std::string digits = plain(text);
    for (std::size_t at = 0; at < digits.size();) {
        if (!is_digit(digits[at])) {
            ++at;
            continue;
        }
        if (const std::string_view kind = kind_in(run_at(digits, at)); !kind.empty()) {
            return kind;
        }
    }
    return {};
}

std::string_view personal_data_in_token(std::string_view hexadecimal) {
    const std::size_t first = std::min(hexadecimal.find_first_not_of('0'), hexadecimal.size());
    return kind_of(hexadecimal.substr(first));
}

}  // namespace fiscus::convert
