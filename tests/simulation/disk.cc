#include "tests/simulation/disk.h"

#include <atomic>
#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include <rocksdb/file_system.h>
#include <rocksdb/system_clock.h>

#include "engine/base/hash.h"
#include "tests/property/random.h"

namespace fiscus::simulation {

using rocksdb::FileOptions;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

// What of a file outlives a power failure.
struct Kept {
    std::uint64_t synced_bytes = 0;
    bool named = false;  // its directory was synced
};

class DiskFiles final : public rocksdb::FileSystemWrapper {
public:
    explicit DiskFiles(std::uint64_t seed)
        : FileSystemWrapper(rocksdb::FileSystem::Default()), seed_(seed), random_(seed) {}

    const char* Name() const override { return "simulated disk"; }

    IOStatus NewWritableFile(const std::string& path,
                             const FileOptions& options,
                             std::unique_ptr<rocksdb::FSWritableFile>* file,
                             IODebugContext* debug) override;
    IOStatus ReopenWritableFile(const std::string& path,
                                const FileOptions& options,
                                std::unique_ptr<rocksdb::FSWritableFile>* file,
                                IODebugContext* debug) override;
    IOStatus NewDirectory(const std::string& path,
                          const IOOptions& options,
                          std::unique_ptr<rocksdb::FSDirectory>* directory,
                          IODebugContext* debug) override;

    IOStatus RenameFile(const std::string& from,
                        const std::string& to,
                        const IOOptions& options,
                        IODebugContext* debug) override {
        if (IOStatus let = let_through(); !let.ok()) {
            return let;
        }
        IOStatus renamed = target()->RenameFile(from, to, options, debug);
        if (renamed.ok()) {
            const std::lock_guard lock(mutex_);
            Kept kept = kept_[from];
            kept_.erase(from);
            // Renaming over a file that is there: one of the two is there afterwards.
            kept.named |= kept_[to].named;
            kept_[to] = kept;
        }
        return renamed;
    }
    IOStatus LinkFile(const std::string& from,
                      const std::string& to,
                      const IOOptions& options,
                      IODebugContext* debug) override {
        if (IOStatus let = let_through(); !let.ok()) {
            return let;
        }
        IOStatus linked = target()->LinkFile(from, to, options, debug);
        if (linked.ok()) {
            const std::lock_guard lock(mutex_);
            kept_[to] = {.synced_bytes = kept_[from].synced_bytes, .named = false};
        }
        return linked;
    }
    IOStatus DeleteFile(const std::string& path,
                        const IOOptions& options,
                        IODebugContext* debug) override {
        if (dead_) {
            return IOStatus::IOError("the process is dead");
        }
        const std::lock_guard lock(mutex_);
        kept_.erase(path);
        return target()->DeleteFile(path, options, debug);
    }

    // Not an error: the call may go on.
    IOStatus let_through() {
        if (dead_) {
            return IOStatus::IOError("the process is dead");
        }
        if (std::this_thread::get_id() == owner_ && random_.chance(failing_)) {
            failed_ = true;
            return random_.chance(500) ? IOStatus::IOError("simulated: input/output error")
                                       : IOStatus::NoSpace("simulated: no space left on device");
        }
        return IOStatus::OK();
    }
    void made(const std::string& path) {
        const std::lock_guard lock(mutex_);
        kept_[path] = {};
    }
    void synced(const std::string& path, std::uint64_t bytes) {
        const std::lock_guard lock(mutex_);
        kept_[path].synced_bytes = bytes;
    }
    void directory_synced(const std::string& directory) {
        const std::lock_guard lock(mutex_);
        for (auto& [path, kept] : kept_) {
            kept.named |= std::filesystem::path(path).parent_path() == directory;
        }
    }

    void set_failing(std::uint64_t per_thousand) { failing_ = per_thousand; }
    [[nodiscard]] bool has_failed() const { return failed_; }
    void forget() {
        const std::lock_guard lock(mutex_);
        kept_.clear();
        failed_ = false;
    }
    void cut() { dead_ = true; }
    void mend() { dead_ = false; }

    // By a hash of the path and not by the random numbers of all else: which files there are may
    // depend on RocksDB's own threads.
    void lose_unsynced() {
        ++losses_;
        const std::lock_guard lock(mutex_);
        for (auto at = kept_.begin(); at != kept_.end();) {
            const auto& [path, kept] = *at;
            std::error_code gone;
            const std::uint64_t bytes = std::filesystem::file_size(path, gone);
            const std::string about = path.substr(path.rfind('/')) + std::to_string(losses_);
            property::Random random(seed_ ^ xxh3_64({}, as_byte_span(about)));
            if (gone || (!kept.named && random.chance(500))) {
                std::filesystem::remove(path, gone);
                at = kept_.erase(at);
                continue;
            }
            if (bytes > kept.synced_bytes) {
                const std::uint64_t left = random.below(bytes - kept.synced_bytes + 1);
                std::filesystem::resize_file(path, kept.synced_bytes + left, gone);
            }
            ++at;
        }
    }

private:
    const std::uint64_t seed_;
    const std::thread::id owner_ = std::this_thread::get_id();
    property::Random random_;
    std::uint64_t failing_ = 0;
    bool failed_ = false;
    std::uint64_t losses_ = 0;
    std::atomic<bool> dead_ = false;
    std::mutex mutex_;
    std::map<std::string, Kept> kept_;
};

namespace {

// After a write that failed in the background RocksDB waits a second before it goes on.
class NoWaiting final : public rocksdb::SystemClockWrapper {
public:
    NoWaiting() : SystemClockWrapper(rocksdb::SystemClock::Default()) {}
    const char* Name() const override { return "simulated clock"; }
    void SleepForMicroseconds(int) override {}
};

class DiskEnv final : public rocksdb::EnvWrapper {
public:
    explicit DiskEnv(const std::shared_ptr<rocksdb::FileSystem>& files)
        : EnvWrapper(rocksdb::NewCompositeEnv(files)) {
        system_clock_ = std::make_shared<NoWaiting>();
    }
    const char* Name() const override { return "simulated environment"; }
};

class DiskFile final : public rocksdb::FSWritableFileOwnerWrapper {
public:
    DiskFile(DiskFiles& disk, std::string path, std::unique_ptr<rocksdb::FSWritableFile> file)
        : FSWritableFileOwnerWrapper(std::move(file)), disk_(disk), path_(std::move(path)) {}

    IOStatus Append(const Slice& bytes, const IOOptions& options, IODebugContext* debug) override {
        IOStatus let = disk_.let_through();
        return let.ok() ? target()->Append(bytes, options, debug) : let;
    }
    IOStatus Append(const Slice& bytes,
                    const IOOptions& options,
                    const rocksdb::DataVerificationInfo& info,
                    IODebugContext* debug) override {
        IOStatus let = disk_.let_through();
        return let.ok() ? target()->Append(bytes, options, info, debug) : let;
    }
    // Space that is reserved and ranges that are written back early are of no meaning here, and
    // cost more than all that is written.
    void PrepareWrite(std::size_t, std::size_t, const IOOptions&, IODebugContext*) override {}
    IOStatus Allocate(std::uint64_t, std::uint64_t, const IOOptions&, IODebugContext*) override {
        return IOStatus::OK();
    }
    IOStatus RangeSync(std::uint64_t, std::uint64_t, const IOOptions&, IODebugContext*) override {
        return IOStatus::OK();
    }
    IOStatus Sync(const IOOptions& options, IODebugContext* debug) override {
        return sync(options, debug);
    }
    IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
        return sync(options, debug);
    }

private:
    IOStatus sync(const IOOptions& options, IODebugContext* debug) {
        IOStatus status = disk_.let_through();
        if (status.ok()) {
            // The files are real, but their disk is not: waiting for it would prove nothing.
            status = target()->Flush(options, debug);
            // By the file: one that was opened again does not know how long it is.
            std::error_code gone;
            const std::uint64_t bytes = std::filesystem::file_size(path_, gone);
            disk_.synced(path_, gone ? 0 : bytes);
        }
        return status;
    }

    DiskFiles& disk_;
    const std::string path_;
};

class DiskDirectory final : public rocksdb::FSDirectoryWrapper {
public:
    DiskDirectory(DiskFiles& disk,
                  std::string path,
                  std::unique_ptr<rocksdb::FSDirectory>&& directory)
        : FSDirectoryWrapper(std::move(directory)), disk_(disk), path_(std::move(path)) {}

    IOStatus Fsync(const IOOptions&, IODebugContext*) override { return sync(); }
    IOStatus FsyncWithDirOptions(const IOOptions&,
                                 IODebugContext*,
                                 const rocksdb::DirFsyncOptions&) override {
        return sync();
    }

private:
    IOStatus sync() {
        IOStatus let = disk_.let_through();
        if (let.ok()) {
            disk_.directory_synced(path_);
        }
        return let;
    }

    DiskFiles& disk_;
    const std::string path_;
};

}  // namespace

IOStatus DiskFiles::NewWritableFile(const std::string& path,
                                    const FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    IODebugContext* debug) {
    if (IOStatus let = let_through(); !let.ok()) {
        return let;
    }
    std::unique_ptr<rocksdb::FSWritableFile> real;
    IOStatus opened = target()->NewWritableFile(path, options, &real, debug);
    if (opened.ok()) {
        made(path);
        *file = std::make_unique<DiskFile>(*this, path, std::move(real));
    }
    return opened;
}

IOStatus DiskFiles::ReopenWritableFile(const std::string& path,
                                       const FileOptions& options,
                                       std::unique_ptr<rocksdb::FSWritableFile>* file,
                                       IODebugContext* debug) {
    if (IOStatus let = let_through(); !let.ok()) {
        return let;
    }
    std::unique_ptr<rocksdb::FSWritableFile> real;
    IOStatus opened = target()->ReopenWritableFile(path, options, &real, debug);
    if (opened.ok()) {
        *file = std::make_unique<DiskFile>(*this, path, std::move(real));
    }
    return opened;
}

IOStatus DiskFiles::NewDirectory(const std::string& path,
                                 const IOOptions& options,
                                 std::unique_ptr<rocksdb::FSDirectory>* directory,
                                 IODebugContext* debug) {
    std::unique_ptr<rocksdb::FSDirectory> real;
    IOStatus opened = target()->NewDirectory(path, options, &real, debug);
    if (opened.ok()) {
        *directory = std::make_unique<DiskDirectory>(*this, path, std::move(real));
    }
    return opened;
}

Disk::Disk(std::uint64_t seed)
    : files_(std::make_shared<DiskFiles>(seed)), env_(std::make_unique<DiskEnv>(files_)) {}
Disk::~Disk() = default;

void Disk::set_failing(std::uint64_t per_thousand) { files_->set_failing(per_thousand); }
bool Disk::has_failed() const { return files_->has_failed(); }
void Disk::forget() { files_->forget(); }
void Disk::cut() { files_->cut(); }
void Disk::lose_unsynced() { files_->lose_unsynced(); }
void Disk::mend() { files_->mend(); }

}  // namespace fiscus::simulation
