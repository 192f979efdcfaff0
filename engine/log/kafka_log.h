// The log in Apache Kafka, through librdkafka's C API (2.0.2): an idempotent producer for each
// writer, a consumer without a group for each reader, one handle for questions. Positions are the
// caller's; nothing is committed to Kafka and nothing is reset: a position that the topic no longer
// has is log_mismatch. What librdkafka 2.0.2 does not know: the id of a topic (TopicInfo::identity
// stays empty) and whether a log was truncated and written anew; for both, check_record of
// start_check.h reads the last applied record again and compares its hash.
// Thread: any; readers and writers one each. Fails: log_unavailable when the broker does not answer
// in time, log_mismatch, not_found, corrupt (a checksum of Kafka's), usage for settings that cannot
// be.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "engine/log/log.h"

namespace fiscus::log {

struct KafkaOptions {
    // host:port, several with commas between them.
    std::string bootstrap{};
    // Settings of librdkafka as they are, over ours; those that a guarantee hangs on are refused.
    std::map<std::string, std::string> settings{};

    // What a reader fetches ahead of its caller. librdkafka 2.0.2 pauses for a second once it is
    // full, so a reader gets no more than this every second.
    std::size_t read_queue_bytes_max = 128U << 20;
    // A reader is given less than this only after a tenth of a second: fewer questions to the
    // broker, for a reader that may wait.
    std::size_t fetch_bytes_min = 1;
    // What a writer holds until the broker has it; append() waits while it is full.
    std::size_t write_queue_bytes_max = 64U << 20;

    // For a single question to the broker.
    std::chrono::milliseconds answer_within{15'000};
    // For records on their way to the broker: long enough for a broker to be started again.
    std::chrono::milliseconds deliver_within{120'000};
    // For closing a handle; after that it is left to itself, because nothing of ours depends on it.
    std::chrono::milliseconds close_within{5'000};
    // Of topics that are created; −1: the broker's default.
    std::int32_t replication_factor = -1;
    // Messages of librdkafka with their syslog level (3 error … 7 debug). Called from its threads,
    // also while the Log is being destroyed.
    std::function<void(int level, std::string_view text)> on_message{};
};

// Asks the broker for its identity, so that a wrong address shows at once.
Result<std::unique_ptr<Log>> open_kafka_log(KafkaOptions options);

}  // namespace fiscus::log
