// Rules that need several files: every source is built, every table of folders is true, every link
// of a document leads somewhere, every guarantee names its test.
#include <algorithm>
#include <array>
#include <set>
#include <string>

#include "tests/tidy/rules.h"

namespace fiscus::tidy {
namespace {

using Paths = std::set<std::string, std::less<>>;

const Source* find(const std::vector<Source>& sources, std::string_view path) {
    const auto found = std::lower_bound(
        sources.begin(), sources.end(), path,
        [](const Source& source, std::string_view wanted) { return source.path < wanted; });
    return found != sources.end() && found->path == path ? &*found : nullptr;
}

std::string folder_of(std::string_view path) {
    const std::size_t slash = path.rfind('/');
    return slash == std::string_view::npos ? std::string() : std::string(path.substr(0, slash));
}

bool lists(const Source& cmake, std::string_view name) {
    return std::any_of(cmake.lines.begin(), cmake.lines.end(), [name](const std::string& line) {
        const std::string_view text = std::string_view(line).substr(0, line.find('#'));
        for (std::size_t at = text.find(name); at != std::string_view::npos;
             at = text.find(name, at + 1)) {
            const std::size_t end = at + name.size();
            const bool starts =
                at == 0 || std::string_view(" (/\"").find(text[at - 1]) != std::string_view::npos;
            if (starts && (end == text.size() ||
                           std::string_view(" )\"").find(text[end]) != std::string_view::npos)) {
                return true;
            }
        }
        return false;
    });
}

// A CMakeLists.txt in the file's folder or above names it, by its path from there.
bool is_registered(const std::vector<Source>& sources, const std::string& path) {
    std::string folder = folder_of(path);
    while (true) {
        const std::string cmake_path =
            folder.empty() ? "CMakeLists.txt" : folder + "/CMakeLists.txt";
        const Source* cmake = find(sources, cmake_path);
        const std::string_view name =
            std::string_view(path).substr(folder.empty() ? 0 : folder.size() + 1);
        if (cmake != nullptr && lists(*cmake, name)) {
            return true;
        }
        if (folder.empty()) {
            return false;
        }
        folder = folder_of(folder);
    }
}

// The folders directly below `top` that hold a file.
Paths folders_below(const std::vector<Source>& sources, std::string_view top) {
    Paths folders;
    for (const Source& source : sources) {
        if (!source.is_under(top)) {
            continue;
        }
        const std::string_view rest = std::string_view(source.path).substr(top.size() + 1);
        const std::size_t slash = rest.find('/');
        if (slash != std::string_view::npos) {
            folders.emplace(rest.substr(0, slash));
        }
    }
    return folders;
}

// Rows of Markdown tables whose first cell is `folder/`, in backticks or as a link.
Paths folders_in_table(const Source& readme) {
    Paths folders;
    for (const std::string& line : readme.lines) {
        if (!line.starts_with("| `") && !line.starts_with("| [`")) {
            continue;
        }
        const std::size_t first = line.find('`') + 1;
        const std::size_t end = line.find('`', first);
        if (end != std::string::npos && end > first && line[end - 1] == '/') {
            folders.insert(line.substr(first, end - first - 1));
        }
    }
    return folders;
}

// `a/b` + `../c` → `a/c`; empty when it leaves the repository.
std::string resolved(std::string_view folder, std::string_view link) {
    std::vector<std::string_view> parts;
    const std::string whole = std::string(folder) + "/" + std::string(link);
    std::string_view rest = whole;
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find('/'), rest.size());
        const std::string_view part = rest.substr(0, end);
        if (part == "..") {
            if (parts.empty()) {
                return {};
            }
            parts.pop_back();
        } else if (!part.empty() && part != ".") {
            parts.push_back(part);
        }
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    std::string path;
    for (const std::string_view part : parts) {
        path += (path.empty() ? "" : "/") + std::string(part);
    }
    return path;
}

bool exists(const std::vector<Source>& sources, const std::string& path) {
    return std::any_of(sources.begin(), sources.end(),
                       [&path](const Source& source) { return source.is_under(path); });
}

bool leaves_the_repository(std::string_view target) {
    return target.empty() || target.starts_with('#') ||
           target.find("://") != std::string_view::npos || target.starts_with("mailto:");
}

void check_links_of(const std::vector<Source>& sources,
                    const Source& document,
                    std::size_t line,
                    Findings& findings) {
    std::string_view text = document.lines[line];
    for (std::size_t at = text.find("]("); at != std::string_view::npos; at = text.find("](")) {
        text.remove_prefix(at + 2);
        std::string_view target = text.substr(0, text.find(')'));
        target = target.substr(0, target.find('#'));
        if (leaves_the_repository(target)) {
            continue;
        }
        const std::string path = resolved(folder_of(document.path), target);
        if (path.empty() || !exists(sources, path)) {
            findings.push_back({document.path, line + 1, "links",
                                "nothing at '" + std::string(target) + "': name what is there"});
        }
    }
}

bool has_line(const Source& source, std::string_view wanted) {
    return std::find(source.lines.begin(), source.lines.end(), wanted) != source.lines.end();
}

// `1. **A guarantee.** …` under the heading that begins with "## Guarantees" links a test.
void check_guarantees(const Source& document, Findings& findings) {
    bool inside = false;
    for (std::size_t i = 0; i < document.lines.size(); ++i) {
        const std::string_view line = document.lines[i];
        if (line.starts_with("## ")) {
            inside = line.starts_with("## Guarantees");
        }
        const std::size_t digits = line.find_first_not_of("0123456789");
        if (!inside || digits == 0 || digits == std::string_view::npos ||
            !line.substr(digits).starts_with(". ")) {
            continue;
        }
        std::string paragraph(line);
        for (std::size_t next = i + 1;
             next < document.lines.size() && document.lines[next].starts_with("   "); ++next) {
            paragraph += document.lines[next];
        }
        if (paragraph.find("](tests/") == std::string::npos) {
            findings.push_back({document.path, i + 1, "guarantees",
                                "link the test that proves it, or do not promise it"});
        }
    }
}

void check_changelog(const Source& changelog, Findings& findings) {
    constexpr std::array<std::string_view, 6> headings = {"## Unreleased",   "### Safety",
                                                          "### Performance", "### Features",
                                                          "### Formats",     "### Internals"};
    for (const std::string_view heading : headings) {
        if (!has_line(changelog, heading)) {
            findings.push_back({changelog.path, 0, "changelog",
                                "the heading '" + std::string(heading) + "' is missing"});
        }
    }
}

}  // namespace

void check_registration(const std::vector<Source>& sources, Findings& findings) {
    for (const Source& source : sources) {
        const bool built = source.is_under("engine") || source.is_under("projections") ||
                           source.is_under("bench") || source.is_under("tests");
        if (!built || !source.has_extension(".cc") || is_registered(sources, source.path)) {
            continue;
        }
        findings.push_back(
            {source.path, 0, "registration", "no CMakeLists.txt names it: list it, or remove it"});
    }
}

void check_readme_tables(const std::vector<Source>& sources, Findings& findings) {
    for (const std::string_view top : {"engine", "projections"}) {
        const std::string path = std::string(top) + "/README.md";
        const Source* readme = find(sources, path);
        if (readme == nullptr) {
            findings.push_back({path, 0, "readme_table", "write it: a table of the folders here"});
            continue;
        }
        const Paths there = folders_below(sources, top);
        const Paths told = folders_in_table(*readme);
        for (const std::string& folder : there) {
            if (!told.contains(folder)) {
                findings.push_back({path, 0, "readme_table", "no row for `" + folder + "/`"});
            }
        }
        for (const std::string& folder : told) {
            if (!there.contains(folder)) {
                findings.push_back({path, 0, "readme_table",
                                    "the folder of the row `" + folder + "/` is not there"});
            }
        }
    }
}

void check_links(const std::vector<Source>& sources, Findings& findings) {
    for (const Source& source : sources) {
        if (!source.has_extension(".md")) {
            continue;
        }
        bool fenced = false;
        for (std::size_t i = 0; i < source.lines.size(); ++i) {
            if (source.lines[i].starts_with("```")) {
                fenced = !fenced;
            } else if (!fenced) {
                check_links_of(sources, source, i, findings);
            }
        }
    }
}

void check_documents(const std::vector<Source>& sources, Findings& findings) {
    constexpr std::array<std::string_view, 9> wanted = {
        "ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE",           "README.md",
        "README.zh-CN.md", "compose.yaml", "docs/domain.md",  "docs/operations.md"};
    for (const std::string_view path : wanted) {
        if (find(sources, path) == nullptr) {
            findings.push_back({std::string(path), 0, "documents", "the file is missing"});
        }
    }
    if (const Source* changelog = find(sources, "CHANGELOG.md")) {
        check_changelog(*changelog, findings);
    }
    for (const Source& source : sources) {
        if (source.has_extension("ARCHITECTURE.md")) {
            check_guarantees(source, findings);
        }
        const bool script = source.is_under("scripts") && !source.lines.empty() &&
                            source.lines.front().starts_with("#!");
        const auto has_help = [](const std::string& line) {
            return line.find("--help") != std::string::npos;
        };
        if (script && std::none_of(source.lines.begin(), source.lines.end(), has_help)) {
            findings.push_back({source.path, 0, "documents", "every script answers to --help"});
        }
    }
}

Findings check_repository(const std::vector<Source>& sources) {
    Findings findings;
    check_registration(sources, findings);
    check_readme_tables(sources, findings);
    check_links(sources, findings);
    check_documents(sources, findings);
    for (const Source& source : sources) {
        const Source* header =
            source.has_extension(".cc")
                ? find(sources, source.path.substr(0, source.path.size() - 2) + "h")
                : nullptr;
        check_hash_order(source, header, findings);
    }
    return findings;
}

}  // namespace fiscus::tidy
