#include "engine/log/record_rules.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <vector>

#include "engine/log/segment.h"
#include "engine/log/topics.h"

namespace fiscus::log {
namespace {

constexpr std::size_t topic_name_max = 249;
constexpr std::size_t note_name_max = 200;
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

// A property of a topic by the name that Kafka gives it.
struct Difference {
    std::string_view property;
    std::string found;
    std::string wanted;
};

constexpr std::string_view partitions_property = "partitions";
constexpr std::string_view stamps_property = "message.timestamp.type";

std::string_view policy_name(bool compacted) { return compacted ? "compact" : "delete"; }

std::vector<Difference> differences(const TopicPlan& wanted, const TopicInfo& found) {
    const TopicPlan& actual = found.plan;
    std::vector<Difference> all;
    const auto add = [&all](std::string_view property, std::int64_t is, std::int64_t must) {
        all.push_back({property, std::to_string(is), std::to_string(must)});
    };
    if (actual.partitions != wanted.partitions) {
        add(partitions_property, actual.partitions, wanted.partitions);
    }
    if (actual.compacted != wanted.compacted) {
        all.push_back({"cleanup.policy", std::string(policy_name(actual.compacted)),
                       std::string(policy_name(wanted.compacted))});
    }
    if (retention_shorter(wanted.retention_ms, actual.retention_ms)) {
        add("retention.ms", actual.retention_ms, wanted.retention_ms);
    }
    if (retention_shorter(wanted.retention_bytes, actual.retention_bytes)) {
        add("retention.bytes", actual.retention_bytes, wanted.retention_bytes);
    }
    if (actual.max_message_bytes < wanted.max_message_bytes) {
        add("max.message.bytes", actual.max_message_bytes, wanted.max_message_bytes);
    }
    if (!found.owned && actual.stamps != wanted.stamps) {
        all.push_back({stamps_property, std::string(stamps_name(actual.stamps)),
                       std::string(stamps_name(wanted.stamps))});
    }
    if (found.replicas > 1 && found.insync_replicas_min < insync_replicas_min) {
        add("min.insync.replicas", found.insync_replicas_min, insync_replicas_min);
    }
    return all;
}

// The events only: everything that says "now" hangs on their stamps.
std::string stamps_advice(Stamps wanted) {
    if (wanted == Stamps::log) {
        return "A publisher whose clock is wrong could date events into the future for ever. Only "
               "where records are to carry the times of their events (an import, a generated "
               "load) say so: --event-stamps publisher, or FISCUS_TOPICS__EVENT_STAMPS=publisher. ";
    }
    return "This topic stamps records itself, as a service needs it: leave --event-stamps "
           "publisher out. Imports and generated loads, whose records carry the times of their "
           "events, need a log of their own. ";
}

// What to do about it: some properties may be altered, others must not.
std::string advice(const TopicPlan& wanted, const std::vector<Difference>& all) {
    std::string settings;
    std::string text;
    for (const Difference& one : all) {
        if (one.property == stamps_property && wanted.name == events_topic) {
            text += stamps_advice(wanted.stamps);
            if (wanted.stamps == Stamps::publisher) {
                continue;
            }
        }
        if (one.property == partitions_property) {
            text +=
                "The number of partitions must never change: give the right log, or the number "
                "that its topics have. ";
        } else {
            settings += settings.empty() ? "" : ",";
            settings += std::string(one.property) + "=" + one.wanted;
        }
    }
    if (!settings.empty()) {
        text += "Set " + settings + " for topic " + wanted.name +
                " with the broker's own tools (kafka-configs --alter); fiscus changes no topic. ";
    }
    text.pop_back();
    return text;
}

}  // namespace

Status Log::put_note(std::string_view, std::int32_t, std::string_view name, const Note& note) {
    return check_note(name, note);
}

Result<std::optional<Note>> Log::note(std::string_view, std::int32_t, std::string_view name) {
    FISCUS_TRY(check_note(name, {}));
    return std::optional<Note>();
}

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

Status check_note(std::string_view name, const Note& note) {
    const bool named =
        !name.empty() && name.size() <= note_name_max && std::ranges::all_of(name, topic_letter);
    const bool printable =
        std::ranges::all_of(note.text, [](char c) { return c >= ' ' && c <= '~'; });
    if (named && printable && note.text.size() <= note_bytes_max && note.position >= 0) {
        return Done{};
    }
    return Error{.code = ErrorCode::usage,
                 .what = "the note \"" + std::string(name) + "\" cannot be kept",
                 .why = named ? "its text is too long or not printable"
                              : "its name has other letters than a-z A-Z 0-9 . _ - or is too long",
                 .hint = "Give another name."};
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

std::string_view stamps_name(Stamps stamps) {
    return stamps == Stamps::log ? "LogAppendTime" : "CreateTime";
}

std::string plan_difference(const TopicPlan& wanted, const TopicInfo& found) {
    std::string text;
    for (const Difference& one : differences(wanted, found)) {
        text += text.empty() ? "" : ", ";
        text += std::string(one.property) + " " + one.found + " instead of " + one.wanted;
    }
    return text;
}

Status check_topic(const TopicPlan& wanted, const TopicInfo& found) {
    const std::vector<Difference> all = differences(wanted, found);
    if (all.empty()) {
        return Done{};
    }
    return Error{.code = ErrorCode::log_mismatch,
                 .what = "topic " + wanted.name + " is not as planned",
                 .why = plan_difference(wanted, found),
                 .hint = advice(wanted, all)};
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
            .hint = offset < extent.first
                        ? "Its beginning is gone (retention, or records were deleted): restore it "
                          "from a copy. Without its beginning no state can be built."
                        : "It was cut or created anew since that position was stored: restore it "
                          "from a copy. If this log is the right one, remove the state: it is "
                          "rebuilt from the log."};
}

}  // namespace fiscus::log
