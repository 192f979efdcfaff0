#include "tests/faults/tcp_proxy.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <list>
#include <mutex>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <optional>
#include <poll.h>
#include <set>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

namespace fiscus::faults {
namespace {

using std::chrono::steady_clock;

constexpr std::size_t piece_bytes = 65'536;
// What may wait on its way in one direction; after that the sender is not read.
constexpr std::size_t waiting_bytes_max = 4 * piece_bytes;
// How much of a request is looked at for the topic that it names.
constexpr std::size_t looked_at_bytes = 256;
// Length, what is asked and its version, number; length and number.
constexpr std::size_t request_head_bytes = 12;
constexpr std::size_t answer_head_bytes = 8;
constexpr int tick_ms = 5;

std::uint32_t number_at(std::string_view bytes, std::size_t at, std::size_t count) {
    std::uint32_t number = 0;
    for (std::size_t i = 0; i < count; ++i) {
        number = (number << 8U) | static_cast<unsigned char>(bytes[at + i]);
    }
    return number;
}

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

// An open socket, closed with its owner: in order, unless it was told to reset.
class Socket {
public:
    explicit Socket(int number) : number_(number) {
        const int on = 1;
        ::setsockopt(number_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;
    ~Socket() { ::close(number_); }

    [[nodiscard]] int number() const { return number_; }
    void reset_at_end() const {
        const linger now{.l_onoff = 1, .l_linger = 0};
        ::setsockopt(number_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    }

private:
    const int number_;
};

// Bytes that go one way. `left` is what of the present frame may still pass, after which it may
// end.
struct Flow {
    int from = -1;
    int to = -1;
    std::string waiting{};
    std::size_t left = 0;
    std::optional<Ending> ends_then{};
    bool ended = false;
};

struct Connection {
    Connection(int client_socket, int broker_socket)
        : client(client_socket),
          broker(broker_socket),
          requests{.from = client_socket, .to = broker_socket},
          answers{.from = broker_socket, .to = client_socket} {}

    Socket client;
    Socket broker;
    Flow requests;
    Flow answers;
    // The numbers of requests whose answer is struck, and how.
    std::set<std::uint32_t> struck{};
    Strike strike{};
    std::optional<Ending> over{};
};

// As much as there is and as may wait.
void take(Flow& flow) {
    std::array<char, piece_bytes> bytes{};
    while (!flow.ended && flow.waiting.size() < waiting_bytes_max) {
        const ssize_t count = ::recv(flow.from, bytes.data(), bytes.size(), MSG_DONTWAIT);
        if (count <= 0) {
            flow.ended = count == 0 || (errno != EAGAIN && errno != EINTR);
            return;
        }
        flow.waiting.append(bytes.data(), static_cast<std::size_t>(count));
    }
}

// At most so many; how many went.
std::size_t give(Flow& flow, std::size_t bytes_max) {
    const std::size_t wanted = std::min({flow.waiting.size(), flow.left, bytes_max});
    const ssize_t count =
        wanted == 0 ? 0 : ::send(flow.to, flow.waiting.data(), wanted, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (count <= 0) {
        flow.ended |= count < 0 && errno != EAGAIN && errno != EINTR;
        return 0;
    }
    const auto gone = static_cast<std::size_t>(count);
    flow.waiting.erase(0, gone);
    flow.left -= gone;
    return gone;
}

}  // namespace

class TcpProxy::Impl {
public:
    Impl() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address = loopback(0);
        socklen_t bytes = sizeof address;
        EXPECT_EQ(::bind(listener_.number(), reinterpret_cast<sockaddr*>(&address), bytes), 0);
        EXPECT_EQ(::listen(listener_.number(), SOMAXCONN), 0);
        EXPECT_EQ(::getsockname(listener_.number(), reinterpret_cast<sockaddr*>(&address), &bytes),
                  0);
        port_ = ntohs(address.sin_port);
    }

    void run(const std::stop_token& stop) {
        auto before = steady_clock::now();
        while (!stop.stop_requested()) {
            wait();
            const std::lock_guard lock(mutex);
            const auto now = steady_clock::now();
            refill(now - before);
            before = now;
            accept_all();
            for (Connection& connection : connections_) {
                serve(connection);
            }
            end_those_over();
        }
    }

    // What the test wants, under the mutex.
    std::mutex mutex;
    std::uint16_t broker = 0;
    std::optional<Strike> armed;
    bool refused = false;
    std::array<bool, 2> held{};
    std::uint64_t slow = 0;
    std::optional<Ending> cut_now;

    std::atomic<std::uint64_t> came{0};
    std::atomic<std::uint64_t> cut{0};
    [[nodiscard]] std::uint16_t port() const { return port_; }

private:
    void wait() {
        std::vector<pollfd> files{{.fd = listener_.number(), .events = POLLIN, .revents = 0}};
        const auto add = [&](const Flow& flow, Direction direction) {
            // What may not go on is not waited for.
            if (flow.waiting.empty() && !flow.ended && !is_held(direction)) {
                files.push_back({.fd = flow.from, .events = POLLIN, .revents = 0});
            }
        };
        {
            const std::lock_guard lock(mutex);
            for (const Connection& connection : connections_) {
                add(connection.requests, Direction::requests);
                add(connection.answers, Direction::answers);
            }
        }
        ::poll(files.data(), files.size(), tick_ms);
    }
    [[nodiscard]] bool is_held(Direction direction) const {
        return held[static_cast<std::size_t>(direction)];
    }

    void refill(steady_clock::duration passed) {
        using Seconds = std::chrono::duration<double>;
        const double more =
            static_cast<double>(slow) * std::chrono::duration_cast<Seconds>(passed).count();
        // Never more than a quarter of a second at once.
        tokens_ = std::min(tokens_ + more, static_cast<double>(slow) / 4);
    }

    void accept_all() {
        pollfd listening{.fd = listener_.number(), .events = POLLIN, .revents = 0};
        while (::poll(&listening, 1, 0) == 1) {
            const int client = ::accept4(listener_.number(), nullptr, nullptr, SOCK_CLOEXEC);
            if (client < 0) {
                return;
            }
            ++came;
            connect(client);
        }
    }

    void connect(int client) {
        const int to = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        connections_.emplace_back(client, to);
        const sockaddr_in address = loopback(broker);
        if (refused || broker == 0 ||
            ::connect(to, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
            connections_.back().over = Ending::reset;
        }
    }

    void serve(Connection& connection) {
        if (cut_now || refused) {
            connection.over = cut_now.value_or(Ending::reset);
        }
        hand_on(connection, Direction::requests);
        hand_on(connection, Direction::answers);
    }

    void hand_on(Connection& connection, Direction direction) {
        Flow& flow = direction == Direction::requests ? connection.requests : connection.answers;
        if (connection.over || is_held(direction)) {
            return;
        }
        take(flow);
        for (bool moves = true; moves && !connection.over;) {
            if (flow.left == 0 && flow.ends_then) {
                connection.over = flow.ends_then;
                ++cut;
                return;
            }
            if (flow.left == 0) {
                begin_frame(connection, direction);
            }
            const std::size_t most =
                slow == 0 ? piece_bytes : static_cast<std::size_t>(std::max(tokens_, 0.0));
            const std::size_t gone = give(flow, most);
            tokens_ -= static_cast<double>(slow == 0 ? 0 : gone);
            moves = gone > 0;
        }
        if (flow.ended && (flow.waiting.empty() || flow.left == 0)) {
            connection.over = connection.over.value_or(Ending::fin);
        }
    }

    // Says how much of the next frame may pass, once enough of it is there.
    void begin_frame(Connection& connection, Direction direction) {
        if (direction == Direction::requests) {
            begin_request(connection);
        } else {
            begin_answer(connection);
        }
    }

    void begin_request(Connection& connection) {
        Flow& flow = connection.requests;
        if (flow.waiting.size() < request_head_bytes) {
            return;
        }
        const std::size_t bytes = number_at(flow.waiting, 0, 4) + 4;
        if (flow.waiting.size() < std::min(bytes, looked_at_bytes)) {
            return;
        }
        flow.left = bytes;
        const auto asks = static_cast<std::int16_t>(number_at(flow.waiting, 4, 2));
        const auto head = std::string_view(flow.waiting).substr(0, looked_at_bytes);
        if (!armed || asks != armed->asks || head.find(armed->names) == std::string_view::npos) {
            return;
        }
        if (armed->at == StrikeAt::request_half) {
            flow.left = bytes / 2;
            flow.ends_then = armed->ending;
        } else {
            connection.struck.insert(number_at(flow.waiting, 8, 4));
            connection.strike = *armed;
        }
        armed.reset();
    }

    static void begin_answer(Connection& connection) {
        Flow& flow = connection.answers;
        if (flow.waiting.size() < answer_head_bytes) {
            return;
        }
        const std::size_t bytes = number_at(flow.waiting, 0, 4) + 4;
        flow.left = bytes;
        if (connection.struck.erase(number_at(flow.waiting, 4, 4)) > 0) {
            flow.left = connection.strike.at == StrikeAt::answer_half ? bytes / 2 : 0;
            flow.ends_then = connection.strike.ending;
        }
    }

    void end_those_over() {
        cut_now.reset();
        connections_.remove_if([](const Connection& connection) {
            if (connection.over == Ending::reset) {
                connection.client.reset_at_end();
                connection.broker.reset_at_end();
            }
            return connection.over.has_value();
        });
    }

    const Socket listener_;
    std::uint16_t port_ = 0;
    std::list<Connection> connections_;
    double tokens_ = 0;
};

TcpProxy::TcpProxy()
    : impl_(std::make_unique<Impl>()),
      thread_([this](const std::stop_token& stop) { impl_->run(stop); }) {}

TcpProxy::~TcpProxy() {
    thread_.request_stop();
    thread_.join();
}

std::uint16_t TcpProxy::port() const { return impl_->port(); }

void TcpProxy::lead_to(std::uint16_t port) {
    const std::lock_guard lock(impl_->mutex);
    impl_->broker = port;
}

void TcpProxy::arm(const Strike& strike) {
    const std::lock_guard lock(impl_->mutex);
    impl_->armed = strike;
}

bool TcpProxy::struck() const {
    const std::lock_guard lock(impl_->mutex);
    return !impl_->armed.has_value();
}

void TcpProxy::cut_all(Ending ending) {
    const std::lock_guard lock(impl_->mutex);
    impl_->cut_now = ending;
}

void TcpProxy::refuse(bool refused) {
    const std::lock_guard lock(impl_->mutex);
    impl_->refused = refused;
}

void TcpProxy::hold(Direction direction, bool held) {
    const std::lock_guard lock(impl_->mutex);
    impl_->held[static_cast<std::size_t>(direction)] = held;
}

void TcpProxy::slow(std::uint64_t bytes_each_second) {
    const std::lock_guard lock(impl_->mutex);
    impl_->slow = bytes_each_second;
}

std::uint64_t TcpProxy::connections() const { return impl_->came; }

std::uint64_t TcpProxy::cuts() const { return impl_->cut; }

}  // namespace fiscus::faults
