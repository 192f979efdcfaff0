// The `fiscus` program. Everything is in run_program(); this file only hands over what the system
// gave.
#include <csignal>
#include <cstdio>
#include <exception>
#include <new>  // tidy: words because its header is named so
#include <string>
#include <string_view>
#include <unistd.h>

#include "engine/app/command.h"
#include "engine/app/out_of_memory.h"

int main(int argument_count, char** arguments) {
    std::set_new_handler(fiscus::app::end_out_of_memory);
    std::set_terminate(fiscus::app::end_out_of_threads);
    // A file that may not grow any further is an error with a name, as a full disk is.
    ::signal(SIGXFSZ, SIG_IGN);
    fiscus::app::ProgramInput input;
    for (int index = 1; index < argument_count; ++index) {
        input.arguments.emplace_back(arguments[index]);
    }
    for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable) {
        const std::string_view text(*variable);
        const std::size_t equals = text.find('=');
        if (equals != std::string_view::npos) {
            input.environment.emplace_back(text.substr(0, equals), text.substr(equals + 1));
        }
    }
    input.out = stdout;
    input.err = stderr;
    return fiscus::app::run_program(input);
}
