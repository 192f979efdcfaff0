// Rebuilds everything from the events in a directory of its own and compares it with what is
// published: every journal entry with its postings and details, every block's state digest, every
// row of statistics. Writes nothing to the log. For `fiscus replay`.
// Thread: the caller's, and one of replay(). Fails: as log and state do; a difference is a finding,
// not an error.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "engine/app/verified_journal.h"
#include "engine/base/hash.h"
#include "engine/base/result.h"
#include "engine/log/log.h"

namespace fiscus::app {

struct ReplayOptions {
    std::filesystem::path directory;  // empty, and of this replay alone
    std::uint64_t memory_bytes = 0;
    // Keys of instant draws on days that are not closed; may be empty.
    std::filesystem::path secrets{};
    // Work done and in all, in entries; false stops with `interrupted`. Called by the thread that
    // replays, for replay() by its caller's.
    std::function<bool(std::uint64_t done, std::uint64_t total)> progress;
};

struct JournalReplay {
    std::uint64_t entries = 0;
    std::uint64_t blocks = 0;
    std::uint64_t events_beyond = 0;  // in the log, but not in the journal yet
    Hash128 digest;
    // The first difference, naming place and field; empty: there is none.
    std::string difference;
};

// Up to the first difference, or to the end that the journal had at the start. `verified` hears of
// every block that agrees, and the end.
Result<JournalReplay> replay_journal(log::Log& log,
                                     VerifiedJournal& verified,
                                     const ReplayOptions& options);

struct StatisticsReplay {
    std::uint64_t rows = 0;         // published rows found equal
    std::uint64_t rows_beyond = 0;  // recomputed, not published yet
    std::string difference;
};

// Folds the published journal anew, as far as it is found to be right, and compares every published
// row.
Result<StatisticsReplay> replay_statistics(log::Log& log,
                                           VerifiedJournal& verified,
                                           const ReplayOptions& options);

struct Replay {
    JournalReplay journal;
    StatisticsReplay statistics;  // says nothing when the journal differs
};

// Both at once: the statistics in a thread of their own, right behind.
Result<Replay> replay(log::Log& log, const ReplayOptions& options);

}  // namespace fiscus::app
