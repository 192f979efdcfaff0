// What went wrong, by kind, how often: a simulation tells what its processes outlived. Kinds are
// sentences for people, since a report prints them.
// Thread: any; a disk counts what RocksDB's own threads meet as well. Fails: never.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace fiscus::simulation {

using Counts = std::map<std::string, std::uint64_t, std::less<>>;

inline void add(Counts& to, const Counts& more) {
    for (const auto& [what, count] : more) {
        to[what] += count;
    }
}

class Faults {
public:
    void count(std::string_view kind, std::uint64_t times = 1) {
        if (times > 0) {
            const std::lock_guard lock(mutex_);
            counts_.try_emplace(std::string(kind)).first->second += times;
        }
    }
    [[nodiscard]] Counts counts() const {
        const std::lock_guard lock(mutex_);
        return counts_;
    }

private:
    mutable std::mutex mutex_;
    Counts counts_;
};

}  // namespace fiscus::simulation
