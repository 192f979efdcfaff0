// Aim: a network that cuts connections in the midst of a request or an answer, swallows answers,
// stalls, crawls or is gone for a while loses and repeats nothing. Who works waits it out; one that
// waited too long ends with a sentence that says what to do, and goes on when it is started again.
// Method: two brokers of this test's own behind a proxy that knows Kafka's frames (tcp_proxy.h),
// each with a publisher that keeps a journal of its own and one `fiscus run`, both through the
// proxy. At the end of each lane everything is compared with an undisturbed run.
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine/log/topics.h"
#include "engine/runtime/engine.h"
#include "tests/faults/kafka_lane.h"
#include "tests/faults/script.h"
#include "tests/faults/tcp_proxy.h"
#include "tests/support/wait.h"

namespace fiscus::faults {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds struck_within{20'000};
// An outage that the program waits out. With nothing to write it ends once 15 s of silence are
// followed by 15 s or more without an answer; with something on its way it would wait two minutes.
constexpr milliseconds short_outage{4'000};
constexpr milliseconds ends_within{180'000};
constexpr std::string_view unreachable =
    "Check that the broker runs and can be reached, then start again.";

// A broker behind a proxy.
struct Network {
    explicit Network(Report& report)
        : broker(proxy.port()),
          lane(report, broker.address(), "127.0.0.1:" + std::to_string(proxy.port())) {
        proxy.lead_to(broker.port_behind_proxy());
    }
    void hold(bool held) {
        proxy.hold(Direction::requests, held);
        proxy.hold(Direction::answers, held);
    }

    TcpProxy proxy;
    log::OwnBroker broker;
    KafkaLane lane;
};

// While events come in: the service's and the publisher's requests.
std::vector<Strike> strikes_at_work() {
    const std::string events(log::events_topic);
    const std::string journal(log::journal_topic);
    std::vector<Strike> all;
    for (const Ending ending : {Ending::fin, Ending::reset}) {
        for (const StrikeAt at :
             {StrikeAt::request_half, StrikeAt::answer_half, StrikeAt::answer_none}) {
            all.push_back({.asks = api::produce, .names = journal, .at = at, .ending = ending});
            all.push_back({.asks = api::produce, .names = events, .at = at, .ending = ending});
            all.push_back({.asks = api::fetch, .names = events, .at = at, .ending = ending});
            all.push_back({.asks = api::fetch, .names = journal, .at = at, .ending = ending});
        }
        all.push_back({.asks = api::offset_commit, .ending = ending});
    }
    return all;
}

// While the service starts.
std::vector<Strike> strikes_at_start() {
    std::vector<Strike> all;
    for (const std::int16_t asks : {api::versions, api::metadata, api::list_offsets,
                                    api::init_producer, api::find_coordinator}) {
        all.push_back({.asks = asks, .at = StrikeAt::answer_none, .ending = Ending::reset});
    }
    return all;
}

void strike(Network& network, const Strike& one, Report& report) {
    network.proxy.arm(one);
    EXPECT_TRUE(support::wait_until([&] { return network.proxy.struck(); }, struck_within))
        << "nobody asks " << one.asks << " about " << one.names;
    network.lane.wait_for_publisher();
    report.count("connections cut in a request or an answer");
}

// The service says it and ends, and only after the time that an outage may take.
void outlast(Network& network, Report& report) {
    network.lane.wait_for_service();
    network.lane.wait_until_applied();
    const auto since = steady_clock::now();
    network.proxy.refuse(true);
    EXPECT_TRUE(network.lane.service().wait_for(ends_within).has_value())
        << "it neither works nor ends\n"
        << network.lane.said();
    EXPECT_GT(steady_clock::now() - since, milliseconds(20'000));
    EXPECT_EQ(network.lane.service().exit_code(), 1);
    EXPECT_NE(network.lane.said().find(unreachable), std::string::npos) << network.lane.said();
    network.proxy.refuse(false);
    report.count("outages that the service does not wait out");
}

// Every kind of cut, one after the other, and at last one that stays.
void cut_connections(Network& network, Report& report) {
    const std::vector<Strike> work = strikes_at_work();
    const std::vector<Strike> start = strikes_at_start();
    const std::size_t single = work.size() + start.size();
    network.lane.run(single + 3, [&](std::uint64_t round) {
        if (round < work.size()) {
            strike(network, work[round], report);
        } else if (round < single) {
            network.lane.stop_service();
            network.proxy.arm(start[round - work.size()]);
            network.lane.start_service();
            network.lane.wait_for_service();
            EXPECT_TRUE(network.proxy.struck()) << "round " << round;
            report.count("connections cut while the service starts");
        } else if (round < single + 2) {
            network.proxy.cut_all(round % 2 == 0 ? Ending::fin : Ending::reset);
            report.count("cuts of all connections");
        } else {
            outlast(network, report);
        }
    });
    EXPECT_GE(network.proxy.cuts(), work.size());
}

// The engine of this process over the service's state, with less patience than the program has: no
// answer comes, until what is to be delivered is given up.
void give_up_deliveries(Network& network, Report& report) {
    network.lane.stop_service();
    network.lane.wait_for_publisher();
    const auto log = log::opened({.bootstrap = network.proxy.address(),
                                  .answer_within = milliseconds(2'000),
                                  .deliver_within = milliseconds(2'500),
                                  .close_within = milliseconds(2'000)});
    ASSERT_NE(log, nullptr);
    runtime::EngineOptions options;
    options.state_dir = network.lane.state();
    options.memory_bytes = 64U << 20;
    options.event_stamps = log::Stamps::publisher;
    auto engine = runtime::Engine::open(*log, options);
    ASSERT_TRUE(engine.ok()) << engine.error().text();
    // The blocks of the journal arrive, and nobody hears of it.
    network.proxy.hold(Direction::answers, true);
    std::string error;
    EXPECT_TRUE(support::wait_until(
        [&] {
            auto done = (*engine)->run_once(milliseconds(10));
            error = done.ok() ? "" : done.error().text();
            return !done.ok();
        },
        ends_within));
    EXPECT_NE(error.find(unreachable), std::string::npos) << error;
    EXPECT_FALSE((*engine)->run_once(milliseconds(0)).ok()) << "it goes on after " << error;
    (*engine).reset();
    network.proxy.cut_all(Ending::reset);
    network.proxy.hold(Direction::answers, false);
    network.lane.start_service();
    report.count("deliveries that were given up");
}

void stall(Network& network, Report& report) {
    using Disturb = std::function<void()>;
    TcpProxy& proxy = network.proxy;
    const auto held = [&](Direction direction, std::optional<Ending> ending) {
        return [&proxy, &report, direction, ending] {
            proxy.hold(direction, true);
            let_pass(short_outage);
            if (ending) {
                proxy.cut_all(*ending);
            }
            proxy.hold(direction, false);
            report.count(ending ? "stalls that ended in a cut" : "stalls");
        };
    };
    const std::vector<Disturb> all = {held(Direction::answers, {}),
                                      held(Direction::requests, {}),
                                      held(Direction::answers, Ending::reset),
                                      held(Direction::requests, Ending::fin),
                                      [&] {
                                          network.hold(true);
                                          let_pass(short_outage);
                                          network.hold(false);
                                          report.count("stalls");
                                      },
                                      [&] {
                                          proxy.slow(20'000);
                                          let_pass(short_outage);
                                          proxy.slow(0);
                                          report.count("crawls");
                                      },
                                      [&] {
                                          proxy.refuse(true);
                                          let_pass(short_outage);
                                          EXPECT_FALSE(network.lane.service().ended())
                                              << network.lane.said();
                                          proxy.refuse(false);
                                          report.count("short outages");
                                      },
                                      [&] { give_up_deliveries(network, report); }};
    network.lane.run(all.size(), [&](std::uint64_t round) {
        // In the midst of what the publisher is allowed to send.
        all[round]();
        network.lane.wait_for_publisher();
    });
}

TEST(NetworkFaults, NothingIsLostOrRepeatedWhateverTheNetworkDoes) {
    Report report("network", "network");
    // Their brokers start one after the other: two would find the same port free.
    Network cut(report);
    Network slow(report);
    ASSERT_FALSE(testing::Test::HasFailure());
    in_lanes(2, [&](std::size_t lane) {
        if (lane == 0) {
            cut_connections(cut, report);
        } else {
            stall(slow, report);
        }
    });
    EXPECT_GT(report.counted("records acknowledged"), 10'000U);
}

}  // namespace
}  // namespace fiscus::faults
