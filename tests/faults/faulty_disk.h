// A disk that fails when it is told to, under everything that this program does to the files below
// one folder: the local log's files, RocksDB's and their directories. The calls of the C library
// are taken over (disk_symbols.cc), so nothing of ours or of RocksDB's is built in another way.
// When the power fails, what was not synced is lost as a file system may lose it: of each file a
// part of its unsynced end, bytes that were written over others, and the last names that were made,
// changed or taken away in a directory since that was synced.
// Thread: any; one plan at a time in a process. Fails: aborts when the disk below fails itself.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace fiscus::faults {

enum class DiskFault : std::uint8_t {
    none,    // calls are only counted
    once,    // the n-th call fails
    always,  // of the calls that write the n-th and all after it fail, as on a full disk
    power,   // before the n-th call the process ends, and what was not synced is lost
};

struct DiskPlan {
    std::filesystem::path root{};
    DiskFault fault = DiskFault::none;
    std::uint64_t strike_at = 0;  // 1: the first call
    int error_number = 0;         // as errno, of a call that fails
    std::uint64_t seed = 0;       // of what a power failure takes
};

// The exit code of a process whose power failed.
inline constexpr int power_failed = 77;

void start_disk(const DiskPlan& plan);
// Everything works again.
void stop_disk();
// Since start_disk(); with DiskFault::always those that write.
std::uint64_t disk_calls();
// A write, a sync or a change of names has failed, not only a read.
bool disk_failed_to_write();
// The first that failed, and its file; for people.
std::string disk_failed_call();

}  // namespace fiscus::faults
