#include "projections/publish/publisher.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <functional>
#include <map>
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
                                                   PublisherMode mode) {
    auto publisher = std::make_unique<Publisher>();
    publisher->log_ = &log;
    publisher->partition_ = partition;
    publisher->mode_ = mode;
    for (std::size_t lane = 0; lane < lane_count; ++lane) {
        FISCUS_TRY(publisher->open_lane(static_cast<Lane>(lane), from[lane]));
    }
    return publisher;
}

Status Publisher::open_lane(Lane which, const LanePosition& from) {
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
    if (mode_ == PublisherMode::publish) {
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
    lane.from = from.end;
    return Done{};
}

// After the last published record: what a process that died had still on its way to the broker may
// have come since the topic was opened, and is compared like everything before it.
Status Publisher::look_for_more(LaneState& lane) {
    if (mode_ == PublisherMode::compare) {
        lane.at_end = true;
        return Done{};
    }
    FISCUS_ASSIGN(const log::Extent extent, log_->extent(lane.topic, partition_));
    lane.at_end = mode_ == PublisherMode::publish && extent.end <= lane.published_end;
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
            if (mode_ == PublisherMode::follow && lane.next_offset >= lane.published_end) {
                return static_cast<const log::Record*>(nullptr);
            }
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
    if (!lane.shift) {
        const auto due = static_cast<std::int64_t>(row.number) - 1;
        lane.shift = std::max<std::int64_t>(lane.from - due, 0);
    }
    for (;;) {
        FISCUS_ASSIGN(const log::Record* const published, next_published(lane));
        if (published == nullptr) {
            break;
        }
        if (!is_repeat(lane, row_number_of(published->value), row)) {
            FISCUS_ASSIGN(const bool there, compare(lane, *published, row));
            lane.last_number = row.number;
            return there;
        }
        ++lane.taken;
        ++lane.repeats;
        ++repeats_;
    }
    // Row 1 lies at offset 0, and so on, but for repeats: such an offset was given away.
    if (!lane.compacted &&
        static_cast<std::int64_t>(row.number) + *lane.shift + lane.repeats <= lane.published_end) {
        return missing(lane.topic, row,
                       "the topic ends at offset " + std::to_string(lane.published_end) +
                           " and no record is left behind the row before");
    }
    return false;
}

// Rows before the state's are not known here, those since are.
bool Publisher::is_repeat(const LaneState& lane, std::uint64_t number, const Row& row) {
    return number > 0 && number < row.number && (lane.from > 0 || number <= lane.last_number);
}

Result<bool> Publisher::compare(LaneState& lane, const log::Record& published, const Row& row) {
    const std::uint64_t number = row_number_of(published.value);
    if (number > row.number && lane.compacted) {
        // A later row of the same key took its place.
        if (mode_ == PublisherMode::compare) {
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
    if (mode_ == PublisherMode::follow && !lane.held.empty()) {
        lane.held.push_back({row, std::string(row.key), std::string(row.value)});
        return Done{};
    }
    FISCUS_ASSIGN(const bool published, is_published(lane, row));
    if (published) {
        return Done{};
    }
    if (mode_ == PublisherMode::compare) {
        ++beyond_;
    } else if (mode_ == PublisherMode::follow) {
        lane.held.push_back({row, std::string(row.key), std::string(row.value)});
    } else {
        lane.last_number = row.number;
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

// Repeats behind the last row are no rows that are left.
Status Publisher::pass_over_repeats(LaneState& lane) {
    for (;;) {
        FISCUS_ASSIGN(const log::Record* const published, next_published(lane));
        const std::uint64_t number = published == nullptr ? 0 : row_number_of(published->value);
        if (number == 0 || number > lane.last_number) {
            return Done{};
        }
        ++lane.taken;
        ++lane.repeats;
        ++repeats_;
    }
}

Status Publisher::sync() {
    for (LaneState& lane : lanes_) {
        if (mode_ == PublisherMode::compare) {
            FISCUS_TRY(pass_over_repeats(lane));
        }
        if (lane.taken == lane.records.size() && lane.next_offset >= lane.published_end) {
            FISCUS_TRY(check_replaced(lane));
        }
        if (lane.unsynced == 0) {
            continue;
        }
        FISCUS_ASSIGN(const std::int64_t end, lane.writer->sync());
        const std::int64_t due = lane.position.end + static_cast<std::int64_t>(lane.unsynced);
        if (end != due) {
            FISCUS_TRY(look_at_foreign_rows(lane, end));
        }
        lane.position.end = std::max(lane.position.end, end);
        lane.unsynced = 0;
    }
    return Done{};
}

Status Publisher::look_at_foreign_rows(LaneState& lane, std::int64_t end) {
    const std::int64_t foreign = end - lane.position.end - static_cast<std::int64_t>(lane.unsynced);
    const Error fenced{.code = ErrorCode::fenced,
                       .what = "topic " + lane.topic + " ends at offset " + std::to_string(end) +
                               " where " + std::to_string(end - foreign) + " was due",
                       .why = "somebody else appends to it",
                       .hint = "run one set of statistics for each partition, then start again"};
    // Only whoever took over from somebody expects what that one had under way.
    if (!lane.led || foreign < 0) {
        return fenced;
    }
    FISCUS_ASSIGN(const auto reader, log_->reader(lane.topic, partition_, lane.position.end));
    while (reader->position() < end) {
        FISCUS_ASSIGN(const auto records, reader->read(compare_records_max, compare_wait));
        if (records.empty()) {
            break;
        }
        for (const log::Record& record : records) {
            const std::uint64_t number = row_number_of(record.value);
            if (record.offset < end && (number == 0 || number > lane.last_number)) {
                return fenced;
            }
        }
    }
    lane.repeats += foreign;
    repeats_ += static_cast<std::uint64_t>(foreign);
    return lane.compacted ? restore_newest(lane, end) : Status(Done{});
}

Status Publisher::restore_newest(LaneState& lane, std::int64_t end) {
    struct Newest {
        std::uint64_t number = 0;
        std::string value;
        std::int64_t timestamp_us = 0;
        bool last = false;  // no repeat of an older one lies behind it
    };
    std::map<std::string, Newest> keys;
    // The newest row of a key may be from before whatever this process has seen.
    FISCUS_ASSIGN(const log::Extent extent, log_->extent(lane.topic, partition_));
    FISCUS_ASSIGN(const auto reader, log_->reader(lane.topic, partition_, extent.first));
    while (reader->position() < end) {
        FISCUS_ASSIGN(const auto records, reader->read(compare_records_max, compare_wait));
        if (records.empty()) {
            break;
        }
        for (const log::Record& record : records) {
            Newest& newest = keys[std::string(as_text(record.key))];
            const std::uint64_t number = row_number_of(record.value);
            newest.last = number >= newest.number;
            if (newest.last) {
                newest.number = number;
                newest.value = as_text(record.value);
                newest.timestamp_us = record.timestamp_us;
            }
        }
    }
    std::vector<log::NewRecord> again;
    for (const auto& [key, newest] : keys) {
        if (!newest.last) {
            again.push_back({.timestamp_us = newest.timestamp_us,
                             .key = as_byte_span(key),
                             .value = as_byte_span(newest.value)});
        }
    }
    if (!again.empty()) {
        FISCUS_TRY(lane.writer->append(again));
        FISCUS_ASSIGN(lane.position.end, lane.writer->sync());
        lane.repeats += static_cast<std::int64_t>(again.size());
    }
    return Done{};
}

// Of a restart they lie behind the last row that it compared; whoever goes on sees the topic grow.
Status Publisher::look_for_repeats() {
    for (LaneState& lane : lanes_) {
        const bool unread =
            lane.taken < lane.records.size() || lane.next_offset < lane.published_end;
        if (mode_ != PublisherMode::publish || !lane.compacted || lane.unsynced > 0 ||
            (!unread && !lane.led)) {
            continue;
        }
        auto extent = log_->extent(lane.topic, partition_);
        if (!extent.ok() && extent.error().code == ErrorCode::log_unavailable) {
            continue;  // asked again later; whoever reads or writes says how long that may go on
        }
        FISCUS_TRY(extent);
        const bool grown = lane.led && extent->end != lane.position.end;
        if ((unread || grown) && extent->end != lane.looked_end) {
            FISCUS_TRY(restore_newest(lane, extent->end));
            lane.looked_end = std::max(extent->end, lane.position.end);
        }
    }
    return Done{};
}

Result<bool> Publisher::release(LaneState& lane) {
    while (!lane.held.empty()) {
        HeldRow& first = lane.held.front();
        first.row.key = first.key;
        first.row.value = first.value;
        FISCUS_ASSIGN(const bool published, is_published(lane, first.row));
        if (!published) {
            return true;
        }
        lane.held.pop_front();
    }
    return false;
}

Result<bool> Publisher::release() {
    bool holds = false;
    for (LaneState& lane : lanes_) {
        FISCUS_ASSIGN(const bool some, release(lane));
        holds |= some;
    }
    return holds;
}

Result<bool> Publisher::lead() {
    std::array<std::unique_ptr<log::Writer>, lane_count> writers;
    for (std::size_t lane = 0; lane < lane_count; ++lane) {
        auto writer = log_->writer(lanes_[lane].topic, partition_);
        if (!writer.ok() && writer.error().code == ErrorCode::fenced) {
            return false;
        }
        if (!writer.ok()) {
            return std::move(writer).error();
        }
        writers[lane] = std::move(writer).value();
    }
    for (std::size_t index = 0; index < lane_count; ++index) {
        lanes_[index].writer = std::move(writers[index]);
        lanes_[index].led = true;
    }
    mode_ = PublisherMode::publish;
    for (LaneState& lane : lanes_) {
        FISCUS_TRY(release(lane));
        for (HeldRow& held : lane.held) {
            lane.waiting.push_back({.timestamp_us = held.row.timestamp_us,
                                    .key = as_byte_span(held.key),
                                    .value = as_byte_span(held.value)});
            lane.last_number = held.row.number;
        }
        FISCUS_TRY(append_waiting(lane));
        lane.held.clear();
    }
    return true;
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
