// The two streams of the program: data on stdout, notes and progress on stderr. Knows whether they
// are terminals and whether colour is wanted (NO_COLOR). Thread: one.
// Fails: finish() when stdout could not take everything (a full disk must not look like success).
#pragma once

#include <cstdio>
#include <string_view>

#include "engine/base/result.h"

namespace fiscus::app {

struct ConsoleOptions {
    std::FILE* out = nullptr;
    std::FILE* err = nullptr;
    bool colour_wanted = true;  // false: NO_COLOR is set and not empty
};

class Console {
public:
    explicit Console(const ConsoleOptions& options);

    // Data. A failed write is remembered and told by finish().
    void print(std::string_view text);
    // One line for people on stderr; what it took from events cannot move the cursor.
    void note(std::string_view line);
    Status finish();

    [[nodiscard]] bool bold() const { return bold_; }
    [[nodiscard]] bool err_is_terminal() const { return err_is_terminal_; }
    [[nodiscard]] std::FILE* err() const { return err_; }
    // True once stdout refused a write: a long dump may stop.
    [[nodiscard]] bool broken() const { return broken_; }

private:
    std::FILE* out_;
    std::FILE* err_;
    bool bold_;
    bool err_is_terminal_;
    bool broken_ = false;
    int errno_ = 0;
};

}  // namespace fiscus::app
