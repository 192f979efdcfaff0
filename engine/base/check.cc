#include "engine/base/check.h"

#include <cstdio>
#include <cstdlib>

namespace fiscus {

void check_failed(const char* condition, const char* belief, const char* file, int line) noexcept {
    std::fprintf(
        stderr,
        "fiscus: internal check failed: %s (%s) at %s:%d\n"
        "fiscus: stopped before anything further was written; state is rebuilt from the log.\n",
        belief, condition, file, line);
    std::abort();
}

}  // namespace fiscus
