// A text file of the repository as the tidy rules see it: its lines, the same lines with comments
// and the contents of strings blanked out (so that a rule about code never trips over prose), and
// the comments alone. Columns are the same in all three.
// Thread: any. Fails: a file that cannot be read is an empty Source with `readable` false.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace fiscus::tidy {

struct Finding {
    std::string path;
    std::size_t line = 0;  // 1-based; 0: the file as a whole
    std::string rule;
    std::string message;
};

using Findings = std::vector<Finding>;

std::string to_text(const Finding& finding);

struct Source {
    std::string path;  // from the repository's root, with '/'
    bool readable = true;
    bool final_newline = true;
    std::vector<std::string> lines;
    std::vector<std::string> code;      // C++ only: comments and string contents are spaces
    std::vector<std::string> comments;  // C++ only: everything but comments is spaces

    [[nodiscard]] bool has_extension(std::string_view extension) const;
    [[nodiscard]] bool is_cpp() const { return has_extension(".h") || has_extension(".cc"); }
    [[nodiscard]] bool is_under(std::string_view folder) const;
    // `tidy: <rule> because …` in a comment of this line (0-based) or of the line before it.
    [[nodiscard]] bool allows(std::size_t line, std::string_view rule) const;
};

Source make_source(std::string path, std::string_view text);
Source read_source(const std::filesystem::path& root, const std::string& path);

// Every text file of the repository, in order of path; build results and version control left out.
std::vector<Source> read_repository(const std::filesystem::path& root);

// Code points of UTF-8 text.
std::size_t columns(std::string_view text);
bool is_word_char(char c);
std::string_view trimmed(std::string_view text);
std::vector<std::string_view> words_of(std::string_view text);

}  // namespace fiscus::tidy
