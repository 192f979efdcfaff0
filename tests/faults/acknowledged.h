// A publisher that keeps its own journal of what the log has acknowledged, outside of everything
// that is tested; and the question that decides: has each acknowledged record stayed where it was,
// with its bytes, and exactly one entry in the journal?
// Thread: the publisher's own, and its owner's. Fails: as gtest's expectations.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <thread>

#include "engine/log/log.h"

namespace fiscus::faults {

class JournalledPublisher {
public:
    // Publishes the standard load of so many events, a few for each acknowledgement; after an error
    // it asks the log what arrived and sends what did not. Not beyond what allow() has let go.
    JournalledPublisher(log::Log& log, std::uint64_t events, std::filesystem::path journal);
    ~JournalledPublisher();
    JournalledPublisher(const JournalledPublisher&) = delete;
    JournalledPublisher& operator=(const JournalledPublisher&) = delete;

    void allow(std::uint64_t events) { allowed_ = events; }
    [[nodiscard]] std::uint64_t acknowledged() const { return acknowledged_; }
    // How often a writer died and another one went on.
    [[nodiscard]] std::uint64_t writers_lost() const { return writers_lost_; }
    // Everything that is allowed is acknowledged.
    bool wait();

private:
    void run(log::Log& log, std::uint64_t events);

    const std::filesystem::path journal_;
    std::atomic<std::uint64_t> allowed_{0};
    std::atomic<std::uint64_t> acknowledged_{0};
    std::atomic<std::uint64_t> writers_lost_{0};
    std::atomic<bool> stop_{false};
    std::thread thread_;
};

// Of the publisher's journal; how many records it names.
std::uint64_t expect_all_kept(log::Log& log, const std::filesystem::path& journal);

// The events topic, record for record, into an empty local log.
void copy_events(log::Log& from, const std::filesystem::path& to);

}  // namespace fiscus::faults
