// The port: an ordered, partitioned, append-only log of records, as the engine and the projections
// see it. Two adapters: local files (engine/log/local_log.h) and Kafka (engine/log/kafka_log.h),
// and everything above is the same for both. Each reader and writer belongs to one thread at a
// time; the Log itself may be used from several, and outlives the readers and writers it gave out.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/hash.h"
#include "engine/base/result.h"

namespace fiscus::log {

// Stamps of records read lie between 0 and this, whatever a publisher wrote into them: what is
// before 1970 becomes 0, what microseconds cannot hold the largest whole millisecond.
inline constexpr std::int64_t timestamp_ms_max = std::numeric_limits<std::int64_t>::max() / 1000;

constexpr std::int64_t read_timestamp_us(std::int64_t timestamp_ms) {
    return std::clamp<std::int64_t>(timestamp_ms, 0, timestamp_ms_max) * 1000;
}

// The nearest stamp that every log takes, for records stamped with the time of one that was read.
constexpr std::int64_t append_timestamp_us(std::int64_t timestamp_us) {
    return std::clamp<std::int64_t>(timestamp_us, 1000, timestamp_ms_max * 1000);
}

// A record read. key and value are borrowed: valid until the reader's next call. A value begins at
// an address that is a multiple of eight, so that FlatBuffers may be read in place.
struct Record {
    std::int64_t offset = 0;
    // Whole milliseconds, Kafka keeps no more; from 0 to timestamp_ms_max of them.
    std::int64_t timestamp_us = 0;
    Bytes key{};
    Bytes value{};
    bool key_is_null = false;
    bool value_is_null = false;
};

// A record to append; bytes are copied before append() returns.
struct NewRecord {
    std::int64_t timestamp_us = 0;  // kept in whole milliseconds; 0: the moment of the append
    Bytes key{};
    Bytes value{};
    bool key_is_null = false;
    bool value_is_null = false;
};

// Whose clock a record's stamp is (docs/decisions/0008).
enum class Stamps : std::uint8_t {
    publisher,  // that of whoever appends: the stamp of append() is kept
    log,        // the log's own, at the append; the stamp of append() is not looked at
};

// What a topic must be like, and what `topics plan` prints.
struct TopicPlan {
    std::string name;
    std::int32_t partitions = 1;
    bool compacted = false;
    // Milliseconds; −1 for ever.
    std::int64_t retention_ms = -1;
    std::int32_t max_message_bytes = 1 << 20;
    // Bytes of a partition; −1: any number.
    std::int64_t retention_bytes = -1;
    Stamps stamps = Stamps::publisher;
};

// What a topic is. `identity` changes when the topic is deleted and made anew; empty where the log
// cannot tell (Kafka).
struct TopicInfo {
    TopicPlan plan;
    std::string identity{};
    // Of each partition, and how many of them must have a record before it is acknowledged.
    std::int32_t replicas = 1;
    std::int32_t insync_replicas_min = 1;
    // Nobody appends but processes of the log's owner, so it does not matter who stamps (local).
    bool owned = false;
};

// Offsets of a partition: [first, end). Offsets are ascending, not necessarily without holes.
struct Extent {
    std::int64_t first = 0;
    std::int64_t end = 0;
};

// What a process says about a partition beside its records: a hint for other processes and for
// people, never the truth.
struct Note {
    std::int64_t position = 0;  // how far it has come
    std::string text{};         // of printable ASCII, note_bytes_max at most
    friend bool operator==(const Note&, const Note&) = default;
};
// Kafka keeps no more by default.
inline constexpr std::size_t note_bytes_max = 4'096;

class Reader {
public:
    virtual ~Reader() = default;
    // Next records from the position, at most `records_max`; waits up to `wait` for the first one.
    // An empty span means that nothing came in time. The span and its bytes live until the next
    // call.
    // Fails: log_mismatch when the position is outside the partition's extent (truncation,
    // retention), log_unavailable, corrupt, io.
    virtual Result<std::span<const Record>> read(std::size_t records_max,
                                                 std::chrono::milliseconds wait) = 0;
    // Every record before this offset was handed out. May be past holes that no record tells of,
    // such as a transaction's marker at the end of a Kafka partition; 0: nothing is known.
    [[nodiscard]] virtual std::int64_t position() const { return 0; }
    // The next read starts with the first record at or after `offset`. Fails: log_mismatch when
    // that is outside the extent; its end is inside.
    virtual Status seek(std::int64_t offset) = 0;
};

class Writer {
public:
    virtual ~Writer() = default;
    // Queues records in order. May block while the adapter's queue is full. Nothing counts yet.
    // Fails: usage for a record that is too large or stamped before 1970, io, log_unavailable.
    virtual Status append(std::span<const NewRecord> records) = 0;
    // Returns when everything appended so far is durable (synced, or acknowledged by all in-sync
    // replicas); the value is the offset after the last one. After an error the writer is dead:
    // re-read the tail and open a new one. Group commit: one sync covers all that was appended.
    virtual Result<std::int64_t> sync() = 0;
};

class Log {
public:
    virtual ~Log() = default;
    // Identity of the cluster or directory; pinned in the state.
    virtual Result<std::string> identity() = 0;
    // nothing: no such topic.
    virtual Result<std::optional<TopicInfo>> describe(std::string_view topic) = 0;
    // Creates what is missing; an existing topic that differs from its plan is an error.
    virtual Status create(std::span<const TopicPlan> plans) = 0;
    // Of durable records only; fails: not_found.
    virtual Result<Extent> extent(std::string_view topic, std::int32_t partition) = 0;
    // Fails: not_found, log_mismatch as read() does.
    virtual Result<std::unique_ptr<Reader>> reader(std::string_view topic,
                                                   std::int32_t partition,
                                                   std::int64_t offset) = 0;
    // One writer for a partition in a process; the local log also locks out other processes
    // (fenced).
    virtual Result<std::unique_ptr<Writer>> writer(std::string_view topic,
                                                   std::int32_t partition) = 0;
    // Keeps one note for each name and partition; a later one takes the place of the one before.
    // A log that keeps no notes forgets them. Fails: usage for a name of other letters than
    // a-z A-Z 0-9 . _ -, io, log_unavailable within a few seconds.
    virtual Status put_note(std::string_view topic,
                            std::int32_t partition,
                            std::string_view name,
                            const Note& note);
    // The last one; nothing: there is none.
    virtual Result<std::optional<Note>> note(std::string_view topic,
                                             std::int32_t partition,
                                             std::string_view name);
};

}  // namespace fiscus::log
