// The tables of the statistics' state: their letters and the values that several parts share. The
// whole list with keys and values stands in docs/formats/statistics.md. A part is a number from 0:
// what is long lies in several records.
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

inline constexpr char meta = 'M';        // cursor, row numbers, topic ends
inline constexpr char programmes = 'P';  // programme → last cut day, closed, lifetime sums
inline constexpr char references = 'N';  // programme, kind, number → the event's bytes
inline constexpr char day_facts = 'C';   // programme, day, batch, part → facts that were counted
inline constexpr char totals = 'T';      // programme, part → sums of the days that were cut
inline constexpr char figures = 'R';     // programme, day, revision, set, part → as reported
inline constexpr char revisions = 'V';   // programme, day, revision → the cut
inline constexpr char late_days = 'L';   // programme, day → entries since the day's cut
inline constexpr char late_facts = 'K';  // programme, day, batch, part → facts that wait for a cut
inline constexpr char accounts = 'A';    // account → balance
inline constexpr char fund_days = 'F';   // programme, day, batch → flows
inline constexpr char sources = 'S';     // programme, source → epoch and missing numbers
inline constexpr char refusals = 'Z';    // programme, day, reason → count
inline constexpr char ledger_days = 'X';  // programme, day, platform, batch → ledger's six figures
inline constexpr char control_days = 'Y';     // programme, day, platform, source → control totals
inline constexpr char reconciled = 'B';       // programme, day → revision, whether one is due
inline constexpr char refund_shares = 'D';    // programme, day, sequence → part off its share
inline constexpr char tickets = 'I';          // programme, invoice that was verified → nothing
inline constexpr char prize_days = 'W';       // programme, day, batch, tier → prizes of the tier
inline constexpr char draw_hours = 'H';       // programme, day, platform, hour → what came out
inline constexpr char batch_lives = 'E';      // programme, batch → its days, facts and end
inline constexpr char batch_summaries = 'U';  // programme, batch, revision → the summary
inline constexpr char batch_figures = 'Q';  // programme, batch, revision, set, part → its figures

}  // namespace table

// Those of vouchers, how many follow, and those of invoices and prizes, of which most cells have
// none.
inline constexpr std::size_t sums_bytes_max = (sum_count + 1) * varint_bytes_max;
inline char* put_sums(char* to, const Sums& sums) {
    for (std::size_t at = 0; at < voucher_sum_count; ++at) {
        to = put_varint(to, zigzag(sums[at]));
    }
    const std::size_t more = has_prize_sums(sums) ? prize_sum_count : 0;
    to = put_varint(to, more);
    for (std::size_t at = 0; at < more; ++at) {
        to = put_varint(to, zigzag(sums[voucher_sum_count + at]));
    }
    return to;
}
inline void append_sums(std::string& out, const Sums& sums) {
    char bytes[sums_bytes_max];
    out.append(bytes, static_cast<std::size_t>(put_sums(bytes, sums) - bytes));
}
// Where it says that more follow than there are, the reader is not finished.
inline Sums parse_sums(Reader& reader) {
    Sums sums{};
    for (std::size_t at = 0; at < voucher_sum_count; ++at) {
        sums[at] = reader.signed_varint();
    }
    const std::uint64_t more = reader.varint();
    for (std::size_t at = 0; at < more && at < prize_sum_count; ++at) {
        sums[voucher_sum_count + at] = reader.signed_varint();
    }
    return sums;
}

inline void append_cell(std::string& out, const CellKey& cell) {
    put_varint(out, static_cast<std::uint64_t>(cell.grouping));
    put_varint(out, cell.first);
    put_varint(out, cell.second);
}
// Nothing when there is no such grouping set.
inline std::optional<CellKey> read_cell(Reader& reader) {
    const std::uint64_t grouping = reader.varint();
    const std::uint32_t first = reader.varint32();
    const std::uint32_t second = reader.varint32();
    if (grouping >= grouping_count) {
        return std::nullopt;
    }
    return CellKey{.grouping = static_cast<Grouping>(grouping), .first = first, .second = second};
}

}  // namespace fiscus::projections
