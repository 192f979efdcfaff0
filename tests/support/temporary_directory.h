// A directory that disappears with its owner. Thread: any. Fails: aborts when none can be made.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

#include "engine/base/check.h"

namespace fiscus::support {

class TemporaryDirectory {
public:
    explicit TemporaryDirectory(
        const std::filesystem::path& base = std::filesystem::temp_directory_path()) {
        std::string pattern = (base / "fiscus_XXXXXX").string();
        FISCUS_CHECK(mkdtemp(pattern.data()) != nullptr, "a temporary directory can be made");
        path_ = pattern;
    }
    ~TemporaryDirectory() {
        std::error_code ignored;  // a leftover in the temporary folder fails no test
        std::filesystem::remove_all(path_, ignored);
    }
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    [[nodiscard]] std::string file(const std::string& name) const {
        return (path_ / name).string();
    }

private:
    std::filesystem::path path_;
};

}  // namespace fiscus::support
