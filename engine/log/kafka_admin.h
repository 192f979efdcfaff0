// Questions to the brokers and topics made by plan, over one handle that the whole Log shares.
// Thread: any. Fails: log_unavailable when nobody answers within the time that the options allow,
// not_found, log_mismatch for a topic that differs from its plan.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "engine/log/kafka_handle.h"

namespace fiscus::log {

class KafkaAdmin {
public:
    KafkaAdmin(KafkaHandle handle, const KafkaOptions& options)
        : handle_(std::move(handle)), options_(options) {}

    Result<std::string> cluster_identity();
    // Nothing: no such topic.
    Result<std::optional<TopicInfo>> describe(std::string_view topic);
    Status create(std::span<const TopicPlan> plans);
    // Fails: not_found for a topic or partition that does not exist.
    Result<Extent> extent(std::string_view topic, std::int32_t partition);
    // As log::Log does (kafka_notes.cc).
    Status put_note(std::string_view topic,
                    std::int32_t partition,
                    std::string_view name,
                    const Note& note);
    Result<std::optional<Note>> note(std::string_view topic,
                                     std::int32_t partition,
                                     std::string_view name);

private:
    struct Size {
        std::int32_t partitions = 0;  // 0: no such topic
        std::int32_t replicas = 0;    // of the partition with the fewest
    };
    Result<Size> size(const std::string& topic);
    Result<KafkaEvent> ask(
        rd_kafka_admin_op_t operation,
        const std::function<void(rd_kafka_AdminOptions_t*, rd_kafka_queue_t*)>& call,
        const std::string& what);
    // The handle of a note's group, from the first time on that it is asked for.
    Result<rd_kafka_t*> group(const std::string& name);
    // False: another broker than the one that told its size does not know the topic, yet or any
    // more.
    Result<bool> read_settings(TopicInfo& info);
    Status create_missing(std::span<const TopicPlan> plans);
    Status wait_for(const TopicPlan& plan);

    KafkaHandle handle_;
    const KafkaOptions options_;
    std::mutex mutex_;
    std::map<std::string, KafkaHandle> groups_;
};

}  // namespace fiscus::log
