// What every program here begins and ends with. Thread: main's. Fails: never.
#pragma once

#include <cstdio>
#include <exception>
#include <optional>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

namespace fiscus::bench {

// Reads the flags. The exit code when there is nothing more to do: 0 after --help, 2 for wrong
// usage.
inline std::optional<int> parse(CLI::App& app, int argc, char** argv) {
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    }
    return std::nullopt;
}

// The body of main(): what run() says, or 1 with the exception's text.
inline int run_program(int (*run)(int, char**), int argc, char** argv) {
    try {
        return run(argc, argv);
    } catch (const std::exception& trouble) {
        fmt::print(stderr, "{}\n", trouble.what());
        return 1;
    }
}

}  // namespace fiscus::bench
