// The machine's clock, as a program sees it into which this library is loaded (LD_PRELOAD): moved
// by FISCUS_CLOCK_OFFSET seconds, and by FISCUS_CLOCK_JUMP seconds more at every second look, so
// that it goes back and forth. What counts seconds since the start does not jump on any machine,
// and not here. libfaketime cannot be used: it and jemalloc wait for each other's first call.
#include <atomic>
#include <cstdlib>
#include <ctime>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

namespace {

std::atomic<unsigned> looks{0};

// Asked each time: the environment is there before anything can be kept.
long seconds_of(const char* name) {
    const char* text = std::getenv(name);
    return text == nullptr ? 0 : std::strtol(text, nullptr, 10);
}

}  // namespace

// NOLINTBEGIN(readability-identifier-naming): the C library gives these names
extern "C" {

int clock_gettime(clockid_t clock, timespec* now) noexcept {
    const long failed = ::syscall(SYS_clock_gettime, clock, now);
    if (failed == 0 && clock == CLOCK_REALTIME) {
        now->tv_sec += seconds_of("FISCUS_CLOCK_OFFSET");
        if (looks.fetch_add(1) % 2 == 1) {
            now->tv_sec += seconds_of("FISCUS_CLOCK_JUMP");
        }
    }
    return static_cast<int>(failed);
}

int gettimeofday(timeval* now, void*) noexcept {
    timespec seen{};
    const int failed = clock_gettime(CLOCK_REALTIME, &seen);
    now->tv_sec = seen.tv_sec;
    now->tv_usec = seen.tv_nsec / 1'000;
    return failed;
}

time_t time(time_t* now) noexcept {
    timespec seen{};
    clock_gettime(CLOCK_REALTIME, &seen);
    if (now != nullptr) {
        *now = seen.tv_sec;
    }
    return seen.tv_sec;
}
}
// NOLINTEND(readability-identifier-naming)
