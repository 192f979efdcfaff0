#include "tests/tidy/tables.h"

#include <algorithm>

namespace fiscus::tidy {
namespace {

std::vector<std::string> strings_of(std::string_view text) {
    std::vector<std::string> strings;
    for (const std::string_view word : words_of(text)) {
        strings.emplace_back(word);
    }
    return strings;
}

std::vector<std::string_view> columns_of(std::string_view line) {
    std::vector<std::string_view> cells;
    while (true) {
        const std::size_t bar = line.find(" | ");
        cells.push_back(trimmed(line.substr(0, bar)));
        if (bar == std::string_view::npos) {
            return cells;
        }
        line.remove_prefix(bar + 3);
    }
}

bool is_blank_or_remark(std::string_view line) {
    const std::string_view text = trimmed(line);
    return text.empty() || text.front() == '#';
}

}  // namespace

bool path_is_under(std::string_view path, std::string_view folder) {
    return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

const Layer* Tables::layer_of(std::string_view path) const {
    const Layer* best = nullptr;
    for (const Layer& layer : layers) {
        if (path_is_under(path, layer.folder) &&
            (best == nullptr || best->folder.size() < layer.folder.size())) {
            best = &layer;
        }
    }
    return best;
}

// `folder : allowed …` or `library prefix : folders …`.
void read_layers(const Source& source, Tables& tables, Findings& findings) {
    for (std::size_t i = 0; i < source.lines.size(); ++i) {
        const std::string_view line = source.lines[i];
        if (is_blank_or_remark(line)) {
            continue;
        }
        const std::size_t colon = line.find(" :");
        const std::vector<std::string_view> left = words_of(line.substr(0, colon));
        if (colon == std::string_view::npos || left.empty() || left.size() > 2 ||
            (left.size() == 2 && left[0] != "library")) {
            findings.push_back({source.path, i + 1, "tables",
                                "write 'folder : folders' or 'library prefix : folders'"});
            continue;
        }
        std::vector<std::string> right = strings_of(line.substr(colon + 2));
        if (left.size() == 2) {
            tables.libraries.push_back({std::string(left[1]), std::move(right)});
        } else {
            tables.layers.push_back({std::string(left[0]), std::move(right)});
        }
    }
}

// `code | word | folders, -excepted | instead` or `text | …`.
void read_words(const Source& source, Tables& tables, Findings& findings) {
    for (std::size_t i = 0; i < source.lines.size(); ++i) {
        if (is_blank_or_remark(source.lines[i])) {
            continue;
        }
        const std::vector<std::string_view> cells = columns_of(source.lines[i]);
        if (cells.size() != 4 || (cells[0] != "code" && cells[0] != "text") || cells[1].empty() ||
            cells[3].empty()) {
            findings.push_back({source.path, i + 1, "tables",
                                "write 'code|text | word | folders | what to write instead'"});
            continue;
        }
        BannedWord word;
        word.in_code = cells[0] == "code";
        word.word = cells[1];
        word.instead = cells[3];
        for (const std::string_view folder : words_of(cells[2])) {
            if (folder.front() == '-') {
                word.excepted.emplace_back(folder.substr(1));
            } else if (folder != "*") {
                word.folders.emplace_back(folder);
            }
        }
        tables.words.push_back(std::move(word));
    }
}

Tables read_tables(const std::filesystem::path& root, Findings& findings) {
    Tables tables;
    read_layers(read_source(root, "tests/tidy/layers.txt"), tables, findings);
    read_words(read_source(root, "tests/tidy/words.txt"), tables, findings);
    if (tables.layers.empty() || tables.words.empty()) {
        findings.push_back(
            {"tests/tidy", 0, "tables", "layers.txt and words.txt must not be empty"});
    }
    return tables;
}

}  // namespace fiscus::tidy
