// Helpers of the app's tests: a directory that goes away, and a program run inside the process.
// Thread: one.
#pragma once

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "engine/app/command.h"

namespace fiscus::app::test {

class TemporaryDirectory {
public:
    TemporaryDirectory() {
        std::string pattern =
            (std::filesystem::temp_directory_path() / "fiscus-app-XXXXXX").string();
        path_ = mkdtemp(pattern.data());
    }
    ~TemporaryDirectory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    [[nodiscard]] std::filesystem::path write(const std::string& name,
                                              const std::string& text) const {
        std::ofstream(path_ / name, std::ios::binary) << text;
        return path_ / name;
    }

private:
    std::filesystem::path path_;
};

inline std::string file_text(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

struct ProgramRun {
    int exit_code = 0;
    std::string out;
    std::string err;
};

// The whole program, as main() would run it, with files for its streams.
inline ProgramRun run(std::vector<std::string> arguments,
                      std::vector<std::pair<std::string, std::string>> environment = {}) {
    const TemporaryDirectory directory;
    const std::string out = (directory.path() / "out").string();
    const std::string err = (directory.path() / "err").string();
    ProgramInput input;
    input.arguments = std::move(arguments);
    input.environment = std::move(environment);
    input.out = std::fopen(out.c_str(), "wb");
    input.err = std::fopen(err.c_str(), "wb");
    ProgramRun result;
    result.exit_code = run_program(input);
    std::fclose(input.out);
    std::fclose(input.err);
    result.out = file_text(out);
    result.err = file_text(err);
    return result;
}

}  // namespace fiscus::app::test
