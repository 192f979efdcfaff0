// A small month over a local log, and what an undisturbed run makes of it: for faults that are made
// to whole processes and to their files. Each lane has a copy of its own.
// Thread: the copies of different lanes at the same time. Fails: as gtest's expectations.
#pragma once

#include <filesystem>
#include <string>

#include "tests/crash/crash_run.h"
#include "tests/faults/faulty_month.h"
#include "tests/support/temporary_directory.h"

namespace fiscus::faults {

class SmallWorld {
public:
    explicit SmallWorld(std::uint64_t events = events_few);

    [[nodiscard]] const std::filesystem::path& path() const { return directory_.path(); }
    // A copy of the log that nobody has worked on, as NAME.
    [[nodiscard]] std::filesystem::path fresh(const std::string& name) const;
    // A copy that was worked off, with its state. It shares the statistics with all the others, so
    // no more events may come to it.
    [[nodiscard]] std::filesystem::path finished(const std::string& name) const;
    // One that shares nothing.
    [[nodiscard]] std::filesystem::path finished_apart(const std::string& name) const;
    // `run` over such a copy, with more words behind.
    [[nodiscard]] static Words run(const std::filesystem::path& copy, const Words& more = {});
    [[nodiscard]] static std::string output(const std::filesystem::path& copy);

    // Runs to the end, and must look as undisturbed.
    void expect_whole(const std::filesystem::path& copy, const Words& more = {}) const;
    [[nodiscard]] const crash::Seen& whole() const { return whole_; }

private:
    support::TemporaryDirectory directory_;
    crash::Seen whole_;
};

// What a reader of COPY/log sees.
crash::Seen look_at_copy(const std::filesystem::path& copy);

}  // namespace fiscus::faults
