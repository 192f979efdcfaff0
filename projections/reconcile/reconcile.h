// Reconciliation (对账) of one programme: what the ledger says of each day, platform and batch beside
// what the platform's sources said when they closed the day. Every difference has a name: surplus
// (长款, the platform reports more), shortage (短款, it reports less). A platform with several sources
// reports through all of them: their totals are added; the last SourceDayClosed of a source for a
// day counts.
// Thread: one. Fails: corrupt on damaged records.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <tsl/robin_map.h>

#include "engine/base/result.h"
#include "projections/store/store.h"
#include "schemas/events_generated.h"
#include "schemas/journal_generated.h"

namespace fiscus::projections {

enum class ControlFigure : std::uint8_t {
    issued_count,
    issued_amount,
    redeemed_count,
    redeemed_amount,
    refunded_count,
    refunded_amount,
};
inline constexpr std::size_t control_figure_count = 6;
using ControlFigures = std::array<std::int64_t, control_figure_count>;

struct ControlFigureInfo {
    std::string_view id;
    std::string_view english;
    std::string_view chinese;
    bool amount;  // fen; else a count
};
std::span<const ControlFigureInfo, control_figure_count> control_figures();

enum class Verdict : std::uint8_t { equal, surplus, shortage, not_reported };
std::string_view id_of(Verdict verdict);
std::string_view chinese_of(Verdict verdict);

// One platform and batch on one day.
struct Comparison {
    std::uint16_t platform = 0;
    std::uint32_t batch = 0;
    // Nothing: no source of the platform has closed the day.
    std::optional<ControlFigures> reported;
    ControlFigures ledger{};

    [[nodiscard]] Verdict verdict(ControlFigure figure) const;
    // reported − ledger; 0 when nothing was reported.
    [[nodiscard]] std::int64_t difference(ControlFigure figure) const;
};

class Reconciliation {
public:
    // Accepted claims, redemptions and refunds count on their own business day; other entries do
    // not.
    Status count(const wire::Entry& entry);
    // An accepted SourceDayClosed.
    Status close_day(const wire::Entry& entry, const wire::SourceDayClosed& closed);

    // By platform, then batch; whatever either side knows of.
    [[nodiscard]] std::vector<Comparison> compare(std::int32_t day) const;
    // Days that were closed (again) by a source since they were last reported.
    [[nodiscard]] const std::set<std::int32_t>& due_days() const { return due_; }
    // The next revision of the day's reconciliation; the day is no longer due.
    std::uint32_t report(std::int32_t day);
    [[nodiscard]] std::uint32_t revision(std::int32_t day) const;

    Status load(const Store& store, std::uint32_t programme);
    void save(Store& store, std::uint32_t programme);

private:
    struct Place {
        std::int32_t day = 0;
        std::uint16_t platform = 0;
        std::uint32_t batch = 0;
        friend constexpr auto operator<=>(const Place&, const Place&) = default;
    };
    struct Hash {
        std::size_t operator()(const Place& place) const;
    };
    struct LedgerDay {
        Place place;
        ControlFigures figures{};
        bool dirty = false;
    };
    struct ControlPlace {
        std::int32_t day = 0;
        std::uint16_t platform = 0;
        std::uint16_t source = 0;
        friend constexpr auto operator<=>(const ControlPlace&, const ControlPlace&) = default;
    };
    using Totals = std::map<std::uint32_t, ControlFigures>;  // by batch

    LedgerDay& ledger_day(const Place& place);

    tsl::robin_map<Place, std::uint32_t, Hash> index_;
    std::vector<LedgerDay> ledger_;
    std::vector<std::uint32_t> dirty_ledger_;
    std::map<std::int32_t, std::vector<std::uint32_t>> ledger_by_day_;
    std::map<ControlPlace, Totals> control_;
    std::set<ControlPlace> dirty_control_;
    std::map<std::int32_t, std::uint32_t> revisions_;
    std::set<std::int32_t> due_;
    std::set<std::int32_t> dirty_days_;  // of revisions_ and due_
};

}  // namespace fiscus::projections
