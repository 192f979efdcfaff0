#include "engine/app/http/health.h"

#include <fmt/format.h>

#include "engine/app/output/json.h"

namespace fiscus::app {

Health live_health(const Figures& figures,
                   const HealthLimits& limits,
                   std::chrono::steady_clock::time_point now) {
    Health health;
    const auto look = [&](std::string_view part, std::chrono::steady_clock::time_point turned) {
        const auto silent = std::chrono::duration_cast<std::chrono::seconds>(now - turned);
        if (silent > limits.live) {
            health.reasons.push_back(
                fmt::format("the loop of {} has not turned for {} s (limit {} s)", part,
                            silent.count(), limits.live.count()));
        }
    };
    // A recovery may take long and turns no loop: it is alive, and /readyz tells that it goes on.
    if (figures.engine && figures.engine->recovered) {
        look("the engine", figures.engine->turned);
    }
    if (figures.statistics && figures.statistics->recovered) {
        look("the statistics", figures.statistics->turned);
    }
    if (!figures.failure.empty()) {
        health.reasons.push_back(figures.failure);
    }
    return health;
}

Health ready_health(const Figures& figures,
                    const HealthLimits& limits,
                    std::chrono::steady_clock::time_point now) {
    Health health = live_health(figures, limits, now);
    if (!figures.engine && !figures.statistics) {
        health.reasons.emplace_back("starting: no part has turned yet");
    }
    if (figures.engine) {
        if (!figures.engine->recovered) {
            health.reasons.emplace_back("the engine is recovering its state");
        }
        for (const EnginePartitionFigures& partition : figures.engine->partitions) {
            const std::int64_t lag = partition.input_end - partition.input_position;
            if (lag > limits.ready_lag_records) {
                health.reasons.push_back(
                    fmt::format("partition {} is {} records behind its log (limit {})",
                                partition.partition, lag, limits.ready_lag_records));
            }
            if (!partition.waits_for.empty()) {
                health.reasons.push_back(fmt::format("partition {} waits: {}", partition.partition,
                                                     partition.waits_for));
            }
            if (partition.store_stalled) {
                health.reasons.push_back(
                    fmt::format("RocksDB of partition {} has stopped writes", partition.partition));
            }
            if (partition.trial_balance_fen != 0) {
                health.reasons.push_back(
                    fmt::format("the accounts of partition {} add up to {} fen, not to 0",
                                partition.partition, partition.trial_balance_fen));
            }
        }
    }
    if (figures.statistics && !figures.statistics->recovered) {
        health.reasons.emplace_back("the statistics are recovering their state");
    }
    return health;
}

std::string health_json(const Health& health, std::string_view word) {
    JsonWriter json;
    json.begin_object();
    json.field_boolean(word, health.good());
    json.key("reasons");
    json.begin_array();
    for (const std::string& reason : health.reasons) {
        json.string(reason);
    }
    json.end_array();
    json.end_object();
    return json.text() + "\n";
}

}  // namespace fiscus::app
