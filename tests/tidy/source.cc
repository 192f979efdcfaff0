#include "tests/tidy/source.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <fstream>
#include <sstream>
#include <utility>

namespace fiscus::tidy {
namespace {

// Walks C++ text once and says of each byte what it is.
enum class Part { code, comment, literal };

class Splitter {
public:
    explicit Splitter(std::string_view text) : text_(text), parts_(text.size(), Part::code) {}

    std::vector<Part> run() {
        while (at_ < text_.size()) {
            if (starts_with("//")) {
                mark_until("\n", Part::comment, 0);
            } else if (starts_with("/*")) {
                mark_until("*/", Part::comment, 2);
            } else if (starts_raw_string()) {
                raw_string();
            } else if (text_[at_] == '"' || (text_[at_] == '\'' && !is_digit_separator())) {
                quoted(text_[at_]);
            } else {
                ++at_;
            }
        }
        return std::move(parts_);
    }

private:
    [[nodiscard]] bool starts_with(std::string_view word) const {
        return text_.substr(at_).starts_with(word);
    }
    [[nodiscard]] bool starts_raw_string() const {
        return starts_with("R\"") && (at_ == 0 || !is_word_char(text_[at_ - 1]));
    }
    // 1'000'000 is a number.
    [[nodiscard]] bool is_digit_separator() const {
        return at_ > 0 && std::isxdigit(static_cast<unsigned char>(text_[at_ - 1])) != 0 &&
               at_ + 1 < text_.size() &&
               std::isxdigit(static_cast<unsigned char>(text_[at_ + 1])) != 0;
    }
    void mark_until(std::string_view end, Part part, std::size_t inclusive) {
        const std::size_t found = text_.find(end, at_);
        const std::size_t stop = found == std::string_view::npos ? text_.size() : found + inclusive;
        std::fill(parts_.begin() + static_cast<std::ptrdiff_t>(at_),
                  parts_.begin() + static_cast<std::ptrdiff_t>(stop), part);
        at_ = stop;
    }
    void raw_string() {
        const std::size_t open = text_.find('(', at_);
        if (open == std::string_view::npos) {
            at_ = text_.size();
            return;
        }
        const std::string end = ")" + std::string(text_.substr(at_ + 2, open - at_ - 2)) + "\"";
        at_ = open;
        mark_until(end, Part::literal, end.size());
    }
    void quoted(char quote) {
        ++at_;
        const std::size_t first = at_;
        while (at_ < text_.size() && text_[at_] != quote && text_[at_] != '\n') {
            at_ += text_[at_] == '\\' ? 2U : 1U;
        }
        at_ = std::min(at_, text_.size());
        std::fill(parts_.begin() + static_cast<std::ptrdiff_t>(first),
                  parts_.begin() + static_cast<std::ptrdiff_t>(at_), Part::literal);
        at_ = std::min(at_ + 1, text_.size());
    }

    std::string_view text_;
    std::vector<Part> parts_;
    std::size_t at_ = 0;
};

std::vector<std::string> split_lines(std::string_view text) {
    std::vector<std::string> lines;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        lines.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

// An include's own quotes are part of the code, or the layers could not be read.
bool is_include(std::string_view line) { return trimmed(line).starts_with("#include"); }

constexpr std::array<std::string_view, 7> skipped_folders = {
    ".git", "build", "run", "__pycache__", "node_modules", ".venv", "target"};

bool is_skipped(const std::filesystem::path& path) {
    const std::string name = path.filename().string();
    return std::find(skipped_folders.begin(), skipped_folders.end(), name) != skipped_folders.end();
}

}  // namespace

std::string to_text(const Finding& finding) {
    std::string text = finding.path;
    if (finding.line > 0) {
        text += ":" + std::to_string(finding.line);
    }
    return text + ": " + finding.rule + ": " + finding.message;
}

bool Source::has_extension(std::string_view extension) const { return path.ends_with(extension); }

bool Source::is_under(std::string_view folder) const {
    return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

bool Source::allows(std::size_t line, std::string_view rule) const {
    const std::string wanted = "tidy: " + std::string(rule) + " because ";
    const auto says_so = [&](std::size_t index) {
        return index < lines.size() && lines[index].find(wanted) != std::string::npos;
    };
    return says_so(line) || (line > 0 && says_so(line - 1));
}

Source make_source(std::string path, std::string_view text) {
    Source source;
    source.path = std::move(path);
    source.final_newline = text.empty() || text.back() == '\n';
    source.lines = split_lines(text);
    if (!source.is_cpp()) {
        return source;
    }
    const std::vector<Part> parts = Splitter(text).run();
    std::string code(text);
    std::string comments(text);
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\n') {
            continue;
        }
        if (parts[i] != Part::code) {
            code[i] = ' ';
        }
        if (parts[i] != Part::comment) {
            comments[i] = ' ';
        }
    }
    source.code = split_lines(code);
    source.comments = split_lines(comments);
    for (std::size_t i = 0; i < source.lines.size(); ++i) {
        if (is_include(source.lines[i])) {
            source.code[i] = source.lines[i];
        }
    }
    return source;
}

Source read_source(const std::filesystem::path& root, const std::string& path) {
    std::ifstream file(root / path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    // A picture has no lines.
    Source source = make_source(path, path.ends_with(".png") ? std::string() : text.str());
    source.readable = static_cast<bool>(file);
    return source;
}

std::vector<Source> read_repository(const std::filesystem::path& root) {
    std::vector<std::string> paths;
    std::filesystem::recursive_directory_iterator walk(root);
    for (; walk != std::filesystem::recursive_directory_iterator(); ++walk) {
        if (walk->is_directory() && is_skipped(walk->path())) {
            walk.disable_recursion_pending();
        } else if (walk->is_regular_file()) {
            paths.push_back(walk->path().lexically_relative(root).generic_string());
        }
    }
    std::sort(paths.begin(), paths.end());
    std::vector<Source> sources;
    sources.reserve(paths.size());
    for (const std::string& path : paths) {
        sources.push_back(read_source(root, path));
    }
    return sources;
}

std::size_t columns(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U;
    }));
}

bool is_word_char(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blanks = " \t\r\n";
    const std::size_t first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) {
        return {};
    }
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::vector<std::string_view> words_of(std::string_view text) {
    std::vector<std::string_view> words;
    while (true) {
        text = trimmed(text);
        if (text.empty()) {
            return words;
        }
        const std::size_t end = std::min(text.find_first_of(" \t"), text.size());
        words.push_back(text.substr(0, end));
        text.remove_prefix(end);
    }
}

}  // namespace fiscus::tidy
