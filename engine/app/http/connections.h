// The clients that are being served, and how long each may take: a deadline for the whole request
// and its answer, however the bytes drip, and a place for everybody who comes: when all threads are
// busy, the client that came first and has not finished gives way. So a probe is answered at once
// whatever others do, and stopping waits for nobody.
// Thread: any. Fails: never; a client that is too slow is cut off.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
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
    // Of request line, headers and body together.
    std::size_t request_bytes_max = 16'384;
};

// The sockets that threads work on, oldest first.
class OpenSockets {
public:
    // False once everything is shut: the socket is not to be served.
    bool add(int socket);
    void remove(int socket);
    void shut_oldest();
    void shut_all();

private:
    std::mutex mutex_;
    std::list<int> sockets_;
    bool closed_ = false;
};

// httplib's queue of accepted clients, served by a fixed number of threads.
class Workers final : public httplib::TaskQueue {
public:
    Workers(OpenSockets& sockets, std::size_t threads);
    void enqueue(std::function<void()> task) override;
    void shutdown() override;

private:
    void work();

    OpenSockets& sockets_;
    std::mutex mutex_;
    std::condition_variable something_;
    std::deque<std::function<void()>> tasks_;
    std::size_t idle_ = 0;
    bool ends_ = false;
    std::vector<std::thread> threads_;
};

// One socket until its deadline. Reads ahead, writes all or fails.
class BoundedStream final : public httplib::Stream {
public:
    BoundedStream(int socket, const ConnectionLimits& limits);

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
    std::chrono::steady_clock::time_point deadline_;
    std::size_t bytes_left_;
    std::string ahead_;
    std::size_t taken_ = 0;
};

}  // namespace fiscus::app
