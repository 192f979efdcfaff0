// A publisher that keeps a journal of its own, and one `fiscus run` that outlives what is done to
// them and to their brokers: rounds of events, each disturbed in its midst. In the end every
// acknowledged record has one entry, and everything is as an undisturbed run over the same records
// makes it.
// Thread: one for each lane. Fails: as gtest's expectations.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "tests/faults/acknowledged.h"
#include "tests/faults/faulty_month.h"
#include "tests/faults/report.h"
#include "tests/kafka/support.h"
#include "tests/support/child.h"
#include "tests/support/temporary_directory.h"

namespace fiscus::faults {

class KafkaLane {
public:
    // `through`: the address of a proxy that service and publisher go through; empty: none.
    KafkaLane(Report& report, std::string brokers, std::string through = "");

    // How the report counts that the service ended and was started again.
    static constexpr const char* service_ended = "starts again, as the message says";

    // What is done in a round, while 200 more events are on their way.
    using Disturb = std::function<void(std::uint64_t round)>;
    void run(std::uint64_t rounds, const Disturb& disturb);

    [[nodiscard]] std::uint64_t acknowledged() const { return publisher_->acknowledged(); }
    [[nodiscard]] support::Child& service() { return *service_; }
    [[nodiscard]] std::string said() const { return support::text_of(directory_.file("service")); }
    // What the service said that ended last.
    [[nodiscard]] const std::string& last_words() const { return last_words_; }
    [[nodiscard]] std::filesystem::path state() const { return directory_.path() / "state"; }

    // What of this round is allowed is acknowledged, or the test fails.
    void wait_for_publisher();
    // And has its entry in the journal: the service has nothing to do.
    void wait_until_applied();
    // It works, or has ended.
    void wait_for_service();
    void start_service();
    void stop_service();
    // What systemd does: one that met no broker at its start, or for too long, says so, ends, and
    // is started again.
    void supervise();

private:
    void compare(const std::filesystem::path& acks);

    Report& report_;
    support::TemporaryDirectory directory_;
    const std::string brokers_;
    const Words place_;  // of service and publisher
    std::unique_ptr<log::Log> log_;
    std::unique_ptr<JournalledPublisher> publisher_;
    std::unique_ptr<support::Child> service_;
    std::string last_words_;
};

// Nothing but time passes.
void let_pass(std::chrono::milliseconds time);

}  // namespace fiscus::faults
