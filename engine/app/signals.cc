#include "engine/app/signals.h"

#include <ctime>
#include <pthread.h>
#include <unistd.h>

namespace fiscus::app {

StopSignals::StopSignals() {
    sigemptyset(&watched_);
    sigaddset(&watched_, SIGINT);
    sigaddset(&watched_, SIGTERM);
    // Threads that are started from now on inherit the mask, so only ours ever sees the signals.
    pthread_sigmask(SIG_BLOCK, &watched_, &before_);
    thread_ = std::jthread([this](const std::stop_token& token) { wait(token); });
}

StopSignals::~StopSignals() {
    thread_.request_stop();
    thread_.join();
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

void StopSignals::wait(const std::stop_token& token) {
    constexpr timespec pause{.tv_sec = 0, .tv_nsec = 50'000'000};
    while (!token.stop_requested()) {
        const int signal = sigtimedwait(&watched_, nullptr, &pause);
        if (signal < 0) {
            continue;
        }
        if (stop_.exchange(true)) {
            _exit(128 + signal);
        }
    }
}

}  // namespace fiscus::app
