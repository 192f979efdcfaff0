// The parser of the command line: CLI11 wrapped once. Builds nouns and verbs from the commands'
// specs, shows the example first in every help, and turns CLI11's exceptions into usage errors that
// name what is wrong and what was probably meant. Thread: main. Fails: usage.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <CLI/App.hpp>

#include "engine/app/command.h"

namespace fiscus::app {

struct Parsed {
    Command* command = nullptr;  // nothing: `text` is all that was asked for
    std::string text;            // help
    std::optional<std::filesystem::path> settings_file;
    std::vector<std::pair<Setting, std::string>> flags;
};

class CommandLine {
public:
    explicit CommandLine(const CommandList& commands);

    Result<Parsed> parse(std::vector<std::string> arguments);
    // Help of one command.
    [[nodiscard]] std::string help_of(const Command& command) const;

private:
    void add(Command& command);
    CLI::App& parent_of(std::string_view noun);
    [[nodiscard]] Error usage_error(const CLI::ParseError& trouble,
                                    const std::vector<std::string>& arguments) const;
    [[nodiscard]] const CLI::App& deepest() const;

    CLI::App root_;
    std::vector<std::pair<Command*, CLI::App*>> commands_;
    std::vector<std::pair<Setting, std::string>> flags_;
    std::optional<std::string> settings_file_;
};

}  // namespace fiscus::app
