// Rows → topics, each exactly once. At the start the topics' tails are read again from where the
// state stood: every recomputed row that lies there is compared byte for byte, and only what
// follows is appended. A row counts after sync(); the state is written after that, never before.
// A standby's rows are held until they are found published, or until it leads and publishes them.
// Whoever was stopped with rows under way and lost its place may repeat them later: a row whose
// number was there before is a repeat, which no reader takes (docs/formats/statistics.md).
// Thread: one. Fails: diverged (a published row differs or is gone), fenced (somebody else
// appended), log_mismatch (a topic is missing, was made anew, has lost its beginning or is shorter
// than the state says), and the log's own trouble.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/log/log.h"
#include "projections/publish/rows.h"

namespace fiscus::projections {

// Topics that rows go to.
enum class Lane : std::uint8_t { latest, history, reconciliation, refusals, outcomes };
inline constexpr std::size_t lane_count = 5;

// Where a topic stood when the state was written; stored with it.
struct LanePosition {
    std::string identity;  // of the topic; empty before the first row
    std::int64_t end = 0;  // offset after the last row that the state covers
    friend bool operator==(const LanePosition&, const LanePosition&) = default;
};
using LanePositions = std::array<LanePosition, lane_count>;

enum class PublisherMode : std::uint8_t {
    publish,  // appends what is not there yet
    compare,  // nothing is appended; rows beyond the topics' ends are only counted
    follow,   // holds what is not there yet, until lead()
};

class Publisher final : public RowSink {
public:
    // Of no use before open() filled it.
    Publisher() = default;
    static Result<std::unique_ptr<Publisher>> open(log::Log& log,
                                                   std::int32_t partition,
                                                   const LanePositions& from,
                                                   PublisherMode mode);

    Status take(const RowBuffer& rows) override;
    // Everything appended is durable afterwards.
    Status sync();
    // With nothing to publish: repeats may have come behind the newest row of a key, which comes
    // once more where only the last record of a key is kept.
    Status look_for_repeats();
    // follow: looks for what is held among what is published; true while some is still held, and
    // then the state must not be written.
    Result<bool> release();
    // follow: from now on it publishes, first what it holds. False: somebody still has the topics
    // for writing (the local log), and nothing has changed.
    Result<bool> lead();
    // After sync(): what the state stores.
    [[nodiscard]] LanePositions positions() const;

    [[nodiscard]] std::uint64_t appended() const { return appended_; }
    [[nodiscard]] std::uint64_t compared() const { return compared_; }
    // Rows that somebody published again, found and passed over.
    [[nodiscard]] std::uint64_t repeats() const { return repeats_; }
    // compare: rows that the topics do not have yet.
    [[nodiscard]] std::uint64_t beyond() const { return beyond_; }
    // Published rows that were not recomputed yet.
    [[nodiscard]] bool rows_left() const;

private:
    // A row that outlives the buffer that it came in.
    struct HeldRow {
        Row row;
        std::string key;
        std::string value;
    };
    struct LaneState {
        std::string topic;
        bool compacted = false;
        LanePosition position;
        std::int64_t published_end = 0;  // of the topic, before anything of ours
        bool at_end = false;             // everything published was compared
        std::unique_ptr<log::Reader> reader;
        std::span<const log::Record> records;
        std::size_t taken = 0;
        std::int64_t next_offset = 0;
        std::unique_ptr<log::Writer> writer;
        std::vector<log::NewRecord> waiting;
        std::uint64_t unsynced = 0;
        // Where the state stood, and the offset of row 1 were no row repeated before that.
        std::int64_t from = 0;
        std::optional<std::int64_t> shift;
        std::int64_t repeats = 0;
        std::uint64_t last_number = 0;  // of the last row that was compared or appended
        bool led = false;               // this process took over from somebody
        std::int64_t looked_end = -1;   // the topic's end when repeats were looked for
        std::deque<HeldRow> held;
        // compare, compacted: by hash of its key, a row that is gone and needs a later one.
        std::unordered_map<std::size_t, std::uint64_t> replaced;
    };

    Status open_lane(Lane lane, const LanePosition& from);
    Status look_for_more(LaneState& lane);
    // True when the row is published already, and equal.
    Status publish(const Row& row);
    Status publish(Lane which, const Row& row);
    Result<bool> is_published(LaneState& lane, const Row& row);
    Result<bool> compare(LaneState& lane, const log::Record& published, const Row& row);
    // After the last published row: each row that compaction took away was followed by another.
    static Status check_replaced(const LaneState& lane);
    // The next published record, or nullptr at the end.
    Result<const log::Record*> next_published(LaneState& lane);
    Status append_waiting(LaneState& lane);
    Status pass_over_repeats(LaneState& lane);
    [[nodiscard]] static bool is_repeat(const LaneState& lane,
                                        std::uint64_t number,
                                        const Row& row);
    Result<bool> release(LaneState& lane);
    // The topic has grown by more than what was appended: repeats, or somebody else's rows.
    Status look_at_foreign_rows(LaneState& lane, std::int64_t end);
    // Compaction keeps the last record of a key: where that is a repeat, the newest comes again.
    Status restore_newest(LaneState& lane, std::int64_t end);

    log::Log* log_ = nullptr;
    std::int32_t partition_ = 0;
    PublisherMode mode_ = PublisherMode::publish;
    std::array<LaneState, lane_count> lanes_;
    std::uint64_t appended_ = 0;
    std::uint64_t compared_ = 0;
    std::uint64_t beyond_ = 0;
    std::uint64_t repeats_ = 0;
};

}  // namespace fiscus::projections
