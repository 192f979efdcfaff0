// Every metric in one table (docs/metrics.md is printed from it), and the text of /metrics made
// from the newest figures. Labels come from closed sets only. Families are built at the scrape, so
// nothing is counted twice and no metric costs the path anything. Thread: any. Fails: never.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "engine/app/http/figures.h"

namespace fiscus::app {

enum class Metric : std::uint8_t {
    build_info,
    events,
    refusals,
    duplicates,
    lag_records,
    gaps_open,
    input_position,
    durable_position,
    ledger_sequence,
    journal_blocks,
    term,
    leads,
    leader_silent_seconds,
    takeovers,
    trial_balance,
    stage_seconds,
    rocksdb_stalled,
    rocksdb_stall_seconds,
    rocksdb_compaction_debt,
    statistics_sequence,
    statistics_rows,
    memory_resident,
};

enum class MetricKind : std::uint8_t { counter, gauge };

struct MetricSpec {
    Metric metric = Metric::build_info;
    std::string_view name;
    MetricKind kind = MetricKind::gauge;
    std::string_view labels;  // with commas between; for the document
    std::string_view help;
};

std::span<const MetricSpec> metric_specs();

// The text that Prometheus scrapes.
std::string metrics_text(const Figures& figures);

// Bytes of memory that the system counts for this process; 0 when it does not say.
std::uint64_t resident_bytes();

}  // namespace fiscus::app
