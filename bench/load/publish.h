// Writes a load to a log, local or Kafka. The events topic must exist; each record goes
// to the partition that Kafka's default partitioner gives its key. Thread: the caller's. Fails:
// not_found when the topic is missing, otherwise whatever the log's writers report.
#pragma once

#include <cstdint>
#include <functional>

#include "bench/load/load.h"
#include "engine/base/result.h"
#include "engine/log/log.h"

namespace fiscus::load {

struct PublishOptions {
    // Records between two syncs; everything is synced at the end in any case.
    std::uint64_t sync_every = 65'536;
    // Called after each batch with the records written so far; false stops with `interrupted`.
    std::function<bool(std::uint64_t)> progress;
};

struct Published {
    std::uint64_t records = 0;
    std::uint64_t value_bytes = 0;
};

Result<Published> publish(log::Log& log, Load& load, const PublishOptions& options = {});

}  // namespace fiscus::load
