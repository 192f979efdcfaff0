// The job that end_to_end measures: a load in a local log → engine → journal →
// statistics, as `fiscus run --until-end` does it. What it found is handed to checks.h.
// Thread: the caller's for the engine, one more for the statistics. Fails: as the engine and the
// statistics do.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "bench/end_to_end/draw_turns.h"
#include "bench/end_to_end/journal_claims.h"
#include "bench/end_to_end/mark.h"
#include "bench/load/load.h"
#include "engine/base/result.h"
#include "engine/runtime/engine.h"
#include "projections/runner.h"
#include "projections/statistics/measures.h"

namespace fiscus::bench {

enum class LoadKind : std::uint8_t { standard, competing, gift_packs, invoices };

struct JobOptions {
    LoadKind load = LoadKind::standard;
    // Of gift packs and of invoices about so many; result.expected says how many there were.
    std::uint64_t events = 1'000'000;
    std::uint64_t seed = 1;
    // Of the standard load: the platforms sign their events, and the engine looks.
    bool with_signatures = false;
    // Of the process; split between engine and statistics as engine/app does.
    std::uint64_t memory_bytes = 1ULL << 30;
    // State is written after so many events and not by time: the same work in every run.
    std::optional<std::uint64_t> fold_records;
};

// How the job stood about a second after the sample before.
struct Sample {
    Mark mark;
    std::uint64_t resident_bytes = 0;
    std::uint64_t written_bytes = 0;          // to disks, by this job so far
    std::uint64_t compaction_debt_bytes = 0;  // what the store still has to merge
};

// What the statistics know at the end.
struct StatisticsEnd {
    projections::RunnerCounts counts;
    projections::Sums sums{};
    std::int64_t trial_balance_fen = 0;
};

struct JobResult {
    load::Expected expected;
    double generate_seconds = 0;
    // Until the last event was applied, its journal durable.
    double engine_seconds = 0;
    // Until statistics and state were durable as well.
    double whole_seconds = 0;
    std::vector<Mark> marks;
    std::vector<Sample> samples;
    runtime::PartitionView engine;
    StatisticsEnd statistics;
    // Where the load says how many vouchers a consumer may have.
    std::optional<JournalClaims> claims;
    // Of invoices.
    std::optional<DrawTurns> draw_turns;
    // Of the whole job, without the generator.
    std::uint64_t resident_bytes_max = 0;
};

// `directory` is empty; log and state lie there afterwards.
Result<JobResult> run_job(const std::filesystem::path& directory, const JobOptions& options);

}  // namespace fiscus::bench
