#include "tests/faults/report.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/support/child.h"

namespace fiscus::faults {

Report::~Report() {
    const std::uint64_t violations = testing::UnitTest::GetInstance()->Failed() ? 1 : 0;
    std::string line = title_ + ":";
    nlohmann::ordered_json counts = nlohmann::ordered_json::object();
    for (const auto& [what, times] : counts_) {
        line += " " + std::to_string(times) + " " + what + ",";
        counts[what] = times;
    }
    line += " " + std::to_string(violations) + " violations";
    std::printf("%s\n", line.c_str());
    const char* build = std::getenv("FISCUS_BINARY_DIR");
    EXPECT_NE(build, nullptr) << "FISCUS_BINARY_DIR names the build; ctest sets it";
    if (build == nullptr) {
        return;
    }
    const nlohmann::ordered_json all = {{"suite", name_},
                                        {"title", title_},
                                        {"build", std::filesystem::path(build).filename().string()},
                                        {"seed", seed_},
                                        {"counts", counts},
                                        {"violations", violations}};
    const char* reports = std::getenv("FISCUS_REPORTS");
    const auto folder = reports != nullptr ? std::filesystem::path(reports)
                                           : std::filesystem::path(build).parent_path() / "log";
    std::filesystem::create_directories(folder);
    std::ofstream file(folder / ("faults_" + name_ + ".json"));
    file << all.dump(2) << '\n';
    EXPECT_TRUE(file.good()) << "cannot write the report of " << name_;
}

std::uint64_t Report::seed() {
    seed_ = support::number_from(
        "FISCUS_SEED", support::number_from("FISCUS_FAULTS_SEED", std::random_device{}()));
    std::printf("FISCUS_SEED=%llu\n", static_cast<unsigned long long>(seed_));
    return seed_;
}

void Report::count(const std::string& what, std::uint64_t times) {
    const std::lock_guard lock(mutex_);
    counts_[what] += times;
}

std::uint64_t Report::counted(const std::string& what) const {
    const std::lock_guard lock(mutex_);
    const auto at = counts_.find(what);
    return at == counts_.end() ? 0 : at->second;
}

}  // namespace fiscus::faults
