// Rules about the shape of one file: lengths, columns, white space, the comment at its top, and the
// words that comments do without.
#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

#include "tests/tidy/rules.h"

namespace fiscus::tidy {
namespace {

bool is_data(const Source& source) {
    constexpr std::array<std::string_view, 14> extensions = {
        ".csv", ".tsv", ".json",    ".jsonl",  ".hex",        ".txt",   ".scenario",
        ".svg", ".sql", ".fixture", "LICENSE", ".clang-tidy", ".setup", ".patch"};
    return source.is_under("schemas/golden") || source.is_under("tests/fuzz/corpus") ||
           std::any_of(extensions.begin(), extensions.end(), [&source](std::string_view extension) {
               return source.has_extension(extension);
           });
}

bool is_script(const Source& source) {
    return !source.lines.empty() && source.lines.front().starts_with("#!");
}

std::optional<std::size_t> lines_max(const Source& source) {
    if (is_data(source)) {
        return std::nullopt;
    }
    if (source.path == "ARCHITECTURE.md") {
        return architecture_lines_max;
    }
    if (source.is_under("docs/decisions")) {
        return decision_lines_max;
    }
    // The one grows with time, the other is printed by the program, a chapter for each command.
    if (source.has_extension("CHANGELOG.md") || source.path == "docs/cli.md") {
        return std::nullopt;
    }
    return file_lines_max;
}

// Lines of a comment at the top, from `first` on, that begin with `mark`.
std::size_t comment_lines(const Source& source, std::size_t first, std::string_view mark) {
    std::size_t count = 0;
    while (first + count < source.lines.size() && source.lines[first + count].starts_with(mark)) {
        ++count;
    }
    return count;
}

// Its first line includes a header of its own folder, which says for both what they are.
bool has_own_header(const Source& source) {
    const std::string folder = source.path.substr(0, source.path.rfind('/') + 1);
    return !source.lines.empty() && source.lines.front().starts_with("#include \"" + folder);
}

void check_cpp_header(const Source& source, Findings& findings) {
    const std::size_t count = comment_lines(source, 0, "//");
    if (source.has_extension(".h")) {
        if (count == 0) {
            findings.push_back(
                {source.path, 1, "header",
                 "begin with a comment: what it is, its place, thread, how it fails"});
        }
        const bool once = count < source.lines.size() && source.lines[count] == "#pragma once";
        if (!once) {
            findings.push_back({source.path, count + 1, "header",
                                "put '#pragma once' right after the comment at the top"});
        }
    } else if (count == 0 && !has_own_header(source)) {
        findings.push_back({source.path, 1, "header",
                            "a .cc without its own .h begins with a comment that says what it is"});
    }
    if (count > header_comment_lines_max) {
        findings.push_back({source.path, 1, "header",
                            "say it in at most " + std::to_string(header_comment_lines_max) +
                                " lines; formats belong in docs/formats"});
    }
}

// The character that a comment repeats eight times or more to draw a line, if it does.
bool draws_a_line(std::string_view comment) {
    constexpr std::size_t run_max = 8;
    std::size_t run = 1;
    for (std::size_t i = 1; i < comment.size(); ++i) {
        const bool drawing = std::string_view("-=*#/~_").find(comment[i]) != std::string_view::npos;
        run = drawing && comment[i] == comment[i - 1] ? run + 1 : 1;
        if (run >= run_max) {
            return true;
        }
    }
    return false;
}

// TODO(#12) is fine; any other is not.
bool has_homeless_todo(std::string_view text) {
    for (std::size_t at = text.find("TODO"); at != std::string_view::npos;
         at = text.find("TODO", at + 4)) {
        std::string_view rest = text.substr(at + 4);
        if (!rest.starts_with("(#") || rest.size() < 4 ||
            std::isdigit(static_cast<unsigned char>(rest[2])) == 0) {
            return true;
        }
    }
    return false;
}

}  // namespace

void check_lengths(const Source& source, Findings& findings) {
    const auto limit = lines_max(source);
    if (limit && source.lines.size() > *limit) {
        findings.push_back({source.path, 0, "file_length",
                            std::to_string(source.lines.size()) + " lines, at most " +
                                std::to_string(*limit) + ": split it by idea"});
    }
}

void check_columns(const Source& source, Findings& findings) {
    // A value of YAML is one line: an expression of an alert, a sentence for its summary.
    if (is_data(source) || source.has_extension(".yml") || source.has_extension(".yaml")) {
        return;
    }
    // Prose is wrapped by whoever shows it; scripts and build files quote commands whole.
    if (source.has_extension(".md")) {
        return;
    }
    const bool code = source.has_extension(".cc") || source.has_extension(".h");
    const std::size_t columns_max = code ? line_columns_max : quoting_columns_max;
    for (std::size_t i = 0; i < source.lines.size(); ++i) {
        const std::string_view line = source.lines[i];
        const bool exempt = source.has_extension(".fbs") && trimmed(line).starts_with("//");
        if (!exempt && columns(line) > columns_max && !source.allows(i, "line_length")) {
            findings.push_back({source.path, i + 1, "line_length",
                                std::to_string(columns(line)) + " columns, at most " +
                                    std::to_string(columns_max) + ": break it"});
        }
    }
}

void check_whitespace(const Source& source, Findings& findings) {
    if (is_data(source)) {
        return;
    }
    for (std::size_t i = 0; i < source.lines.size(); ++i) {
        const std::string_view line = source.lines[i];
        // gofmt writes tabs and nothing else.
        if (line.find('\t') != std::string_view::npos && !source.has_extension(".go")) {
            findings.push_back({source.path, i + 1, "white_space", "use spaces, not a tab"});
        }
        if (!line.empty() && (line.back() == ' ' || line.back() == '\r')) {
            findings.push_back(
                {source.path, i + 1, "white_space", "end the line at its last word"});
        }
    }
    if (!source.final_newline) {
        findings.push_back(
            {source.path, source.lines.size(), "white_space", "end the file with a line break"});
    }
}

void check_header(const Source& source, Findings& findings) {
    if (source.is_cpp()) {
        check_cpp_header(source, findings);
    } else if (source.has_extension(".fbs") && comment_lines(source, 0, "//") == 0) {
        findings.push_back({source.path, 1, "header", "begin with a comment that says what it is"});
    } else if (is_script(source)) {
        const bool comment = comment_lines(source, 1, "#") > 0;
        const bool docstring = source.lines.size() > 1 && source.lines[1].starts_with("\"\"\"");
        if (!comment && !docstring) {
            findings.push_back({source.path, 2, "header",
                                "say below the first line what the script does, an example first"});
        }
    }
}

void check_comments(const Source& source, Findings& findings) {
    if (is_data(source) || source.is_under("tests/tidy")) {
        return;
    }
    const auto& lines = source.is_cpp() ? source.comments : source.lines;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        if (has_homeless_todo(lines[i])) {
            findings.push_back(
                {source.path, i + 1, "todo", "write TODO(#number), or an issue only"});
        }
        if (source.is_cpp() && draws_a_line(lines[i])) {
            findings.push_back({source.path, i + 1, "banner",
                                "no drawn lines: a file that needs chapters is two files"});
        }
    }
}

}  // namespace fiscus::tidy
