// Aim: a process to which the system refuses a thread says so and ends with exit code 1, and every
// other exception ends it as before. Method: death tests of the handler.
#include "engine/app/out_of_memory.h"

#include <csignal>
#include <exception>
#include <stdexcept>
#include <system_error>
#include <thread>

#include <gtest/gtest.h>

namespace fiscus::app {
namespace {

template <typename Thrown>
void end_by(const Thrown& thrown) {
    std::set_terminate(end_out_of_threads);
    std::thread([&thrown] { throw thrown; }).join();
}

TEST(OutOfMemoryTest, WhereThereIsNoFurtherThreadTheProcessSaysSo) {
    EXPECT_EXIT(
        end_by(std::system_error(std::make_error_code(std::errc::resource_unavailable_try_again))),
        testing::ExitedWithCode(1), "no more threads: the system gave none");
}

TEST(OutOfMemoryTest, WhateverElseIsThrownAborts) {
    EXPECT_EXIT(end_by(std::runtime_error("no thread")), testing::KilledBySignal(SIGABRT),
                "nothing throws what nobody expects");
    EXPECT_EXIT(end_by(std::system_error(std::make_error_code(std::errc::io_error))),
                testing::KilledBySignal(SIGABRT), "nothing throws what nobody expects");
}

}  // namespace
}  // namespace fiscus::app
