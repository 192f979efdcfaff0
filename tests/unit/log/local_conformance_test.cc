// Aim: the local log does what every log must. Method: the shared suite, once with ordinary
// segments and once with segments so small that most frames begin one.
#include "tests/unit/log/conformance.h"
#include "tests/unit/log/local_storage.h"

namespace fiscus::log {
namespace {

INSTANTIATE_TEST_SUITE_P(
    Logs,
    LogConformance,
    testing::Values(StorageMaker{"Local",
                                 [] { return std::make_unique<LocalStorage>(LocalLogOptions{}); }},
                    StorageMaker{"LocalWithSmallSegments",
                                 [] {
                                     return std::make_unique<LocalStorage>(
                                         LocalLogOptions{.segment_bytes_max = 100'000});
                                 }}),
    [](const auto& made) { return made.param.name; });

}  // namespace
}  // namespace fiscus::log
