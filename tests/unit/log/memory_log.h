// A log in memory for tests: it lets two writers share a partition, as Kafka does and the local log
// does not, and gives offsets at sync(). Thread: one for each partition at a time. Nothing is ever
// lost or damaged unless a test does it.
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

class MemoryLog final : public Log {
public:
    struct Stored {
        std::int64_t timestamp_us = 0;
        std::string key{};
        std::vector<std::uint64_t> words{};  // a value starts at a multiple of eight
        std::size_t value_bytes = 0;
        bool key_is_null = false;
        bool value_is_null = false;
        bool hole = false;  // the offset exists, the record does not
    };
    using Partition = std::deque<Stored>;

    Result<std::string> identity() override { return std::string("memory"); }

    Result<std::optional<TopicInfo>> describe(std::string_view topic) override {
        const auto found = topics_.find(std::string(topic));
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
        FISCUS_ASSIGN(const Partition* found, find(topic, partition));
        const auto first = firsts_.find({std::string(topic), partition});
        return Extent{.first = first == firsts_.end() ? 0 : first->second,
                      .end = static_cast<std::int64_t>(found->size())};
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
    TopicInfo& info(std::string_view topic) { return topics_.at(std::string(topic)).info; }
    // For tests that look at or damage what is stored.
    Partition& stored(std::string_view topic, std::int32_t partition) {
        return *find(topic, partition).value();
    }

    // As if somebody had deleted the records before `first`.
    void lose_head(std::string_view topic, std::int32_t partition, std::int64_t first) {
        firsts_[{std::string(topic), partition}] = first;
        for (std::int64_t offset = 0; offset < first; ++offset) {
            stored(topic, partition)[static_cast<std::size_t>(offset)].hole = true;
        }
    }

private:
    struct Topic {
        TopicInfo info;
        std::vector<Partition> partitions;
    };

    Result<Partition*> find(std::string_view topic, std::int32_t partition) {
        const auto found = topics_.find(std::string(topic));
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
    std::map<std::string, Topic> topics_;
    std::map<std::pair<std::string, std::int32_t>, std::int64_t> firsts_;
};

class MemoryReader final : public Reader {
public:
    MemoryReader(const MemoryLog::Partition& partition, std::int64_t offset)
        : partition_(partition), next_(offset) {}

    Result<std::span<const Record>> read(std::size_t records_max,
                                         std::chrono::milliseconds) override {
        records_.clear();
        if (static_cast<std::size_t>(next_) > partition_.size()) {
            return outside_extent("memory", next_, extent());
        }
        for (; static_cast<std::size_t>(next_) < partition_.size(); ++next_) {
            const MemoryLog::Stored& stored = partition_[static_cast<std::size_t>(next_)];
            if (stored.hole) {
                continue;
            }
            if (records_.size() == records_max) {
                break;
            }
            records_.push_back(
                {.offset = next_,
                 .timestamp_us = stored.timestamp_us,
                 .key = as_byte_span(stored.key),
                 .value = std::as_bytes(std::span(stored.words)).first(stored.value_bytes),
                 .key_is_null = stored.key_is_null,
                 .value_is_null = stored.value_is_null});
        }
        return std::span<const Record>(records_);
    }

    [[nodiscard]] std::int64_t position() const override { return next_; }

    Status seek(std::int64_t offset) override {
        if (offset < 0 || static_cast<std::size_t>(offset) > partition_.size()) {
            return outside_extent("memory", offset, extent());
        }
        next_ = offset;
        return Done{};
    }

private:
    [[nodiscard]] Extent extent() const {
        return {.first = 0, .end = static_cast<std::int64_t>(partition_.size())};
    }

    const MemoryLog::Partition& partition_;
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
            MemoryLog::Stored stored;
            const bool by_log = plan_.stamps == Stamps::log;
            stored.timestamp_us = record_timestamp_ms(by_log ? NewRecord{} : record) * 1000;
            stored.key_is_null = record.key_is_null;
            stored.value_is_null = record.value_is_null;
            stored.key = record.key_is_null ? std::string() : std::string(as_text(record.key));
            stored.value_bytes = record.value_is_null ? 0 : record.value.size();
            stored.words.resize((stored.value_bytes + 7) / 8);
            if (stored.value_bytes > 0) {
                std::memcpy(stored.words.data(), record.value.data(), stored.value_bytes);
            }
            queued_.push_back(std::move(stored));
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
    std::vector<MemoryLog::Stored> queued_;
    std::int64_t end_ = -1;
    std::optional<Error> dead_;
};

inline Result<std::unique_ptr<Reader>> MemoryLog::reader(std::string_view topic,
                                                         std::int32_t partition,
                                                         std::int64_t offset) {
    FISCUS_ASSIGN(const Partition* found, find(topic, partition));
    auto reader = std::make_unique<MemoryReader>(*found, offset);
    FISCUS_TRY(reader->seek(offset));
    return std::unique_ptr<Reader>(std::move(reader));
}

inline Result<std::unique_ptr<Writer>> MemoryLog::writer(std::string_view topic,
                                                         std::int32_t partition) {
    FISCUS_ASSIGN(Partition * found, find(topic, partition));
    return std::unique_ptr<Writer>(
        std::make_unique<MemoryWriter>(*found, topics_.at(std::string(topic)).info.plan));
}

}  // namespace fiscus::log
