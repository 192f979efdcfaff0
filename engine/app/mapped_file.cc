#include "engine/app/mapped_file.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

namespace fiscus::app {

Result<MappedFile> MappedFile::open(const std::filesystem::path& path) {
    const auto failed = [&path] {
        return Error{ErrorCode::io, fmt::format("cannot read {}", path.string()),
                     std::strerror(errno),  // NOLINT(concurrency-mt-unsafe): one thread reads files
                     "Check the disk and the rights on it."};
    };
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        return failed();
    }
    struct stat status {};
    const bool known = ::fstat(file, &status) == 0;
    const auto size = static_cast<std::size_t>(status.st_size);
    void* const at =
        known && size > 0 ? ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file, 0) : nullptr;
    const Error error = failed();
    ::close(file);
    if (!known || at == MAP_FAILED) {
        return error;
    }
    return MappedFile(Bytes(static_cast<const std::byte*>(at), size));
}

MappedFile::~MappedFile() {
    if (!bytes_.empty()) {
        // munmap wants a pointer that may be written through, and writes nothing.
        ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
    }
}

}  // namespace fiscus::app
