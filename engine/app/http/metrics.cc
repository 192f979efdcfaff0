#include "engine/app/http/metrics.h"

#include <array>
#include <cstdio>
#include <unistd.h>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include "engine/app/version.h"
#include "engine/base/check.h"
#include "schemas/reasons_generated.h"

namespace fiscus::app {
namespace {

constexpr std::array<MetricSpec, 22> specs{{
    {Metric::build_info, "fiscus_build_info", MetricKind::gauge, "version, compiler",
     "Always 1; the labels say which build runs."},
    {Metric::events, "fiscus_events_total", MetricKind::counter, "partition, outcome",
     "Input records since the first one of the log, by outcome: accepted, duplicate, refused, "
     "quarantined."},
    {Metric::refusals, "fiscus_refusals_total", MetricKind::counter, "reason",
     "Refused and quarantined records since the first one of the log, by reason "
     "(schemas/reasons.fbs)."},
    {Metric::duplicates, "fiscus_duplicates_total", MetricKind::counter, "",
     "Events that came once more with the same content, over all partitions."},
    {Metric::lag_records, "fiscus_lag_records", MetricKind::gauge, "partition",
     "Offsets between the engine and the end of its events log."},
    {Metric::gaps_open, "fiscus_gaps_open", MetricKind::gauge, "partition",
     "Numbers of sources that are missing: announced by a later number and not come yet."},
    {Metric::input_position, "fiscus_input_position", MetricKind::gauge, "partition",
     "Offset of the next event that the engine takes."},
    {Metric::durable_position, "fiscus_durable_position", MetricKind::gauge, "partition",
     "Offset up to which the state is on disk; a restart applies again what follows."},
    {Metric::ledger_sequence, "fiscus_ledger_sequence", MetricKind::gauge, "partition",
     "Ledger sequence number of the last journal entry."},
    {Metric::journal_blocks, "fiscus_journal_blocks_total", MetricKind::counter, "partition",
     "Journal blocks that this process published."},
    {Metric::term, "fiscus_term", MetricKind::gauge, "partition",
     "Term under which this process writes the partition; a higher one elsewhere fences it. Of a "
     "standby: the highest that it has seen."},
    {Metric::leads, "fiscus_leads", MetricKind::gauge, "partition",
     "1 where this process writes the partition, 0 where it follows as a standby."},
    {Metric::leader_silent_seconds, "fiscus_leader_silent_seconds", MetricKind::gauge, "partition",
     "Of a standby: seconds for which nothing was heard of the leader. It takes over at "
     "standby.patience_ms."},
    {Metric::takeovers, "fiscus_takeovers_total", MetricKind::counter, "partition",
     "Times that this process took the partition over as a standby."},
    {Metric::trial_balance, "fiscus_trial_balance_fen", MetricKind::gauge, "partition",
     "Sum over all accounts. Anything but 0 is an error of the ledger."},
    {Metric::stage_seconds, "fiscus_stage_seconds_total", MetricKind::counter, "stage",
     "Seconds that the engine's threads spent in each stage of their turns."},
    {Metric::rocksdb_stalled, "fiscus_rocksdb_stalled", MetricKind::gauge, "partition",
     "1 while RocksDB delays or stops writes, else 0."},
    {Metric::rocksdb_stall_seconds, "fiscus_rocksdb_stall_seconds_total", MetricKind::counter,
     "partition",
     "Seconds for which RocksDB delayed or stopped writes of this process, looked at five times a "
     "second."},
    {Metric::rocksdb_compaction_debt, "fiscus_rocksdb_compaction_debt_bytes", MetricKind::gauge,
     "partition", "Bytes that RocksDB still has to merge, as it estimates itself."},
    {Metric::statistics_sequence, "fiscus_statistics_sequence", MetricKind::gauge, "partition",
     "Ledger sequence number of the last journal entry in the statistics."},
    {Metric::statistics_rows, "fiscus_statistics_rows_total", MetricKind::counter, "partition",
     "Rows of statistics that this process published."},
    {Metric::memory_resident, "fiscus_memory_resident_bytes", MetricKind::gauge, "",
     "Memory that the system counts for this process."},
}};

using Labels = std::vector<prometheus::ClientMetric::Label>;

class Family {
public:
    explicit Family(const MetricSpec& spec) : kind_(spec.kind) {
        family_.name = std::string(spec.name);
        family_.help = std::string(spec.help);
        family_.type = spec.kind == MetricKind::counter ? prometheus::MetricType::Counter
                                                        : prometheus::MetricType::Gauge;
    }

    template <typename Number>
    void add(Labels labels, Number number) {
        prometheus::ClientMetric& metric = family_.metric.emplace_back();
        metric.label = std::move(labels);
        // Prometheus knows doubles only: whole numbers stay exact up to 2^53.
        const auto value = static_cast<double>(number);
        if (kind_ == MetricKind::counter) {
            metric.counter.value = value;
        } else {
            metric.gauge.value = value;
        }
    }

    [[nodiscard]] prometheus::MetricFamily take() && { return std::move(family_); }

private:
    MetricKind kind_;
    prometheus::MetricFamily family_;
};

Labels partition_label(std::int32_t partition) {
    return {{"partition", fmt::format("{}", partition)}};
}

void add_events(Family& family, const EnginePartitionFigures& figures) {
    const auto add = [&](const char* outcome, std::uint64_t count) {
        Labels labels = partition_label(figures.partition);
        labels.push_back({"outcome", outcome});
        family.add(std::move(labels), count);
    };
    add("accepted", figures.accepted);
    add("duplicate", figures.duplicates);
    add("refused", figures.refused);
    add("quarantined", figures.quarantined);
}

// Every reason from the start: a counter that appears with its first refusal hides that increase.
void add_refusals(Family& family, const EngineFigures& engine) {
    for (const wire::Reason reason : wire::EnumValuesReason()) {
        const auto number = static_cast<std::size_t>(reason);
        if (number == 0) {
            continue;
        }
        std::uint64_t count = 0;
        for (const EnginePartitionFigures& partition : engine.partitions) {
            count += partition.refused_by_reason[number];
        }
        family.add({{"reason", wire::EnumNameReason(reason)}}, count);
    }
}

void add_of_partition(Family& family, Metric metric, const EnginePartitionFigures& figures) {
    const auto add = [&](auto number) { family.add(partition_label(figures.partition), number); };
    switch (metric) {
        case Metric::events: add_events(family, figures); break;
        case Metric::lag_records: add(figures.input_end - figures.input_position); break;
        case Metric::gaps_open: add(figures.gaps_open); break;
        case Metric::input_position: add(figures.input_position); break;
        case Metric::durable_position: add(figures.durable_position); break;
        case Metric::ledger_sequence: add(figures.sequence); break;
        case Metric::journal_blocks: add(figures.journal_blocks); break;
        case Metric::term: add(figures.term); break;
        case Metric::leads: add(figures.leads ? 1 : 0); break;
        case Metric::leader_silent_seconds: add(figures.leader_silent_s); break;
        case Metric::takeovers: add(figures.takeovers); break;
        case Metric::trial_balance: add(figures.trial_balance_fen); break;
        case Metric::rocksdb_stalled: add(figures.store_stalled ? 1 : 0); break;
        case Metric::rocksdb_stall_seconds:
            add(static_cast<double>(figures.store_stall_us) / 1e6);
            break;
        case Metric::rocksdb_compaction_debt:
            add(static_cast<double>(figures.store_debt_bytes));
            break;
        case Metric::build_info:
        case Metric::refusals:
        case Metric::duplicates:
        case Metric::stage_seconds:
        case Metric::statistics_sequence:
        case Metric::statistics_rows:
        case Metric::memory_resident: break;
    }
}

void add_of_engine(Family& family, Metric metric, const EngineFigures& engine) {
    if (metric == Metric::refusals) {
        add_refusals(family, engine);
    } else if (metric == Metric::duplicates) {
        std::uint64_t duplicates = 0;
        for (const EnginePartitionFigures& partition : engine.partitions) {
            duplicates += partition.duplicates;
        }
        family.add({}, duplicates);
    } else if (metric == Metric::stage_seconds) {
        for (const StageSeconds& stage : engine.stages) {
            family.add({{"stage", stage.stage}}, stage.seconds);
        }
    } else {
        for (const EnginePartitionFigures& partition : engine.partitions) {
            add_of_partition(family, metric, partition);
        }
    }
}

void add_of_statistics(Family& family, Metric metric, const StatisticsFigures& statistics) {
    for (const StatisticsPartitionFigures& partition : statistics.partitions) {
        if (metric == Metric::statistics_sequence) {
            family.add(partition_label(partition.partition), partition.sequence);
        } else if (metric == Metric::statistics_rows) {
            family.add(partition_label(partition.partition), partition.rows);
        }
    }
}

}  // namespace

std::span<const MetricSpec> metric_specs() { return specs; }

std::string metrics_text(const Figures& figures) {
    std::vector<prometheus::MetricFamily> families;
    for (const MetricSpec& spec : specs) {
        Family family(spec);
        if (spec.metric == Metric::build_info) {
            family.add(
                {{"version", std::string(version_text)}, {"compiler", std::string(compiler_text)}},
                1);
        } else if (spec.metric == Metric::memory_resident) {
            family.add({}, resident_bytes());
        }
        if (figures.engine) {
            add_of_engine(family, spec.metric, *figures.engine);
        }
        if (figures.statistics) {
            add_of_statistics(family, spec.metric, *figures.statistics);
        }
        families.push_back(std::move(family).take());
    }
    return prometheus::TextSerializer().Serialize(families);
}

std::uint64_t resident_bytes() {
    unsigned long long whole = 0;
    unsigned long long resident = 0;
    std::FILE* const file = std::fopen("/proc/self/statm", "re");
    if (file == nullptr) {
        return 0;
    }
    const int fields = std::fscanf(file, "%llu %llu", &whole, &resident);
    std::fclose(file);
    const long page = sysconf(_SC_PAGESIZE);
    return fields == 2 && page > 0 ? resident * static_cast<std::uint64_t>(page) : 0;
}

}  // namespace fiscus::app
