// What faulty_disk.h and the calls that are taken over (disk_symbols.cc) share.
// Thread: any, under the mutex, which each call holds until the disk below has answered; it is
// recursive, because what is lost is taken away by the same calls. Fails: as faulty_disk.h.
#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "tests/faults/faulty_disk.h"
#include "tests/faults/shadow.h"

namespace fiscus::faults {

struct Disk {
    std::recursive_mutex mutex;
    std::atomic<bool> running{false};
    bool losing = false;  // the power has failed
    DiskPlan plan;
    std::string root;  // with a slash at its end
    std::uint64_t calls = 0;
    bool failed_to_write = false;
    std::string first_failure;         // the first call that failed
    std::map<int, std::string> files;  // open below the root, and their paths
    std::optional<Shadow> shadow;

    // False for everything while the disk does not run.
    [[nodiscard]] bool below(const char* path) const;
    [[nodiscard]] bool knows(int file) const;
    // Counts a call; true: it fails, with errno set. Does not return when the power fails.
    bool strikes(std::string_view call, std::string_view path, bool writes);
};

// Of this process.
Disk& disk();

}  // namespace fiscus::faults
