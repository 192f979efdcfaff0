// The tables of the statistics' state: their letters and the values that several parts share. The
// whole list with keys and values stands in docs/formats/statistics.md.
// Thread: values. Fails: readers that run out of bytes say so (codec.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "projections/statistics/grouping.h"
#include "projections/statistics/measures.h"
#include "projections/store/codec.h"

namespace fiscus::projections {

namespace table {

inline constexpr char meta = 'M';          // cursor, row numbers, topic ends
inline constexpr char programmes = 'P';    // programme → last cut day, closed, lifetime sums
inline constexpr char references = 'N';    // programme, kind, number → the event's bytes
inline constexpr char day_cells = 'C';     // programme, day, cell → sums and sets
inline constexpr char totals = 'T';        // programme, cell → sums of the days that were cut
inline constexpr char figures = 'R';       // programme, day, revision, cell → figures as reported
inline constexpr char revisions = 'V';     // programme, day, revision → the cut
inline constexpr char late_entries = 'L';  // programme, day, sequence → entry after the day's cut
inline constexpr char late_refunds = 'K';  // programme, origin day, sequence → refund after its cut
inline constexpr char accounts = 'A';      // account → balance
inline constexpr char fund_days = 'F';     // programme, day, batch → flows
inline constexpr char sources = 'S';       // programme, source → epoch and missing numbers
inline constexpr char refusals = 'Z';      // programme, day, reason → count
inline constexpr char ledger_days = 'X';  // programme, day, platform, batch → ledger's six figures
inline constexpr char control_days = 'Y';   // programme, day, platform, source → control totals
inline constexpr char reconciled = 'B';     // programme, day → revision, whether one is due
inline constexpr char refund_shares = 'D';  // programme, day, sequence → part off its share

}  // namespace table

inline void append_sums(std::string& out, const Sums& sums) {
    for (const std::int64_t sum : sums) {
        put_signed(out, sum);
    }
}
inline Sums parse_sums(Reader& reader) {
    Sums sums{};
    for (std::int64_t& sum : sums) {
        sum = reader.signed_varint();
    }
    return sums;
}

inline void append_cell_key(StateKey& key, const CellKey& cell) {
    key.u8(static_cast<std::uint8_t>(cell.grouping)).u32(cell.first).u32(cell.second);
}
// Nothing when there is no such grouping set.
inline std::optional<CellKey> read_cell_key(KeyReader& reader) {
    const std::uint8_t grouping = reader.u8();
    if (grouping >= grouping_count) {
        return std::nullopt;
    }
    const std::uint32_t first = reader.u32();
    const std::uint32_t second = reader.u32();
    return CellKey{.grouping = static_cast<Grouping>(grouping), .first = first, .second = second};
}

// A cell's figures as a revision reported them. `active`: something happened in the cell that day.
struct StoredFigures {
    bool active = false;
    Figures figures;
};
inline std::string encode(const StoredFigures& stored) {
    std::string out;
    out.push_back(stored.active ? '\1' : '\0');
    append_sums(out, stored.figures.day);
    for (const std::uint64_t count : stored.figures.distinct) {
        put_varint(out, count);
    }
    append_sums(out, stored.figures.to_date);
    return out;
}
inline std::optional<StoredFigures> decode_figures(std::string_view bytes) {
    Reader reader(bytes);
    StoredFigures stored;
    stored.active = reader.bytes(1) == std::string_view("\1", 1);
    stored.figures.day = parse_sums(reader);
    for (std::uint64_t& count : stored.figures.distinct) {
        count = reader.varint();
    }
    stored.figures.to_date = parse_sums(reader);
    return reader.finished() ? std::optional(stored) : std::nullopt;
}

}  // namespace fiscus::projections
