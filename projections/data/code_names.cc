#include "projections/data/code_names.h"

#include <algorithm>
#include <charconv>

#include "engine/base/check.h"
#include "projections/data/code_name_tables.h"

namespace fiscus::projections {

namespace {

// The next field of a line; fields hold no commas or quotes (a test looks at every line).
std::string_view take_field(std::string_view& line) {
    const std::string_view field = line.substr(0, line.find(','));
    line.remove_prefix(std::min(line.size(), field.size() + 1));
    return field;
}

std::uint32_t code_of(std::string_view text) {
    std::uint32_t code = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), code);
    FISCUS_CHECK(parsed.ec == std::errc(), "every line of the tables begins with its code");
    return code;
}

// Calls visit(line) for every line after the heading.
template <typename Visit>
void for_each_line(std::string_view text, Visit visit) {
    text.remove_prefix(text.find('\n') + 1);
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        if (!line.empty()) {
            visit(line);
        }
    }
}

}  // namespace

CodeNames::CodeNames() {
    for_each_line(districts_csv, [this](std::string_view line) {
        const std::uint32_t code = code_of(take_field(line));
        districts_.push_back({.code = code, .name = take_field(line)});
        const std::string_view prefecture = take_field(line);
        if (prefectures_.empty() || prefectures_.back().code != code / 100) {
            prefectures_.push_back({.code = code / 100, .name = prefecture});
        }
        if (provinces_.empty() || provinces_.back().code != code / 10'000) {
            provinces_.push_back({.code = code / 10'000, .name = take_field(line)});
        }
    });
    for_each_line(industries_csv, [this](std::string_view line) {
        const std::uint32_t code = code_of(take_field(line));
        industries_.push_back({.code = code, .name = take_field(line)});
    });
}

const CodeNames::Name* CodeNames::find(const std::vector<Name>& names, std::uint32_t code) {
    const auto at =
        std::lower_bound(names.begin(), names.end(), code,
                         [](const Name& name, std::uint32_t c) { return name.code < c; });
    return at != names.end() && at->code == code ? &*at : nullptr;
}

std::string CodeNames::district(std::uint32_t code) const {
    if (const Name* name = find(districts_, code)) {
        return std::string(name->name);
    }
    if (code % 10'000 == 0) {
        if (const Name* name = find(provinces_, code / 10'000)) {
            return std::string(name->name);
        }
    }
    return code % 100 == 0 ? prefecture(code / 100) : std::to_string(code);
}

std::string CodeNames::prefecture(std::uint32_t code) const {
    const Name* name = find(prefectures_, code);
    return name != nullptr ? std::string(name->name) : std::to_string(code);
}

std::string CodeNames::industry(std::uint32_t code) const {
    const Name* name = find(industries_, code);
    return name != nullptr ? std::string(name->name) : std::to_string(code);
}

}  // namespace fiscus::projections
