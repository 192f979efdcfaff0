// A file's bytes without reading them into memory first. Thread: any. Fails: io.
#pragma once

#include <filesystem>
#include <utility>

#include "engine/base/hash.h"
#include "engine/base/result.h"

namespace fiscus::app {

class MappedFile {
public:
    static Result<MappedFile> open(const std::filesystem::path& path);
    MappedFile(MappedFile&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}
    MappedFile(const MappedFile&) = delete;
    MappedFile& operator=(const MappedFile&) = delete;
    MappedFile& operator=(MappedFile&&) = delete;
    ~MappedFile();

    [[nodiscard]] Bytes bytes() const { return bytes_; }

private:
    explicit MappedFile(Bytes bytes) : bytes_(bytes) {}
    Bytes bytes_;
};

}  // namespace fiscus::app
