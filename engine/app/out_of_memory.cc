#include "engine/app/out_of_memory.h"

#include <string_view>
#include <unistd.h>

#include "engine/app/command.h"

namespace fiscus::app {

void end_out_of_memory() {
    constexpr std::string_view text =
        "fiscus: no more memory: the system gave none\n"
        "  Nothing was written after that. Give the process more memory, or a smaller "
        "--memory, then start again.\n";
    // When this fails, there is nobody left to tell.
    [[maybe_unused]] const ssize_t told = ::write(STDERR_FILENO, text.data(), text.size());
    ::_exit(static_cast<int>(ExitCode::failure));
}

}  // namespace fiscus::app
