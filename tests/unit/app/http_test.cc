// Aim: /metrics, /livez and /readyz tell the truth and name every reason; a taken port is a clear
// error.
// Method: a real server on a free loopback port, asked by httplib's client.
#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <netinet/in.h>
#include <poll.h>
#include <set>
#include <string>
#include <string_view>
#include <sys/resource.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>
#include <nlohmann/json.hpp>

#include "engine/app/http/metrics.h"
#include "engine/app/http/server.h"
#include "schemas/reasons_generated.h"
#include "tests/support/wait.h"

namespace fiscus::app {
namespace {

using ::testing::HasSubstr;

constexpr HealthLimits limits{.ready_lag_records = 100, .live = std::chrono::seconds(60)};

EngineFigures engine_figures() {
    EngineFigures engine;
    engine.recovered = true;
    engine.turned = std::chrono::steady_clock::now();
    EnginePartitionFigures partition;
    partition.partition = 3;
    partition.input_position = 90;
    partition.input_end = 120;
    partition.durable_position = 80;
    partition.sequence = 90;
    partition.term = 2;
    partition.accepted = 70;
    partition.duplicates = 5;
    partition.refused = 14;
    partition.quarantined = 1;
    partition.refused_by_reason[static_cast<std::size_t>(wire::Reason::voucher_expired)] = 14;
    engine.partitions.push_back(partition);
    engine.stages.push_back({"apply", 1.5});
    return engine;
}

StatisticsFigures statistics_figures() {
    StatisticsFigures statistics;
    statistics.recovered = true;
    statistics.turned = std::chrono::steady_clock::now();
    statistics.partitions.push_back({.partition = 3, .sequence = 88, .rows = 12});
    return statistics;
}

TEST(Metrics, ShowTheFiguresUnderTheirNames) {
    Figures figures;
    figures.engine = engine_figures();
    figures.engine->partitions[0].gaps_open = 6;
    figures.engine->partitions[0].journal_blocks = 11;
    figures.engine->partitions[0].trial_balance_fen = -7;
    figures.statistics = statistics_figures();
    const std::string text = metrics_text(figures);
    for (const char* const line :
         {"fiscus_events_total{partition=\"3\",outcome=\"accepted\"} 70",
          "fiscus_events_total{partition=\"3\",outcome=\"quarantined\"} 1",
          "fiscus_refusals_total{reason=\"voucher_expired\"} 14",
          "fiscus_refusals_total{reason=\"voucher_voided\"} 0", "fiscus_duplicates_total 5",
          "fiscus_lag_records{partition=\"3\"} 30", "fiscus_durable_position{partition=\"3\"} 80",
          "fiscus_gaps_open{partition=\"3\"} 6", "fiscus_term{partition=\"3\"} 2",
          "fiscus_input_position{partition=\"3\"} 90", "fiscus_ledger_sequence{partition=\"3\"} 90",
          "fiscus_journal_blocks_total{partition=\"3\"} 11",
          "fiscus_trial_balance_fen{partition=\"3\"} -7",
          "fiscus_stage_seconds_total{stage=\"apply\"} 1.5",
          "fiscus_statistics_sequence{partition=\"3\"} 88",
          "fiscus_statistics_rows_total{partition=\"3\"} 12", "# TYPE fiscus_events_total counter",
          "# TYPE fiscus_gaps_open gauge"}) {
        EXPECT_THAT(text, HasSubstr(std::string(line) + "\n"));
    }
}

TEST(Metrics, EverySpecIsInTheTextAndHasItsUnit) {
    Figures figures;
    figures.engine = engine_figures();
    figures.statistics = statistics_figures();
    const std::string text = metrics_text(figures);
    std::set<std::string_view> names;
    for (const MetricSpec& spec : metric_specs()) {
        EXPECT_TRUE(names.insert(spec.name).second) << spec.name;
        EXPECT_THAT(text, HasSubstr("\n" + std::string(spec.name))) << "no sample";
        EXPECT_EQ(spec.kind == MetricKind::counter, spec.name.ends_with("_total")) << spec.name;
    }
}

TEST(Health, NamesEveryReason) {
    Figures figures;
    const auto now = std::chrono::steady_clock::now();
    EXPECT_THAT(ready_health(figures, limits, now).reasons, ::testing::SizeIs(1));
    EXPECT_TRUE(live_health(figures, limits, now).good());

    figures.engine = engine_figures();
    figures.statistics = statistics_figures();
    EXPECT_TRUE(ready_health(figures, limits, now).good());

    figures.engine->partitions[0].input_end = 1'000;
    figures.engine->partitions[0].store_stalled = true;
    figures.engine->partitions[0].trial_balance_fen = -1;
    figures.statistics->recovered = false;
    const Health ready = ready_health(figures, limits, now);
    EXPECT_THAT(ready.reasons,
                ::testing::ElementsAre(HasSubstr("910 records behind"), HasSubstr("RocksDB"),
                                       HasSubstr("-1 fen"), HasSubstr("statistics")));
    EXPECT_TRUE(live_health(figures, limits, now).good());
}

TEST(Health, ALoopThatStandsStillIsNotLive) {
    Figures figures;
    figures.engine = engine_figures();
    const auto later = figures.engine->turned + std::chrono::seconds(61);
    EXPECT_THAT(live_health(figures, limits, later).reasons,
                ::testing::ElementsAre(HasSubstr("the engine has not turned for 61 s")));
    figures.engine->recovered = false;
    EXPECT_TRUE(live_health(figures, limits, later).good());
    figures.failure = "the disk is full";
    EXPECT_THAT(live_health(figures, limits, figures.engine->turned).reasons,
                ::testing::ElementsAre("the disk is full"));
}

TEST(Server, AnswersOnLoopbackWithStatusAndReasons) {
    FiguresBoard board;
    const auto server = Server::start(board, {.address = "127.0.0.1", .port = 0, .limits = limits});
    ASSERT_TRUE(server.ok()) << server.error().text();
    httplib::Client client("127.0.0.1", server.value()->port());

    auto answer = client.Get("/readyz");
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 503);
    EXPECT_EQ(nlohmann::json::parse(answer->body)["ready"], false);
    EXPECT_EQ(nlohmann::json::parse(answer->body)["reasons"].size(), 1U);

    board.put(engine_figures());
    answer = client.Get("/readyz");
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 200);
    answer = client.Get("/livez");
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->body, "{\"live\":true,\"reasons\":[]}\n");
    answer = client.Get("/metrics");
    ASSERT_TRUE(answer);
    EXPECT_THAT(answer->get_header_value("Content-Type"), HasSubstr("version=0.0.4"));
    EXPECT_THAT(answer->body, HasSubstr("fiscus_build_info"));
    answer = client.Get("/");
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 404);
}

TEST(Server, ATakenPortIsAUsageErrorThatNamesThePort) {
    FiguresBoard board;
    const auto first = Server::start(board, {.address = "127.0.0.1", .port = 0, .limits = limits});
    ASSERT_TRUE(first.ok());
    const std::int32_t port = first.value()->port();
    const auto second =
        Server::start(board, {.address = "127.0.0.1", .port = port, .limits = limits});
    ASSERT_FALSE(second.ok());
    EXPECT_EQ(second.error().code, ErrorCode::usage);
    EXPECT_THAT(second.error().text(), HasSubstr(std::to_string(port)));
    EXPECT_THAT(second.error().text(), HasSubstr("--http"));
}

TEST(Server, AnythingButLoopbackIsRefused) {
    FiguresBoard board;
    for (const char* address : {"0.0.0.0", "::", "192.0.2.1", "10.0.0.1", "localhost", "",
                                "128.0.0.1", "::ffff:127.0.0.1", "127.1"}) {
        const auto server = Server::start(board, {.address = address, .port = 0, .limits = limits});
        ASSERT_FALSE(server.ok()) << address;
        EXPECT_EQ(server.error().code, ErrorCode::usage);
        EXPECT_NE(server.error().what.find("not loopback"), std::string::npos);
        EXPECT_NE(server.error().hint.find("proxy"), std::string::npos);
    }
    for (const char* address : {"127.0.0.1", "127.0.0.2"}) {
        const auto server = Server::start(board, {.address = address, .port = 0, .limits = limits});
        EXPECT_TRUE(server.ok()) << server.error().text();
    }
}

// A client that says what it is told to and never reads.
class RawClient {
public:
    explicit RawClient(std::int32_t port) : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(static_cast<std::uint16_t>(port));
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        connected_ = connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
    }
    ~RawClient() { close(socket_); }
    RawClient(const RawClient&) = delete;
    RawClient& operator=(const RawClient&) = delete;

    [[nodiscard]] bool connected() const { return connected_; }
    bool say(std::string_view text) {
        return send(socket_, text.data(), text.size(), MSG_NOSIGNAL) ==
               static_cast<ssize_t>(text.size());
    }
    // All that the server says until it closes or the time is up; without select(), which knows no
    // socket above 1023.
    [[nodiscard]] std::string answer(std::chrono::steady_clock::time_point deadline) const {
        std::string text;
        std::array<char, 4'096> piece{};
        for (;;) {
            const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
                deadline - std::chrono::steady_clock::now());
            pollfd one{.fd = socket_, .events = POLLIN, .revents = 0};
            if (left.count() <= 0 || poll(&one, 1, static_cast<int>(left.count())) <= 0) {
                return text;
            }
            const ssize_t got = recv(socket_, piece.data(), piece.size(), 0);
            if (got <= 0) {
                return text;
            }
            text.append(piece.data(), static_cast<std::size_t>(got));
        }
    }
    // The server has closed its side; waits as long as it takes.
    [[nodiscard]] bool is_cut_off() const {
        char byte = 0;
        for (;;) {
            const ssize_t got = recv(socket_, &byte, 1, 0);
            if (got <= 0) {
                return true;
            }
        }
    }

private:
    int socket_;
    bool connected_ = false;
};

std::chrono::milliseconds since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() -
                                                                 start);
}

class SlowClients : public ::testing::Test {
protected:
    void SetUp() override {
        auto started = Server::start(board_, {.address = "127.0.0.1", .port = 0, .limits = limits});
        ASSERT_TRUE(started.ok()) << started.error().text();
        server_ = std::move(started).value();
    }

    // `count` clients that say nothing.
    void connect_idle(std::size_t count) {
        for (std::size_t index = 0; index < count; ++index) {
            clients_.push_back(std::make_unique<RawClient>(server_->port()));
            ASSERT_TRUE(clients_.back()->connected());
        }
    }
    // `count` clients that have begun a request; those that were cut off already may not have.
    void begin(std::size_t count) {
        connect_idle(count);
        for (std::size_t index = clients_.size() - count; index < clients_.size(); ++index) {
            clients_[index]->say("GET /livez HTTP/1.1\r\nHost");
        }
    }
    // The least promise of a probe: an answer within a second.
    void expect_probe() const {
        httplib::Client probe("127.0.0.1", server_->port());
        probe.set_connection_timeout(std::chrono::seconds(1));
        probe.set_read_timeout(std::chrono::seconds(1));
        const auto answer = probe.Get("/livez");
        ASSERT_TRUE(answer) << httplib::to_string(answer.error());
        EXPECT_EQ(answer->status, 200);
    }

    // The same among thousands of other sockets, connecting included.
    // Less than half a second on a machine of one's own. Tests run beside others, with sanitisers.
    static constexpr std::chrono::seconds at_once{5};
    void expect_probe_at_once() const {
        const auto deadline = std::chrono::steady_clock::now() + at_once;
        RawClient probe(server_->port());
        ASSERT_TRUE(probe.connected());
        ASSERT_TRUE(probe.say("GET /livez HTTP/1.1\r\nHost: a\r\n\r\n"));
        EXPECT_THAT(probe.answer(deadline), ::testing::StartsWith("HTTP/1.1 200"));
    }

    FiguresBoard board_;
    std::unique_ptr<Server> server_;
    std::vector<std::unique_ptr<RawClient>> clients_;
};

TEST_F(SlowClients, HalfRequestsDelayNoProbe) {
    for (int round = 0; round < 8; ++round) {
        begin(8);
        expect_probe();
    }
}

// A crowd: every client keeps a socket of this process open, whatever the server does.
class Crowd : public SlowClients {
protected:
    void SetUp() override {
        ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before_), 0);
        rlimit more = before_;
        more.rlim_cur = std::max<rlim_t>(before_.rlim_cur, sockets_max);
        ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &more), 0) << "this needs " << sockets_max << " files";
        SlowClients::SetUp();
    }
    void TearDown() override {
        clients_.clear();
        server_.reset();
        setrlimit(RLIMIT_NOFILE, &before_);
    }

    static constexpr std::size_t crowd = 2'000;

private:
    static constexpr rlim_t sockets_max = 4'096;
    rlimit before_{};
};

TEST_F(Crowd, ClientsThatSendNothingDelayNoProbe) {
    connect_idle(crowd);
    for (int probe = 0; probe < 5; ++probe) {
        expect_probe_at_once();
    }
}

TEST_F(Crowd, HalfRequestsDelayNoProbe) {
    begin(crowd);
    for (int probe = 0; probe < 5; ++probe) {
        expect_probe_at_once();
    }
}

// What a flood pushes out of the queue is answered if its request is there.
TEST_F(Crowd, ProbesAmongNewcomersAreAnswered) {
    for (int round = 0; round < 5; ++round) {
        RawClient probe(server_->port());
        ASSERT_TRUE(probe.connected());
        const auto deadline = std::chrono::steady_clock::now() + at_once;
        ASSERT_TRUE(probe.say("GET /livez HTTP/1.1\r\nHost: a\r\n\r\n"));
        connect_idle(crowd / 5);
        EXPECT_THAT(probe.answer(deadline), ::testing::StartsWith("HTTP/1.1 200"));
    }
}

TEST_F(SlowClients, DrippingClientsAreCutOffAtTheDeadlineOfTheWholeRequest) {
    begin(1);
    const auto start = std::chrono::steady_clock::now();
    // A byte of a header at a time, each well within any timeout of one read.
    EXPECT_TRUE(
        support::wait_until([this] { return !clients_[0]->say("x"); }, std::chrono::seconds(30)));
    EXPECT_TRUE(clients_[0]->is_cut_off());
    EXPECT_LT(since(start), std::chrono::seconds(20));
    expect_probe();
}

TEST_F(SlowClients, EndlessHeadersAreCutOff) {
    begin(1);
    const std::string junk(4'096, 'x');
    for (int part = 0; part < 1'000 && clients_[0]->say(junk); ++part) {
    }
    EXPECT_TRUE(clients_[0]->is_cut_off());
    expect_probe();
}

TEST_F(SlowClients, StoppingWaitsForNobody) {
    begin(40);
    std::jthread drip([this](const std::stop_token& token) {
        const auto ended = [&] {
            for (const auto& client : clients_) {
                client->say("x");
            }
            return token.stop_requested();
        };
        EXPECT_TRUE(support::wait_until(ended, std::chrono::seconds(60)));
    });
    const auto start = std::chrono::steady_clock::now();
    server_.reset();
    EXPECT_LT(since(start), std::chrono::seconds(2));
}

}  // namespace
}  // namespace fiscus::app
