#include "tests/faults/kafka_lane.h"

#include <algorithm>
#include <csignal>
#include <iostream>
#include <map>
#include <utility>

#include <gtest/gtest.h>

#include "engine/log/local_log.h"
#include "engine/log/topics.h"
#include "tests/faults/small_world.h"
#include "tests/support/wait.h"

namespace fiscus::faults {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

constexpr std::uint64_t events_each_round = 200;
constexpr milliseconds service_patience{60'000};

}  // namespace

void let_pass(milliseconds time) {
    support::wait_until([] { return false; }, time);
}

KafkaLane::KafkaLane(Report& report, std::string brokers, std::string through)
    : report_(report),
      brokers_(std::move(brokers)),
      place_{"--kafka", through.empty() ? brokers_ : std::move(through)} {}

void KafkaLane::run(std::uint64_t rounds, const Disturb& disturb) {
    // Past the proxy, if there is one.
    log_ = log::opened({.bootstrap = brokers_});
    ASSERT_NE(log_, nullptr);
    const Status made = log_->create(log::topic_plans(1, log::Stamps::publisher));
    ASSERT_TRUE(made.ok()) << made.error().text();
    const auto publishers = log::opened({.bootstrap = place_.back()});
    ASSERT_NE(publishers, nullptr);
    const fs::path acks = directory_.path() / "acknowledged";
    const std::uint64_t events = std::max(events_few, (rounds + 2) * events_each_round);
    start_service();
    publisher_ = std::make_unique<JournalledPublisher>(*publishers, events, acks);
    for (std::uint64_t round = 0; round < rounds && !testing::Test::HasFailure(); ++round) {
        wait_for_service();
        publisher_->allow((round + 1) * events_each_round);
        disturb(round);
        supervise();
    }
    publisher_->allow(events);
    wait_for_publisher();
    report_.count("writers of the publisher that were lost", publisher_->writers_lost());
    stop_service();
    publisher_.reset();
    if (!testing::Test::HasFailure()) {
        compare(acks);
    }
}

void KafkaLane::wait_for_publisher() {
    EXPECT_TRUE(publisher_->wait()) << publisher_->acknowledged() << " records are acknowledged";
}

void KafkaLane::wait_until_applied() {
    wait_for_publisher();
    crash::JournalWatch journal(*log_);
    EXPECT_TRUE(support::wait_until([&] { return journal.entries() >= publisher_->acknowledged(); },
                                    service_patience))
        << said();
    // Rows follow; they are all there once none comes any more.
    std::map<std::string, std::int64_t> before;
    for (auto now = published(*log_); now != before; now = published(*log_)) {
        before = std::move(now);
        let_pass(milliseconds(1'500));
    }
}

void KafkaLane::start_service() {
    Words words = run_of(place_, state());
    words.erase(std::find(words.begin(), words.end(), "--until-end"));
    words.insert(words.begin(), support::program());
    service_ = std::make_unique<support::Child>(words, directory_.file("service"));
}

void KafkaLane::supervise() {
    if (service_->ended()) {
        last_words_ = said();
        std::cout << "the service ended: "
                  << last_words_.substr(last_words_.size() -
                                        std::min<std::size_t>(last_words_.size(), 500))
                  << "\n"
                  << std::flush;
        EXPECT_EQ(service_->exit_code(), 1) << said();
        EXPECT_TRUE(said().find("then start again") != std::string::npos ||
                    said().find("Start again") != std::string::npos)
            << said();
        report_.count(service_ended);
        start_service();
    }
}

void KafkaLane::stop_service() {
    service_->signal(SIGTERM);
    const auto ended = service_->wait_for(service_patience);
    ASSERT_TRUE(ended.has_value()) << "the engine does not stop";
    EXPECT_TRUE(*ended == 0 || *ended == 1) << said();
}

// An outage is waited out by who works, not by who starts.
void KafkaLane::wait_for_service() {
    const auto works = [this] {
        return service_->ended() ||
               said().find("the engine holds a partition") != std::string::npos;
    };
    EXPECT_TRUE(support::wait_until(works, service_patience))
        << "the engine does not start to work";
}

void KafkaLane::compare(const fs::path& acks) {
    const std::string output = directory_.file("output");
    ASSERT_EQ(crash::run_to_exit(run_of(place_, state()), output), 0) << support::text_of(output);
    report_.count("records acknowledged", expect_all_kept(*log_, acks));
    const fs::path undisturbed = directory_.path() / "undisturbed";
    copy_events(*log_, undisturbed / "log");
    const Words local{"--log", (undisturbed / "log").string()};
    ASSERT_EQ(crash::run_to_exit(run_of(local, undisturbed / "state"), output), 0)
        << support::text_of(output);
    // Rows that a publisher had under way when it lost its broker may come twice; readers skip
    // them.
    const crash::Seen seen = crash::look(*log_);
    const crash::Seen whole = look_at_copy(undisturbed);
    EXPECT_EQ(seen.entries, whole.entries);
    EXPECT_EQ(seen.journal, whole.journal);
    EXPECT_EQ(seen.state_digest, whole.state_digest);
    auto local_log = log::open_local_log(undisturbed / "log", false);
    ASSERT_TRUE(local_log.ok()) << local_log.error().text();
    const crash::Rows rows = crash::rows_of(*log_);
    EXPECT_EQ(rows.rows, crash::rows_of(**local_log).rows);
    report_.count("rows that came twice", rows.repeats);
}

}  // namespace fiscus::faults
