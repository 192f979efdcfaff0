#include "engine/log/record_rules.h"

#include <algorithm>
#include <chrono>
#include <limits>

#include "engine/log/segment.h"

namespace fiscus::log {
namespace {

constexpr std::size_t topic_name_max = 249;
// Of a batch around a single record, by the wire format of Kafka: 61 bytes of the batch and at most
// 21 of the record, rounded up. Kept free in both logs, so that their limits agree.
constexpr std::size_t record_overhead_bytes = 128;

bool topic_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
}

Error bad_plan(const TopicPlan& plan, std::string why) {
    return {.code = ErrorCode::usage,
            .what = "topic \"" + plan.name + "\" cannot be created",
            .why = std::move(why),
            .hint = "Correct the plan of the topic."};
}

bool retention_shorter(std::int64_t wanted, std::int64_t actual) {
    return actual != -1 && (wanted == -1 || actual < wanted);
}

void add_difference(std::string& text,
                    std::string_view field,
                    std::string_view actual,
                    std::string_view wanted) {
    text += text.empty() ? "" : ", ";
    text += std::string(field) + " " + std::string(actual) + " instead of " + std::string(wanted);
}

}  // namespace

std::int64_t record_timestamp_ms(const NewRecord& record) {
    if (record.timestamp_us != 0) {
        return record.timestamp_us / 1000;
    }
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

Status check_record(const NewRecord& record, const TopicPlan& plan) {
    const std::size_t bytes = (record.key_is_null ? 0 : record.key.size()) +
                              (record.value_is_null ? 0 : record.value.size());
    if (bytes + record_overhead_bytes > static_cast<std::size_t>(plan.max_message_bytes))
        [[unlikely]] {
        return Error{
            .code = ErrorCode::usage,
            .what = "a record of " + std::to_string(bytes) + " bytes is too large for " + plan.name,
            .why = "max.message.bytes of the topic is " + std::to_string(plan.max_message_bytes),
            .hint = "Send smaller records, or raise the limit of the topic."};
    }
    // Below one millisecond would be 0, which Kafka takes for "now".
    if (record.timestamp_us != 0 && record.timestamp_us < 1000) [[unlikely]] {
        return Error{.code = ErrorCode::usage,
                     .what = "a record for " + plan.name + " is stamped " +
                             std::to_string(record.timestamp_us) + " us",
                     .why = "a log keeps times after 1970 only",
                     .hint = "Stamp records with UTC microseconds."};
    }
    return Done{};
}

Status check_plan(const TopicPlan& plan) {
    if (plan.name.empty() || plan.name.size() > topic_name_max || plan.name == "." ||
        plan.name == ".." || !std::ranges::all_of(plan.name, topic_letter)) {
        return bad_plan(plan, "a name has 1 to 249 of the characters a-z A-Z 0-9 . _ -");
    }
    if (plan.partitions < 1) {
        return bad_plan(plan, "a topic has at least one partition");
    }
    if (plan.retention_ms < -1 || plan.retention_bytes < -1) {
        return bad_plan(plan, "a retention is -1 (for ever) or a number of milliseconds or bytes");
    }
    if (plan.max_message_bytes <= static_cast<std::int32_t>(record_overhead_bytes) ||
        plan.max_message_bytes > static_cast<std::int32_t>(message_bytes_max)) {
        return bad_plan(plan, "max_message_bytes is more than " +
                                  std::to_string(record_overhead_bytes) + " and at most " +
                                  std::to_string(message_bytes_max));
    }
    return Done{};
}

std::string plan_difference(const TopicPlan& wanted, const TopicPlan& actual) {
    std::string text;
    if (actual.partitions != wanted.partitions) {
        add_difference(text, "partitions", std::to_string(actual.partitions),
                       std::to_string(wanted.partitions));
    }
    if (actual.compacted != wanted.compacted) {
        add_difference(text, "cleanup.policy", actual.compacted ? "compact" : "delete",
                       wanted.compacted ? "compact" : "delete");
    }
    if (retention_shorter(wanted.retention_ms, actual.retention_ms)) {
        add_difference(text, "retention.ms", std::to_string(actual.retention_ms),
                       std::to_string(wanted.retention_ms));
    }
    if (retention_shorter(wanted.retention_bytes, actual.retention_bytes)) {
        add_difference(text, "retention.bytes", std::to_string(actual.retention_bytes),
                       std::to_string(wanted.retention_bytes));
    }
    if (actual.max_message_bytes < wanted.max_message_bytes) {
        add_difference(text, "max.message.bytes", std::to_string(actual.max_message_bytes),
                       std::to_string(wanted.max_message_bytes));
    }
    return text;
}

Error plan_mismatch(const TopicPlan& wanted, const TopicPlan& actual) {
    return {.code = ErrorCode::log_mismatch,
            .what = "topic " + wanted.name + " is not as planned",
            .why = plan_difference(wanted, actual),
            .hint =
                "Change the settings of the topic, or plan for what it is; "
                "the number of partitions of a topic in use must never change."};
}

Error topic_unknown(std::string_view topic) {
    return {.code = ErrorCode::not_found,
            .what = "there is no topic " + std::string(topic),
            .why = "topics are never created by themselves",
            .hint = "Create the topics first: fiscus topics apply."};
}

Error partition_unknown(std::string_view topic, std::int32_t partition, std::int32_t partitions) {
    return {
        .code = ErrorCode::not_found,
        .what = "topic " + std::string(topic) + " has no partition " + std::to_string(partition),
        .why = "it has " + std::to_string(partitions) + ", counted from 0",
        .hint = "Check the partition asked for."};
}

Error outside_extent(std::string_view partition_name, std::int64_t offset, const Extent& extent) {
    return {.code = ErrorCode::log_mismatch,
            .what = std::string(partition_name) + " cannot be read from offset " +
                    std::to_string(offset),
            .why = "it holds the offsets from " + std::to_string(extent.first) +
                   " up to, not with, " + std::to_string(extent.end),
            .hint =
                "The log was truncated, expired or created anew since that position was stored: "
                "restore it, or rebuild the state from this log."};
}

}  // namespace fiscus::log
