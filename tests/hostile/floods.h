// Floods of events that want to be remembered: each is valid, and each is about something new.
// Thread: one. Fails: aborts when the log cannot be written.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

#include "engine/log/log.h"
#include "tests/support/programme.h"

namespace fiscus::hostile {

// What the engine must say to a whole flood.
struct Answers {
    std::uint64_t accepted = 0;
    std::uint64_t duplicates = 0;
    std::uint64_t refused = 0;
    std::uint64_t quarantined = 0;
    std::uint64_t gaps_open = 0;
    friend bool operator==(const Answers&, const Answers&) = default;
};

// Writes records to the events topic of a new local log.
class FloodLog {
public:
    explicit FloodLog(const std::filesystem::path& directory);
    void add(const reference::Input& record);
    void add_all(const std::vector<reference::Input>& records);
    // Everything is on disk.
    void close();

private:
    void write();

    std::unique_ptr<log::Log> log_;
    std::unique_ptr<log::Writer> writer_;
    std::vector<reference::Input> waiting_;
};

// About `events` events each; what they must be answered.
Answers flood_of_unknown_programmes(FloodLog& log, std::uint64_t events);
Answers flood_of_refused_claims(FloodLog& log, std::uint64_t events);
Answers flood_of_gaps(FloodLog& log, std::uint64_t events);
Answers flood_of_sources(FloodLog& log, std::uint64_t events);
Answers flood_of_registrations(FloodLog& log, std::uint64_t events);
Answers flood_of_keys(FloodLog& log, std::uint64_t events);
Answers flood_of_programmes(FloodLog& log, std::uint64_t events);
Answers flood_of_batches(FloodLog& log, std::uint64_t events);
Answers flood_of_merchants(FloodLog& log, std::uint64_t events);
Answers flood_of_rubbish(FloodLog& log, std::uint64_t events);

}  // namespace fiscus::hostile
