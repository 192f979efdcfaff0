// Every limit in one place, each with the reason for its number.
#pragma once

#include <cstddef>
#include <cstdint>

namespace fiscus {

// One entry of a C2SP tile has a 16-bit length, and an event must fit one.
inline constexpr std::size_t event_bytes_max = 65'535;
// Depth that any event of ours can have, doubled, and tables: half as many again as the largest
// batch has (a verifier's limit, not a rule: a list that is too long must still be seen as one).
inline constexpr std::uint32_t event_depth_max = 8;
inline constexpr std::uint32_t event_tables_max = 8'192;
// A source's signature of an event: the number of its key, and an HMAC of 32 bytes.
inline constexpr std::size_t signature_key_bytes = 4;
inline constexpr std::size_t signature_tag_bytes = 32;
inline constexpr std::size_t signature_bytes = signature_key_bytes + signature_tag_bytes;
// Of a quarantined value the journal keeps this much, enough to recognise it.
inline constexpr std::size_t quarantine_bytes_max = 256;
// 10 trillion yuan, more than any programme has.
inline constexpr std::int64_t amount_fen_max = 1'000'000'000'000'000;

// No sum of money overflows 64 bits, whatever is published. Money enters a programme only through
// deposits and compensation, and every other posting moves what is there already. One depositing
// account has at most amount_fen_max in the fund and there are at most depositors_max of them; a
// platform's compensation ends at compensation_fen_max and platforms are numbered with 16 bits. So
// all accounts that hold money together, and with them each one, stay below
// 4,096 × 10^15 + 65,535 × 10^13 < 4.8 × 10^18 < 2^63. The memorandum of a batch and platform is
// no money but what orders say of themselves: it and its other sides end at memorandum_fen_max, so
// that sums over thousands of batches and platforms fit as well. Invoices move no money either: all
// that a programme ever accepts end at invoiced_fen_max.
// A sum is checked before it is kept, so it may be one event larger for a moment.
inline constexpr std::uint32_t depositors_max = 4'096;
inline constexpr std::int64_t compensation_fen_max = 10'000'000'000'000;
inline constexpr std::int64_t memorandum_fen_max = amount_fen_max;
inline constexpr std::int64_t invoiced_fen_max = amount_fen_max;
inline constexpr std::int64_t programme_fen_max =
    depositors_max * amount_fen_max + UINT16_MAX * compensation_fen_max;
static_assert(INT64_MAX / depositors_max > amount_fen_max);
static_assert(programme_fen_max < 4'800'000'000'000'000'000);
static_assert(programme_fen_max < INT64_MAX - amount_fen_max);
static_assert(memorandum_fen_max < INT64_MAX - 3 * amount_fen_max);
// Numbers that a source may be ahead of its first gap: minutes of a busy source, 32 KiB of state.
inline constexpr std::uint64_t source_window = 4'096;
// An event may be this much ahead of the log's own time (clocks of platforms differ).
inline constexpr std::int64_t future_tolerance_us = 5LL * 60 * 1'000'000;
inline constexpr std::size_t vouchers_max = 8;
// 2000-01-01 and 2100-01-01 UTC, as microseconds and as days.
inline constexpr std::int64_t occurred_us_min = 946'684'800'000'000;
inline constexpr std::int64_t occurred_us_end = 4'102'444'800'000'000;
inline constexpr std::int32_t day_min = 10'957;
inline constexpr std::int32_t day_end = 47'482;

inline constexpr std::size_t programme_districts_max = 4'096;
inline constexpr std::size_t categories_max = 256;
inline constexpr std::size_t category_industries_max = 256;
inline constexpr std::size_t packs_max = 64;
inline constexpr std::size_t denominations_max = 256;
inline constexpr std::size_t platform_quotas_max = 1'024;
inline constexpr std::size_t district_quotas_max = 4'096;
inline constexpr std::size_t batch_categories_max = 256;
inline constexpr std::size_t control_totals_max = 1'024;
// What an event may say of a draw; reasons in engine/draw/limits.h.
inline constexpr std::size_t prize_tiers_max = 64;
inline constexpr std::size_t draw_digits_min = 6;
inline constexpr std::size_t draw_digits_max = 1'024;
inline constexpr std::size_t draw_public_value_bytes_max = 1'024;
inline constexpr std::size_t draw_amounts_max = 256;
inline constexpr std::size_t draw_releases_max = 1'440;
// Event, body, every list of BatchOpened full and one of them too long by one.
static_assert(2 + packs_max + denominations_max + platform_quotas_max + district_quotas_max + 1 <=
              event_tables_max);
// Days on which vouchers of a programme's open batches may end. One ClockAdvanced may release them
// all, with one posting each, and an entry counts its postings with 16 bits.
inline constexpr std::int64_t programme_cohorts_max = 16'384;
static_assert(programme_cohorts_max + 1 < UINT16_MAX);
// Claims of a consumer in a batch when the batch sets no cap: what the counters hold.
inline constexpr std::uint64_t consumer_day_claims_max = UINT16_MAX;
inline constexpr std::uint64_t consumer_claims_max = UINT32_MAX;

// Input records that one engine turn takes: large enough to amortise a MultiGet and a sync, small
// enough for a journal block under the broker's message limit (8,192 × ~60 bytes; ~400 if nothing
// in them were alike).
inline constexpr std::size_t turn_records_max = 8'192;
inline constexpr std::size_t block_bytes_max = 8U << 20;
// What a block unpacks to, whatever its bytes say: 13 MB. A turn ends when its block may take half
// of block_bytes_max, which is 68 bytes for each posting, and its last entry has at most 65,535 of
// them.
inline constexpr std::size_t block_entries_max = 32'768;
inline constexpr std::size_t block_postings_max = 131'072;
static_assert(turn_records_max <= block_entries_max);
static_assert(block_bytes_max / 2 / 68 + UINT16_MAX < block_postings_max);

}  // namespace fiscus
