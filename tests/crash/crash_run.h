// Runs `fiscus run` as a child and kills it with SIGKILL at random moments until it has caught up,
// then says what the log holds. Shared by the crash tests of both logs. Thread: one.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "engine/base/hash.h"
#include "engine/journal/reader.h"
#include "engine/log/log.h"
#include "tests/support/child.h"

namespace fiscus::crash {

using support::number_from;
using support::program;
using support::text_of;

// Starts program() with these arguments (output to `output_file`), waits for its end, returns the
// exit code, or −1 when it did not end by itself.
int run_to_exit(const std::vector<std::string>& arguments, const std::string& output_file);
// The same, with the most memory that it ever held.
struct Ended {
    int code = -1;
    std::uint64_t resident_bytes_max = 0;
};
Ended run_to_end(const std::vector<std::string>& arguments, const std::string& output_file);
// Starts it, waits until `due` says so and kills it; true when it ended with code 0 before that.
bool run_and_kill(const std::vector<std::string>& arguments,
                  const std::string& output_file,
                  const std::function<bool()>& due);

// How far the journal of partition 0 has come, as any reader sees it while the program runs.
class JournalWatch {
public:
    explicit JournalWatch(log::Log& log);
    // Entries so far.
    std::uint64_t entries();

private:
    std::unique_ptr<journal::JournalReader> reader_;
};

struct Disturbance {
    std::uint64_t kills = 0;
    std::uint64_t events = 0;         // of the load
    std::filesystem::path state_dir;  // of the program that is killed
};

// Kills runs of `run` as often as asked, then lets one finish. Most die soon after the journal has
// passed a random place, so that the kills are spread over the whole load however fast the machine
// is; every fourth dies in its first tenth of a second, which is its recovery. If the load ends
// before, the state is taken away and the next ones die while they build it anew.
void disturb(const std::vector<std::string>& run,
             const std::string& output_file,
             log::Log& log,
             const Disturbance& disturbance,
             std::mt19937_64& random);

// Everything that readers of the log can see, order included.
struct Seen {
    std::uint64_t entries = 0;
    Hash128 journal;       // of all counted entries; a hole or a repeat fails the test
    Hash128 state_digest;  // as the last block says
    std::map<std::string, std::pair<std::uint64_t, Hash128>> topics;  // records and hash, in order
};
Seen look(log::Log& log);

// Rows as a reader takes them who skips what came before: of the history topics those whose number
// is higher than the last, of the compacted one the last of each key. A repeat with other bytes,
// and a number that is left out, fail the test.
struct Rows {
    std::map<std::string, std::map<std::string, std::uint64_t>> rows;  // by topic and number or key
    std::uint64_t repeats = 0;
};
Rows rows_of(log::Log& log);

}  // namespace fiscus::crash
