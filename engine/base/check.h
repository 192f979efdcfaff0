// FISCUS_CHECK(condition, "what we believed"): a broken belief of ours. On in every build; prints
// the place and the belief to stderr and aborts, so nothing is committed after it. Never for bad
// input.
#pragma once

namespace fiscus {

[[noreturn]] void check_failed(const char* condition,
                               const char* belief,
                               const char* file,
                               int line) noexcept;

}  // namespace fiscus

#define FISCUS_CHECK(condition, belief)                                     \
    do {                                                                    \
        if (!(condition)) [[unlikely]] {                                    \
            ::fiscus::check_failed(#condition, belief, __FILE__, __LINE__); \
        }                                                                   \
    } while (false)
