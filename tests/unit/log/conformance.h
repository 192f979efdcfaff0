// What every log must do, as one suite for the local log and Kafka. A program that
// runs it links conformance_test.cc and instantiates LogConformance with a maker of its own.
#pragma once

#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine/log/log.h"

namespace fiscus::log {

// One storage, empty of the topics of the test that asked for it.
class Storage {
public:
    virtual ~Storage() = default;
    virtual Log& log() = 0;
    // A second Log on the same storage, as another process would open it.
    virtual std::unique_ptr<Log> other_log() = 0;
    // A topic name that nobody else uses.
    virtual std::string topic() = 0;
};

struct StorageMaker {
    std::string name;
    std::function<std::unique_ptr<Storage>()> make;
};

// For the lines of GoogleTest.
inline std::ostream& operator<<(std::ostream& out, const StorageMaker& maker) {
    return out << maker.name;
}

class LogConformance : public ::testing::TestWithParam<StorageMaker> {
protected:
    void SetUp() override;

    Log& log() { return storage_->log(); }
    // Creates the plan and fails the test if that is not possible.
    void create(const TopicPlan& plan);
    // Appends values without keys and syncs; returns the offset after the last.
    std::int64_t write(std::int32_t partition, const std::vector<std::string>& values);
    // Everything from `offset` to the end, as values.
    std::vector<std::string> read_from(Log& from, std::int32_t partition, std::int64_t offset);

    std::unique_ptr<Storage> storage_;
    std::string topic_;
};

// Wide enough for a broker on a busy machine; a test that passes never waits so long.
inline constexpr std::chrono::milliseconds patience{20'000};

// Fails the test with the text of the error.
template <typename T>
testing::AssertionResult succeeded(const Result<T>& result) {
    return result.ok() ? testing::AssertionSuccess()
                       : testing::AssertionFailure() << result.error().text();
}

template <typename T>
testing::AssertionResult failed_with(const Result<T>& result, ErrorCode code) {
    if (result.ok()) {
        return testing::AssertionFailure() << "succeeded, expected " << code_name(code);
    }
    return result.error().code == code ? testing::AssertionSuccess()
                                       : testing::AssertionFailure()
                                             << code_name(result.error().code) << " instead of "
                                             << code_name(code) << ": " << result.error().text();
}

}  // namespace fiscus::log
