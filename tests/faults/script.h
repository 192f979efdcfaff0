// A script of some 500 events, out of the whole grammar, in a log of its own; and lives: engine and
// statistics of one partition from their opening to their end, in the order of one thread, so that
// the n-th call of anything is the same one each time. A life is a process of its own, because it
// may end anywhere.
// Thread: one for each Script; lives of several directories may run at the same time.
// Fails: fails the test when a directory cannot be written.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "engine/threads/worker.h"
#include "tests/crash/crash_run.h"

namespace fiscus::faults {

inline constexpr std::size_t script_records = 500;

// Writes DIR/log with the events of the script, and DIR/secrets; how many events.
std::uint64_t write_script(const std::filesystem::path& directory, std::uint64_t seed);

struct LifeOptions {
    std::size_t turn_records = 64;
    std::size_t fold_records = 200;
    std::uint64_t commit_entries = 150;
    Background background = Background::steps;
};

// How a life came to its end.
struct End {
    int exit_code = -1;  // −1: by a signal
    int signal = 0;
    std::string error;    // its text, or what the process said at last
    std::string code;     // of the error
    std::string finding;  // it went on after the error
    std::uint64_t calls = 0;
};

// Opens engine and statistics in DIR, works off the log, flushes both, closes them. Error text and
// code, empty for a life that came to its end. After an error everything is tried once more, which
// must fail, too: `finding` says what did not.
struct Lived {
    std::string error;
    std::string code;
    std::string finding;
};
Lived live(const std::filesystem::path& directory, const LifeOptions& options);

// Runs `life` in a child process and says how it ended. `calls` is asked in the child, at its end.
End in_child(const std::filesystem::path& directory,
             const std::function<Lived()>& life,
             const std::function<std::uint64_t()>& calls);

// What a reader of DIR/log sees.
crash::Seen look_at(const std::filesystem::path& directory);

// `work(lane)` for each lane at the same time, on a thread each.
void in_lanes(std::size_t lanes, const std::function<void(std::size_t)>& work);

}  // namespace fiscus::faults
