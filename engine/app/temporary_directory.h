// A directory of its own below the system's place for temporary files, gone with this object.
// Thread: one. Fails: io.
#pragma once

#include <filesystem>
#include <memory>
#include <string_view>
#include <utility>

#include "engine/base/result.h"

namespace fiscus::app {

class TemporaryDirectory {
public:
    // The name begins with `prefix`; TMPDIR says where.
    static Result<std::unique_ptr<TemporaryDirectory>> make(std::string_view prefix);
    ~TemporaryDirectory();
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    // Leaves it where it is.
    std::filesystem::path keep() { return std::exchange(path_, {}); }

private:
    explicit TemporaryDirectory(std::filesystem::path path) : path_(std::move(path)) {}

    std::filesystem::path path_;
};

}  // namespace fiscus::app
