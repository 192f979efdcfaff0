#include "tests/simulation/cluster.h"

#include <algorithm>

#include "engine/log/record_rules.h"
#include "engine/log/topics.h"

namespace fiscus::simulation {
namespace {

using log::StoredRecord;

// Whoever waits so long is seldom left with nothing.
constexpr std::chrono::milliseconds patience{1'000};
// Longer than a take-over takes.
constexpr std::uint64_t holds_max = 30;
// Of each name so many notes may still be told.
constexpr std::size_t notes_kept = 6;

Error away(std::string_view what) {
    return {.code = ErrorCode::log_unavailable,
            .what = "the simulated cluster did not answer",
            .why = std::string(what),
            .hint = "try again"};
}

}  // namespace

class ClusterReader final : public log::Reader {
public:
    ClusterReader(Cluster& cluster, std::unique_ptr<log::Reader> reader)
        : cluster_(cluster), reader_(std::move(reader)) {}

    Result<std::span<const log::Record>> read(std::size_t records_max,
                                              std::chrono::milliseconds wait) override {
        const LogFaults& faults = cluster_.faults_;
        if (cluster_.strikes(faults.unavailable, "cluster: a read fails")) {
            return away("read");
        }
        if (cluster_.strikes(faults.nothing_yet / (wait < patience ? 1 : 20),
                             "cluster: a read finds nothing yet")) {
            return std::span<const log::Record>();
        }
        return reader_->read(faults.nothing_yet == 0
                                 ? records_max
                                 : cluster_.random_.between<std::size_t>(1, records_max),
                             wait);
    }

    [[nodiscard]] std::int64_t position() const override { return reader_->position(); }
    Status seek(std::int64_t offset) override { return reader_->seek(offset); }

private:
    Cluster& cluster_;
    std::unique_ptr<log::Reader> reader_;
};

class ClusterWriter final : public log::Writer {
public:
    ClusterWriter(Cluster& cluster, Cluster::Place place, log::TopicPlan plan)
        : cluster_(cluster), place_(std::move(place)), plan_(std::move(plan)) {}
    // As a process that dies: what it had sent is on its way.
    ~ClusterWriter() override { cluster_.scatter(place_, std::move(sent_)); }
    ClusterWriter(const ClusterWriter&) = delete;
    ClusterWriter& operator=(const ClusterWriter&) = delete;

    Status append(std::span<const log::NewRecord> records) override {
        for (const log::NewRecord& record : records) {
            if (dead_) {
                return *dead_;
            }
            if (Status fit = log::check_record(record, plan_); !fit.ok()) {
                dead_ = std::move(fit).error();
                return *dead_;
            }
            sent_.push_back(log::stored_record(record, plan_.stamps));
        }
        return Done{};
    }

    Result<std::int64_t> sync() override {
        if (dead_) {
            return *dead_;
        }
        if (cluster_.strikes(cluster_.faults_.lost_answer,
                             "cluster: the answer to a sync is lost")) {
            cluster_.scatter(place_, std::exchange(sent_, {}));
            dead_ = away("sync");
            return *dead_;
        }
        for (StoredRecord& stored : sent_) {
            cluster_.store(place_, std::move(stored));
            end_ = end();
        }
        sent_.clear();
        return end_ < 0 ? end() : end_;
    }

private:
    [[nodiscard]] std::int64_t end() const {
        return static_cast<std::int64_t>(cluster_.log_.stored(place_.first, place_.second).size());
    }

    Cluster& cluster_;
    const Cluster::Place place_;
    const log::TopicPlan plan_;
    std::deque<StoredRecord> sent_;
    std::int64_t end_ = -1;
    std::optional<Error> dead_;
};

class Connection final : public log::Log {
public:
    Connection(Cluster& cluster, Rights rights) : cluster_(cluster), rights_(rights) {}

    Result<std::string> identity() override { return cluster_.log_.identity(); }
    Result<std::optional<log::TopicInfo>> describe(std::string_view topic) override {
        return cluster_.log_.describe(topic);
    }
    Status create(std::span<const log::TopicPlan> plans) override {
        return cluster_.log_.create(plans);
    }

    Result<log::Extent> extent(std::string_view topic, std::int32_t partition) override {
        FISCUS_TRY(reach("extent"));
        return cluster_.log_.extent(topic, partition);
    }

    Result<std::unique_ptr<log::Reader>> reader(std::string_view topic,
                                                std::int32_t partition,
                                                std::int64_t offset) override {
        FISCUS_TRY(reach("reader"));
        FISCUS_ASSIGN(auto reader, cluster_.log_.reader(topic, partition, offset));
        return std::unique_ptr<log::Reader>(
            std::make_unique<ClusterReader>(cluster_, std::move(reader)));
    }

    Result<std::unique_ptr<log::Writer>> writer(std::string_view topic,
                                                std::int32_t partition) override {
        FISCUS_TRY(reach("writer"));
        FISCUS_TRY(cluster_.log_.extent(topic, partition));
        return std::unique_ptr<log::Writer>(
            std::make_unique<ClusterWriter>(cluster_, Cluster::Place{std::string(topic), partition},
                                            cluster_.log_.info(topic).plan));
    }

    Status put_note(std::string_view topic,
                    std::int32_t partition,
                    std::string_view name,
                    const log::Note& note) override {
        FISCUS_TRY(log::check_note(name, note));
        FISCUS_TRY(reach_notes());
        cluster_.keep({{std::string(topic), partition}, std::string(name)}, note);
        return Done{};
    }
    Result<std::optional<log::Note>> note(std::string_view topic,
                                          std::int32_t partition,
                                          std::string_view name) override {
        FISCUS_TRY(reach_notes());
        return cluster_.note({{std::string(topic), partition}, std::string(name)});
    }

private:
    Status reach_notes() {
        if (rights_ == Rights::no_notes) {
            cluster_.counts_.count("cluster: no right to notes");
            return away("no right to notes");
        }
        return reach("notes");
    }
    Status reach(std::string_view what) {
        if (cluster_.strikes(cluster_.faults_.unavailable, "cluster: a call fails")) {
            return away(what);
        }
        return Done{};
    }

    Cluster& cluster_;
    const Rights rights_;
};

std::unique_ptr<log::Log> Cluster::connect(Rights rights) {
    return std::make_unique<Connection>(*this, rights);
}

void Cluster::keep(const NotePlace& place, const log::Note& note) {
    if (strikes(faults_.note_lost, "cluster: a note is lost")) {
        return;
    }
    std::deque<log::Note>& notes = notes_[place];
    notes.push_back(note);
    if (notes.size() > notes_kept) {
        notes.pop_front();
    }
}

std::optional<log::Note> Cluster::note(const NotePlace& place) {
    const auto found = notes_.find(place);
    if (found == notes_.end()) {
        return std::nullopt;
    }
    const std::deque<log::Note>& notes = found->second;
    if (notes.size() > 1 && strikes(faults_.note_old, "cluster: an old note is told")) {
        return notes[random_.below(notes.size() - 1)];
    }
    return notes.back();
}

bool Cluster::strikes(std::uint64_t per_thousand, std::string_view kind) {
    const bool struck = random_.chance(per_thousand);
    counts_.count(kind, std::uint64_t{struck});
    return struck;
}

void Cluster::store(const Place& place, StoredRecord record) {
    Records& records = log_.stored(place.first, place.second);
    if (place.first == log::journal_topic &&
        strikes(faults_.hole, "cluster: an offset without a record")) {
        records.push_back({.hole = true});
    }
    records.push_back(std::move(record));
}

void Cluster::scatter(const Place& place, std::deque<StoredRecord> sent) {
    if (sent.empty()) {
        return;
    }
    for (std::uint64_t arrived = random_.below(sent.size() + 1); arrived > 0; --arrived) {
        store(place, std::move(sent.front()));
        sent.pop_front();
    }
    const auto on_its_way = static_cast<std::size_t>(random_.below(sent.size() + 1));
    counts_.count("cluster: a record that was sent is lost", sent.size() - on_its_way);
    sent.resize(on_its_way);
    if (!sent.empty()) {
        flights_.push_back({.place = place,
                            .records = std::move(sent),
                            .held = random_.chance(500) ? random_.below(holds_max) : 0});
    }
}

void Cluster::deliver_some() {
    if (flights_.empty()) {
        return;
    }
    const auto at = static_cast<std::size_t>(random_.below(flights_.size()));
    if (flights_[at].held > 0) {
        --flights_[at].held;
    } else {
        deliver_one(at);
    }
}

void Cluster::deliver_one(std::size_t at) {
    Flight& flight = flights_[at];
    counts_.count("cluster: a record of a dead writer arrives late");
    store(flight.place, std::move(flight.records.front()));
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
            counts_.count("cluster: a record that was sent is lost", flights_[at].records.size());
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
    Records& records = log_.stored(topic, partition);
    while (static_cast<std::int64_t>(records.size()) < offset) {
        records.push_back({.hole = true});
    }
    // A broker keeps any stamp, also 0.
    StoredRecord stored = log::stored_record(record, log::Stamps::publisher);
    stored.timestamp_us = record.timestamp_us;
    records.push_back(std::move(stored));
}

void Cluster::replace(std::string_view topic, std::int32_t partition, Records records) {
    std::erase_if(flights_,
                  [&](const Flight& flight) { return flight.place == Place(topic, partition); });
    log_.replace(topic, partition, std::move(records));
}

void Cluster::lose_tail(std::string_view topic, std::int32_t partition, std::int64_t end) {
    Records left = stored(topic, partition);
    left.resize(static_cast<std::size_t>(end));
    // What was on its way went to the broker that is gone.
    replace(topic, partition, std::move(left));
}

void Cluster::restore(std::string_view topic,
                      std::int32_t partition,
                      Records copy,
                      std::string identity) {
    replace(topic, partition, std::move(copy));
    log_.info(topic).identity = std::move(identity);
}

void Cluster::make_anew(std::string_view topic, std::int32_t partition, std::string identity) {
    replace(topic, partition, {});
    log_.info(topic).identity = std::move(identity);
}

}  // namespace fiscus::simulation
