#include "engine/app/console.h"

#include <cerrno>
#include <string>
#include <system_error>
#include <unistd.h>

#include <fmt/format.h>

#include "engine/app/output/utf8.h"

namespace fiscus::app {

Console::Console(const ConsoleOptions& options)
    : out_(options.out),
      err_(options.err),
      bold_(options.colour_wanted && isatty(fileno(options.out)) == 1),
      err_is_terminal_(isatty(fileno(options.err)) == 1) {}

void Console::print(std::string_view text) {
    if (!broken_ && std::fwrite(text.data(), 1, text.size(), out_) != text.size()) {
        broken_ = true;
        errno_ = errno;
    }
}

void Console::note(std::string_view line) {
    // Data first, so that both streams on one terminal keep their order.
    std::fflush(out_);
    const std::string text = fmt::format("{}\n", printable_lines(line));
    std::fwrite(text.data(), 1, text.size(), err_);
    std::fflush(err_);
}

Status Console::finish() {
    if (!broken_ && std::fflush(out_) != 0) {
        broken_ = true;
        errno_ = errno;
    }
    if (broken_) {
        return Error{ErrorCode::io, "cannot write to the standard output",
                     std::generic_category().message(errno_),
                     "What was written so far is not complete; run the command again."};
    }
    return Done{};
}

}  // namespace fiscus::app
