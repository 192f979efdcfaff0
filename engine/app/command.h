// What a command is, and the frame that finds and runs one. Each file in commands/ defines one
// class and one make_…() function; command.cc lists them. A command declares its own options and
// names the settings that it takes as flags, so `--log` means the same everywhere.
// Thread: main. Fails: as Error; the frame prints it and picks the exit code.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <CLI/App.hpp>

#include "engine/app/console.h"
#include "engine/app/settings.h"
#include "engine/base/result.h"

namespace fiscus::app {

enum class ExitCode : int {
    success = 0,
    failure = 1,  // the world said no: disk, broker, damaged bytes
    usage = 2,    // a flag, a setting, an input file
    finding = 3,  // the command did its work and found something, such as a mismatch
};

ExitCode exit_code_of(ErrorCode code);

struct CommandSpec {
    std::string_view path;     // "log dump"
    std::string_view summary;  // one line, for the list
    std::string_view example;  // whole command lines, shown first by --help
    std::string_view details;  // paragraphs after the usage line; may be empty
    std::vector<Setting> settings;
};

struct Context {
    const Settings& settings;
    Console& console;
};

class Command {
public:
    virtual ~Command() = default;
    [[nodiscard]] virtual CommandSpec spec() const = 0;
    // Binds options to members of the command, which outlives the parser.
    virtual void declare(CLI::App& options) { static_cast<void>(options); }
    virtual Result<ExitCode> run(Context& context) = 0;
};

using CommandList = std::vector<std::unique_ptr<Command>>;
CommandList all_commands();

struct ProgramInput {
    std::vector<std::string> arguments;  // without the program's name
    std::vector<std::pair<std::string, std::string>> environment;
    std::FILE* out = nullptr;
    std::FILE* err = nullptr;
};

// Parses, runs, prints the error if any; the value is the exit code of the process.
int run_program(const ProgramInput& input);

// docs/cli.md, from the very parser that runs.
std::string command_reference();

}  // namespace fiscus::app
