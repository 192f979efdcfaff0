// The clients that are being served, and how long each may take: a deadline for the whole request
// and its answer, however the bytes drip. While others have no thread, a client that keeps its own
// waiting gives way, and of too many that wait for one the oldest is answered if its request is
// there, and cut off if not. So a probe that sends its request at once is answered at once whatever
// others do, no more than a fixed number of sockets is open, and stopping waits for nobody.
// Thread: any. Fails: never; a client that is too slow is cut off.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <httplib.h>

namespace fiscus::app {

struct ConnectionLimits {
    std::size_t threads = 16;
    // From the moment a thread takes the client to the last byte of the answer.
    std::chrono::milliseconds whole{3'000};
    // How long a thread waits for one client's bytes, in all, while others have no thread. Enough
    // for one that has connected and is about to send.
    std::chrono::milliseconds patience{50};
    // Accepted clients without a thread. If all of them keep theirs waiting, the last one gets its
    // own after 64 / 16 times the patience.
    std::size_t queued_max = 64;
    // Of request line, headers and body together.
    std::size_t request_bytes_max = 16'384;
};

// The sockets that threads work on, and whether others wait for a thread.
class OpenSockets {
public:
    // False once everything is shut: the socket is not to be served.
    bool add(int socket);
    void remove(int socket);
    void shut_all();
    void set_crowded(bool crowded) { crowded_ = crowded; }
    [[nodiscard]] bool crowded() const { return crowded_; }

private:
    std::mutex mutex_;
    std::list<int> sockets_;
    bool closed_ = false;
    std::atomic<bool> crowded_ = false;
};

// httplib's queue of accepted clients, served by a fixed number of threads; what is too much for
// the queue is run by enqueue() itself, that is by the thread that accepts, which must not wait.
class Workers final : public httplib::TaskQueue {
public:
    Workers(OpenSockets& sockets, const ConnectionLimits& limits);
    void enqueue(std::function<void()> task) override;
    void shutdown() override;

private:
    void work();
    void count_places();

    OpenSockets& sockets_;
    std::size_t queued_max_;
    std::mutex mutex_;
    std::condition_variable something_;
    std::deque<std::function<void()>> tasks_;
    std::size_t idle_ = 0;
    bool ends_ = false;
    std::vector<std::thread> threads_;
};

// Whether a stream may wait for its client.
enum class Waiting : std::uint8_t { until_deadline, never };

// One socket until its deadline. Reads ahead, writes all or fails.
class BoundedStream final : public httplib::Stream {
public:
    BoundedStream(int socket,
                  const ConnectionLimits& limits,
                  const OpenSockets& sockets,
                  Waiting waiting);

    [[nodiscard]] bool is_readable() const override;
    [[nodiscard]] bool is_writable() const override;
    ssize_t read(char* to, std::size_t size) override;
    ssize_t write(const char* from, std::size_t size) override;
    void get_remote_ip_and_port(std::string& ip, int& port) const override;
    void get_local_ip_and_port(std::string& ip, int& port) const override;
    [[nodiscard]] socket_t socket() const override { return socket_; }

private:
    [[nodiscard]] bool wait_for(short what) const;

    int socket_;
    const OpenSockets& sockets_;
    Waiting waiting_;
    std::chrono::steady_clock::time_point deadline_;
    // Mutable because asking whether bytes are there waits for them.
    mutable std::chrono::steady_clock::duration patience_;
    std::size_t bytes_left_;
    std::string ahead_;
    std::size_t taken_ = 0;
};

}  // namespace fiscus::app
