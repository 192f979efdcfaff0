// Aim: what `checkpoint create` and `restore` said is done outlives a power failure at any later
// call, and a restore that did not come to its end leaves no state that looks like one. Method: a
// checkpoint of the script's state is made and restored on a disk whose power fails at the n-th
// call, for each n (FISCUS_FAULTS_STRIDE: every so many), and a few after the last. Prints
// FISCUS_SEED and takes it back.
#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include "engine/app/checkpoint.h"
#include "engine/log/file.h"
#include "engine/log/local_log.h"
#include "engine/runtime/engine.h"
#include "tests/faults/faulty_disk.h"
#include "tests/faults/report.h"
#include "tests/faults/script.h"
#include "tests/support/child.h"
#include "tests/support/temporary_directory.h"

namespace fiscus::faults {
namespace {

namespace fs = std::filesystem;

// Of the disk after everything was done.
constexpr int last_calls = 5;

class CheckpointFaults : public testing::Test {
protected:
    void write(std::uint64_t seed) {
        fs::create_directories(whole_);
        write_script(whole_, seed);
        const Lived lived = live(whole_, {});
        ASSERT_EQ(lived.error, "");
        fs::remove_all(whole_ / "state" / "statistics");
    }

    // How far it came stands beside the place, on a disk that does not fail.
    [[nodiscard]] fs::path progress() const { return directory_.path() / "progress"; }
    void came_to(const std::string& what) const { std::ofstream(progress()) << what; }
    [[nodiscard]] std::string came() const {
        std::ifstream in(progress());
        return {std::istreambuf_iterator<char>(in), {}};
    }

    // Create, restore, and then some more of the disk, so that the power fails there at last.
    Lived make_and_restore(const DiskPlan& plan) const {
        const fs::path place = plan.root / "node";
        start_disk(plan);
        auto made = app::create_checkpoint(place / "state", place / "checkpoint");
        if (!made.ok()) {
            return {.error = made.error().text(), .code = {}, .finding = {}};
        }
        came_to("created");
        auto log = log::open_local_log(place / "log", true);
        auto restored = app::restore_checkpoint(place / "checkpoint", place / "new", **log);
        if (!restored.ok()) {
            return {.error = restored.error().text(), .code = {}, .finding = {}};
        }
        came_to("restored");
        for (int i = 0; i < last_calls; ++i) {
            static_cast<void>(log::write_new_file(place / ("end" + std::to_string(i)), {}));
        }
        stop_disk();
        return {};
    }

    void expect_whole_or_not_there(const fs::path& place, const std::string& what) const {
        const std::string came = this->came();
        if (came.empty()) {
            return;
        }
        auto made = app::verify_checkpoint(place / "checkpoint", nullptr);
        ASSERT_TRUE(made.ok()) << what << ": " << made.error().text();
        const bool restored = fs::exists(place / "new" / "engine");
        EXPECT_TRUE(restored || came != "restored") << what;
        if (restored) {
            auto digest = runtime::recompute_digest(place / "new", 0);
            ASSERT_TRUE(digest.ok()) << what << ": " << digest.error().text();
            EXPECT_EQ(*digest, made->partitions.at(0).digest) << what;
        }
    }

    const support::TemporaryDirectory directory_;
    const fs::path whole_ = directory_.path() / "whole";
};

TEST_F(CheckpointFaults, WhatWasDoneOutlivesAPowerFailure) {
    Report report("checkpoints", "power loss around checkpoints");
    const std::uint64_t seed = report.seed();
    ASSERT_NO_FATAL_FAILURE(write(seed));
    const std::uint64_t stride = support::number_from("FISCUS_FAULTS_STRIDE", 1);
    for (std::uint64_t n = 1;; n += stride) {
        const fs::path disk = directory_.path() / "disk";
        fs::remove_all(disk);
        fs::create_directories(disk);
        fs::copy(whole_, disk / "node", fs::copy_options::recursive);
        came_to("");
        const DiskPlan plan{
            .root = disk, .fault = DiskFault::power, .strike_at = n, .seed = seed + n};
        const End end = in_child(
            directory_.path(), [&] { return make_and_restore(plan); }, disk_calls);
        if (end.exit_code == 0) {
            EXPECT_EQ(came(), "restored");
            break;
        }
        const std::string what = "power lost at call " + std::to_string(n) + ", " + came();
        ASSERT_EQ(end.exit_code, power_failed) << what << ", signal " << end.signal << end.error;
        report.count("power failures");
        report.count("of them after a checkpoint was made", came().empty() ? 0 : 1);
        ASSERT_NO_FATAL_FAILURE(expect_whole_or_not_there(disk / "node", what));
    }
    EXPECT_GT(report.counted("of them after a checkpoint was made"), 0U);
}

}  // namespace
}  // namespace fiscus::faults
