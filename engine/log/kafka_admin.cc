#include "engine/log/kafka_admin.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <thread>
#include <utility>
#include <vector>

#include "engine/log/record_rules.h"

namespace fiscus::log {
namespace {

using std::chrono::steady_clock;

using AdminOptions = KafkaOwner<rd_kafka_AdminOptions_t, rd_kafka_AdminOptions_destroy>;
using NewTopic = KafkaOwner<rd_kafka_NewTopic_t, rd_kafka_NewTopic_destroy>;
using ConfigResource = KafkaOwner<rd_kafka_ConfigResource_t, rd_kafka_ConfigResource_destroy>;

void destroy_metadata(const rd_kafka_metadata_t* metadata) { rd_kafka_metadata_destroy(metadata); }
using Metadata = std::unique_ptr<const rd_kafka_metadata_t, decltype(&destroy_metadata)>;

constexpr std::size_t reason_bytes = 512;
// Between two looks for a topic that was just created.
constexpr std::chrono::milliseconds look_again{50};
constexpr std::chrono::milliseconds look_for_refusal{100};

std::optional<std::int64_t> number(std::string_view text) {
    std::int64_t value = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
    if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) {
        return std::nullopt;
    }
    return value;
}

// The topic's setting as text, empty if the broker does not have it.
std::string setting(const rd_kafka_ConfigResource_t& resource, std::string_view name) {
    std::size_t count = 0;
    const rd_kafka_ConfigEntry_t** entries = rd_kafka_ConfigResource_configs(&resource, &count);
    for (std::size_t i = 0; i < count; ++i) {
        const char* value = rd_kafka_ConfigEntry_value(entries[i]);
        if (rd_kafka_ConfigEntry_name(entries[i]) == name && value != nullptr) {
            return value;
        }
    }
    return {};
}

// Where a leader is being elected, or the broker that was asked goes away, another answers soon.
bool passes(rd_kafka_resp_err_t error) {
    switch (static_cast<int>(error)) {
        case RD_KAFKA_RESP_ERR__TRANSPORT:
        case RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION:
        case RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION:
        case RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE:
        case RD_KAFKA_RESP_ERR_REPLICA_NOT_AVAILABLE:
        case RD_KAFKA_RESP_ERR_FENCED_LEADER_EPOCH:
        case RD_KAFKA_RESP_ERR_UNKNOWN_LEADER_EPOCH:
        case RD_KAFKA_RESP_ERR_OFFSET_NOT_AVAILABLE:
        case RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR: return true;
        default: return false;
    }
}

// `ask` is told how many milliseconds are left.
template <typename Ask>
rd_kafka_resp_err_t ask_until_it_stays(std::chrono::milliseconds within, Ask ask) {
    return ask_again_while(passes, within,
                           [&](std::chrono::milliseconds left) { return ask(timeout_ms(left)); });
}

Result<NewTopic> new_topic(const TopicPlan& plan, std::int32_t replication_factor) {
    std::array<char, reason_bytes> why{};
    NewTopic topic(rd_kafka_NewTopic_new(plan.name.c_str(), plan.partitions, replication_factor,
                                         why.data(), why.size()));
    if (!topic) {
        return Error{.code = ErrorCode::usage,
                     .what = "topic " + plan.name + " cannot be created",
                     .why = why.data(),
                     .hint = "Correct the plan of the topic."};
    }
    const std::string any_time = std::to_string(std::numeric_limits<std::int64_t>::max());
    std::vector<std::pair<const char*, std::string>> settings{
        {"cleanup.policy", plan.compacted ? "compact" : "delete"},
        {"retention.ms", std::to_string(plan.retention_ms)},
        {"retention.bytes", std::to_string(plan.retention_bytes)},
        {"max.message.bytes", std::to_string(plan.max_message_bytes)},
        {"message.timestamp.type", std::string(stamps_name(plan.stamps))},
        // Since Kafka 3.6 a broker refuses stamps more than an hour ahead of its own clock, which
        // would refuse replays and rehearsals.
        {"message.timestamp.after.max.ms", any_time},
        {"message.timestamp.before.max.ms", any_time},
    };
    // Known here only if somebody named it; otherwise the broker's default counts, and is checked.
    if (replication_factor > 1) {
        settings.emplace_back("min.insync.replicas", std::to_string(insync_replicas_min));
    }
    for (const auto& [name, value] : settings) {
        const auto error = rd_kafka_NewTopic_set_config(topic.get(), name, value.c_str());
        if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
            return kafka_error("topic " + plan.name + " cannot be planned with " + name, error);
        }
    }
    return topic;
}

}  // namespace

// The first question to a broker, so what the broker thinks of us is told here, at once: asking it
// again with the wrong password helps nobody.
Result<std::string> KafkaAdmin::cluster_identity() {
    const auto deadline = steady_clock::now() + options_.answer_within;
    char* text = nullptr;
    while (text == nullptr) {
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(deadline - steady_clock::now());
        if (left.count() <= 0) {
            return kafka_error("Kafka at " + options_.bootstrap + " does not answer",
                               RD_KAFKA_RESP_ERR__TIMED_OUT, handle_.signals().reason());
        }
        text = rd_kafka_clusterid(handle_.get(), timeout_ms(std::min(left, look_for_refusal)));
        // Trouble is told to whoever polls.
        rd_kafka_poll(handle_.get(), 0);
        if (const auto refusal = handle_.signals().refusal(); refusal && text == nullptr) {
            return kafka_error("Kafka at " + options_.bootstrap + " refuses this client",
                               refusal->error, refusal->reason);
        }
    }
    std::string identity(text);
    rd_kafka_mem_free(handle_.get(), text);
    return identity;
}

Result<KafkaAdmin::Size> KafkaAdmin::size(const std::string& topic) {
    FISCUS_ASSIGN(const KafkaTopic handle, handle_.topic(topic));
    const rd_kafka_metadata_t* found = nullptr;
    const auto error = ask_until_it_stays(options_.answer_within, [&](int within_ms) {
        return rd_kafka_metadata(handle_.get(), 0, handle.get(), &found, within_ms);
    });
    const Metadata metadata(found, destroy_metadata);
    rd_kafka_poll(handle_.get(), 0);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
        return kafka_error("Kafka at " + options_.bootstrap + " does not describe " + topic, error,
                           handle_.signals().reason());
    }
    if (metadata->topic_cnt != 1 ||
        metadata->topics[0].err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) {
        return Size{};
    }
    if (metadata->topics[0].err != RD_KAFKA_RESP_ERR_NO_ERROR &&
        metadata->topics[0].err != RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE) {
        return kafka_error("topic " + topic + " cannot be described", metadata->topics[0].err);
    }
    const rd_kafka_metadata_topic_t& described = metadata->topics[0];
    Size size{.partitions = described.partition_cnt,
              .replicas = std::numeric_limits<std::int32_t>::max()};
    for (int i = 0; i < described.partition_cnt; ++i) {
        size.replicas = std::min(size.replicas, described.partitions[i].replica_cnt);
    }
    return size;
}

Result<KafkaEvent> KafkaAdmin::ask(
    rd_kafka_admin_op_t operation,
    const std::function<void(rd_kafka_AdminOptions_t*, rd_kafka_queue_t*)>& call,
    const std::string& what) {
    const AdminOptions admin(rd_kafka_AdminOptions_new(handle_.get(), operation));
    const KafkaQueue queue(rd_kafka_queue_new(handle_.get()));
    std::array<char, reason_bytes> why{};
    const int within = timeout_ms(options_.answer_within);
    const auto error =
        rd_kafka_AdminOptions_set_request_timeout(admin.get(), within, why.data(), why.size());
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
        return kafka_error(what, error, why.data());
    }
    call(admin.get(), queue.get());
    // librdkafka ends the request itself; the second on top is for the answer to get here.
    KafkaEvent event(rd_kafka_queue_poll(queue.get(), within + 1'000));
    if (!event) {
        rd_kafka_poll(handle_.get(), 0);
        return kafka_error(what, RD_KAFKA_RESP_ERR__TIMED_OUT, handle_.signals().reason());
    }
    if (const auto failed = rd_kafka_event_error(event.get());
        failed != RD_KAFKA_RESP_ERR_NO_ERROR) {
        const char* reason = rd_kafka_event_error_string(event.get());
        return kafka_error(what, failed, reason == nullptr ? "" : reason);
    }
    return event;
}

Result<bool> KafkaAdmin::read_settings(TopicInfo& info) {
    TopicPlan& plan = info.plan;
    const std::string what = "the settings of topic " + plan.name + " cannot be read";
    const ConfigResource resource(
        rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, plan.name.c_str()));
    FISCUS_ASSIGN(const KafkaEvent event,
                  ask(
                      RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS,
                      [&](rd_kafka_AdminOptions_t* admin, rd_kafka_queue_t* queue) {
                          rd_kafka_ConfigResource_t* asked = resource.get();
                          rd_kafka_DescribeConfigs(handle_.get(), &asked, 1, admin, queue);
                      },
                      what));
    std::size_t count = 0;
    const rd_kafka_ConfigResource_t** found = rd_kafka_DescribeConfigs_result_resources(
        rd_kafka_event_DescribeConfigs_result(event.get()), &count);
    if (count != 1) {
        return kafka_error(what, RD_KAFKA_RESP_ERR__BAD_MSG);
    }
    const auto error = rd_kafka_ConfigResource_error(found[0]);
    if (error == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) {
        return false;
    }
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
        const char* reason = rd_kafka_ConfigResource_error_string(found[0]);
        return kafka_error(what, error, reason == nullptr ? "" : reason);
    }
    const std::string policy = setting(*found[0], "cleanup.policy");
    const auto retention_ms = number(setting(*found[0], "retention.ms"));
    const auto retention_bytes = number(setting(*found[0], "retention.bytes"));
    const auto message_bytes = number(setting(*found[0], "max.message.bytes"));
    const auto insync = number(setting(*found[0], "min.insync.replicas"));
    const std::string stamps = setting(*found[0], "message.timestamp.type");
    if (policy.empty() || stamps.empty() || !retention_ms || !retention_bytes || !message_bytes ||
        !insync) {
        return Error{.code = ErrorCode::log_mismatch,
                     .what = what,
                     .why = "the broker leaves out a setting that `fiscus topics plan` names",
                     .hint = "Use a broker of Kafka 3 or later."};
    }
    plan.stamps = stamps == stamps_name(Stamps::log) ? Stamps::log : Stamps::publisher;
    plan.compacted = policy.find("compact") != std::string::npos;
    // Where nothing is deleted by age or size, the limits for it mean nothing.
    const bool deletes = policy.find("delete") != std::string::npos;
    plan.retention_ms = deletes ? *retention_ms : -1;
    plan.retention_bytes = deletes ? *retention_bytes : -1;
    const auto narrow = [](std::int64_t value) {
        return static_cast<std::int32_t>(
            std::min<std::int64_t>(value, std::numeric_limits<std::int32_t>::max()));
    };
    plan.max_message_bytes = narrow(*message_bytes);
    info.insync_replicas_min = narrow(*insync);
    return true;
}

Result<std::optional<TopicInfo>> KafkaAdmin::describe(std::string_view topic) {
    TopicInfo info;
    info.plan.name = std::string(topic);
    if (!check_plan(info.plan).ok()) {
        return std::optional<TopicInfo>();
    }
    FISCUS_ASSIGN(const Size found, size(info.plan.name));
    if (found.partitions == 0) {
        return std::optional<TopicInfo>();
    }
    info.plan.partitions = found.partitions;
    info.replicas = found.replicas;
    FISCUS_ASSIGN(const bool known, read_settings(info));
    return known ? std::optional<TopicInfo>(std::move(info)) : std::optional<TopicInfo>();
}

Status KafkaAdmin::create(std::span<const TopicPlan> plans) {
    std::vector<TopicPlan> missing;
    for (const TopicPlan& plan : plans) {
        FISCUS_TRY(check_plan(plan));
        FISCUS_ASSIGN(const std::optional<TopicInfo> found, describe(plan.name));
        if (!found) {
            missing.push_back(plan);
        } else {
            FISCUS_TRY(check_topic(plan, *found));
        }
    }
    if (missing.empty()) {
        return Done{};
    }
    FISCUS_TRY(create_missing(missing));
    for (const TopicPlan& plan : missing) {
        FISCUS_TRY(wait_for(plan));
    }
    return Done{};
}

Status KafkaAdmin::create_missing(std::span<const TopicPlan> plans) {
    std::vector<NewTopic> topics;
    std::vector<rd_kafka_NewTopic_t*> asked;
    for (const TopicPlan& plan : plans) {
        FISCUS_ASSIGN(NewTopic topic, new_topic(plan, options_.replication_factor));
        asked.push_back(topic.get());
        topics.push_back(std::move(topic));
    }
    FISCUS_ASSIGN(const KafkaEvent event,
                  ask(
                      RD_KAFKA_ADMIN_OP_CREATETOPICS,
                      [&](rd_kafka_AdminOptions_t* admin, rd_kafka_queue_t* queue) {
                          rd_kafka_CreateTopics(handle_.get(), asked.data(), asked.size(), admin,
                                                queue);
                      },
                      "topics cannot be created"));
    std::size_t count = 0;
    const rd_kafka_topic_result_t** results = rd_kafka_CreateTopics_result_topics(
        rd_kafka_event_CreateTopics_result(event.get()), &count);
    for (std::size_t i = 0; i < count; ++i) {
        const auto error = rd_kafka_topic_result_error(results[i]);
        // Somebody else may have been faster; whether it is the same topic is looked at next.
        if (error != RD_KAFKA_RESP_ERR_NO_ERROR &&
            error != RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) {
            const char* reason = rd_kafka_topic_result_error_string(results[i]);
            return kafka_error(std::string("topic ") + rd_kafka_topic_result_name(results[i]) +
                                   " cannot be created",
                               error, reason == nullptr ? "" : reason);
        }
    }
    return Done{};
}

// A broker answers before every broker knows; the topic is there once its partitions have leaders.
Status KafkaAdmin::wait_for(const TopicPlan& plan) {
    const auto deadline = steady_clock::now() + options_.answer_within;
    for (;;) {
        FISCUS_ASSIGN(const std::optional<TopicInfo> found, describe(plan.name));
        if (found) {
            FISCUS_TRY(check_topic(plan, *found));
            bool ready = true;
            for (std::int32_t partition = 0; ready && partition < plan.partitions; ++partition) {
                ready = extent(plan.name, partition).ok();
            }
            if (ready) {
                return Done{};
            }
        }
        if (steady_clock::now() >= deadline) {
            return kafka_error("topic " + plan.name + " was created, but is not ready",
                               RD_KAFKA_RESP_ERR__TIMED_OUT, handle_.signals().reason());
        }
        std::this_thread::sleep_for(look_again);
    }
}

Result<Extent> KafkaAdmin::extent(std::string_view topic, std::int32_t partition) {
    const std::string name(topic);
    if (!check_plan({.name = name}).ok()) {
        return topic_unknown(topic);
    }
    // Asking for the offsets of what does not exist would wait out the time limit.
    FISCUS_ASSIGN(const Size found, size(name));
    if (found.partitions == 0) {
        return topic_unknown(topic);
    }
    if (partition < 0 || partition >= found.partitions) {
        return partition_unknown(topic, partition, found.partitions);
    }
    std::int64_t first = 0;
    std::int64_t end = 0;
    const auto error = ask_until_it_stays(options_.answer_within, [&](int within_ms) {
        const auto answer = rd_kafka_query_watermark_offsets(handle_.get(), name.c_str(), partition,
                                                             &first, &end, within_ms);
        rd_kafka_poll(handle_.get(), 0);
        // The partition is there: the client's own view of a young topic may still lag behind.
        return answer == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION
                   ? RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE
                   : answer;
    });
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
        return kafka_error("the extent of " + name + " partition " + std::to_string(partition) +
                               " cannot be asked for",
                           error, handle_.signals().reason());
    }
    return Extent{.first = first, .end = end};
}

}  // namespace fiscus::log
