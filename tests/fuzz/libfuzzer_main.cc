// One target as libFuzzer calls it; FISCUS_FUZZ_TARGET is its function.
#include <cstddef>
#include <cstdint>

#include "tests/fuzz/targets.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fiscus::fuzz::FISCUS_FUZZ_TARGET(std::as_bytes(std::span(data, size)));
    return 0;
}
