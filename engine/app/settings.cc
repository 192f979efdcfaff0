#include "engine/app/settings.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <iterator>
#include <set>
#include <system_error>

#include <fmt/format.h>
#include <toml++/toml.h>

#include "engine/base/check.h"

namespace fiscus::app {
namespace {

std::optional<std::int64_t> integer_from_text(std::string_view text) {
    std::int64_t number = 0;
    const char* const end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, number);
    if (text.empty() || error != std::errc() || stopped != end) {
        return std::nullopt;
    }
    return number;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(separator), text.size());
        parts.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return parts;
}

std::string limits_text(const SettingSpec& spec) {
    return fmt::format("it must lie between {} and {}", spec.minimum, spec.maximum);
}

bool within(const SettingSpec& spec, std::int64_t number) {
    return number >= spec.minimum && number <= spec.maximum;
}

// A number that stands there twice would be two owners of one thing in one process.
std::string complaint_of_list(const SettingSpec& spec, std::string_view text) {
    std::set<std::int64_t> seen;
    for (const std::string_view part : split(text, ',')) {
        const auto number = integer_from_text(part);
        if (!number || !within(spec, *number)) {
            return "it is not a list of whole numbers; " + limits_text(spec);
        }
        if (!seen.insert(*number).second) {
            return fmt::format("it names {} more than once", *number);
        }
    }
    return "";
}

// Why the text is no value of this setting; empty: it is one.
std::string complaint(const SettingSpec& spec, const std::string& text) {
    if (text.find('\0') != std::string::npos) {
        return "it holds a zero byte";
    }
    switch (spec.kind) {
        case SettingKind::text:
        case SettingKind::path: return "";
        case SettingKind::integer: {
            const auto number = integer_from_text(text);
            return !number ? "it is not a whole number"
                           : (within(spec, *number) ? "" : limits_text(spec));
        }
        case SettingKind::size: {
            const auto size = size_from_text(text);
            return !size ? "it is not a size such as 512MiB or 1GiB"
                         : (within(spec, *size) ? "" : limits_text(spec) + " bytes");
        }
        case SettingKind::choice: {
            const auto words = split(spec.choices, ' ');
            return std::ranges::find(words, text) != words.end()
                       ? ""
                       : fmt::format("it must be one of: {}", spec.choices);
        }
        case SettingKind::integers: return complaint_of_list(spec, text);
        case SettingKind::pairs:
            for (const std::string_view part : split(text, ',')) {
                const std::size_t equals = part.find('=');
                if (equals == std::string_view::npos || equals == 0) {
                    return "it is not a list of name=value with commas between";
                }
            }
            return "";
    }
    FISCUS_CHECK(false, "every kind of setting is checked");
}

std::vector<std::string> all_keys() {
    std::vector<std::string> keys;
    for (const SettingSpec& spec : setting_specs()) {
        keys.emplace_back(spec.key);
    }
    return keys;
}

const SettingSpec* find_key(std::string_view key) {
    const auto specs = setting_specs();
    const auto found = std::ranges::find(specs, key, &SettingSpec::key);
    return found == specs.end() ? nullptr : &*found;
}

std::string hint_for_unknown(const std::string& key, const std::vector<std::string>& known) {
    const auto near = nearest_word(key, known);
    return near ? fmt::format("Did you mean {}? `fiscus config check` lists all settings.", *near)
                : std::string("`fiscus config check` lists all settings.");
}

// Whether its text is a list with commas, so that a TOML array may stand for it.
bool takes_list(const SettingSpec& spec) {
    return spec.kind == SettingKind::integers || spec.kind == SettingKind::pairs ||
           spec.setting == Setting::kafka_bootstrap;
}

std::optional<std::string> text_of_scalar(const toml::node& node) {
    if (const auto* text = node.as_string()) {
        return text->get();
    }
    if (const auto* number = node.as_integer()) {
        return fmt::format("{}", number->get());
    }
    return std::nullopt;
}

// A TOML value as text; an array becomes a list with commas.
std::optional<std::string> text_of_node(const SettingSpec& spec, const toml::node& node) {
    const auto* const array = node.as_array();
    if (array == nullptr) {
        return text_of_scalar(node);
    }
    if (!takes_list(spec)) {
        return std::nullopt;
    }
    std::string joined;
    for (const toml::node& element : *array) {
        const auto text = text_of_scalar(element);
        if (!text) {
            return std::nullopt;
        }
        joined += (joined.empty() ? "" : ",") + *text;
    }
    return joined;
}

std::string letters_of(const std::string& name) {
    std::string letters;
    std::ranges::copy_if(name, std::back_inserter(letters), [](char c) { return c != '_'; });
    return letters;
}

bool names_secret(std::string_view name) {
    for (const std::string_view word : {"password", "secret", "key.pem", "token", "oauthbearer"}) {
        if (name.find(word) != std::string_view::npos) {
            return true;
        }
    }
    return false;
}

// The table of one [section], visited in the order of the file's keys.
template <typename Take>
Status take_section(const std::string& file,
                    const std::string& section,
                    const toml::table& table,
                    const Take& take) {
    for (const auto& [name, node] : table) {
        const std::string key = section + "." + std::string(name.str());
        const std::string where = fmt::format("{}:{}", file, node.source().begin.line);
        const SettingSpec* const spec = find_key(key);
        if (spec == nullptr) {
            return Error{ErrorCode::usage, fmt::format("{}: unknown setting {}", where, key), "",
                         hint_for_unknown(key, all_keys())};
        }
        const auto text = text_of_node(*spec, node);
        if (!text) {
            return Error{
                ErrorCode::usage, fmt::format("{}: setting {} is not valid", where, key),
                takes_list(*spec)
                    ? "it is neither a text, a whole number nor a list of them"
                    : "it is neither a text nor a whole number; this setting takes no list",
                fmt::format("Example: {} = \"{}\"", name.str(), spec->example)};
        }
        FISCUS_TRY(take(*spec, *text, where));
    }
    return Done{};
}

}  // namespace

std::string_view origin_name(Origin origin) {
    switch (origin) {
        case Origin::built_in: return "default";
        case Origin::file: return "file";
        case Origin::environment: return "environment";
        case Origin::flag: return "flag";
    }
    FISCUS_CHECK(false, "every origin has a name");
}

std::optional<std::int64_t> size_from_text(std::string_view text) {
    std::int64_t unit = 1;
    for (const auto& [suffix, bytes] : {std::pair<std::string_view, std::int64_t>{"KiB", 1LL << 10},
                                        {"MiB", 1LL << 20},
                                        {"GiB", 1LL << 30},
                                        {"TiB", 1LL << 40}}) {
        if (text.ends_with(suffix)) {
            text.remove_suffix(suffix.size());
            unit = bytes;
            break;
        }
    }
    const auto number = integer_from_text(text);
    std::int64_t size = 0;
    if (!number || *number < 0 || __builtin_mul_overflow(*number, unit, &size)) {
        return std::nullopt;
    }
    return size;
}

std::optional<std::string> nearest_word(std::string_view word,
                                        const std::vector<std::string>& words) {
    std::optional<std::string> best;
    std::size_t best_distance = std::max<std::size_t>(2, word.size() / 4) + 1;
    for (const std::string& other : words) {
        // Levenshtein, one row at a time.
        std::vector<std::size_t> row(other.size() + 1);
        for (std::size_t column = 0; column < row.size(); ++column) {
            row[column] = column;
        }
        for (std::size_t line = 1; line <= word.size(); ++line) {
            std::size_t diagonal = row[0];
            row[0] = line;
            for (std::size_t column = 1; column < row.size(); ++column) {
                const std::size_t replaced =
                    diagonal + (word[line - 1] == other[column - 1] ? 0 : 1);
                diagonal = row[column];
                row[column] = std::min({row[column] + 1, row[column - 1] + 1, replaced});
            }
        }
        if (row.back() < best_distance) {
            best_distance = row.back();
            best = other;
        }
    }
    return best;
}

Settings::Settings() {
    for (const SettingSpec& spec : setting_specs()) {
        values_[static_cast<std::size_t>(spec.setting)] =
            SettingValue{std::string(spec.default_text), Origin::built_in, "default"};
    }
}

Status Settings::take(const SettingSpec& spec, std::string text, Origin origin, std::string where) {
    // An empty text takes a setting back to "not given", where that is possible.
    const bool may_be_absent = spec.default_text.empty();
    std::string trouble =
        text.empty() ? (may_be_absent ? "" : "it is empty") : complaint(spec, text);
    if (!trouble.empty()) {
        const bool secret = spec.kind == SettingKind::pairs;
        return Error{ErrorCode::usage, fmt::format("{}: setting {} is not valid", where, spec.key),
                     secret ? trouble : fmt::format("`{}`: {}", text, trouble),
                     fmt::format("Example: {}", spec.example)};
    }
    values_[static_cast<std::size_t>(spec.setting)] =
        SettingValue{std::move(text), origin, std::move(where)};
    return Done{};
}

Status Settings::take_file(const std::filesystem::path& file) {
    const std::string name = file.string();
    std::error_code error;
    // Anything else could keep the reader waiting, or has no end.
    if (!std::filesystem::is_regular_file(file, error)) {
        return Error{ErrorCode::usage, fmt::format("cannot read the settings file {}", name),
                     error ? error.message() : "it is no file",
                     "Give its path with --config or FISCUS_CONFIG."};
    }
    toml::table table;
    try {
        table = toml::parse_file(name);
    } catch (const toml::parse_error& trouble) {
        const auto& begin = trouble.source().begin;
        return Error{ErrorCode::usage,
                     fmt::format("{}:{}:{}: this is not TOML", name, begin.line, begin.column),
                     std::string(trouble.description()),
                     "docs/configuration.md shows a whole file."};
    }
    const auto take_one = [this](const SettingSpec& spec, std::string text, std::string where) {
        return take(spec, std::move(text), Origin::file, std::move(where));
    };
    for (const auto& [section, node] : table) {
        const std::string section_name(section.str());
        const toml::table* const keys = node.as_table();
        if (keys == nullptr) {
            return Error{ErrorCode::usage,
                         fmt::format("{}:{}: unknown setting {}", name, node.source().begin.line,
                                     section_name),
                         "settings stand in sections",
                         "Example: [log] and below it directory = \"/var/lib/fiscus/log\""};
        }
        FISCUS_TRY(take_section(name, section_name, *keys, take_one));
    }
    return Done{};
}

Status Settings::take_environment(
    const std::vector<std::pair<std::string, std::string>>& environment) {
    std::vector<std::string> names;
    for (const SettingSpec& spec : setting_specs()) {
        names.push_back(environment_name(spec));
    }
    for (const auto& [name, text] : environment) {
        if (!name.starts_with("FISCUS_")) {
            continue;
        }
        // Names with two underscores in a row are settings; others may be anybody's, but one that
        // has the letters of a setting was meant as one.
        if (name.find("__") == std::string::npos) {
            const auto meant = std::ranges::find(names, letters_of(name), letters_of);
            if (meant != names.end()) {
                return Error{ErrorCode::usage,
                             fmt::format("unknown setting in the environment: {}", name),
                             "section and key are joined by two underscores",
                             fmt::format("Did you mean {}?", *meant)};
            }
            continue;
        }
        const auto found = std::ranges::find(names, name);
        if (found == names.end()) {
            return Error{ErrorCode::usage,
                         fmt::format("unknown setting in the environment: {}", name), "",
                         hint_for_unknown(name, names)};
        }
        const auto index = static_cast<std::size_t>(found - names.begin());
        FISCUS_TRY(take(setting_specs()[index], text, Origin::environment, name));
    }
    return Done{};
}

Result<Settings> Settings::load(const SettingSources& sources) {
    Settings settings;
    if (sources.file) {
        FISCUS_TRY(settings.take_file(*sources.file));
    }
    FISCUS_TRY(settings.take_environment(sources.environment));
    for (const auto& [setting, text] : sources.flags) {
        const SettingSpec& spec = spec_of(setting);
        FISCUS_TRY(settings.take(spec, text, Origin::flag, std::string(spec.flag)));
    }
    return settings;
}

std::int64_t Settings::integer(Setting setting) const {
    const SettingSpec& spec = spec_of(setting);
    const auto number = spec.kind == SettingKind::size ? size_from_text(text(setting))
                                                       : integer_from_text(text(setting));
    FISCUS_CHECK(number.has_value(), "a number is read from a setting that was checked as one");
    return *number;
}

std::vector<std::int32_t> Settings::integers(Setting setting) const {
    std::vector<std::int32_t> numbers;
    for (const std::string_view part : split(text(setting), ',')) {
        const auto number = integer_from_text(part);
        FISCUS_CHECK(number.has_value(), "a list is read from a setting that was checked as one");
        numbers.push_back(static_cast<std::int32_t>(*number));
    }
    return numbers;
}

std::vector<std::pair<std::string, std::string>> Settings::pairs(Setting setting) const {
    std::vector<std::pair<std::string, std::string>> out;
    for (const std::string_view part : split(text(setting), ',')) {
        const std::size_t equals = part.find('=');
        out.emplace_back(part.substr(0, equals), part.substr(equals + 1));
    }
    return out;
}

void Settings::replace(Setting setting, std::string text) {
    values_[static_cast<std::size_t>(setting)] = {std::move(text), Origin::flag, "the command"};
}

std::string Settings::shown(Setting setting) const {
    if (spec_of(setting).kind != SettingKind::pairs) {
        return text(setting);
    }
    std::string out;
    for (const auto& [name, text] : pairs(setting)) {
        out += fmt::format("{}{}={}", out.empty() ? "" : ",", name,
                           names_secret(name) ? "(not shown)" : text);
    }
    return out;
}

}  // namespace fiscus::app
