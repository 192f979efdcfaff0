// The two tables that the rules read: layers.txt (which folder may include which) and words.txt
// (which word is banned where, and what to write instead).
// Fails: a line that cannot be read is reported as a finding of the rule `tables`.
#pragma once

#include <string>
#include <vector>

#include "tests/tidy/source.h"

namespace fiscus::tidy {

// The files of `folder` may include headers of `folder` itself and of `allowed`.
struct Layer {
    std::string folder;
    std::vector<std::string> allowed;
};

// Headers whose include path starts with `prefix` may be included in `folders` only.
struct Library {
    std::string prefix;
    std::vector<std::string> folders;
};

struct BannedWord {
    bool in_code = true;  // false: anywhere in the text, prose and strings included
    std::string word;
    std::vector<std::string> folders;   // empty: everywhere
    std::vector<std::string> excepted;  // folders or files
    std::string instead;
};

struct Tables {
    std::vector<Layer> layers;  // the most telling folder of a path is the longest one
    std::vector<Library> libraries;
    std::vector<BannedWord> words;

    // The layer that a path belongs to, nullptr if none says anything about it.
    [[nodiscard]] const Layer* layer_of(std::string_view path) const;
};

void read_layers(const Source& source, Tables& tables, Findings& findings);
void read_words(const Source& source, Tables& tables, Findings& findings);
Tables read_tables(const std::filesystem::path& root, Findings& findings);

bool path_is_under(std::string_view path, std::string_view folder);

}  // namespace fiscus::tidy
