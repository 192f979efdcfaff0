// What both adapters ask of a record and of a plan, so that a record which one log takes the other
// takes as well. Thread: any. Fails: usage, with the limit that was passed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "engine/log/log.h"

namespace fiscus::log {

// Of a topic with more than one replica: an acknowledged record must outlive a broker.
inline constexpr std::int32_t insync_replicas_min = 2;

// Milliseconds of the record's timestamp; 0 µs stands for the moment of the append.
std::int64_t record_timestamp_ms(const NewRecord& record);

// Key and value within the topic's limit, timestamp not before 1970.
Status check_record(const NewRecord& record, const TopicPlan& plan);

// Name of the letters that Kafka takes, at least one partition, limits in range.
Status check_plan(const TopicPlan& plan);

// As Kafka names it: LogAppendTime, CreateTime.
std::string_view stamps_name(Stamps stamps);

// "partitions 4 instead of 1, …": what makes a topic unfit for `wanted`, empty if nothing. Longer
// retention and larger messages than planned are fit; with several replicas two must have a record.
std::string plan_difference(const TopicPlan& wanted, const TopicInfo& found);

// Fails: log_mismatch, with each property that differs and what to do about it.
Status check_topic(const TopicPlan& wanted, const TopicInfo& found);

// The name of the letters of a topic's, the text printable and not too long.
Status check_note(std::string_view name, const Note& note);

Error topic_unknown(std::string_view topic);
Error partition_unknown(std::string_view topic, std::int32_t partition, std::int32_t partitions);
// A reader's position outside the partition's extent.
Error outside_extent(std::string_view partition_name, std::int64_t offset, const Extent& extent);

}  // namespace fiscus::log
