#include "engine/app/http/server.h"

#include <arpa/inet.h>
#include <cerrno>
#include <chrono>
#include <sys/socket.h>
#include <system_error>
#include <thread>
#include <unistd.h>

#include <fmt/format.h>
#include <httplib.h>

#include "engine/app/http/connections.h"
#include "engine/app/http/metrics.h"
#include "engine/base/thread_name.h"

namespace fiscus::app {
namespace {

constexpr std::size_t body_bytes_max = 1'024;
constexpr std::chrono::seconds start_wait_max{5};
// Linux takes no more by itself either. A client beyond them tries again after a second.
constexpr int waiting_clients_max = 4'096;

// httplib's server with its own loop over a client replaced: that one gives every read its own
// timeout, so a client that drips bytes may stay for as long as it likes.
class BoundedServer final : public httplib::Server {
public:
    explicit BoundedServer(const ConnectionLimits& limits) : limits_(limits) {
        new_task_queue = [this] {
            accepting_ = std::this_thread::get_id();
            return new Workers(sockets_, limits_);
        };
    }

    // httplib lets 5 clients wait for accept(); the next one would try again after a second.
    void let_more_wait() { ::listen(svr_sock_, waiting_clients_max); }

    void stop_now() {
        sockets_.shut_all();
        stop();
    }

private:
    bool process_and_close_socket(socket_t socket) override {
        bool good = false;
        if (sockets_.add(socket)) {
            // Whoever waits for the thread that accepts waits behind all others.
            const Waiting waiting =
                std::this_thread::get_id() == accepting_ ? Waiting::never : Waiting::until_deadline;
            BoundedStream stream(socket, limits_, sockets_, waiting);
            bool closed = false;
            good = process_request(stream, true, closed, nullptr);
            sockets_.remove(socket);
        }
        shutdown(socket, SHUT_RDWR);
        close(socket);
        return good;
    }

    ConnectionLimits limits_;
    OpenSockets sockets_;
    // Written before there are workers.
    std::thread::id accepting_;
};

// By its number: what a name stands for may change.
bool is_loopback(const std::string& address) {
    in_addr four{};
    in6_addr six{};
    constexpr std::uint32_t network = 127;
    if (inet_pton(AF_INET, address.c_str(), &four) == 1) {
        return ntohl(four.s_addr) >> 24 == network;
    }
    return inet_pton(AF_INET6, address.c_str(), &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
}

class HttplibServer final : public Server {
public:
    HttplibServer(const FiguresBoard& board, const HealthLimits& limits)
        : board_(board), limits_(limits), server_(ConnectionLimits{}) {
        // httplib sets SO_REUSEPORT by itself, which would let two processes share a port in
        // silence.
        server_.set_socket_options([](socket_t socket) {
            const int yes = 1;
            setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
        });
        server_.set_payload_max_length(body_bytes_max);
        server_.Get("/metrics", [this](const httplib::Request&, httplib::Response& response) {
            response.set_content(metrics_text(board_.get()),
                                 "text/plain; version=0.0.4; charset=utf-8");
        });
        server_.Get("/livez", [this](const httplib::Request&, httplib::Response& response) {
            const auto now = std::chrono::steady_clock::now();
            answer(response, live_health(board_.get(), limits_, now), "live");
        });
        server_.Get("/readyz", [this](const httplib::Request&, httplib::Response& response) {
            const auto now = std::chrono::steady_clock::now();
            answer(response, ready_health(board_.get(), limits_, now), "ready");
        });
    }

    ~HttplibServer() override {
        server_.stop_now();
        if (thread_.joinable()) {
            thread_.join();
        }
    }
    HttplibServer(const HttplibServer&) = delete;
    HttplibServer& operator=(const HttplibServer&) = delete;

    Status bind(const ServerOptions& options) {
        errno = 0;
        port_ = options.port == 0
                    ? server_.bind_to_any_port(options.address)
                    : (server_.bind_to_port(options.address, options.port) ? options.port : -1);
        if (port_ < 0) {
            const int trouble = errno;
            return Error{ErrorCode::usage,
                         fmt::format("cannot listen on {}:{}", options.address, options.port),
                         trouble != 0 ? std::generic_category().message(trouble)
                                      : "the address is not one of this machine",
                         "Give another port with --http PORT, or stop the program that has it "
                         "(`ss -ltnp` names it)."};
        }
        server_.let_more_wait();
        thread_ = std::thread([this] {
            name_thread("http");
            server_.listen_after_bind();
        });
        // stop() before the loop runs would be lost.
        const auto deadline = std::chrono::steady_clock::now() + start_wait_max;
        while (!server_.is_running() && std::chrono::steady_clock::now() < deadline) {
            std::this_thread::yield();
        }
        return Done{};
    }

    [[nodiscard]] std::int32_t port() const override { return port_; }

private:
    static void answer(httplib::Response& response, const Health& health, std::string_view word) {
        response.status = health.good() ? 200 : 503;
        response.set_content(health_json(health, word), "application/json");
    }

    const FiguresBoard& board_;
    HealthLimits limits_;
    BoundedServer server_;
    std::thread thread_;
    std::int32_t port_ = -1;
};

}  // namespace

Result<std::unique_ptr<Server>> Server::start(const FiguresBoard& board,
                                              const ServerOptions& options) {
    if (!is_loopback(options.address)) {
        return Error{ErrorCode::usage,
                     fmt::format("http.address is {}, which is not loopback", options.address),
                     "this port asks nobody who he is and speaks no TLS",
                     "Leave it at 127.0.0.1, and let a proxy with TLS and a token stand before it "
                     "(docs/operations.md: figures over a network)."};
    }
    auto server = std::make_unique<HttplibServer>(board, options.limits);
    FISCUS_TRY(server->bind(options));
    return std::unique_ptr<Server>(std::move(server));
}

}  // namespace fiscus::app
