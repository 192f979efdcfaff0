// What the oracle says about one record: the same words as wire::Entry, but every field spelled out
// and the postings kept beside it. Shared by the ledger, the statistics and everything that
// compares.
// Thread: values. Fails: never.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "schemas/events_generated.h"
#include "schemas/journal_generated.h"

namespace fiscus::reference {

__extension__ typedef __int128 Sum;

struct Id {
    std::uint64_t hi = 0;
    std::uint64_t lo = 0;
    [[nodiscard]] bool zero() const { return hi == 0 && lo == 0; }
    friend auto operator<=>(const Id&, const Id&) = default;
};

// One record of the events topic as it lies in its partition.
struct Input {
    std::int64_t offset = 0;
    std::int64_t timestamp_us = 0;
    std::int32_t partition = 0;
    std::int32_t partitions = 1;
    std::optional<std::string> key;    // nothing: null
    std::optional<std::string> value;  // nothing: null
};

struct Account {
    wire::AccountKind kind = wire::AccountKind::none;
    std::uint32_t programme = 0;
    std::uint32_t batch = 0;
    std::uint64_t key = 0;
    friend auto operator<=>(const Account&, const Account&) = default;
};

struct Posting {
    Account debit;
    Account credit;
    std::int64_t amount_fen = 0;
    friend auto operator<=>(const Posting&, const Posting&) = default;
};

// Bits of Answer::flags.
inline constexpr std::uint8_t fills_gap = 1;
inline constexpr std::uint8_t full_refund = 2;
inline constexpr std::uint8_t voucher_restored = 4;
inline constexpr std::uint8_t receivable_raised = 8;
inline constexpr std::uint8_t refund_in_one_part = 16;
inline constexpr std::uint8_t prize_taken_away = 32;
inline constexpr std::uint8_t reserve_moved_up = 64;
// The same bits, on ConsumerRegistered.
inline constexpr std::uint8_t phone_of_another = 32;
inline constexpr std::uint8_t device_of_another = 64;

struct Answer {
    std::uint64_t sequence = 0;
    std::int64_t input_offset = 0;
    std::int64_t logged_at_us = 0;
    std::int64_t occurred_at_us = 0;
    Id key;
    Id subject;
    std::uint64_t content_hash = 0;
    std::uint64_t source_sequence = 0;
    std::uint64_t gap_from = 0;
    std::int64_t amount_fen = 0;
    std::int64_t order_amount_fen = 0;
    std::int64_t platform_match_fen = 0;
    std::int64_t merchant_match_fen = 0;
    std::int64_t difference_fen = 0;
    std::uint32_t programme = 0;
    std::uint32_t epoch = 0;
    std::uint32_t batch = 0;
    std::uint32_t district = 0;
    std::uint32_t consumer_ordinal = 0;
    std::uint32_t merchant_ordinal = 0;
    std::int32_t business_day = 0;
    std::int32_t origin_day = 0;
    std::uint16_t source = 0;
    std::uint16_t platform = 0;
    std::uint16_t pack = 0;
    std::uint16_t denomination = 0;
    std::uint16_t industry = 0;
    std::uint16_t category = 0;
    wire::Reason reason = wire::Reason::none;
    wire::EventBody kind = wire::EventBody::NONE;
    wire::Outcome outcome = wire::Outcome::none;
    std::uint8_t size_class = 0;
    std::uint8_t limit_class = 0;
    std::uint8_t channel = 0;
    std::uint8_t vouchers = 0;
    std::uint8_t flags = 0;
    std::vector<Posting> postings;

    friend bool operator==(const Answer&, const Answer&) = default;
};

// The answer that an entry of the journal and its postings say.
Answer answer_of(const wire::Entry& entry, const wire::Posting* postings);

// For people: one line for each field that differs, "field: first ≠ second"; empty when equal.
std::string differences(const Answer& first, const Answer& second);
std::string text(const Account& account);
std::string text(const Posting& posting);
std::string text(const Answer& answer);
std::string text(const Id& id);
std::string money_text(Sum fen);

}  // namespace fiscus::reference
