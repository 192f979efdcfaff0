// What the rows say beside the codes: names and rules of a programme, its batches, packs, platforms
// and sources, read from the exact events that the journal keeps for reference kinds. The state
// stores those bytes as they are and reads them again at the start.
// Thread: one. Fails: corrupt when the bytes are not the event that the entry says.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/hash.h"
#include "engine/base/result.h"
#include "projections/data/code_names.h"
#include "projections/statistics/grouping.h"
#include "schemas/events_generated.h"
#include "schemas/journal_generated.h"

namespace fiscus::projections {

// A verified event over a copy of its bytes: a journal block does not align what it holds.
class OpenedEvent {
public:
    explicit OpenedEvent(Bytes bytes) : bytes_(bytes.begin(), bytes.end()) {}
    [[nodiscard]] const wire::Event& event() const { return *wire::GetEvent(bytes_.data()); }
    [[nodiscard]] Bytes bytes() const { return bytes_; }

private:
    std::vector<std::byte> bytes_;
};
// The event inside an entry's detail, verified before it is read; of the kind that the entry says.
Result<OpenedEvent> open_event(Bytes bytes, wire::EventBody kind);

struct BatchNames {
    std::string name;
    // On which its vouchers may be redeemed; a prize batch has none.
    std::optional<std::int32_t> last_day;
    std::map<std::uint16_t, std::string> packs;
    std::map<std::uint16_t, std::int64_t> prizes;  // of a prize batch: fen by tier
};

struct SourceNames {
    std::string name;
    std::uint16_t platform = 0;
};

struct Reference {
    std::string name;
    std::string authority;
    std::int32_t first_day = 0;
    std::uint16_t cut_minute = 0;
    std::map<std::uint16_t, std::string> categories;
    std::map<std::uint16_t, std::string> platforms;
    std::map<std::uint16_t, SourceNames> sources;
    std::map<std::uint32_t, BatchNames> batches;

    bool has_prize_batches = false;
    bool has_instant_draws = false;

    // ProgrammeOpened, PlatformAdmitted, SourceRegistered, BatchOpened, PrizeBatchOpened,
    // InstantDrawOpened; others change nothing here.
    void learn(const wire::Event& event);
    // Which of several events of a kind it is: batch, platform, source, or 0.
    static std::uint32_t number_of(const wire::Event& event);
    static bool keeps(wire::EventBody kind);

    [[nodiscard]] std::string platform_name(std::uint16_t platform) const;
    [[nodiscard]] std::string batch_name(std::uint32_t batch) const;
    // What one prize of the tier is, 0 where there is no such tier.
    [[nodiscard]] std::int64_t prize_of(std::uint32_t batch, std::uint16_t tier) const;
    [[nodiscard]] std::string source_name(std::uint16_t source) const;
    // Empty where the ledger does not know who sent the entry.
    [[nodiscard]] std::string known_source_name(const wire::Entry& entry) const;
    // Name of a value of the cell's n-th dimension, in Chinese as published.
    [[nodiscard]] std::string name_of(const CodeNames& codes,
                                      const CellKey& cell,
                                      std::size_t dimension) const;
};

}  // namespace fiscus::projections
