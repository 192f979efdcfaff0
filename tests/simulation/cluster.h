// A log of several processes in one: what a cluster of Kafka shows to those who use it, with what
// may go wrong there decided by a seed. Records of a process that died may still be on their way
// and arrive later, or never; answers may be lost; reads may find nothing yet; offsets may have
// holes. Notes get lost, come back as they were before, or may not be left by somebody. What was
// acknowledged is kept, unless the simulation itself takes it away: a topic may
// lose its tail or its head, be written anew, and be restored from a copy.
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

#include "tests/property/random.h"
#include "tests/simulation/faults.h"
#include "tests/support/memory_log.h"

namespace fiscus::simulation {

// Of a thousand calls.
struct LogFaults {
    std::uint64_t unavailable = 0;  // the call fails, nothing happened
    std::uint64_t lost_answer = 0;  // a sync fails; who knows what arrived
    std::uint64_t nothing_yet = 0;  // a read finds nothing although there is something
    std::uint64_t hole = 0;         // of the journal: an offset is given away without a record
    std::uint64_t note_lost = 0;    // a note that was taken is not there
    std::uint64_t note_old = 0;     // of those who ask for one: they are told an earlier one
};

// Whether a process may leave notes and ask for them.
enum class Rights : std::uint8_t { all, no_notes };

class Cluster {
public:
    using Records = log::MemoryLog::Partition;

    Cluster(std::uint64_t seed, Faults& counts) : random_(seed), counts_(counts) {}

    // What happens to the calls that follow.
    void set_faults(const LogFaults& faults) { faults_ = faults; }
    // The log as one process sees it, until that process dies. The cluster outlives it.
    std::unique_ptr<log::Log> connect(Rights rights = Rights::all);

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

    // What lies in a partition, as whoever makes copies sees it.
    [[nodiscard]] const Records& stored(std::string_view topic, std::int32_t partition) {
        return log_.stored(topic, partition);
    }
    // Another history of a partition; nothing of this one is on its way any more.
    void replace(std::string_view topic, std::int32_t partition, Records records);
    // The records from `end` on are gone.
    void lose_tail(std::string_view topic, std::int32_t partition, std::int64_t end);
    // The records before `first` are gone.
    void lose_head(std::string_view topic, std::int32_t partition, std::int64_t first) {
        log_.lose_head(topic, partition, first);
    }
    // The topic is as it was when the copy was made.
    void restore(std::string_view topic,
                 std::int32_t partition,
                 Records copy,
                 std::string identity);
    // The topic is deleted and made anew, empty; `identity` is what local logs tell it by.
    void make_anew(std::string_view topic, std::int32_t partition, std::string identity);

private:
    friend class Connection;
    friend class ClusterReader;
    friend class ClusterWriter;

    using Place = std::pair<std::string, std::int32_t>;
    using NotePlace = std::pair<Place, std::string>;
    // What one dead writer had sent and nobody acknowledged.
    struct Flight {
        Place place;
        std::deque<log::StoredRecord> records;
        // Nothing of it arrives so many times that it might: its writer's client was stopped.
        std::uint64_t held = 0;
    };

    void deliver_one(std::size_t flight);
    void deliver_or_lose(bool journal_too);
    // Appends as the broker does, now and then with a hole before it.
    void store(const Place& place, log::StoredRecord record);
    // A prefix arrives at once, a part behind it stays on its way, the rest is lost.
    void scatter(const Place& place, std::deque<log::StoredRecord> sent);
    void keep(const NotePlace& place, const log::Note& note);
    std::optional<log::Note> note(const NotePlace& place);
    // Is it to happen? Then it is counted.
    bool strikes(std::uint64_t per_thousand, std::string_view kind);

    property::Random random_;
    Faults& counts_;
    LogFaults faults_;
    log::MemoryLog log_;
    std::vector<Flight> flights_;
    std::map<NotePlace, std::deque<log::Note>> notes_;  // the last few, the newest last
};

}  // namespace fiscus::simulation
