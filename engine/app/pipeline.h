// Engine and statistics at work: each in a thread of its own, the statistics tailing the journal
// that the engine writes. For run, demo and replay. The caller's thread waits, shows progress and
// says when to stop; both parts then finish their turn and make their state durable.
// Thread: run_pipeline() belongs to the caller and starts two. Fails: with the first part's error;
// the other part is stopped in order.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <vector>

#include "engine/app/http/figures.h"
#include "engine/app/settings.h"
#include "engine/base/hash.h"
#include "engine/base/result.h"
#include "engine/log/log.h"
#include "engine/runtime/engine.h"
#include "projections/runner.h"

namespace fiscus::app {

// Of the one memory setting the statistics get this part where the engine has the rest.
inline constexpr std::uint64_t statistics_share = 4;

struct PipelineOptions {
    bool engine = true;
    bool statistics = true;
    // End when everything in the log is applied, folded and published; else only when asked to
    // stop.
    bool until_end = false;
    runtime::EngineOptions engine_options;
    projections::RunnerOptions statistics_options;
    // The same log, opened for the statistics alone (open_statistics_log); nothing: the engine's.
    log::Log* statistics_log = nullptr;
};

struct PipelineResult {
    std::uint64_t records = 0;  // applied by this run, those replayed at its start included
    std::uint64_t entries = 0;  // folded by this run
    Hash128 digest;             // of the engine
    bool stopped = false;       // asked to stop before the end
};

// Called by the waiting thread ten times a second; false asks both parts to stop.
using PipelineWatch = std::function<bool(const Figures&)>;

Result<PipelineResult> run_pipeline(log::Log& log,
                                    const PipelineOptions& options,
                                    FiguresBoard& board,
                                    const PipelineWatch& watch);

// secrets.directory, else what the service manager hands over; may be empty.
std::filesystem::path secrets_directory(const Settings& settings);
// The options that the settings give: state below `state`, memory split between the parts.
PipelineOptions pipeline_options(const Settings& settings, const std::filesystem::path& state);

// Records that are through the last stage of this process, of those in the log, over all
// partitions.
struct PipelineProgress {
    std::uint64_t done = 0;
    std::uint64_t total = 0;
};
PipelineProgress progress_of(const Figures& figures);

}  // namespace fiscus::app
