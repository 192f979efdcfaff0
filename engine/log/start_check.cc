#include "engine/log/start_check.h"

#include "engine/log/record_rules.h"

namespace fiscus::log {
namespace {

// A broker that was only just started may need this long for its first answer.
constexpr std::chrono::milliseconds record_wait{30'000};

Error rewritten(std::string_view topic,
                std::int32_t partition,
                std::int64_t offset,
                std::string why) {
    return {.code = ErrorCode::log_mismatch,
            .what = std::string(topic) + " partition " + std::to_string(partition) +
                    " is not the log that the state was built from",
            .why = "record " + std::to_string(offset) + ", the last one applied, " + std::move(why),
            .hint =
                "Restore the log. If this log is the right one, remove the state: it is rebuilt "
                "from the log."};
}

}  // namespace

Result<std::string> check_identity(Log& log, std::string_view pinned) {
    FISCUS_ASSIGN(std::string identity, log.identity());
    if (!pinned.empty() && pinned != identity) {
        return Error{
            .code = ErrorCode::log_mismatch,
            .what = "the state belongs to another log",
            .why = "it was built from " + std::string(pinned) + ", this one is " + identity,
            .hint =
                "Check the log's address. If this log is the right one, use another "
                "state directory: the state is rebuilt from the log."};
    }
    return identity;
}

Status check_topics(Log& log, std::span<const TopicPlan> plans) {
    for (const TopicPlan& plan : plans) {
        FISCUS_ASSIGN(const std::optional<TopicInfo> found, log.describe(plan.name));
        if (!found) {
            return topic_unknown(plan.name);
        }
        FISCUS_TRY(check_topic(plan, *found));
    }
    return Done{};
}

Result<Extent> extent_seen_up_to(Log& log,
                                 std::string_view topic,
                                 std::int32_t partition,
                                 std::int64_t end) {
    FISCUS_ASSIGN(const Extent extent, log.extent(topic, partition));
    if (extent.end >= end) {
        return extent;
    }
    const auto looked = log.writer(topic, partition);
    if (!looked.ok() && looked.error().code != ErrorCode::fenced) {
        return looked.error();
    }
    return log.extent(topic, partition);
}

std::uint64_t record_hash(const Record& record) { return xxh3_64(record.key, record.value); }

Status check_record(Log& log,
                    std::string_view topic,
                    std::int32_t partition,
                    std::int64_t offset,
                    std::uint64_t stored_hash) {
    FISCUS_ASSIGN(const Extent extent, extent_seen_up_to(log, topic, partition, offset + 1));
    if (offset < extent.first || offset >= extent.end) {
        return rewritten(topic, partition, offset,
                         "is outside of what the log holds, " + std::to_string(extent.first) +
                             " up to " + std::to_string(extent.end));
    }
    FISCUS_ASSIGN(const auto reader, log.reader(topic, partition, offset));
    FISCUS_ASSIGN(const auto records, reader->read(1, record_wait));
    if (records.empty()) {
        return Error{.code = ErrorCode::log_unavailable,
                     .what = std::string(topic) + " partition " + std::to_string(partition) +
                             " does not give record " + std::to_string(offset),
                     .why = "nothing came for " + std::to_string(record_wait.count() / 1000) + " s",
                     .hint = "Check the broker, then start again."};
    }
    if (records[0].offset != offset) {
        return rewritten(topic, partition, offset,
                         "is gone; the next one is " + std::to_string(records[0].offset));
    }
    if (record_hash(records[0]) != stored_hash) {
        return rewritten(topic, partition, offset, "has other bytes now");
    }
    return Done{};
}

}  // namespace fiscus::log
