// A small month of vouchers that faults are made to: written by `fiscus generate`, worked off by
// `fiscus run`, beside the same month over a local log that nobody disturbed. What a reader of the
// topics sees of both must be the same in the end, and a start that is refused publishes nothing.
// Thread: one for each object. Fails: as gtest's expectations.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "engine/log/log.h"
#include "tests/crash/crash_run.h"

namespace fiscus::faults {

using Words = std::vector<std::string>;

// A whole month needs so many, and has a few cuts.
inline constexpr std::uint64_t events_few = 6'000;

// `fiscus generate` at a place ({"--log", DIR} or {"--kafka", ADDRESS}).
void generate(const Words& place,
              std::uint64_t events,
              std::uint32_t first_programme,
              const std::string& output);
// `fiscus run --until-end`, or a part of it, as words.
Words run_of(const Words& place, const std::filesystem::path& state);

// What is published: the end of each topic; of the journal without the claims of writers, which a
// start that is refused later may have left.
std::map<std::string, std::int64_t> published(log::Log& log);

// A start that must be refused, with an exit code and with these words, and without a record more.
// What it printed.
std::string expect_refused(const Words& words,
                           int exit_code,
                           const std::vector<std::string>& says,
                           log::Log& log,
                           const std::string& output);

// `killed` must look as `whole` does.
void expect_same(const crash::Seen& seen, const crash::Seen& whole);

}  // namespace fiscus::faults
