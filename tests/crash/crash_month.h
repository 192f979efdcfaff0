// A month of each kind of programme, made twice: over a local log it runs undisturbed, the runs of
// the other one are killed. Shared by the crash tests of both logs, which are run for each of
// all_months(). Thread: one. Fails: as gtest's expectations.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine/log/log.h"
#include "tests/crash/crash_run.h"

namespace fiscus::crash {

struct Month {
    std::string programme;  // of `fiscus generate --programme`
    // Of the events and of the kills that a test asks for it gets this part, so that the whole
    // takes little longer than the vouchers alone.
    std::uint64_t events_divisor = 1;
    std::uint64_t kills_divisor = 1;
    bool has_keys = false;      // of draws; the engine needs them beside the log
    bool is_reconciled = true;  // platforms say what they counted
    bool is_answered = true;    // platforms wait for outcomes
};
const std::vector<Month>& all_months();
// For gtest: its programme, in letters.
std::string name_of(const testing::TestParamInfo<Month>& info);

// What the environment says to a test, with the names of its variables: how many events and kills.
struct Variable {
    const char* name = nullptr;
    std::uint64_t otherwise = 0;
};

class CrashTest : public testing::TestWithParam<Month> {
protected:
    using Words = std::vector<std::string>;

    void SetUp() override;
    void TearDown() override;

    [[nodiscard]] Words local(const std::string& name) const;
    [[nodiscard]] std::filesystem::path state_of(const std::string& name) const;
    // Where the keys of draws lie.
    [[nodiscard]] Words secrets() const;
    // Of the whole log at `place`, with keys.
    [[nodiscard]] Words run_of(const std::string& name, const Words& place) const;
    static std::unique_ptr<log::Log> open_local(const Words& place);

    // About so many; how many they are, is in the log.
    void generate(const Words& place, const Variable& events);
    // What readers see of the month over a local log that nobody disturbed.
    Seen run_whole(const Variable& events);
    // Kills the runs of the month that lies at `place`; then both must look the same.
    void disturb_as(const std::string& name,
                    const Words& place,
                    log::Log& log,
                    const Variable& kills,
                    const Seen& whole);

    // From FISCUS_SEED, and printed.
    std::mt19937_64 random_;
    std::filesystem::path directory_;
    std::string output_;
};

}  // namespace fiscus::crash
