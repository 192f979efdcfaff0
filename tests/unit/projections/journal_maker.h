// Journal entries made by hand, as the engine would write them: dimensions resolved, postings
// balanced, details where the format has them. For tests of everything that folds a journal.
// Thread: one. Fails: never; nothing here knows a rule, so tests may also write what no engine
// would.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/ids.h"
#include "engine/base/time.h"
#include "engine/journal/block.h"
#include "schemas/events_generated.h"
#include "schemas/journal_generated.h"
#include "schemas/reasons_generated.h"
#include "tests/support/events.h"

namespace fiscus::projections {

// Every field of an entry, by name.
struct EntryFields {
    std::uint32_t programme = 1;
    std::uint16_t source = 2;
    std::uint32_t epoch = 1;
    std::uint64_t source_sequence = 0;  // 0: the source's next number
    std::uint64_t gap_from = 0;
    std::int32_t day = support::first_day;
    std::int32_t origin_day = 0;
    wire::EventBody kind = wire::EventBody::NONE;
    wire::Outcome outcome = wire::Outcome::accepted;
    wire::Reason reason = wire::Reason::none;
    std::int64_t amount_fen = 0;
    std::int64_t order_amount_fen = 0;
    std::int64_t platform_match_fen = 0;
    std::int64_t merchant_match_fen = 0;
    std::int64_t difference_fen = 0;
    std::uint32_t batch = 0;
    std::uint16_t pack = 0;
    std::uint16_t denomination = 0;
    std::uint16_t platform = 0;
    std::uint32_t district = 0;
    std::uint16_t industry = 0;
    std::uint16_t category = 0;
    std::uint8_t size_class = 0;
    std::uint8_t channel = 0;
    std::uint32_t consumer = 0;
    std::uint32_t merchant = 0;
    std::uint8_t vouchers = 0;
    std::uint8_t flags = 0;
    std::uint8_t hour = 10;  // of the day, when it occurred
    Id128 key{};
    Id128 subject{};
};

inline constexpr std::uint8_t fills_gap_flag = 1;
inline constexpr std::uint8_t full_refund_flag = 2;
inline constexpr std::uint8_t taken_away_flag = 32;
inline constexpr std::uint8_t moved_up_flag = 64;
// Batch, prizes of its tiers 1 and 2.
inline constexpr std::uint32_t prize_batch = 7;
inline constexpr std::int64_t first_prize = 50'000;
inline constexpr std::int64_t second_prize = 10'000;

class JournalMaker {
public:
    // Appends an entry with these postings and this detail; its ledger sequence.
    std::uint64_t add(const EntryFields& fields,
                      const std::vector<wire::Posting>& postings = {},
                      std::string_view detail = {});

    // A decision of the authority with its exact event as detail.
    std::uint64_t decide(std::int32_t day,
                         const support::Body& body,
                         const std::vector<wire::Posting>& postings = {},
                         std::uint32_t programme = 1);
    // ProgrammeOpened, two platforms with sources 2 and 3, batch 1 with pack 1, on the first day.
    void open(const support::ProgrammeOpened& programme = {}, std::uint32_t number = 1);
    // The clock: at `minute` of `day`.
    std::uint64_t clock(std::int32_t day, int minute = 720, std::uint32_t programme = 1);
    std::uint64_t close_source_day(std::int32_t day,
                                   std::int32_t of_day,
                                   std::vector<support::ControlTotal> totals,
                                   std::uint16_t platform = 1);

    // Defaults of the three voucher events; change what the test is about.
    static EntryFields claim(std::int32_t day, std::uint32_t consumer);
    static EntryFields redemption(std::int32_t day, std::uint32_t consumer, std::uint32_t merchant);
    // Of that redemption, in full.
    static EntryFields full_refund(std::int32_t day, const EntryFields& redemption);
    // A prize batch of platform 1 with two tiers.
    std::uint64_t open_prize_batch(std::int32_t day, std::uint32_t batch = prize_batch);
    // What is said of an invoice; the steps after its submission carry what that says.
    static EntryFields submission(std::int32_t day,
                                  std::uint64_t invoice,
                                  std::uint32_t consumer,
                                  std::uint32_t merchant);
    static EntryFields after(const EntryFields& submission, wire::EventBody kind, std::int32_t day);
    // The same for what has a prize.
    static EntryFields of_prize(const EntryFields& submission,
                                wire::EventBody kind,
                                std::int32_t day,
                                std::uint16_t tier);
    // A draw of the batch with all that is awarded.
    static EntryFields draw(std::int32_t day,
                            std::int64_t awarded_fen,
                            std::uint32_t batch = prize_batch);
    // An instant draw of batch 1.
    std::uint64_t open_instant_draw(std::int32_t day, std::uint32_t programme = 1);
    // A request for it that came out so; a won one has 30 yuan of pack 1.
    static EntryFields request(std::int32_t day, std::uint32_t consumer, wire::DrawOutcome outcome);
    static EntryFields refused(EntryFields fields, wire::Reason reason);

    // What was added since the last take().
    journal::Entries take();
    [[nodiscard]] const journal::Entries& entries() const { return entries_; }
    [[nodiscard]] std::uint64_t last_sequence() const { return next_sequence_ - 1; }

private:
    journal::Entries entries_;
    std::uint64_t next_sequence_ = 1;
    std::vector<std::pair<std::uint16_t, std::uint64_t>> numbers_;  // by source
};

inline constexpr std::int32_t day_0 = support::first_day;

wire::Account account(wire::AccountKind kind,
                      std::uint32_t batch = 0,
                      std::uint64_t key = 0,
                      std::uint32_t programme = 1);
wire::Posting posting(const wire::Account& debit, const wire::Account& credit, std::int64_t fen);

// Writes blocks of a journal topic as the engine's publisher does: one term, one hash chain.
class BlockChain {
public:
    Bytes encode(const journal::Entries& entries);

private:
    journal::BlockEncoder encoder_;
    std::uint64_t next_sequence_ = 1;
    Sha256 previous_{};
};

}  // namespace fiscus::projections
