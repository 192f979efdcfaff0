// Aim: a broker that is killed, stopped and frozen again and again while platforms publish and the
// engine works loses and repeats nothing: every record that was acknowledged has exactly one entry,
// and journal, digest and statistics are those of an undisturbed run over the same records. Method:
// brokers of this test's own, each with a publisher that keeps a journal of its own and one
// `fiscus run` that outlives all of it. Prints FISCUS_SEED and takes it back.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine/log/topics.h"
#include "tests/faults/acknowledged.h"
#include "tests/faults/report.h"
#include "tests/faults/script.h"
#include "tests/faults/small_world.h"
#include "tests/kafka/support.h"
#include "tests/property/random.h"
#include "tests/support/child.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/wait.h"

namespace fiscus::faults {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

constexpr std::size_t lanes = 3;
constexpr std::uint64_t events_each_kill = 200;

// One broker, its publisher, its engine.
class Lane {
public:
    Lane(std::size_t number, std::uint64_t seed, std::uint64_t kills, Report& report)
        : random_(seed + number), kills_(kills), report_(report) {}

    void run() {
        const Words place{"--kafka", broker_.address()};
        log_ = log::opened({.bootstrap = broker_.address()});
        ASSERT_NE(log_, nullptr);
        ASSERT_TRUE(log_->create(log::topic_plans(1, log::Stamps::publisher)).ok());
        const fs::path acks = directory_.path() / "acknowledged";
        {
            start_service(place);
            JournalledPublisher publisher(*log_, events(), acks);
            for (std::uint64_t kill = 0; kill < kills_ && !testing::Test::HasFailure(); ++kill) {
                wait_for_service();
                publisher.allow((kill + 1) * events_each_kill);
                disturb(kill);
                supervise(place);
            }
            publisher.allow(events());
            ASSERT_TRUE(publisher.wait()) << publisher.acknowledged() << " of " << events();
            report_.count("writers of the publisher that were lost", publisher.writers_lost());
            stop_service();
        }
        compare(place, acks);
    }

private:
    [[nodiscard]] std::uint64_t events() const {
        return std::max<std::uint64_t>(6'000, (kills_ + 2) * events_each_kill);
    }
    [[nodiscard]] fs::path state(const std::string& name) const { return directory_.path() / name; }

    [[nodiscard]] Words service_words(const Words& place) const {
        Words words = run_of(place, state("state"));
        words.erase(std::find(words.begin(), words.end(), "--until-end"));
        words.insert(words.begin(), support::program());
        return words;
    }

    void start_service(const Words& place) {
        service_ =
            std::make_unique<support::Child>(service_words(place), directory_.file("service"));
    }
    // What systemd does: one that met no broker at its start says so, ends, and is started again.
    void supervise(const Words& place) {
        if (service_->ended()) {
            const std::string said = support::text_of(directory_.file("service"));
            EXPECT_EQ(service_->exit_code(), 1) << said;
            EXPECT_NE(said.find("then start again"), std::string::npos) << said;
            report_.count("starts again, as the message says");
            start_service(place);
        }
    }
    void stop_service() {
        service_->signal(SIGTERM);
        const auto ended = service_->wait_for(milliseconds(60'000));
        ASSERT_TRUE(ended.has_value()) << "the engine does not stop";
        EXPECT_TRUE(*ended == 0 || *ended == 1) << support::text_of(directory_.file("service"));
    }

    // An outage is waited out by who works, not by who starts.
    void wait_for_service() {
        const auto works = [this] {
            return service_->ended() ||
                   support::text_of(directory_.file("service"))
                           .find("the engine holds a partition") != std::string::npos;
        };
        EXPECT_TRUE(support::wait_until(works, milliseconds(60'000)))
            << "the engine does not start to work";
    }

    // In the midst of what the publisher is allowed to send.
    void disturb(std::uint64_t number) {
        support::wait_until([] { return false; }, milliseconds(random_.below(400)));
        if (number % 5 == 4) {
            broker_.freeze();
            support::wait_until([] { return false; }, milliseconds(random_.below(1'500)));
            broker_.thaw();
            report_.count("broker freezes");
        }
        broker_.kill();
        broker_.start();
        report_.count("broker kills");
    }

    void compare(const Words& place, const fs::path& acks) {
        const std::string output = directory_.file("output");
        ASSERT_EQ(crash::run_to_exit(run_of(place, state("state")), output), 0)
            << support::text_of(output);
        report_.count("records acknowledged", expect_all_kept(*log_, acks));
        const fs::path undisturbed = directory_.path() / "undisturbed";
        copy_events(*log_, undisturbed / "log");
        const Words local{"--log", (undisturbed / "log").string()};
        ASSERT_EQ(crash::run_to_exit(run_of(local, undisturbed / "state"), output), 0)
            << support::text_of(output);
        expect_same(crash::look(*log_), look_at_copy(undisturbed));
    }

    property::Random random_;
    const std::uint64_t kills_;
    Report& report_;
    support::TemporaryDirectory directory_;
    log::OwnBroker broker_;
    std::unique_ptr<log::Log> log_;
    std::unique_ptr<support::Child> service_;
};

TEST(BrokerKills, NothingAcknowledgedIsLostOrRepeated) {
    Report report("broker", "kill -9 of the broker");
    const std::uint64_t seed = report.seed();
    const std::uint64_t kills = support::number_from("FISCUS_BROKER_KILLS", 50);
    // Their brokers start one after the other: two would find the same port free.
    std::vector<std::unique_ptr<Lane>> all;
    for (std::size_t lane = 0; lane < lanes; ++lane) {
        const std::uint64_t part = kills / lanes + (lane < kills % lanes ? 1 : 0);
        all.push_back(std::make_unique<Lane>(lane, seed, part, report));
    }
    in_lanes(lanes, [&](std::size_t lane) { all[lane]->run(); });
    EXPECT_EQ(report.counted("broker kills"), kills);
    EXPECT_LE(report.counted("starts again, as the message says"), kills / 5)
        << "the service outlives its broker";
}

}  // namespace
}  // namespace fiscus::faults
