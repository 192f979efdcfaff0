// What a load is: records in the order of the log, and what the ledger should make of them. Each
// load knows that beforehand, by a light model of its own that shares no code with the engine.
// Tests, benchmarks and the demo read loads; bench/load/publish.h writes one to a log. Thread:
// one at a time. Fails: never.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/log/log.h"

namespace fiscus::load {

// A load below this has no room for its reference events.
inline constexpr std::uint64_t events_min = 5'000;
// Records of a batch, if nobody asks for another number.
inline constexpr std::size_t records_at_once = 8'192;

// Records in log order. `records` borrows from the batch itself: valid until the batch is filled
// again or destroyed, and never after a move.
class LoadBatch {
public:
    LoadBatch() = default;
    LoadBatch(const LoadBatch&) = delete;
    LoadBatch& operator=(const LoadBatch&) = delete;

    [[nodiscard]] std::span<const log::NewRecord> records() const { return records_; }
    // Programme of the record with this index; its key is the programme's number in decimal.
    [[nodiscard]] std::uint32_t programme(std::size_t index) const { return programmes_[index]; }
    [[nodiscard]] bool empty() const { return records_.empty(); }

private:
    friend class RecordSink;
    std::vector<std::byte> arena_;
    std::size_t used_ = 0;
    std::vector<log::NewRecord> records_;
    std::vector<std::uint32_t> programmes_;
};

// What should be known of one business day once everything is applied. Gross figures.
struct ExpectedDay {
    std::uint64_t issued_count = 0;
    std::int64_t issued_fen = 0;
    std::uint64_t redeemed_count = 0;  // orders
    std::int64_t redeemed_fen = 0;     // subsidy
    std::int64_t order_fen = 0;
    std::int64_t platform_match_fen = 0;
    std::int64_t merchant_match_fen = 0;
    std::uint64_t refunded_count = 0;
    std::int64_t refunded_fen = 0;
    std::int64_t refunded_order_fen = 0;
    friend bool operator==(const ExpectedDay&, const ExpectedDay&) = default;
    void add(const ExpectedDay& other);
};

inline constexpr std::size_t reasons_end = 256;
inline constexpr std::size_t kinds_end = 64;
inline constexpr std::size_t expected_days = 48;

// What the generator knows of the outcome. Balances are those after the last record.
struct Expected {
    std::uint64_t records = 0;
    std::uint64_t accepted = 0;
    std::uint64_t duplicates = 0;
    std::uint64_t refused = 0;
    std::uint64_t quarantined = 0;
    // By number of wire::Reason, of refused and quarantined records.
    std::array<std::uint64_t, reasons_end> reasons{};
    // Accepted events by number of wire::EventBody.
    std::array<std::uint64_t, kinds_end> accepted_by_kind{};

    ExpectedDay total;
    std::uint64_t vouchers_redeemed = 0;
    std::uint64_t vouchers_restored = 0;
    std::uint64_t full_refunds = 0;
    std::uint64_t refund_differences = 0;
    std::uint64_t gaps_opened = 0;
    std::uint64_t gaps_filled = 0;
    std::uint64_t late_events = 0;
    std::int64_t voided_fen = 0;
    // Days of the business calendar: by_day[i] is first_day + i.
    std::int32_t first_day = 0;
    std::array<ExpectedDay, expected_days> by_day{};

    std::int64_t deposited_fen = 0;
    std::int64_t returned_fen = 0;
    std::int64_t compensation_fen = 0;
    std::int64_t fund_fen = 0;
    std::int64_t budget_fen = 0;
    std::int64_t outstanding_fen = 0;
    std::int64_t payable_fen = 0;
    std::int64_t paid_fen = 0;
    std::int64_t receivable_fen = 0;
    // Of prizes.
    std::int64_t prize_budget_fen = 0;
    std::int64_t prize_payable_fen = 0;
    std::int64_t prize_paid_fen = 0;
    std::int64_t prize_receivable_fen = 0;

    // Vouchers that one consumer gets at most, in all; 0: the load does not say.
    std::uint64_t cap_per_consumer = 0;

    // Sums over programmes; first_day is the same for all.
    void add(const Expected& other);
};

// A file that must not be in the log: the key of a load's draws.
struct SecretFile {
    std::string name;
    std::string text;
};

class Load {
public:
    Load() = default;
    Load(const Load&) = delete;
    Load& operator=(const Load&) = delete;
    virtual ~Load() = default;

    // Fills the batch with the next records, at most `records_max`; false and empty at the end.
    virtual bool next(LoadBatch& batch, std::size_t records_max = records_at_once) = 0;
    // Of everything generated so far; complete after next() said false.
    [[nodiscard]] virtual Expected expected() const = 0;
    // What the engine needs beside the log, in its directory of secrets.
    [[nodiscard]] virtual std::vector<SecretFile> secrets() const { return {}; }
};

}  // namespace fiscus::load
