// Target `http`: the bytes of a client of the operators' port, from its first to its last.
// Promises: every client gets an answer or an end; the answer is one of HTTP; after whatever was
// sent, the next client is served as ever.
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <memory>
#include <netinet/in.h>
#include <string>
#include <sys/socket.h>
#include <unistd.h>

#include "engine/app/http/figures.h"
#include "engine/app/http/server.h"
#include "tests/fuzz/targets.h"

namespace fiscus::fuzz {
namespace {

constexpr std::size_t answer_bytes_max = 1U << 20;
// Every so many clients one asks honestly.
constexpr std::uint64_t honest_every = 64;

class Client {
public:
    explicit Client(std::int32_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        FISCUS_CHECK(socket_ >= 0, "there is a socket");
        // Leaves no port behind that waits for a minute.
        const linger at_once{.l_onoff = 1, .l_linger = 0};
        setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
        // The server ends every client after three seconds; a crowded machine may take longer.
        const timeval patience{.tv_sec = 60, .tv_usec = 0};
        setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(static_cast<std::uint16_t>(port));
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        FISCUS_CHECK(connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0,
                     "the port takes a client");
    }
    ~Client() { close(socket_); }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    std::string ask(Bytes request) const {
        for (Bytes rest = request; !rest.empty();) {
            const ssize_t sent = send(socket_, rest.data(), rest.size(), MSG_NOSIGNAL);
            if (sent <= 0) {
                break;  // it has heard enough
            }
            rest = rest.subspan(static_cast<std::size_t>(sent));
        }
        shutdown(socket_, SHUT_WR);
        std::string answer;
        std::array<char, 16'384> piece{};
        for (ssize_t got = 0; (got = recv(socket_, piece.data(), piece.size(), 0)) != 0;) {
            if (got < 0 && errno == EINTR) {
                continue;  // libFuzzer's own timer
            }
            if (got < 0) {
                // Reset: it closed while bytes were still on their way.
                if (errno != ECONNRESET && errno != EPIPE) {
                    std::perror("a client without an end");
                }
                FISCUS_CHECK(errno == ECONNRESET || errno == EPIPE, "every client gets an end");
                break;
            }
            answer.append(piece.data(), static_cast<std::size_t>(got));
            FISCUS_CHECK(answer.size() < answer_bytes_max, "answers are bounded");
        }
        return answer;
    }

private:
    int socket_;
};

// Figures of an engine that runs, so that every page has something to say.
class Port {
public:
    Port() {
        app::EngineFigures engine;
        engine.recovered = true;
        engine.turned = std::chrono::steady_clock::now();
        engine.partitions.emplace_back().partition = 3;
        board_.put(std::move(engine));
        auto server = app::Server::start(
            board_, {.address = "127.0.0.1",
                     .port = 0,
                     .limits = {.ready_lag_records = 100, .live = std::chrono::seconds(86'400)}});
        FISCUS_CHECK(server.ok(), "a free port can be had");
        server_ = std::move(server).value();
    }
    [[nodiscard]] std::int32_t number() const { return server_->port(); }

private:
    app::FiguresBoard board_;
    std::unique_ptr<app::Server> server_;
};

}  // namespace

void fuzz_http(Bytes input) {
    static const Port port;
    static std::uint64_t clients = 0;
    const std::string answer = Client(port.number()).ask(input);
    FISCUS_CHECK(answer.empty() || answer.starts_with("HTTP/1."), "an answer is one of HTTP");
    if (++clients % honest_every == 0) {
        const std::string live =
            Client(port.number()).ask(as_byte_span("GET /livez HTTP/1.1\r\nHost: a\r\n\r\n"));
        FISCUS_CHECK(live.starts_with("HTTP/1.1 200"), "the next client is served as ever");
    }
}

}  // namespace fiscus::fuzz
