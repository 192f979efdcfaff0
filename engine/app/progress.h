// Progress of long work on stderr: one line redrawn on a terminal, else a line every few seconds,
// so a CI log shows life and a person sees a bar. Thread: one. Fails: never.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "engine/app/console.h"

namespace fiscus::app {

// Steady time; a test gives its own.
using SteadyClock = std::function<std::chrono::steady_clock::time_point()>;

class Progress {
public:
    Progress(Console& console,
             std::string label,
             SteadyClock clock = std::chrono::steady_clock::now);
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    // total 0: not known. `extra` is added at the end of the line. Cheap to call often.
    void update(std::uint64_t done, std::uint64_t total, std::string_view extra = {});
    // The last line, with the rate over the whole; stays on the terminal.
    void finish(std::uint64_t done);

private:
    [[nodiscard]] std::string line(std::uint64_t done, std::uint64_t total) const;
    void erase_line();

    Console& console_;
    std::string label_;
    SteadyClock clock_;
    std::chrono::steady_clock::time_point started_;
    std::chrono::steady_clock::time_point shown_;
    bool line_is_open_ = false;
};

// "1,234,567" for people.
std::string count_text(std::uint64_t count);
// "12 s", "3 min 20 s", "2 h 5 min".
std::string duration_text(std::chrono::seconds duration);

}  // namespace fiscus::app
