// A log in memory for tests: it lets two writers share a partition, as Kafka does and the local log
// does not, and gives offsets at sync(). Tests may look at what is stored, and damage it. The
// cluster of the simulation is one of these, with troubles (tests/simulation/cluster.h).
// Thread: one for each partition at a time. Nothing is ever lost or damaged unless a test does it.
#pragma once

#include <chrono>
#include <cstring>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "engine/log/log.h"
#include "engine/log/record_rules.h"

namespace fiscus::log {

// One record as it lies in a partition.
struct StoredRecord {
    std::int64_t timestamp_us = 0;
    std::string key{};
    std::vector<std::uint64_t> words{};  // a value starts at a multiple of eight
    std::size_t value_bytes = 0;
    bool key_is_null = false;
    bool value_is_null = false;
    bool hole = false;  // the offset exists, the record does not

    [[nodiscard]] Record at(std::int64_t offset) const {
        return {.offset = offset,
                .timestamp_us = timestamp_us,
                .key = as_byte_span(key),
                .value = std::as_bytes(std::span(words)).first(value_bytes),
                .key_is_null = key_is_null,
                .value_is_null = value_is_null};
    }
};

inline StoredRecord stored_record(const NewRecord& record, Stamps stamps) {
    const NewRecord now;
    StoredRecord stored{
        .timestamp_us = record_timestamp_ms(stamps == Stamps::log ? now : record) * 1000,
        .key_is_null = record.key_is_null,
        .value_is_null = record.value_is_null};
    if (!record.key_is_null) {
        stored.key = as_text(record.key);
    }
    if (!record.value_is_null && !record.value.empty()) {
        stored.value_bytes = record.value.size();
        stored.words.resize((stored.value_bytes + 7) / 8);
        std::memcpy(stored.words.data(), record.value.data(), stored.value_bytes);
    }
    return stored;
}

class MemoryLog final : public Log {
public:
    using Stored = StoredRecord;
    using Partition = std::deque<Stored>;

    Result<std::string> identity() override { return std::string("memory"); }

    Result<std::optional<TopicInfo>> describe(std::string_view topic) override {
        const auto found = topics_.find(topic);
        return found == topics_.end() ? std::optional<TopicInfo>() : found->second.info;
    }

    Status create(std::span<const TopicPlan> plans) override {
        for (const TopicPlan& plan : plans) {
            FISCUS_TRY(check_plan(plan));
            const auto found = topics_.find(plan.name);
            if (found != topics_.end()) {
                FISCUS_TRY(check_topic(plan, found->second.info));
            }
        }
        for (const TopicPlan& plan : plans) {
            Topic topic{.info = {.plan = plan, .identity = "memory"}, .partitions = {}};
            topic.partitions.resize(static_cast<std::size_t>(plan.partitions));
            topics_.emplace(plan.name, std::move(topic));
        }
        return Done{};
    }

    Result<Extent> extent(std::string_view topic, std::int32_t partition) override {
        FISCUS_ASSIGN(const Kept* found, find(topic, partition));
        return found->extent();
    }

    Result<std::unique_ptr<Reader>> reader(std::string_view topic,
                                           std::int32_t partition,
                                           std::int64_t offset) override;
    Result<std::unique_ptr<Writer>> writer(std::string_view topic, std::int32_t partition) override;

    Status put_note(std::string_view topic,
                    std::int32_t partition,
                    std::string_view name,
                    const Note& note) override {
        FISCUS_TRY(check_note(name, note));
        FISCUS_TRY(answers());
        notes_[{std::string(topic), partition, std::string(name)}] = note;
        return Done{};
    }
    Result<std::optional<Note>> note(std::string_view topic,
                                     std::int32_t partition,
                                     std::string_view name) override {
        FISCUS_TRY(answers());
        const auto found = notes_.find({std::string(topic), partition, std::string(name)});
        return found == notes_.end() ? std::optional<Note>() : found->second;
    }
    // Whether it takes and gives notes, for tests of a broker that is away.
    void keep_notes(bool keeps) { keeps_notes_ = keeps; }

    // For tests that alter a topic as its operator may.
    TopicInfo& info(std::string_view topic) { return topics_.find(topic)->second.info; }
    // For tests that look at or damage what is stored.
    Partition& stored(std::string_view topic, std::int32_t partition) {
        return find(topic, partition).value()->records;
    }

    // As if somebody had deleted the records before `first`.
    void lose_head(std::string_view topic, std::int32_t partition, std::int64_t first) {
        Kept& kept = *find(topic, partition).value();
        kept.first = first;
        for (std::int64_t offset = 0; offset < first; ++offset) {
            kept.records[static_cast<std::size_t>(offset)].hole = true;
        }
    }
    // As if somebody had put this in its place. What was there is kept, as readers have it in hand.
    void replace(std::string_view topic, std::int32_t partition, Partition records) {
        Kept& kept = *find(topic, partition).value();
        replaced_.push_back(std::move(kept.records));
        kept.records = std::move(records);
        kept.first = 0;
    }

private:
    friend class MemoryReader;

    struct Kept {
        Partition records;
        std::int64_t first = 0;

        [[nodiscard]] Extent extent() const {
            return {.first = first, .end = static_cast<std::int64_t>(records.size())};
        }
    };
    struct Topic {
        TopicInfo info;
        std::deque<Kept> partitions;
    };

    Result<Kept*> find(std::string_view topic, std::int32_t partition) {
        const auto found = topics_.find(topic);
        if (found == topics_.end()) {
            return topic_unknown(topic);
        }
        auto& partitions = found->second.partitions;
        if (partition < 0 || static_cast<std::size_t>(partition) >= partitions.size()) {
            return partition_unknown(topic, partition, found->second.info.plan.partitions);
        }
        return &partitions[static_cast<std::size_t>(partition)];
    }

    [[nodiscard]] Status answers() const {
        return keeps_notes_ ? Status(Done{})
                            : Status(Error{.code = ErrorCode::log_unavailable,
                                           .what = "the log is away",
                                           .why = "",
                                           .hint = ""});
    }

    bool keeps_notes_ = true;
    std::map<std::tuple<std::string, std::int32_t, std::string>, Note> notes_;
    std::map<std::string, Topic, std::less<>> topics_;
    std::deque<Partition> replaced_;
};

class MemoryReader final : public Reader {
public:
    MemoryReader(const MemoryLog::Kept& partition, std::int64_t offset)
        : partition_(partition), next_(offset) {}

    Result<std::span<const Record>> read(std::size_t records_max,
                                         std::chrono::milliseconds) override {
        records_.clear();
        FISCUS_TRY(check(next_));
        const auto& stored = partition_.records;
        for (; static_cast<std::size_t>(next_) < stored.size(); ++next_) {
            const StoredRecord& record = stored[static_cast<std::size_t>(next_)];
            if (record.hole) {
                continue;
            }
            if (records_.size() == records_max) {
                break;
            }
            records_.push_back(record.at(next_));
        }
        return std::span<const Record>(records_);
    }

    [[nodiscard]] std::int64_t position() const override { return next_; }

    Status seek(std::int64_t offset) override {
        FISCUS_TRY(check(offset));
        next_ = offset;
        return Done{};
    }

private:
    [[nodiscard]] Status check(std::int64_t offset) const {
        const Extent extent = partition_.extent();
        if (offset < extent.first || offset > extent.end) {
            return outside_extent("memory", offset, extent);
        }
        return Done{};
    }

    const MemoryLog::Kept& partition_;
    std::int64_t next_;
    std::vector<Record> records_;
};

class MemoryWriter final : public Writer {
public:
    MemoryWriter(MemoryLog::Partition& partition, TopicPlan plan)
        : partition_(partition), plan_(std::move(plan)) {}

    Status append(std::span<const NewRecord> records) override {
        for (const NewRecord& record : records) {
            if (dead_) {
                return *dead_;
            }
            if (auto fit = check_record(record, plan_); !fit.ok()) {
                dead_ = std::move(fit).error();
                return *dead_;
            }
            queued_.push_back(stored_record(record, plan_.stamps));
        }
        return Done{};
    }

    Result<std::int64_t> sync() override {
        if (dead_) {
            return *dead_;
        }
        for (auto& stored : queued_) {
            partition_.push_back(std::move(stored));
            end_ = static_cast<std::int64_t>(partition_.size());
        }
        queued_.clear();
        return end_ < 0 ? static_cast<std::int64_t>(partition_.size()) : end_;
    }

private:
    MemoryLog::Partition& partition_;
    const TopicPlan plan_;
    std::vector<StoredRecord> queued_;
    std::int64_t end_ = -1;
    std::optional<Error> dead_;
};

inline Result<std::unique_ptr<Reader>> MemoryLog::reader(std::string_view topic,
                                                         std::int32_t partition,
                                                         std::int64_t offset) {
    FISCUS_ASSIGN(const Kept* found, find(topic, partition));
    auto reader = std::make_unique<MemoryReader>(*found, offset);
    FISCUS_TRY(reader->seek(offset));
    return std::unique_ptr<Reader>(std::move(reader));
}

inline Result<std::unique_ptr<Writer>> MemoryLog::writer(std::string_view topic,
                                                         std::int32_t partition) {
    FISCUS_ASSIGN(Kept* const found, find(topic, partition));
    return std::unique_ptr<Writer>(
        std::make_unique<MemoryWriter>(found->records, info(topic).plan));
}

}  // namespace fiscus::log
