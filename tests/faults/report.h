// What a suite of faults says of itself: one line for people, and build/log/faults_<name>.json for
// the page of reliability, with the seed that repeats the run. FISCUS_REPORTS names another folder.
// Thread: any. Fails: fails the test when the file cannot be written.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>

namespace fiscus::faults {

class Report {
public:
    // `name` in lower case, as it stands in the file's name; `title` for people.
    Report(std::string name, std::string title)
        : name_(std::move(name)), title_(std::move(title)) {}
    // The line and the file; violations are 1 if the test has failed, else 0.
    ~Report();
    Report(const Report&) = delete;
    Report& operator=(const Report&) = delete;

    // FISCUS_SEED, else FISCUS_FAULTS_SEED, else one of chance; printed and kept.
    std::uint64_t seed();
    void count(const std::string& what, std::uint64_t times = 1);
    [[nodiscard]] std::uint64_t counted(const std::string& what) const;

private:
    const std::string name_;
    const std::string title_;
    std::uint64_t seed_ = 0;
    mutable std::mutex mutex_;
    std::map<std::string, std::uint64_t> counts_;
};

}  // namespace fiscus::faults
