// The calls of the C library that touch files, as this program and the libraries in it see them:
// each asks the disk first and then the C library's own. See faulty_disk.h.
#include <cstdarg>
#include <cstdio>
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <dlfcn.h>

#include "engine/base/check.h"
#include "tests/faults/disk_calls.h"

namespace {

using fiscus::faults::Disk;
using fiscus::faults::disk;

// Only while the disk runs: a process that makes others must not hold it while it forks.
class Lock {
public:
    explicit Lock(Disk& disk) : disk_(disk.running ? &disk : nullptr) {
        if (disk_ != nullptr) {
            disk_->mutex.lock();
        }
    }
    ~Lock() {
        if (disk_ != nullptr) {
            disk_->mutex.unlock();
        }
    }
    Lock(const Lock&) = delete;
    Lock& operator=(const Lock&) = delete;

private:
    Disk* disk_;
};

// The next one of that name: the C library's, or a sanitiser's in front of it.
template <typename Function>
Function real(const char* name) {
    void* found = ::dlsym(RTLD_NEXT, name);
    FISCUS_CHECK(found != nullptr, "the C library has this call");
    return reinterpret_cast<Function>(found);
}

// A full disk still lets room be given back.
bool counts_as_write(const Disk& now) {
    return now.plan.fault != fiscus::faults::DiskFault::always;
}

const std::string& path_of(int file) { return disk().files.at(file); }

}  // namespace

// NOLINTBEGIN(readability-identifier-naming,cert-dcl50-cpp): the C library gives these names
extern "C" {

int open(const char* path, int flags, ...) {
    static const auto next = real<int (*)(const char*, int, ...)>("open");
    mode_t mode = 0;
    if ((flags & O_CREAT) != 0) {
        std::va_list more;
        va_start(more, flags);
        mode = static_cast<mode_t>(va_arg(more, int));
        va_end(more);
    }
    Disk& now = disk();
    const Lock lock(now);
    if (!now.below(path)) {
        return next(path, flags, mode);
    }
    const bool creates = (flags & O_CREAT) != 0 && ::access(path, F_OK) != 0;
    if (now.strikes("open", path, creates)) {
        return -1;
    }
    if ((flags & O_TRUNC) != 0 && !creates) {
        const int before = next(path, O_RDONLY | O_CLOEXEC, 0);
        if (before >= 0) {
            now.shadow->before_change(before, 0, UINT64_MAX / 2);
            ::close(before);
        }
    }
    const int file = next(path, flags, mode);
    if (file >= 0) {
        now.files[file] = path;
        if (creates) {
            now.shadow->made(path, true);
        }
    }
    return file;
}

int close(int file) {
    static const auto next = real<int (*)(int)>("close");
    Disk& now = disk();
    const Lock lock(now);
    if (now.knows(file)) {
        now.files.erase(file);
    }
    return next(file);
}

ssize_t pread(int file, void* bytes, size_t count, off_t position) {
    static const auto next = real<ssize_t (*)(int, void*, size_t, off_t)>("pread");
    {
        Disk& now = disk();
        const Lock lock(now);
        if (now.knows(file) && now.strikes("pread", path_of(file), false)) {
            return -1;
        }
    }
    return next(file, bytes, count, position);
}

ssize_t write(int file, const void* bytes, size_t count) {
    static const auto next = real<ssize_t (*)(int, const void*, size_t)>("write");
    Disk& now = disk();
    const Lock lock(now);
    if (now.knows(file)) {
        if (now.strikes("write", path_of(file), true)) {
            return -1;
        }
        // Nothing of ours and nothing of RocksDB's writes anywhere but at its own position.
        const off_t position = ::lseek(file, 0, SEEK_CUR);
        now.shadow->before_change(file, static_cast<std::uint64_t>(position), count);
    }
    return next(file, bytes, count);
}

ssize_t pwrite(int file, const void* bytes, size_t count, off_t position) {
    static const auto next = real<ssize_t (*)(int, const void*, size_t, off_t)>("pwrite");
    Disk& now = disk();
    const Lock lock(now);
    if (now.knows(file)) {
        if (now.strikes("pwrite", path_of(file), true)) {
            return -1;
        }
        now.shadow->before_change(file, static_cast<std::uint64_t>(position), count);
    }
    return next(file, bytes, count, position);
}

int ftruncate(int file, off_t size) noexcept {
    static const auto next = real<int (*)(int, off_t)>("ftruncate");
    Disk& now = disk();
    const Lock lock(now);
    if (now.knows(file)) {
        if (now.strikes("ftruncate", path_of(file), counts_as_write(now))) {
            return -1;
        }
        now.shadow->before_change(file, static_cast<std::uint64_t>(size), UINT64_MAX / 2);
    }
    return next(file, size);
}

int fallocate(int file, int mode, off_t offset, off_t size) {
    static const auto next = real<int (*)(int, int, off_t, off_t)>("fallocate");
    Disk& now = disk();
    const Lock lock(now);
    if (now.knows(file) && now.strikes("fallocate", path_of(file), true)) {
        return -1;
    }
    return next(file, mode, offset, size);
}

static int sync_by(int (*next)(int), int file) {
    Disk& now = disk();
    const Lock lock(now);
    if (!now.knows(file)) {
        return next(file);
    }
    if (now.strikes("sync", path_of(file), true)) {
        return -1;
    }
    // The disk is not real, so waiting for the one below would prove nothing.
    struct stat status {};
    if (::fstat(file, &status) == 0 && S_ISDIR(status.st_mode)) {
        now.shadow->directory_synced(path_of(file));
    } else {
        now.shadow->synced(file);
    }
    return 0;
}

int fsync(int file) {
    static const auto next = real<int (*)(int)>("fsync");
    return sync_by(next, file);
}

int fdatasync(int file) {
    static const auto next = real<int (*)(int)>("fdatasync");
    return sync_by(next, file);
}

int rename(const char* from, const char* to) noexcept {
    static const auto next = real<int (*)(const char*, const char*)>("rename");
    Disk& now = disk();
    const Lock lock(now);
    if (now.below(to)) {
        if (now.strikes("rename", to, true)) {
            return -1;
        }
        now.shadow->before_rename(from, to);
    }
    return next(from, to);
}

int link(const char* from, const char* to) noexcept {
    static const auto next = real<int (*)(const char*, const char*)>("link");
    Disk& now = disk();
    const Lock lock(now);
    if (!now.below(to)) {
        return next(from, to);
    }
    if (now.strikes("link", to, true)) {
        return -1;
    }
    const int linked = next(from, to);
    if (linked == 0) {
        now.shadow->made(to, false);
    }
    return linked;
}

static int remove_by(int (*next)(const char*), const char* path) {
    Disk& now = disk();
    const Lock lock(now);
    if (now.below(path)) {
        if (now.strikes("remove", path, counts_as_write(now))) {
            return -1;
        }
        now.shadow->before_removal(path);
    }
    return next(path);
}

int unlink(const char* path) noexcept {
    static const auto next = real<int (*)(const char*)>("unlink");
    return remove_by(next, path);
}

int remove(const char* path) noexcept {
    static const auto next = real<int (*)(const char*)>("remove");
    return remove_by(next, path);
}

int mkdir(const char* path, mode_t mode) noexcept {
    static const auto next = real<int (*)(const char*, mode_t)>("mkdir");
    Disk& now = disk();
    const Lock lock(now);
    if (!now.below(path)) {
        return next(path, mode);
    }
    if (now.strikes("mkdir", path, true)) {
        return -1;
    }
    const int made = next(path, mode);
    if (made == 0) {
        now.shadow->made_directory(path);
    }
    return made;
}

DIR* opendir(const char* path) {
    static const auto next = real<DIR* (*)(const char*)>("opendir");
    Disk& now = disk();
    const Lock lock(now);
    if (now.below(path) && now.strikes("opendir", path, false)) {
        return nullptr;
    }
    return next(path);
}

std::FILE* fopen(const char* path, const char* mode) {
    static const auto next = real<std::FILE* (*)(const char*, const char*)>("fopen");
    Disk& now = disk();
    const Lock lock(now);
    if (!now.below(path)) {
        return next(path, mode);
    }
    if (now.strikes("fopen", path, false)) {
        return nullptr;
    }
    std::FILE* const file = next(path, mode);
    if (file != nullptr) {
        now.files[::fileno(file)] = path;
    }
    return file;
}

int fclose(std::FILE* file) {
    static const auto next = real<int (*)(std::FILE*)>("fclose");
    Disk& now = disk();
    const Lock lock(now);
    if (now.knows(::fileno(file))) {
        now.files.erase(::fileno(file));
    }
    return next(file);
}

size_t fread_unlocked(void* bytes, size_t size, size_t count, std::FILE* file) {
    static const auto next = real<size_t (*)(void*, size_t, size_t, std::FILE*)>("fread_unlocked");
    {
        Disk& now = disk();
        const Lock lock(now);
        if (now.knows(::fileno(file)) &&
            now.strikes("fread_unlocked", path_of(::fileno(file)), false)) {
            return 0;
        }
    }
    return next(bytes, size, count, file);
}
}
// NOLINTEND(readability-identifier-naming,cert-dcl50-cpp)
