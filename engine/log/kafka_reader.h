// Reads a Kafka partition with a consumer of its own: no group, no commits, a given offset.
// Thread: one. Fails: log_mismatch, log_unavailable once no broker was reachable for the time that
// the options allow, corrupt. After an error only seek() makes it usable again.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "engine/log/kafka_admin.h"

namespace fiscus::log {

Result<std::unique_ptr<Reader>> open_kafka_reader(KafkaAdmin& admin,
                                                  const KafkaOptions& options,
                                                  std::string_view topic,
                                                  std::int32_t partition,
                                                  std::int64_t offset);

}  // namespace fiscus::log
