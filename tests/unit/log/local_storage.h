// The local log for tests: a directory of its own that goes away with the test.
#pragma once

#include <filesystem>
#include <string>
#include <utility>

#include <gtest/gtest.h>
#include <stdlib.h>

#include "engine/log/local_log.h"
#include "tests/unit/log/conformance.h"

namespace fiscus::log {

class TemporaryDirectory {
public:
    TemporaryDirectory() {
        std::string name = (std::filesystem::temp_directory_path() / "fiscus-log-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) {
            ADD_FAILURE() << "no temporary directory";
        }
        path_ = name;
    }
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
    ~TemporaryDirectory() {
        std::error_code error;
        std::filesystem::remove_all(path_, error);
    }
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

class LocalStorage final : public Storage {
public:
    explicit LocalStorage(const LocalLogOptions& options) : options_(options) {
        auto opened = open_local_log(directory_.path(), true, options_);
        EXPECT_TRUE(succeeded(opened));
        log_ = std::move(opened).value();
    }

    Log& log() override { return *log_; }
    std::unique_ptr<Log> other_log() override {
        auto opened = open_local_log(directory_.path(), false, options_);
        EXPECT_TRUE(succeeded(opened));
        return std::move(opened).value();
    }
    std::string topic() override { return "conformance.v1"; }

private:
    TemporaryDirectory directory_;
    const LocalLogOptions options_;
    std::unique_ptr<Log> log_;
};

}  // namespace fiscus::log
