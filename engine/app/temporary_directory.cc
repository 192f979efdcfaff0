#include "engine/app/temporary_directory.h"

#include <cerrno>
#include <cstdlib>
#include <string>
#include <system_error>

#include <fmt/format.h>

namespace fiscus::app {

Result<std::unique_ptr<TemporaryDirectory>> TemporaryDirectory::make(std::string_view prefix) {
    std::error_code error;
    std::filesystem::path parent = std::filesystem::temp_directory_path(error);
    if (error) {
        // The library does not say which directory it would have taken; nobody sets the variable.
        const char* const wanted = std::getenv("TMPDIR");  // NOLINT(concurrency-mt-unsafe)
        parent = wanted == nullptr ? "/tmp" : wanted;
    }
    std::string pattern = (parent / fmt::format("{}-XXXXXX", prefix)).string();
    if (error || mkdtemp(pattern.data()) == nullptr) {
        return Error{ErrorCode::io,
                     fmt::format("cannot make a temporary directory in {}", parent.string()),
                     error ? error.message() : std::generic_category().message(errno),
                     "Set TMPDIR to a directory that may be written."};
    }
    return std::unique_ptr<TemporaryDirectory>(new TemporaryDirectory(pattern));
}

TemporaryDirectory::~TemporaryDirectory() {
    if (!path_.empty()) {
        // What cannot be removed stays for the system to clean; nobody depends on it.
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
}

}  // namespace fiscus::app
