#include "engine/app/out_of_memory.h"

#include <exception>
#include <string_view>
#include <system_error>
#include <unistd.h>

#include "engine/app/command.h"
#include "engine/base/check.h"

namespace fiscus::app {

namespace {

void tell(std::string_view text) {
    // When this fails, there is nobody left to tell.
    [[maybe_unused]] const ssize_t told = ::write(STDERR_FILENO, text.data(), text.size());
}

[[noreturn]] void end_saying(std::string_view text) {
    tell(text);
    ::_exit(static_cast<int>(ExitCode::failure));
}

}  // namespace

void end_out_of_memory() {
    end_saying(
        "fiscus: no more memory: the system gave none\n"
        "  Nothing was written after that. Give the process more memory, or a smaller "
        "--memory, then start again.\n");
}

void end_out_of_threads() {
    if (const std::exception_ptr thrown = std::current_exception()) {
        try {
            std::rethrow_exception(thrown);
        } catch (const std::system_error& error) {
            if (error.code() == std::errc::resource_unavailable_try_again) {
                end_saying(
                    "fiscus: no more threads: the system gave none\n"
                    "  Nothing was written after that. Allow the process more of them, and more "
                    "memory (ulimit -u, -v; TasksMax= of the unit), then start again.\n");
            }
            tell(error.what());
        } catch (const std::exception& error) {
            tell(error.what());
        } catch (...) {
            tell("an exception of another kind");
        }
    }
    tell("\n");
    FISCUS_CHECK(false, "nothing throws what nobody expects");
}

}  // namespace fiscus::app
