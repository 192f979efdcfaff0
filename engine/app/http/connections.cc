#include "engine/app/http/connections.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <poll.h>
#include <sys/socket.h>
#include <utility>

#include "engine/base/thread_name.h"

namespace fiscus::app {
namespace {

// Between two looks whether somebody else needs the thread.
constexpr std::chrono::milliseconds look_again{20};

}  // namespace

bool OpenSockets::add(int socket) {
    const std::lock_guard lock(mutex_);
    if (closed_) {
        return false;
    }
    sockets_.push_back(socket);
    return true;
}

void OpenSockets::remove(int socket) {
    const std::lock_guard lock(mutex_);
    sockets_.remove(socket);
}

void OpenSockets::shut_all() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    for (const int socket : sockets_) {
        shutdown(socket, SHUT_RDWR);
    }
}

Workers::Workers(OpenSockets& sockets, const ConnectionLimits& limits)
    : sockets_(sockets), queued_max_(limits.queued_max) {
    for (std::size_t index = 0; index < limits.threads; ++index) {
        threads_.emplace_back([this] { work(); });
    }
}

// Under the mutex.
void Workers::count_places() { sockets_.set_crowded(tasks_.size() > idle_); }

void Workers::enqueue(std::function<void()> task) {
    std::function<void()> too_much;
    {
        const std::lock_guard lock(mutex_);
        tasks_.push_back(std::move(task));
        if (tasks_.size() > queued_max_) {
            too_much = std::move(tasks_.front());
            tasks_.pop_front();
        }
        count_places();
    }
    something_.notify_one();
    if (too_much) {
        too_much();
    }
}

void Workers::shutdown() {
    {
        const std::lock_guard lock(mutex_);
        ends_ = true;
    }
    something_.notify_all();
    for (std::thread& thread : threads_) {
        thread.join();
    }
}

void Workers::work() {
    name_thread("http");
    for (;;) {
        std::function<void()> task;
        {
            std::unique_lock lock(mutex_);
            ++idle_;
            count_places();
            something_.wait(lock, [this] { return !tasks_.empty() || ends_; });
            --idle_;
            if (tasks_.empty()) {
                return;
            }
            task = std::move(tasks_.front());
            tasks_.pop_front();
            count_places();
        }
        task();
    }
}

BoundedStream::BoundedStream(int socket,
                             const ConnectionLimits& limits,
                             const OpenSockets& sockets,
                             Waiting waiting)
    : socket_(socket),
      sockets_(sockets),
      waiting_(waiting),
      deadline_(std::chrono::steady_clock::now() + limits.whole),
      patience_(limits.patience),
      bytes_left_(limits.request_bytes_max) {}

bool BoundedStream::wait_for(short what) const {
    using std::chrono::milliseconds;
    for (;;) {
        const auto start = std::chrono::steady_clock::now();
        const auto left = std::chrono::duration_cast<milliseconds>(deadline_ - start);
        if (left.count() <= 0) {
            return false;
        }
        pollfd one{.fd = socket_, .events = what, .revents = 0};
        // Bytes that are there count as no waiting, however late this thread gets its turn.
        if (poll(&one, 1, 0) > 0) {
            return true;
        }
        if (waiting_ == Waiting::never || (patience_.count() <= 0 && sockets_.crowded())) {
            return false;
        }
        const int ready = poll(&one, 1, static_cast<int>(std::min(left, look_again).count()));
        patience_ -= std::chrono::steady_clock::now() - start;
        if (ready > 0) {
            return true;
        }
        if (ready < 0 && errno != EINTR) {
            return false;
        }
    }
}

bool BoundedStream::is_readable() const { return taken_ < ahead_.size() || wait_for(POLLIN); }
bool BoundedStream::is_writable() const { return wait_for(POLLOUT); }

ssize_t BoundedStream::read(char* to, std::size_t size) {
    if (taken_ == ahead_.size()) {
        std::array<char, 2'048> buffer{};
        if (bytes_left_ == 0 || !wait_for(POLLIN)) {
            return -1;
        }
        const ssize_t got =
            recv(socket_, buffer.data(), std::min(buffer.size(), bytes_left_), MSG_DONTWAIT);
        if (got <= 0) {
            return got;
        }
        ahead_.assign(buffer.data(), static_cast<std::size_t>(got));
        taken_ = 0;
        bytes_left_ -= ahead_.size();
    }
    const std::size_t part = std::min(size, ahead_.size() - taken_);
    ahead_.copy(to, part, taken_);
    taken_ += part;
    return static_cast<ssize_t>(part);
}

ssize_t BoundedStream::write(const char* from, std::size_t size) {
    std::size_t done = 0;
    while (done < size) {
        if (!wait_for(POLLOUT)) {
            return -1;
        }
        const ssize_t put = send(socket_, from + done, size - done, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (put < 0 && errno != EAGAIN && errno != EINTR) {
            return -1;
        }
        done += put > 0 ? static_cast<std::size_t>(put) : 0;
    }
    return static_cast<ssize_t>(size);
}

// Nothing here asks who the client is.
void BoundedStream::get_remote_ip_and_port(std::string& ip, int& port) const {
    ip.clear();
    port = 0;
}
void BoundedStream::get_local_ip_and_port(std::string& ip, int& port) const {
    get_remote_ip_and_port(ip, port);
}

}  // namespace fiscus::app
