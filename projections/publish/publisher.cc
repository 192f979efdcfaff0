#include "projections/publish/publisher.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <functional>
#include <optional>

#include "engine/log/record_rules.h"
#include "engine/log/topics.h"
#include "projections/publish/row_difference.h"

namespace fiscus::projections {

namespace {

using std::chrono::milliseconds;

constexpr std::size_t compare_records_max = 1'024;
constexpr milliseconds compare_wait{500};
// A broker that has the rows delivers them within a minute, or something is wrong.
constexpr int compare_waits_max = 120;
constexpr std::string_view row_prefix = R"({"row":)";
constexpr const char* rebuild_hint =
    "delete STATE/statistics: it is rebuilt, compared, and what is not there is published";
constexpr const char* anew_hint =
    "restore the topic from a copy, or make the statistics topics anew: docs/operations.md says "
    "how";

constexpr std::array<std::string_view, lane_count> lane_topics = {
    log::statistics_topic, log::statistics_history_topic, log::reconciliation_topic,
    log::refusals_topic, log::outcomes_topic};

// 0 when the value is not a row of ours.
std::uint64_t row_number_of(Bytes value) {
    const std::string_view text = as_text(value);
    std::uint64_t number = 0;
    if (text.starts_with(row_prefix)) {
        std::from_chars(text.data() + row_prefix.size(), text.data() + text.size(), number);
    }
    return number;
}

std::string name_of(std::uint64_t number, std::string_view key) {
    return "row " + std::to_string(number) + " with key " + printable(key);
}

Error differs(const std::string& topic, std::int64_t offset, std::string why) {
    return {.code = ErrorCode::diverged,
            .what = "the row at offset " + std::to_string(offset) + " of " + topic +
                    " is not what the journal gives",
            .why = std::move(why),
            .hint =
                "find out who wrote the row, or which release; docs/operations.md says how to "
                "make the topics anew"};
}

Error missing(const std::string& topic, const Row& row, const std::string& instead) {
    return {.code = ErrorCode::diverged,
            .what = name_of(row.number, row.key) + " is missing in " + topic,
            .why = instead,
            .hint = anew_hint};
}

// Compaction removes records, never the beginning: the first offset stays where it was.
Status check_head(const log::TopicPlan& plan,
                  std::int32_t partition,
                  std::int64_t first,
                  std::int64_t due) {
    if (plan.retention_ms >= 0 || plan.retention_bytes >= 0 || first <= due) {
        return Done{};
    }
    return Error{.code = ErrorCode::log_mismatch,
                 .what = "partition " + std::to_string(partition) + " of topic " + plan.name +
                         " begins at offset " + std::to_string(first) + ", offset " +
                         std::to_string(due) + " is due",
                 .why = "the topic keeps everything, so its beginning was deleted",
                 .hint = anew_hint};
}

}  // namespace

Result<std::unique_ptr<Publisher>> Publisher::open(log::Log& log,
                                                   std::int32_t partition,
                                                   const LanePositions& from,
                                                   bool compare_only) {
    auto publisher = std::make_unique<Publisher>();
    publisher->log_ = &log;
    publisher->partition_ = partition;
    for (std::size_t lane = 0; lane < lane_count; ++lane) {
        FISCUS_TRY(publisher->open_lane(static_cast<Lane>(lane), from[lane], compare_only));
    }
    return publisher;
}

Status Publisher::open_lane(Lane which, const LanePosition& from, bool compare_only) {
    LaneState& lane = lanes_[static_cast<std::size_t>(which)];
    lane.topic = std::string(lane_topics[static_cast<std::size_t>(which)]);
    FISCUS_ASSIGN(const std::optional<log::TopicInfo> topic, log_->describe(lane.topic));
    if (!topic) {
        return log::topic_unknown(lane.topic);
    }
    if (!from.identity.empty() && from.identity != topic->identity) {
        return Error{.code = ErrorCode::log_mismatch,
                     .what = "topic " + lane.topic + " was made anew",
                     .why = "the statistics were published to " + from.identity + ", now it is " +
                            topic->identity,
                     .hint = rebuild_hint};
    }
    // First the writer: it makes durable what a killed process left behind, and the end moves.
    if (!compare_only) {
        FISCUS_ASSIGN(lane.writer, log_->writer(lane.topic, partition_));
    }
    FISCUS_ASSIGN(const log::Extent extent, log_->extent(lane.topic, partition_));
    if (from.end > extent.end) {
        return Error{.code = ErrorCode::log_mismatch,
                     .what = "topic " + lane.topic + " ends at offset " +
                             std::to_string(extent.end) + ", the statistics published up to " +
                             std::to_string(from.end),
                     .why = "the topic lost its tail",
                     .hint = rebuild_hint};
    }
    FISCUS_TRY(check_head(topic->plan, partition_, extent.first, from.end));
    lane.next_offset = std::max(from.end, extent.first);
    lane.compacted = topic->plan.compacted;
    lane.position = {.identity = topic->identity, .end = extent.end};
    lane.published_end = extent.end;
    return Done{};
}

// After the last published record: what a process that died had still on its way to the broker may
// have come since the topic was opened, and is compared like everything before it.
Status Publisher::look_for_more(LaneState& lane) {
    if (lane.writer == nullptr) {
        lane.at_end = true;
        return Done{};
    }
    FISCUS_ASSIGN(const log::Extent extent, log_->extent(lane.topic, partition_));
    lane.at_end = extent.end <= lane.published_end;
    lane.published_end = std::max(lane.published_end, extent.end);
    lane.position.end = lane.published_end;
    return Done{};
}

Result<const log::Record*> Publisher::next_published(LaneState& lane) {
    if (lane.taken < lane.records.size()) {
        return &lane.records[lane.taken];
    }
    for (int waits = 0; !lane.at_end;) {
        if (lane.next_offset >= lane.published_end) {
            FISCUS_TRY(look_for_more(lane));
            continue;
        }
        if (lane.reader == nullptr) {
            FISCUS_ASSIGN(lane.reader, log_->reader(lane.topic, partition_, lane.next_offset));
        }
        FISCUS_ASSIGN(lane.records, lane.reader->read(compare_records_max, compare_wait));
        lane.taken = 0;
        if (!lane.records.empty()) {
            lane.next_offset = lane.records.back().offset + 1;
            return &lane.records.front();
        }
        if (lane.reader->position() >= lane.published_end) {
            lane.next_offset = lane.reader->position();
            continue;
        }
        if (++waits == compare_waits_max) {
            return Error{.code = ErrorCode::log_unavailable,
                         .what = "the published rows of " + lane.topic + " do not come",
                         .why = "nothing was delivered from offset " +
                                std::to_string(lane.next_offset) + " for a minute",
                         .hint = "check the broker, then start again"};
        }
    }
    lane.reader.reset();
    lane.records = {};
    lane.taken = 0;
    FISCUS_TRY(check_replaced(lane));
    return static_cast<const log::Record*>(nullptr);
}

Result<bool> Publisher::is_published(LaneState& lane, const Row& row) {
    FISCUS_ASSIGN(const log::Record* const published, next_published(lane));
    if (published != nullptr) {
        return compare(lane, *published, row);
    }
    // Row 1 lies at offset 0, and so on: such an offset was given away.
    if (!lane.compacted && row.number <= static_cast<std::uint64_t>(lane.published_end)) {
        return missing(lane.topic, row,
                       "the topic ends at offset " + std::to_string(lane.published_end) +
                           " and no record is left behind the row before");
    }
    return false;
}

Result<bool> Publisher::compare(LaneState& lane, const log::Record& published, const Row& row) {
    const std::uint64_t number = row_number_of(published.value);
    if (number > row.number && lane.compacted) {
        // A later row of the same key took its place.
        if (lane.writer == nullptr) {
            lane.replaced.try_emplace(std::hash<std::string_view>{}(row.key), row.number);
        }
        return true;
    }
    if (number > row.number) {
        return missing(lane.topic, row,
                       "at offset " + std::to_string(published.offset) + " follows " +
                           name_of(number, as_text(published.key)));
    }
    if (number != row.number) {
        return differs(
            lane.topic, published.offset,
            "its number is " + std::to_string(number) + ", due is " + name_of(row.number, row.key));
    }
    if (as_text(published.key) != row.key) {
        return differs(lane.topic, published.offset,
                       "published " + name_of(number, as_text(published.key)) +
                           ", recomputed key " + printable(row.key));
    }
    if (as_text(published.value) != row.value) {
        return differs(lane.topic, published.offset,
                       name_of(row.number, row.key) + ": " +
                           row_difference(as_text(published.value), row.value));
    }
    if (!lane.replaced.empty()) {
        lane.replaced.erase(std::hash<std::string_view>{}(row.key));
    }
    ++lane.taken;
    ++compared_;
    return true;
}

Status Publisher::check_replaced(const LaneState& lane) {
    if (lane.replaced.empty()) {
        return Done{};
    }
    const auto first =
        std::ranges::min_element(lane.replaced, {}, [](const auto& gone) { return gone.second; });
    return Error{.code = ErrorCode::diverged,
                 .what = "row " + std::to_string(first->second) + " is missing in " + lane.topic,
                 .why =
                     "no later row of its key follows, so compaction did not take it; rows gone "
                     "like that: " +
                     std::to_string(lane.replaced.size()),
                 .hint = anew_hint};
}

Status Publisher::publish(Lane which, const Row& row) {
    LaneState& lane = lanes_[static_cast<std::size_t>(which)];
    FISCUS_ASSIGN(const bool published, is_published(lane, row));
    if (!published && lane.writer == nullptr) {
        ++beyond_;
    } else if (!published) {
        lane.waiting.push_back({.timestamp_us = row.timestamp_us,
                                .key = as_byte_span(row.key),
                                .value = as_byte_span(row.value)});
    }
    return Done{};
}

Status Publisher::publish(const Row& row) {
    switch (row.stream) {
        case Stream::statistics:
            FISCUS_TRY(publish(Lane::history, row));
            return row.keep == Keep::latest_and_history ? publish(Lane::latest, row)
                                                        : Status(Done{});
        case Stream::reconciliation: return publish(Lane::reconciliation, row);
        case Stream::refusals: return publish(Lane::refusals, row);
        case Stream::outcomes: return publish(Lane::outcomes, row);
    }
    return Done{};
}

Status Publisher::take(const RowBuffer& rows) {
    for (std::size_t index = 0; index < rows.size(); ++index) {
        FISCUS_TRY(publish(rows.row(index)));
    }
    for (LaneState& lane : lanes_) {
        FISCUS_TRY(append_waiting(lane));
    }
    return Done{};
}

Status Publisher::append_waiting(LaneState& lane) {
    if (lane.waiting.empty()) {
        return Done{};
    }
    FISCUS_TRY(lane.writer->append(lane.waiting));
    lane.unsynced += lane.waiting.size();
    appended_ += lane.waiting.size();
    lane.waiting.clear();
    return Done{};
}

Status Publisher::sync() {
    for (LaneState& lane : lanes_) {
        if (lane.taken == lane.records.size() && lane.next_offset >= lane.published_end) {
            FISCUS_TRY(check_replaced(lane));
        }
        if (lane.unsynced == 0) {
            continue;
        }
        FISCUS_ASSIGN(const std::int64_t end, lane.writer->sync());
        const std::int64_t due = lane.position.end + static_cast<std::int64_t>(lane.unsynced);
        if (end != due) {
            return Error{.code = ErrorCode::fenced,
                         .what = "topic " + lane.topic + " ends at offset " + std::to_string(end) +
                                 " where " + std::to_string(due) + " was due",
                         .why = "somebody else appends to it",
                         .hint = "run one set of statistics for each partition, then start again"};
        }
        lane.position.end = end;
        lane.unsynced = 0;
    }
    return Done{};
}

LanePositions Publisher::positions() const {
    LanePositions positions;
    for (std::size_t lane = 0; lane < lane_count; ++lane) {
        const LaneState& state = lanes_[lane];
        positions[lane] = state.position;
        // Rows that were found published but not recomputed yet are not covered by the state.
        if (!state.at_end) {
            positions[lane].end = state.taken < state.records.size()
                                      ? state.records[state.taken].offset
                                      : state.next_offset;
        }
    }
    return positions;
}

bool Publisher::rows_left() const {
    for (const LaneState& lane : lanes_) {
        if (lane.taken < lane.records.size() || lane.next_offset < lane.published_end) {
            return true;
        }
    }
    return false;
}

}  // namespace fiscus::projections
