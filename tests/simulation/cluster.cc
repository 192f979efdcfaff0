#include "tests/simulation/cluster.h"

#include <algorithm>
#include <cstring>

#include "engine/log/record_rules.h"
#include "engine/log/topics.h"

namespace fiscus::simulation {
namespace {

// Whoever waits so long is seldom left with nothing.
constexpr std::chrono::milliseconds patience{1'000};

Error away(std::string_view what) {
    return {.code = ErrorCode::log_unavailable,
            .what = "the simulated cluster did not answer",
            .why = std::string(what),
            .hint = "try again"};
}

Stored stored_of(const log::NewRecord& record) {
    Stored stored{.timestamp_us = log::record_timestamp_ms(record) * 1000,
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

}  // namespace

class ClusterReader final : public log::Reader {
public:
    ClusterReader(Cluster& cluster, const Cluster::Partition& partition, std::int64_t offset)
        : cluster_(cluster), partition_(partition), next_(offset) {}

    Result<std::span<const log::Record>> read(std::size_t records_max,
                                              std::chrono::milliseconds wait) override {
        records_.clear();
        const auto end = static_cast<std::int64_t>(partition_.records.size());
        if (next_ > end) {
            return log::outside_extent("simulated partition", next_, {.first = 0, .end = end});
        }
        if (cluster_.strikes(cluster_.faults_.unavailable)) {
            return away("read");
        }
        if (cluster_.strikes(cluster_.faults_.nothing_yet / (wait < patience ? 1 : 20))) {
            return std::span<const log::Record>(records_);
        }
        const std::size_t some = cluster_.faults_.nothing_yet == 0
                                     ? records_max
                                     : cluster_.random_.between<std::size_t>(1, records_max);
        for (; next_ < end && records_.size() < some; ++next_) {
            const Stored& stored = partition_.records[static_cast<std::size_t>(next_)];
            if (!stored.hole) {
                records_.push_back({.offset = next_,
                                    .timestamp_us = stored.timestamp_us,
                                    .key = as_byte_span(stored.key),
                                    .value = stored.value(),
                                    .key_is_null = stored.key_is_null,
                                    .value_is_null = stored.value_is_null});
            }
        }
        return std::span<const log::Record>(records_);
    }

    [[nodiscard]] std::int64_t position() const override { return next_; }

    Status seek(std::int64_t offset) override {
        const auto end = static_cast<std::int64_t>(partition_.records.size());
        if (offset < 0 || offset > end) {
            return log::outside_extent("simulated partition", offset, {.first = 0, .end = end});
        }
        next_ = offset;
        return Done{};
    }

private:
    Cluster& cluster_;
    const Cluster::Partition& partition_;
    std::int64_t next_;
    std::vector<log::Record> records_;
};

class ClusterWriter final : public log::Writer {
public:
    ClusterWriter(Cluster& cluster, Cluster::Place place)
        : cluster_(cluster), place_(std::move(place)) {}
    // As a process that dies: what it had sent is on its way.
    ~ClusterWriter() override { cluster_.scatter(place_, std::move(sent_)); }
    ClusterWriter(const ClusterWriter&) = delete;
    ClusterWriter& operator=(const ClusterWriter&) = delete;

    Status append(std::span<const log::NewRecord> records) override {
        for (const log::NewRecord& record : records) {
            if (dead_) {
                return *dead_;
            }
            if (Status fit = log::check_record(record, partition().plan); !fit.ok()) {
                dead_ = std::move(fit).error();
                return *dead_;
            }
            sent_.push_back(stored_of(record));
        }
        return Done{};
    }

    Result<std::int64_t> sync() override {
        if (dead_) {
            return *dead_;
        }
        if (cluster_.strikes(cluster_.faults_.lost_answer)) {
            cluster_.scatter(place_, std::exchange(sent_, {}));
            dead_ = away("sync");
            return *dead_;
        }
        for (Stored& stored : sent_) {
            cluster_.store(partition(), std::move(stored));
            end_ = static_cast<std::int64_t>(partition().records.size());
        }
        sent_.clear();
        return end_ < 0 ? static_cast<std::int64_t>(partition().records.size()) : end_;
    }

private:
    Cluster::Partition& partition() { return cluster_.partitions_.at(place_); }

    Cluster& cluster_;
    const Cluster::Place place_;
    std::deque<Stored> sent_;
    std::int64_t end_ = -1;
    std::optional<Error> dead_;
};

class Connection final : public log::Log {
public:
    explicit Connection(Cluster& cluster) : cluster_(cluster) {}

    Result<std::string> identity() override { return std::string("simulated"); }

    Result<std::optional<log::TopicInfo>> describe(std::string_view topic) override {
        const auto found = cluster_.topics_.find(topic);
        return found == cluster_.topics_.end()
                   ? std::optional<log::TopicInfo>()
                   : std::optional(log::TopicInfo{.plan = found->second});
    }

    Status create(std::span<const log::TopicPlan> plans) override {
        for (const log::TopicPlan& plan : plans) {
            FISCUS_TRY(log::check_plan(plan));
            cluster_.topics_.emplace(plan.name, plan);
            for (std::int32_t partition = 0; partition < plan.partitions; ++partition) {
                cluster_.partitions_.try_emplace({plan.name, partition},
                                                 Cluster::Partition{.plan = plan, .records = {}});
            }
        }
        return Done{};
    }

    Result<log::Extent> extent(std::string_view topic, std::int32_t partition) override {
        FISCUS_ASSIGN(const Cluster::Partition* found, find(topic, partition, "extent"));
        return log::Extent{.first = 0, .end = static_cast<std::int64_t>(found->records.size())};
    }

    Result<std::unique_ptr<log::Reader>> reader(std::string_view topic,
                                                std::int32_t partition,
                                                std::int64_t offset) override {
        FISCUS_ASSIGN(const Cluster::Partition* found, find(topic, partition, "reader"));
        auto reader = std::make_unique<ClusterReader>(cluster_, *found, offset);
        FISCUS_TRY(reader->seek(offset));
        return std::unique_ptr<log::Reader>(std::move(reader));
    }

    Result<std::unique_ptr<log::Writer>> writer(std::string_view topic,
                                                std::int32_t partition) override {
        FISCUS_TRY(find(topic, partition, "writer"));
        return std::unique_ptr<log::Writer>(std::make_unique<ClusterWriter>(
            cluster_, Cluster::Place{std::string(topic), partition}));
    }

private:
    Result<Cluster::Partition*> find(std::string_view topic,
                                     std::int32_t partition,
                                     std::string_view what) {
        if (cluster_.strikes(cluster_.faults_.unavailable)) {
            return away(what);
        }
        Cluster::Partition* found = cluster_.find(topic, partition);
        if (found == nullptr) {
            return log::topic_unknown(topic);
        }
        return found;
    }

    Cluster& cluster_;
};

std::unique_ptr<log::Log> Cluster::connect() { return std::make_unique<Connection>(*this); }

Cluster::Partition* Cluster::find(std::string_view topic, std::int32_t partition) {
    const auto found = partitions_.find({std::string(topic), partition});
    return found == partitions_.end() ? nullptr : &found->second;
}

void Cluster::store(Partition& partition, Stored record) {
    if (partition.plan.name == log::journal_topic && strikes(faults_.hole)) {
        partition.records.push_back({.hole = true});
    }
    partition.records.push_back(std::move(record));
}

void Cluster::scatter(const Place& place, std::deque<Stored> sent) {
    if (sent.empty()) {
        return;
    }
    Partition& partition = partitions_.at(place);
    for (std::uint64_t arrived = random_.below(sent.size() + 1); arrived > 0; --arrived) {
        store(partition, std::move(sent.front()));
        sent.pop_front();
    }
    sent.resize(static_cast<std::size_t>(random_.below(sent.size() + 1)));
    if (!sent.empty()) {
        flights_.push_back({.place = place, .records = std::move(sent)});
    }
}

void Cluster::deliver_some() {
    if (!flights_.empty()) {
        deliver_one(static_cast<std::size_t>(random_.below(flights_.size())));
    }
}

void Cluster::deliver_one(std::size_t at) {
    Flight& flight = flights_[at];
    store(partitions_.at(flight.place), std::move(flight.records.front()));
    flight.records.pop_front();
    if (flight.records.empty()) {
        flights_.erase(flights_.begin() + static_cast<std::ptrdiff_t>(at));
    }
}

void Cluster::deliver_or_lose(bool journal_too) {
    for (std::size_t at = 0; at < flights_.size();) {
        if (!journal_too && flights_[at].place.first == log::journal_topic) {
            ++at;
        } else if (random_.chance(200)) {
            flights_.erase(flights_.begin() + static_cast<std::ptrdiff_t>(at));
        } else {
            deliver_one(at);
        }
    }
}

void Cluster::deliver_rest() { deliver_or_lose(true); }

void Cluster::settle_rows() { deliver_or_lose(false); }

void Cluster::append_at(std::string_view topic,
                        std::int32_t partition,
                        std::int64_t offset,
                        const log::NewRecord& record) {
    std::deque<Stored>& records = find(topic, partition)->records;
    while (static_cast<std::int64_t>(records.size()) < offset) {
        records.push_back({.hole = true});
    }
    // A broker keeps any stamp, also 0.
    Stored stored = stored_of(record);
    stored.timestamp_us = record.timestamp_us;
    records.push_back(std::move(stored));
}

}  // namespace fiscus::simulation
