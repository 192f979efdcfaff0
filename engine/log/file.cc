#include "engine/log/file.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

namespace fiscus::log {
namespace {

std::string_view hint_of(int error_number) {
    switch (error_number) {
        case ENOSPC:
        case EDQUOT: return "Free space on the volume, then start again.";
        case EACCES:
        case EPERM:
        case EROFS: return "Give this user the right to read and write the directory.";
        case EMFILE:
        case ENFILE: return "Raise the limit of open files (ulimit -n).";
        default: return "Check the disk and the system's log before starting again.";
    }
}

}  // namespace

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
    if (this != &other) {
        if (number_ >= 0) {
            ::close(number_);
        }
        number_ = other.release();
    }
    return *this;
}

FileDescriptor::~FileDescriptor() {
    if (number_ >= 0) {
        ::close(number_);
    }
}

int FileDescriptor::release() { return std::exchange(number_, -1); }

Error system_error(std::string_view verb, const std::filesystem::path& path, int error_number) {
    return {.code = ErrorCode::io,
            .what = "cannot " + std::string(verb) + " " + path.string(),
            .why = std::generic_category().message(error_number),
            .hint = std::string(hint_of(error_number))};
}

Result<FileDescriptor> open_file(const std::filesystem::path& path, int flags) {
    for (;;) {
        const int number = ::open(path.c_str(), flags | O_CLOEXEC, 0644);
        if (number >= 0) {
            return FileDescriptor(number);
        }
        if (errno != EINTR) {
            return system_error("open", path, errno);
        }
    }
}

Result<std::optional<FileDescriptor>> open_existing(const std::filesystem::path& path) {
    for (;;) {
        const int number = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
        if (number >= 0) {
            return std::optional<FileDescriptor>(FileDescriptor(number));
        }
        if (errno == ENOENT) {
            return std::optional<FileDescriptor>();
        }
        if (errno != EINTR) {
            return system_error("open", path, errno);
        }
    }
}

Result<std::uint64_t> file_size(const FileDescriptor& file, const std::filesystem::path& path) {
    struct stat status {};
    if (::fstat(file.number(), &status) != 0) {
        return system_error("look at", path, errno);
    }
    return static_cast<std::uint64_t>(status.st_size);
}

Result<bool> names(const std::filesystem::path& path, const FileDescriptor& file) {
    struct stat opened {};
    struct stat named {};
    if (::fstat(file.number(), &opened) != 0) {
        return system_error("look at", path, errno);
    }
    if (::stat(path.c_str(), &named) != 0) {
        if (errno == ENOENT || errno == ENOTDIR) {
            return false;
        }
        return system_error("look at", path, errno);
    }
    return opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

Result<std::size_t> read_at(const FileDescriptor& file,
                            std::span<std::byte> into,
                            std::uint64_t position,
                            const std::filesystem::path& path) {
    std::size_t done = 0;
    while (done < into.size()) {
        const ssize_t count = ::pread(file.number(), into.data() + done, into.size() - done,
                                      static_cast<off_t>(position + done));
        if (count < 0) {
            if (errno == EINTR) {
                continue;
            }
            return system_error("read", path, errno);
        }
        if (count == 0) {
            break;
        }
        done += static_cast<std::size_t>(count);
    }
    return done;
}

Status write_at(const FileDescriptor& file,
                Bytes bytes,
                std::uint64_t position,
                const std::filesystem::path& path) {
    std::size_t done = 0;
    while (done < bytes.size()) {
        const ssize_t count = ::pwrite(file.number(), bytes.data() + done, bytes.size() - done,
                                       static_cast<off_t>(position + done));
        if (count < 0) {
            if (errno == EINTR) {
                continue;
            }
            return system_error("write", path, errno);
        }
        // A short write is followed by one that says why, or by the rest.
        done += static_cast<std::size_t>(count);
    }
    return Done{};
}

Status cut_file(const FileDescriptor& file, std::uint64_t size, const std::filesystem::path& path) {
    if (::ftruncate(file.number(), static_cast<off_t>(size)) != 0) {
        return system_error("cut", path, errno);
    }
    return Done{};
}

Status sync_file(const FileDescriptor& file, const std::filesystem::path& path) {
    if (::fdatasync(file.number()) != 0) {
        return system_error("sync", path, errno);
    }
    return Done{};
}

Status sync_directory(const std::filesystem::path& path) {
    FISCUS_ASSIGN(const FileDescriptor directory, open_file(path, O_RDONLY | O_DIRECTORY));
    if (::fsync(directory.number()) != 0) {
        return system_error("sync", path, errno);
    }
    return Done{};
}

Result<std::optional<std::string>> read_text(const std::filesystem::path& path,
                                             std::size_t bytes_max) {
    FISCUS_ASSIGN(const std::optional<FileDescriptor> file, open_existing(path));
    if (!file) {
        return std::optional<std::string>();
    }
    std::string text(bytes_max, '\0');
    FISCUS_ASSIGN(const std::size_t count,
                  read_at(*file, std::as_writable_bytes(std::span(text)), 0, path));
    text.resize(count);
    return std::optional<std::string>(std::move(text));
}

Status write_new_file(const std::filesystem::path& path, Bytes bytes) {
    FISCUS_ASSIGN(const FileDescriptor file, open_file(path, O_WRONLY | O_CREAT | O_EXCL));
    FISCUS_TRY(write_at(file, bytes, 0, path));
    return sync_file(file, path);
}

Result<bool> link_draft(const std::filesystem::path& draft, const std::filesystem::path& path) {
    const bool linked = ::link(draft.c_str(), path.c_str()) == 0;
    const int number = errno;
    std::error_code ignored;
    std::filesystem::remove(draft, ignored);
    if (!linked && number != EEXIST) {
        return system_error("create", path, number);
    }
    return linked;
}

Status make_directories(const std::filesystem::path& path) {
    std::error_code error;
    const std::filesystem::path whole = std::filesystem::absolute(path, error).lexically_normal();
    std::vector<std::filesystem::path> made;
    for (auto at = whole; !error && !std::filesystem::exists(at, error); at = at.parent_path()) {
        made.push_back(at);
    }
    std::filesystem::create_directories(whole, error);
    if (error) {
        return system_error("create", path, error.value());
    }
    for (const std::filesystem::path& directory : made) {
        FISCUS_TRY(sync_directory(directory.parent_path()));
    }
    return Done{};
}

}  // namespace fiscus::log
