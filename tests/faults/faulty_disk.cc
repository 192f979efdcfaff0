#include "tests/faults/faulty_disk.h"

#include <cerrno>
#include <string_view>
#include <unistd.h>

#include "tests/faults/disk_calls.h"

namespace fiscus::faults {

Disk& disk() {
    static Disk one;
    return one;
}

void start_disk(const DiskPlan& plan) {
    Disk& now = disk();
    const std::lock_guard lock(now.mutex);
    now.plan = plan;
    now.root = plan.root.string() + "/";
    now.calls = 0;
    now.failed_to_write = false;
    now.first_failure.clear();
    now.files.clear();
    now.shadow.emplace(plan.root);
    now.running = true;
}

void stop_disk() {
    Disk& now = disk();
    const std::lock_guard lock(now.mutex);
    now.running = false;
}

std::uint64_t disk_calls() {
    Disk& now = disk();
    const std::lock_guard lock(now.mutex);
    return now.calls;
}

bool disk_failed_to_write() {
    Disk& now = disk();
    const std::lock_guard lock(now.mutex);
    return now.failed_to_write;
}

std::string disk_failed_call() {
    Disk& now = disk();
    const std::lock_guard lock(now.mutex);
    return now.first_failure;
}

bool Disk::below(const char* path) const {
    return running && !losing && std::string_view(path).starts_with(root);
}

bool Disk::knows(int file) const { return running && !losing && files.contains(file); }

bool Disk::strikes(std::string_view call, std::string_view path, bool writes) {
    const bool for_ever = plan.fault == DiskFault::always;
    if (for_ever && !writes) {
        return false;
    }
    ++calls;
    if (plan.fault == DiskFault::none || calls < plan.strike_at) {
        return false;
    }
    if (plan.fault == DiskFault::power) {
        // Other threads wait for the mutex, until there are none.
        losing = true;
        shadow->lose(plan.seed);
        ::_exit(power_failed);
    }
    const bool struck = for_ever || calls == plan.strike_at;
    if (struck) {
        failed_to_write |= writes;
        if (first_failure.empty()) {
            first_failure = std::string(call) + " " + std::string(path);
        }
        errno = plan.error_number;
    }
    return struck;
}

}  // namespace fiscus::faults
