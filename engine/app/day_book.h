// What a journal says of a day of instant draws: the rules, who asked, what became of the key: all
// that the day's bundle is made from. A fold of the journal that shares nothing with the ledger's
// own state.
// Thread: one. Fails: not_found when no journal knows a draw on that day, usage when several
// programmes do, corrupt when entries contradict one another, otherwise as the log says.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/app/journal_event.h"
#include "engine/app/journal_walk.h"
#include "engine/draw/make_bundle.h"
#include "schemas/events_generated.h"

namespace fiscus::app {

struct DrawnDay {
    draw::DayDraw draw;
    std::vector<std::uint32_t> districts;  // of each request: where the consumer was
    bool closed = false;                   // its key is opened
};

// Entries of one partition, in their order.
class DayBook {
public:
    explicit DayBook(std::int32_t day) : day_(day) {}

    Status take(const WalkedEntry& walked);
    // By programme; requests know their earlier wins from here on.
    std::map<std::uint32_t, DrawnDay> finish();

private:
    struct ConsumerHash {
        // Tokens are hashes themselves.
        std::size_t operator()(const Id128& id) const { return static_cast<std::size_t>(id.lo); }
    };
    struct Faces {
        std::map<std::uint16_t, std::string> packs;
        std::map<std::uint16_t, std::int64_t> denominations;
    };
    struct Programme {
        LogTime log_time;
        std::map<std::uint32_t, Faces> batches;
        std::optional<DrawnDay> day;
        std::string value;  // of the day before
        std::unordered_map<Id128, std::uint32_t, ConsumerHash> wins;
    };

    Status take_accepted(const WalkedEntry& walked, Programme& programme);
    static void take_batch(const wire::BatchOpened& opened, Programme& programme);
    Status take_rules(const WalkedEntry& walked,
                      const wire::InstantDrawOpened& opened,
                      Programme& programme) const;
    void take_request(const wire::Entry& entry, Programme& programme) const;

    std::int32_t day_;
    std::map<std::uint32_t, Programme> programmes_;
};

// Reads the journal of every partition. `programme`: needed when several drew on that day.
Result<DrawnDay> read_day(log::Log& log, std::int32_t day, std::optional<ProgrammeId> programme);

}  // namespace fiscus::app
