// Aim: a broker that is killed, stopped and frozen again and again while platforms publish and the
// engine works loses and repeats nothing: every record that was acknowledged has exactly one entry,
// and journal, digest and statistics are those of an undisturbed run over the same records. Method:
// brokers of this test's own, each with a publisher that keeps a journal of its own and one
// `fiscus run` that outlives all of it. Prints FISCUS_SEED and takes it back.
#include <chrono>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

#include "tests/faults/kafka_lane.h"
#include "tests/faults/script.h"
#include "tests/property/random.h"

namespace fiscus::faults {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t lanes = 3;

struct Lane {
    explicit Lane(Report& report) : work(report, broker.address()) {}

    log::OwnBroker broker;
    KafkaLane work;
};

TEST(BrokerKills, NothingAcknowledgedIsLostOrRepeated) {
    Report report("broker", "kill -9 of the broker");
    const std::uint64_t seed = report.seed();
    const std::uint64_t kills = support::number_from("FISCUS_BROKER_KILLS", 50);
    // Their brokers start one after the other: two would find the same port free.
    std::vector<std::unique_ptr<Lane>> all;
    for (std::size_t lane = 0; lane < lanes; ++lane) {
        all.push_back(std::make_unique<Lane>(report));
    }
    in_lanes(lanes, [&](std::size_t lane) {
        property::Random random(seed + lane);
        log::OwnBroker& broker = all[lane]->broker;
        const std::uint64_t part = kills / lanes + (lane < kills % lanes ? 1 : 0);
        // In the midst of what the publisher is allowed to send.
        all[lane]->work.run(part, [&](std::uint64_t round) {
            let_pass(milliseconds(random.below(400)));
            if (round % 5 == 4) {
                broker.freeze();
                let_pass(milliseconds(random.below(1'500)));
                broker.thaw();
                report.count("broker freezes");
            }
            broker.kill();
            broker.start();
            report.count("broker kills");
        });
    });
    EXPECT_EQ(report.counted("broker kills"), kills);
    EXPECT_LE(report.counted(KafkaLane::service_ended), kills / 5)
        << "the service outlives its broker";
}

}  // namespace
}  // namespace fiscus::faults
