// Runs `fiscus run` as a child and kills it with SIGKILL at random moments until it has caught up,
// then says what the log holds. Shared by the crash tests of both logs. Thread: one.
#pragma once

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "engine/base/hash.h"
#include "engine/log/log.h"

namespace fiscus::crash {

// The built program, from FISCUS_PROGRAM.
std::string program();
// A number from the environment, or `otherwise`.
std::uint64_t number_from(const char* variable, std::uint64_t otherwise);

// Starts program() with these arguments (output to `output_file`), waits for its end, returns the
// exit code, or −1 when it did not end by itself.
int run_to_exit(const std::vector<std::string>& arguments, const std::string& output_file);
// Starts it and kills it after `microseconds`; true when it ended with code 0 before that.
bool run_and_kill(const std::vector<std::string>& arguments,
                  const std::string& output_file,
                  std::uint64_t microseconds);

// Kills `kills` runs of `run` at random moments, then lets one finish. Fails the test when that
// fails.
void disturb(const std::vector<std::string>& run,
             const std::string& output_file,
             std::uint64_t kills,
             std::mt19937_64& random);

// Everything that readers of the log can see, order included.
struct Seen {
    std::uint64_t entries = 0;
    Hash128 journal;       // of all counted entries; a hole or a repeat fails the test
    Hash128 state_digest;  // as the last block says
    std::map<std::string, std::pair<std::uint64_t, Hash128>> topics;  // records and hash, in order
};
Seen look(log::Log& log);

// What the program prints last in this file; for messages of failed tests.
std::string text_of(const std::string& output_file);

}  // namespace fiscus::crash
