// A directory of a test's own, removed with everything in it at the end.
// Thread: one. Fails: the constructor stops the test program when there is no place for it.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

#include "engine/base/check.h"

namespace fiscus::wire_test {

class Scratch {
public:
    Scratch() {
        std::string name = (std::filesystem::temp_directory_path() / "fiscus-wire-XXXXXX").string();
        FISCUS_CHECK(mkdtemp(name.data()) != nullptr, "a test has room for temporary files");
        path_ = name;
    }
    ~Scratch() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

}  // namespace fiscus::wire_test
