// Aim: a cluster of three brokers that loses one of them, or the disk of one, loses no acknowledged
// record; one that loses two acknowledges nothing until another is back; the service outlives the
// first. Each record has exactly one entry, and journal, digest and statistics are those of an
// undisturbed run over the same records. Method: brokers of this test's own, a publisher that keeps
// a journal of its own, one `fiscus run`. Prints FISCUS_SEED and takes it back.
#include <chrono>

#include <gtest/gtest.h>

#include "tests/faults/kafka_lane.h"
#include "tests/property/random.h"

namespace fiscus::faults {
namespace {

using std::chrono::milliseconds;

// One of each kind; of those that take one broker away for good the service must not end.
constexpr std::uint64_t rounds_each = 4;

// Two replicas must have a record, so of three brokers one may go.
class Cluster {
public:
    Cluster(Report& report, std::uint64_t seed)
        : report_(report), random_(seed), lane_(report, brokers_.address()) {}

    void run(std::uint64_t rounds) {
        std::uint64_t ends_before = 0;
        lane_.run(rounds, [&, this](std::uint64_t round) {
            const std::uint64_t ends = report_.counted(KafkaLane::service_ended);
            if (round % rounds_each == 1 || round % rounds_each == 2) {
                EXPECT_EQ(ends, ends_before)
                    << "the service does not outlive one broker: " << lane_.last_words();
            }
            ends_before = ends;
            // In the midst of what the publisher is allowed to send.
            let_pass(milliseconds(random_.below(400)));
            switch (round % rounds_each) {
                case 0: kill_one(); break;
                case 1: lose_a_disk(); break;
                case 2: freeze_one(); break;
                default: kill_two(); break;
            }
        });
    }

private:
    int any() { return 1 + static_cast<int>(random_.below(log::OwnCluster::nodes)); }

    void kill_one() {
        const int node = any();
        brokers_.kill(node);
        lane_.wait_for_publisher();
        brokers_.start(node);
        report_.count("a broker killed, the others went on");
    }

    void lose_a_disk() {
        const int node = any();
        brokers_.kill(node);
        brokers_.lose_disk(node);
        lane_.wait_for_publisher();
        brokers_.start(node);
        report_.count("a broker's disk lost, the others went on");
    }

    // Longer than its session: the others take it for dead, and it wakes up as a leader of before.
    void freeze_one() {
        const int node = any();
        brokers_.freeze(node);
        let_pass(milliseconds(1'500 + random_.below(2'000)));
        brokers_.thaw(node);
        report_.count("a broker frozen");
    }

    void kill_two() {
        const int first = any();
        const int second = first % log::OwnCluster::nodes + 1;
        brokers_.kill(first);
        brokers_.kill(second);
        // What they had acknowledged may still be on its way to the publisher.
        let_pass(milliseconds(1'000));
        const std::uint64_t acknowledged = lane_.acknowledged();
        let_pass(milliseconds(1'500));
        EXPECT_EQ(lane_.acknowledged(), acknowledged) << "one replica alone has these records";
        // If the third one had not caught up yet, only the one that went last may lead.
        brokers_.start(first);
        brokers_.start(second);
        lane_.wait_for_publisher();
        report_.count("two brokers killed, nothing was acknowledged meanwhile");
    }

    Report& report_;
    property::Random random_;
    log::OwnCluster brokers_;
    KafkaLane lane_;
};

// The broker that is asked for a topic's settings need not know yet what another one made.
TEST(Replicas, TopicsThatAreMadeAreThere) {
    const log::OwnCluster brokers;
    const auto log = log::opened({.bootstrap = brokers.address()});
    ASSERT_NE(log, nullptr);
    for (int topic = 0; topic < 8; ++topic) {
        const Status made = log::create(*log, {.name = log::fresh_topic()});
        EXPECT_TRUE(made.ok()) << made.error().text();
    }
}

TEST(Replicas, NothingAcknowledgedIsLostWhileTwoOfThreeHaveIt) {
    Report report("replicas", "three brokers of which one or two fail");
    Cluster cluster(report, report.seed());
    cluster.run(support::number_from("FISCUS_REPLICA_ROUNDS", 8));
}

}  // namespace
}  // namespace fiscus::faults
