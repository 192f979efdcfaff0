#include "engine/app/http/server.h"

#include <cerrno>
#include <chrono>
#include <sys/socket.h>
#include <system_error>
#include <thread>

#include <fmt/format.h>
#include <httplib.h>

#include "engine/app/http/metrics.h"

namespace fiscus::app {
namespace {

constexpr std::size_t threads = 2;
constexpr time_t timeout_seconds = 5;
constexpr std::size_t body_bytes_max = 1'024;
constexpr std::chrono::seconds start_wait_max{5};

class HttplibServer final : public Server {
public:
    HttplibServer(const FiguresBoard& board, const HealthLimits& limits)
        : board_(board), limits_(limits) {
        // httplib sets SO_REUSEPORT by itself, which would let two processes share a port in
        // silence.
        server_.set_socket_options([](socket_t socket) {
            const int yes = 1;
            setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
        });
        server_.new_task_queue = [] { return new httplib::ThreadPool(threads); };
        server_.set_read_timeout(timeout_seconds);
        server_.set_write_timeout(timeout_seconds);
        server_.set_keep_alive_max_count(1);
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
        server_.stop();
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
        thread_ = std::thread([this] { server_.listen_after_bind(); });
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
    httplib::Server server_;
    std::thread thread_;
    std::int32_t port_ = -1;
};

}  // namespace

Result<std::unique_ptr<Server>> Server::start(const FiguresBoard& board,
                                              const ServerOptions& options) {
    auto server = std::make_unique<HttplibServer>(board, options.limits);
    FISCUS_TRY(server->bind(options));
    return std::unique_ptr<Server>(std::move(server));
}

}  // namespace fiscus::app
