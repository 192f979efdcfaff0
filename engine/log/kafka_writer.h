// Writes a Kafka partition with an idempotent producer of its own: acks=all, no gaps, bounded
// queue.
// Thread: one. Fails: log_unavailable when records are not acknowledged within the time that the
// options allow, usage, and whatever a delivery report says; after any error the writer is dead.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "engine/log/kafka_admin.h"

namespace fiscus::log {

Result<std::unique_ptr<Writer>> open_kafka_writer(KafkaAdmin& admin,
                                                  const KafkaOptions& options,
                                                  std::string_view topic,
                                                  std::int32_t partition);

}  // namespace fiscus::log
