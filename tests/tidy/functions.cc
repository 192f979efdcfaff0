// The length of every function of a C++ file, found by matching braces: a brace that opens where a
// namespace or a class could hold a function, after something with parentheses, opens a body. That
// is a heuristic; clang-tidy's readability-function-size (scripts/check) is the second opinion.
#include <string>
#include <vector>

#include "tests/tidy/rules.h"

namespace fiscus::tidy {
namespace {

enum class Scope { space, function, other };

bool has_word(std::string_view text, std::string_view word) {
    for (std::size_t at = text.find(word); at != std::string_view::npos;
         at = text.find(word, at + 1)) {
        const bool starts = at == 0 || !is_word_char(text[at - 1]);
        const std::size_t end = at + word.size();
        if (starts && (end == text.size() || !is_word_char(text[end]))) {
            return true;
        }
    }
    return false;
}

Scope scope_of(std::string_view statement) {
    const std::string_view text = trimmed(statement);
    for (const std::string_view word : {"namespace", "class", "struct", "union"}) {
        // `struct X f() {` returns a struct; `struct alignas(64) X {` is one.
        if (has_word(text, word) && !text.ends_with(")") && !has_word(text, "operator")) {
            return Scope::space;
        }
    }
    if (text.starts_with("extern") && text.find('(') == std::string_view::npos) {
        return Scope::space;
    }
    // A table of test cases is data, whatever its parentheses.
    const bool data = text.starts_with("INSTANTIATE_") || has_word(text, "enum");
    return !data && text.find('(') != std::string_view::npos ? Scope::function : Scope::other;
}

class Scanner {
public:
    Scanner(const Source& source, Findings& findings) : source_(source), findings_(findings) {}

    void run() {
        bool directive = false;
        for (line_ = 0; line_ < source_.code.size(); ++line_) {
            const std::string_view line = source_.code[line_];
            directive = directive || trimmed(line).starts_with('#');
            if (directive) {
                directive = line.ends_with('\\');
                continue;
            }
            for (const char c : line) {
                take(c);
            }
            take(' ');
        }
    }

private:
    struct Open {
        Scope scope;
        std::size_t first_line;
    };

    void take(char c) {
        switch (c) {
            case '{': open(); break;
            case '}': close(); break;
            case ';': statement_.clear(); break;
            default:
                if (trimmed(statement_).empty() && c != ' ') {
                    statement_line_ = line_;
                    statement_.clear();
                }
                statement_ += c;
        }
    }

    void open() {
        const bool could_hold = open_.empty() || open_.back().scope == Scope::space;
        open_.push_back({could_hold ? scope_of(statement_) : Scope::other, statement_line_});
        statement_.clear();
    }

    void close() {
        statement_.clear();
        if (open_.empty()) {
            return;
        }
        const Open closed = open_.back();
        open_.pop_back();
        const std::size_t length = line_ - closed.first_line + 1;
        if (closed.scope == Scope::function && length > function_lines_max &&
            !source_.allows(closed.first_line, "function_length")) {
            findings_.push_back({source_.path, closed.first_line + 1, "function_length",
                                 std::to_string(length) + " lines, at most " +
                                     std::to_string(function_lines_max) +
                                     ": give its parts names of their own"});
        }
    }

    const Source& source_;
    Findings& findings_;
    std::vector<Open> open_;
    std::string statement_;
    std::size_t statement_line_ = 0;
    std::size_t line_ = 0;
};

}  // namespace

void check_functions(const Source& source, Findings& findings) {
    if (source.is_cpp()) {
        Scanner(source, findings).run();
    }
}

}  // namespace fiscus::tidy
