// A log of several processes in one: what a cluster of Kafka shows to those who use it, with what
// may go wrong there decided by a seed. Records of a process that died may still be on their way
// and arrive later, or never; answers may be lost; reads may find nothing yet; offsets may have
// holes; a topic may lose its tail. What was acknowledged is kept, unless the simulation itself
// takes it away.
// Thread: one. Fails: as the port says (engine/log/log.h), log_unavailable by chance.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/log/log.h"
#include "tests/property/random.h"

namespace fiscus::simulation {

// Of a thousand calls.
struct LogFaults {
    std::uint64_t unavailable = 0;  // the call fails, nothing happened
    std::uint64_t lost_answer = 0;  // a sync fails; who knows what arrived
    std::uint64_t nothing_yet = 0;  // a read finds nothing although there is something
    std::uint64_t hole = 0;         // of the journal: an offset is given away without a record
};

// One record as it lies in a partition.
struct Stored {
    std::int64_t timestamp_us = 0;
    std::string key{};
    std::vector<std::uint64_t> words{};  // a value starts at a multiple of eight
    std::size_t value_bytes = 0;
    bool key_is_null = false;
    bool value_is_null = false;
    bool hole = false;

    [[nodiscard]] Bytes value() const { return std::as_bytes(std::span(words)).first(value_bytes); }
};

class Cluster {
public:
    explicit Cluster(std::uint64_t seed) : random_(seed) {}

    // What happens to the calls that follow.
    void set_faults(const LogFaults& faults) { faults_ = faults; }
    // The log as one process sees it, until that process dies. The cluster outlives it.
    std::unique_ptr<log::Log> connect();

    // Some of what is on its way arrives, in the order in which its writer sent it.
    void deliver_some();
    // All of it arrives or is lost.
    void deliver_rest();
    [[nodiscard]] bool on_its_way() const { return !flights_.empty(); }

    // What is on its way to any topic but the journal arrives or is lost.
    void settle_rows();

    // A record of somebody else's, at this offset; those that it leaves out are holes.
    void append_at(std::string_view topic,
                   std::int32_t partition,
                   std::int64_t offset,
                   const log::NewRecord& record);

private:
    friend class Connection;
    friend class ClusterReader;
    friend class ClusterWriter;

    using Place = std::pair<std::string, std::int32_t>;
    struct Partition {
        log::TopicPlan plan;
        std::deque<Stored> records;
    };
    // What one dead writer had sent and nobody acknowledged.
    struct Flight {
        Place place;
        std::deque<Stored> records;
    };

    void deliver_one(std::size_t flight);
    void deliver_or_lose(bool journal_too);
    Partition* find(std::string_view topic, std::int32_t partition);
    // Appends as the broker does, now and then with a hole before it.
    void store(Partition& partition, Stored record);
    // A prefix arrives at once, a part behind it stays on its way, the rest is lost.
    void scatter(const Place& place, std::deque<Stored> sent);
    bool strikes(std::uint64_t per_thousand) { return random_.chance(per_thousand); }

    property::Random random_;
    LogFaults faults_;
    std::map<std::string, log::TopicPlan, std::less<>> topics_;
    std::map<Place, Partition> partitions_;
    std::vector<Flight> flights_;
};

}  // namespace fiscus::simulation
