#include "tests/simulation/disk.h"

#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <rocksdb/file_system.h>
#include <rocksdb/system_clock.h>

#include "engine/base/hash.h"
#include "tests/property/random.h"
#include "tests/support/hand_clock.h"

namespace fiscus::simulation {

using rocksdb::FileOptions;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

// A name that a directory got, and that a power failure may take back: the operations of a
// directory become durable in their order, all of them when it is synced.
struct Naming {
    std::string path;
    std::string from;                      // renamed: its name before; empty: made or linked
    std::optional<std::string> instead{};  // bytes of the file that a renaming replaced
};

std::optional<std::string> bytes_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        return std::nullopt;
    }
    return std::string(std::istreambuf_iterator<char>(file), {});
}

class DiskFiles final : public rocksdb::FileSystemWrapper {
public:
    DiskFiles(std::uint64_t seed, Faults& counts, support::HandClock& clock)
        : FileSystemWrapper(rocksdb::FileSystem::Default()),
          seed_(seed),
          counts_(counts),
          clock_(clock),
          random_(seed) {}

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
    IOStatus NewRandomAccessFile(const std::string& path,
                                 const FileOptions& options,
                                 std::unique_ptr<rocksdb::FSRandomAccessFile>* file,
                                 IODebugContext* debug) override;
    IOStatus NewSequentialFile(const std::string& path,
                               const FileOptions& options,
                               std::unique_ptr<rocksdb::FSSequentialFile>* file,
                               IODebugContext* debug) override;

    IOStatus RenameFile(const std::string& from,
                        const std::string& to,
                        const IOOptions& options,
                        IODebugContext* debug) override {
        if (IOStatus let = let_through(); !let.ok()) {
            return let;
        }
        // Small ones only: the name of the manifest, and the like.
        Naming naming{.path = to, .from = from, .instead = bytes_of(to)};
        IOStatus renamed = target()->RenameFile(from, to, options, debug);
        if (renamed.ok()) {
            const std::lock_guard lock(mutex_);
            is_synced_as(to, from);
            synced_bytes_.erase(from);
            named(std::move(naming));
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
            is_synced_as(to, from);
            named({.path = to, .from = {}});
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
        synced_bytes_.erase(path);
        return target()->DeleteFile(path, options, debug);
    }

    // Of a call that writes. Not an error: it may go on.
    IOStatus let_through() {
        if (dead_) {
            return IOStatus::IOError("the process is dead");
        }
        if (std::this_thread::get_id() != owner_) {
            return IOStatus::OK();
        }
        if (random_.chance(faults_.slow)) {
            counts_.count("disk: a call takes up to two seconds");
            clock_.pass(std::chrono::milliseconds(random_.between(1, 2'000)));
        }
        if (random_.chance(faults_.power)) {
            counts_.count("disk: the power fails in the middle of its work");
            power_failed_ = true;
            dead_ = true;
            return IOStatus::IOError("simulated: no power");
        }
        if (!random_.chance(faults_.failing)) {
            return IOStatus::OK();
        }
        failed_ = true;
        if (random_.chance(500)) {
            counts_.count("disk: a write fails with an input/output error");
            return IOStatus::IOError("simulated: input/output error");
        }
        counts_.count("disk: a write fails for want of space");
        return IOStatus::NoSpace("simulated: no space left on device");
    }
    // Of a call that reads.
    IOStatus let_read() {
        if (std::this_thread::get_id() != owner_ || readable_) {
            return IOStatus::OK();
        }
        failed_ = true;
        counts_.count("disk: a read fails with an input/output error");
        return IOStatus::IOError("simulated: input/output error while reading");
    }
    void made(const std::string& path) {
        const std::lock_guard lock(mutex_);
        synced_bytes_[path] = 0;
        named({.path = path, .from = {}});
    }
    void synced(const std::string& path, std::uint64_t bytes) {
        const std::lock_guard lock(mutex_);
        synced_bytes_[path] = bytes;
    }
    void directory_synced(const std::string& directory) {
        const std::lock_guard lock(mutex_);
        namings_.erase(directory);
    }

    void set_faults(const DiskFaults& faults) { faults_ = faults; }
    void set_readable(bool readable) { readable_ = readable; }
    [[nodiscard]] bool has_failed() const { return failed_; }
    [[nodiscard]] bool power_failed() const { return power_failed_; }
    void forget() {
        const std::lock_guard lock(mutex_);
        synced_bytes_.clear();
        namings_.clear();
        failed_ = false;
    }
    void cut() { dead_ = true; }
    void mend() {
        dead_ = false;
        power_failed_ = false;
    }

    void lose_unsynced() {
        ++losses_;
        const std::lock_guard lock(mutex_);
        for (auto& [directory, namings] : namings_) {
            lose_names(namings, chance_of(directory));
        }
        namings_.clear();
        for (auto& [path, synced] : synced_bytes_) {
            std::error_code gone;
            const std::uint64_t bytes = std::filesystem::file_size(path, gone);
            if (!gone && bytes > synced) {
                lose_tail(path, synced, bytes, chance_of(path));
                synced = std::filesystem::file_size(path, gone);
            }
        }
    }

private:
    // What was not made through this disk, such as a restored checkpoint, is all there.
    void is_synced_as(const std::string& to, const std::string& from) {
        const auto known = synced_bytes_.find(from);
        if (known == synced_bytes_.end()) {
            synced_bytes_.erase(to);
        } else {
            synced_bytes_[to] = known->second;
        }
    }
    // By a hash of the path and not by the random numbers of all else: which files there are may
    // depend on RocksDB's own threads.
    [[nodiscard]] property::Random chance_of(const std::string& path) const {
        const std::string about = path.substr(path.rfind('/')) + std::to_string(losses_);
        return property::Random(seed_ ^ xxh3_64({}, as_byte_span(about)));
    }
    void named(Naming naming) {
        namings_[std::filesystem::path(naming.path).parent_path()].push_back(std::move(naming));
    }

    void lose_names(std::vector<Naming>& namings, property::Random random) {
        const auto kept = static_cast<std::size_t>(random.below(namings.size() + 1));
        for (; namings.size() > kept; namings.pop_back()) {
            const Naming& naming = namings.back();
            std::error_code failed;
            if (naming.from.empty()) {
                const bool there = std::filesystem::remove(naming.path, failed);
                counts_.count("disk: a name that was not synced is gone", std::uint64_t{there});
                continue;
            }
            std::filesystem::rename(naming.path, naming.from, failed);
            counts_.count("disk: a renaming that was not synced is undone", std::uint64_t{!failed});
            if (naming.instead) {
                std::ofstream(naming.path, std::ios::binary) << *naming.instead;
            }
        }
    }
    // What was written and not synced is gone from some byte on; or a part of it was never written
    // although the file has its length, and reads as zeros: of a manifest RocksDB takes that for
    // damage, and the state does not open.
    void lose_tail(const std::string& path,
                   std::uint64_t synced,
                   std::uint64_t bytes,
                   property::Random random) {
        std::error_code failed;
        const std::uint64_t left = synced + random.below(bytes - synced + 1);
        const bool zeros = random.chance(300);
        std::filesystem::resize_file(path, left, failed);
        if (zeros) {
            std::filesystem::resize_file(path, bytes, failed);
            failed_ = true;
        }
        counts_.count(zeros            ? "disk: an unsynced tail is torn, and reads as zeros"
                      : left == synced ? "disk: an unsynced tail is gone"
                                       : "disk: an unsynced tail is torn");
    }

    const std::uint64_t seed_;
    Faults& counts_;
    support::HandClock& clock_;
    const std::thread::id owner_ = std::this_thread::get_id();
    property::Random random_;
    DiskFaults faults_;
    bool readable_ = true;
    bool failed_ = false;
    bool power_failed_ = false;
    std::uint64_t losses_ = 0;
    std::atomic<bool> dead_ = false;
    std::mutex mutex_;
    std::map<std::string, std::uint64_t> synced_bytes_;   // by path
    std::map<std::string, std::vector<Naming>> namings_;  // by directory, since it was synced
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

class ReadFile final : public rocksdb::FSRandomAccessFileOwnerWrapper {
public:
    ReadFile(DiskFiles& disk, std::unique_ptr<rocksdb::FSRandomAccessFile>&& file)
        : FSRandomAccessFileOwnerWrapper(std::move(file)), disk_(disk) {}

    IOStatus Read(std::uint64_t offset,
                  std::size_t bytes,
                  const IOOptions& options,
                  Slice* result,
                  char* scratch,
                  IODebugContext* debug) const override {
        IOStatus let = disk_.let_read();
        return let.ok() ? target()->Read(offset, bytes, options, result, scratch, debug) : let;
    }
    IOStatus MultiRead(rocksdb::FSReadRequest* requests,
                       std::size_t count,
                       const IOOptions& options,
                       IODebugContext* debug) override {
        IOStatus let = disk_.let_read();
        return let.ok() ? target()->MultiRead(requests, count, options, debug) : let;
    }

private:
    DiskFiles& disk_;
};

class ReadInOrderFile final : public rocksdb::FSSequentialFileOwnerWrapper {
public:
    ReadInOrderFile(DiskFiles& disk, std::unique_ptr<rocksdb::FSSequentialFile>&& file)
        : FSSequentialFileOwnerWrapper(std::move(file)), disk_(disk) {}

    IOStatus Read(std::size_t bytes,
                  const IOOptions& options,
                  Slice* result,
                  char* scratch,
                  IODebugContext* debug) override {
        IOStatus let = disk_.let_read();
        return let.ok() ? target()->Read(bytes, options, result, scratch, debug) : let;
    }

private:
    DiskFiles& disk_;
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
    // A copy of its settings, which RocksDB does without and whose checking takes a tenth of a
    // life.
    if (path.find("/OPTIONS-") != std::string::npos) {
        return IOStatus::NotSupported("simulated: no settings are kept");
    }
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

IOStatus DiskFiles::NewRandomAccessFile(const std::string& path,
                                        const FileOptions& options,
                                        std::unique_ptr<rocksdb::FSRandomAccessFile>* file,
                                        IODebugContext* debug) {
    // RocksDB 7.8.3 looks into a file that it ingests without asking whether that went well: an
    // assertion ends the process.
    if (path.find("/fold/") != std::string::npos) {
        return target()->NewRandomAccessFile(path, options, file, debug);
    }
    std::unique_ptr<rocksdb::FSRandomAccessFile> real;
    IOStatus opened = target()->NewRandomAccessFile(path, options, &real, debug);
    if (opened.ok()) {
        *file = std::make_unique<ReadFile>(*this, std::move(real));
    }
    return opened;
}

IOStatus DiskFiles::NewSequentialFile(const std::string& path,
                                      const FileOptions& options,
                                      std::unique_ptr<rocksdb::FSSequentialFile>* file,
                                      IODebugContext* debug) {
    std::unique_ptr<rocksdb::FSSequentialFile> real;
    IOStatus opened = target()->NewSequentialFile(path, options, &real, debug);
    if (opened.ok()) {
        *file = std::make_unique<ReadInOrderFile>(*this, std::move(real));
    }
    return opened;
}

Disk::Disk(std::uint64_t seed, Faults& counts, support::HandClock& clock)
    : files_(std::make_shared<DiskFiles>(seed, counts, clock)),
      env_(std::make_unique<DiskEnv>(files_)) {}
Disk::~Disk() = default;

void Disk::set_faults(const DiskFaults& faults) { files_->set_faults(faults); }
void Disk::set_readable(bool readable) { files_->set_readable(readable); }
bool Disk::power_failed() const { return files_->power_failed(); }
bool Disk::has_failed() const { return files_->has_failed(); }
void Disk::forget() { files_->forget(); }
void Disk::cut() { files_->cut(); }
void Disk::lose_unsynced() { files_->lose_unsynced(); }
void Disk::mend() { files_->mend(); }

}  // namespace fiscus::simulation
