// Rules about what code says: banned words, the order of hash tables, and which folder may include
// which.
#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "tests/tidy/rules.h"

namespace fiscus::tidy {
namespace {

bool applies(const BannedWord& word, const Source& source) {
    const auto covers = [&source](const std::string& folder) { return source.is_under(folder); };
    const bool inside =
        word.folders.empty() || std::any_of(word.folders.begin(), word.folders.end(), covers);
    return inside && std::none_of(word.excepted.begin(), word.excepted.end(), covers);
}

// A word that begins or ends with a letter matches whole words only; `f(` is not a member
// function's call, and `new` is not `operator new`.
bool contains_word(std::string_view line, std::string_view word) {
    for (std::size_t at = line.find(word); at != std::string_view::npos;
         at = line.find(word, at + 1)) {
        const std::size_t end = at + word.size();
        if (is_word_char(word.front()) && at > 0) {
            const char before = line[at - 1];
            const bool member = word.back() == '(' && (before == '.' || before == '>');
            if (is_word_char(before) || member) {
                continue;
            }
        }
        if (is_word_char(word.back()) && end < line.size() && is_word_char(line[end])) {
            continue;
        }
        return true;
    }
    return false;
}

// `std::unique_ptr<T> x(new T(…))` owns at once what a private constructor makes; the line may
// break after the bracket.
bool owns_at_once(const std::vector<std::string>& lines, std::size_t i, std::string_view word) {
    const auto has_owner = [](const std::string& line) {
        return line.find("unique_ptr<") != std::string::npos;
    };
    return word == "new" && (has_owner(lines[i]) ||
                             (i > 0 && has_owner(lines[i - 1]) && lines[i - 1].ends_with('(')));
}

// The path between the quotes or angle brackets of an #include, nothing for other lines.
std::optional<std::string_view> included_path(std::string_view line) {
    line = trimmed(line);
    if (!line.starts_with("#include")) {
        return std::nullopt;
    }
    const std::size_t open = line.find_first_of("\"<");
    if (open == std::string_view::npos) {
        return std::nullopt;
    }
    const std::size_t close = line.find_first_of("\">", open + 1);
    return line.substr(open + 1, close - open - 1);
}

bool is_ours(std::string_view path) {
    constexpr std::array<std::string_view, 5> tops = {"engine", "projections", "schemas", "bench",
                                                      "tests"};
    return std::any_of(tops.begin(), tops.end(),
                       [path](std::string_view top) { return path_is_under(path, top); });
}

void check_own(const Source& source,
               const Layer& layer,
               std::size_t line,
               std::string_view path,
               Findings& findings) {
    const auto covers = [path](const std::string& folder) { return path_is_under(path, folder); };
    if (covers(layer.folder) || std::any_of(layer.allowed.begin(), layer.allowed.end(), covers)) {
        return;
    }
    findings.push_back({source.path, line + 1, "layers",
                        layer.folder + " must not include " + std::string(path) +
                            ": the direction stands in tests/tidy/layers.txt"});
}

void check_library(const Source& source,
                   const Library& library,
                   std::size_t line,
                   std::string_view path,
                   Findings& findings) {
    const auto covers = [&source](const std::string& folder) { return source.is_under(folder); };
    if (!path.starts_with(library.prefix) ||
        std::any_of(library.folders.begin(), library.folders.end(), covers)) {
        return;
    }
    findings.push_back({source.path, line + 1, "layers",
                        "only the folders named in tests/tidy/layers.txt may include " +
                            std::string(path) + ": use their interface"});
}

constexpr std::array<std::string_view, 8> hash_tables = {
    "std::unordered_map<", "std::unordered_set<",     "std::unordered_multimap<",
    "tsl::robin_map<",     "tsl::robin_set<",         "tsl::robin_pg_map<",
    "tsl::robin_pg_set<",  "std::unordered_multiset<"};

// The name after the closing angle bracket of a type that begins at `at`, empty if there is none on
// this line.
std::string_view declared_name(std::string_view line, std::size_t at) {
    std::size_t depth = 0;
    for (; at < line.size(); ++at) {
        depth += line[at] == '<' ? 1U : 0U;
        if (line[at] == '>' && --depth == 0) {
            break;
        }
    }
    std::size_t first = at + 1;
    while (first < line.size() && (line[first] == ' ' || line[first] == '&')) {
        ++first;
    }
    std::size_t end = first;
    while (end < line.size() && is_word_char(line[end])) {
        ++end;
    }
    return first < line.size() ? line.substr(first, end - first) : std::string_view();
}

std::set<std::string, std::less<>> hash_table_names(const Source& source) {
    std::set<std::string, std::less<>> names;
    for (const std::string& line : source.code) {
        for (const std::string_view table : hash_tables) {
            const std::size_t at = line.find(table);
            if (at != std::string::npos) {
                const std::string_view name = declared_name(line, at + table.size() - 1);
                if (!name.empty()) {
                    names.emplace(name);
                }
            }
        }
    }
    return names;
}

// What a range-based for walks over, empty for other lines.
std::string_view walked(std::string_view line) {
    const std::size_t start = line.find("for (");
    const std::size_t colon = line.find(" : ", start == std::string_view::npos ? 0 : start);
    if (start == std::string_view::npos || colon == std::string_view::npos) {
        return {};
    }
    std::size_t end = colon + 3;
    while (end < line.size() && is_word_char(line[end])) {
        ++end;
    }
    return line.substr(colon + 3, end - colon - 3);
}

}  // namespace

void check_words(const Source& source, const Tables& tables, Findings& findings) {
    for (const BannedWord& word : tables.words) {
        if ((word.in_code && !source.is_cpp()) || !applies(word, source)) {
            continue;
        }
        const auto& lines = word.in_code ? source.code : source.lines;
        for (std::size_t i = 0; i < lines.size(); ++i) {
            if (contains_word(lines[i], word.word) && !owns_at_once(lines, i, word.word) &&
                !source.allows(i, "words")) {
                findings.push_back({source.path, i + 1, "words",
                                    "no '" + word.word + "' here; instead: " + word.instead});
            }
        }
    }
}

void check_hash_order(const Source& source, const Source* header, Findings& findings) {
    constexpr std::array<std::string_view, 6> ordered = {"engine/decode",  "engine/sequence",
                                                         "engine/apply",   "engine/state",
                                                         "engine/journal", "projections"};
    if (!source.is_cpp() ||
        std::none_of(ordered.begin(), ordered.end(),
                     [&source](std::string_view folder) { return source.is_under(folder); })) {
        return;
    }
    auto names = hash_table_names(source);
    if (header != nullptr) {
        names.merge(hash_table_names(*header));
    }
    for (std::size_t i = 0; i < source.code.size(); ++i) {
        const std::string_view name = walked(source.code[i]);
        if (!name.empty() && names.contains(name) && !source.allows(i, "hash_order")) {
            findings.push_back({source.path, i + 1, "hash_order",
                                "the order of '" + std::string(name) +
                                    "' differs between machines: walk a sorted copy of its keys"});
        }
    }
}

void check_layers(const Source& source, const Tables& tables, Findings& findings) {
    if (!source.is_cpp()) {
        return;
    }
    const Layer* layer = tables.layer_of(source.path);
    if (layer == nullptr) {
        findings.push_back({source.path, 0, "layers",
                            "no line of tests/tidy/layers.txt covers this folder: add one"});
        return;
    }
    for (std::size_t i = 0; i < source.lines.size(); ++i) {
        const auto path = included_path(source.code[i]);
        if (!path) {
            continue;
        }
        if (is_ours(*path)) {
            check_own(source, *layer, i, *path, findings);
        } else if (source.lines[i].find('"') != std::string::npos) {
            findings.push_back({source.path, i + 1, "layers",
                                "include from the root: \"engine/…/" + std::string(*path) + "\""});
        }
        for (const Library& library : tables.libraries) {
            check_library(source, library, i, *path, findings);
        }
    }
}

Findings check_file(const Source& source, const Tables& tables) {
    Findings findings;
    check_lengths(source, findings);
    check_columns(source, findings);
    check_whitespace(source, findings);
    check_functions(source, findings);
    check_header(source, findings);
    check_comments(source, findings);
    check_words(source, tables, findings);
    check_layers(source, tables, findings);
    return findings;
}

}  // namespace fiscus::tidy
