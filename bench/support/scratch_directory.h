// A directory of its own below the system's place for temporary files (TMPDIR says where), gone
// with this object. Benchmarks write logs and states there. Thread: one. Fails: stops the program
// when none can be made.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

#include "engine/base/check.h"

namespace fiscus::bench {

class ScratchDirectory {
public:
    ScratchDirectory() {
        std::string pattern =
            (std::filesystem::temp_directory_path() / "fiscus-bench-XXXXXX").string();
        FISCUS_CHECK(mkdtemp(pattern.data()) != nullptr, "a temporary directory can be made");
        path_ = pattern;
    }
    ~ScratchDirectory() {
        // What cannot be removed stays for the system to clean; nobody depends on it.
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    ScratchDirectory(const ScratchDirectory&) = delete;
    ScratchDirectory& operator=(const ScratchDirectory&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    [[nodiscard]] std::string file(const std::string& name) const {
        return (path_ / name).string();
    }

private:
    std::filesystem::path path_;
};

}  // namespace fiscus::bench
