// The oracle: docs/domain.md written down a second time, with plain maps and no thought of speed.
// It shares no code with the engine, so that a slip in one of the two shows as a difference. Counts
// are not kept but counted anew from the list of claims.
// Thread: one. Fails: never; a broken belief of its own aborts through std::abort.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/reference/answer.h"
#include "tests/reference/draw.h"
#include "tests/reference/instant.h"
#include "tests/reference/reading.h"

namespace fiscus::reference {

// What a number said, and the reason it was answered with.
struct Heard {
    std::string content;
    wire::Reason reason = wire::Reason::none;
};

struct SourceKey {
    HashKind hash = HashKind::sha256;
    std::string commitment;
    bool revoked = false;
};

struct Source {
    wire::SourceRole role = wire::SourceRole::unknown;
    std::uint16_t platform = 0;
    bool revoked = false;
    std::map<std::uint32_t, SourceKey> keys;  // by number; with one its events are signed
    std::optional<std::uint32_t> epoch;       // that of its first event
    std::map<std::uint64_t, Heard> seen;      // of this epoch: number → what it said
    std::uint64_t low = 0;                    // 1 … low were all seen
    std::uint64_t high = 0;
    std::uint64_t abandoned = 0;  // numbers still missing when an epoch ended

    // Neither revoked nor without any key that counts.
    [[nodiscard]] bool can_speak() const;
};

struct Platform {
    bool suspended = false;
    bool terminated = false;
};

struct Merchant {
    std::uint32_t ordinal = 0;
    std::uint32_t district = 0;
    std::uint16_t industry = 0;
    std::uint16_t category = 0;
    wire::SizeClass size_class = wire::SizeClass::unknown;
    wire::LimitClass limit_class = wire::LimitClass::unknown;
    wire::Channel channel = wire::Channel::any;
    bool suspended = false;
    std::uint16_t registered_by = 0;  // platform; 0: the authority
};

struct Pack {
    wire::Channel channel = wire::Channel::any;
    std::uint16_t category = 0;
    std::string name;
};

struct Denomination {
    std::uint16_t pack = 0;
    std::int64_t face_fen = 0;
    std::int64_t threshold_fen = 0;
};

struct Batch {
    bool closed = false;
    std::int64_t claim_from_us = 0;
    std::int64_t claim_until_us = 0;
    std::int32_t redeem_first_day = 0;
    std::int32_t redeem_last_day = 0;
    std::uint16_t valid_days = 0;
    std::map<std::uint16_t, Pack> packs;
    std::map<std::uint16_t, Denomination> denominations;
    std::uint64_t quota = 0;
    std::uint64_t quota_per_day = 0;
    std::map<std::uint16_t, std::uint64_t> platform_quotas;
    std::map<std::uint32_t, std::uint64_t> district_quotas;
    std::set<std::uint16_t> categories;
    std::uint8_t cap_per_consumer_day = 0;
    std::uint32_t cap_per_consumer = 0;
    bool restore_on_full_refund = false;
    std::uint8_t stacking_max = 1;
    bool shipping_inside_province = false;
    bool void_returns_quota = false;
    std::vector<Id> claims;  // vouchers that were claimed or won, in order

    [[nodiscard]] std::int32_t last_day_of_claim(std::int32_t claim_day) const;
};

enum class VoucherState : std::uint8_t { claimed, redeemed, returned, voided };

struct Voucher {
    VoucherState state = VoucherState::claimed;
    Id consumer;
    std::uint32_t consumer_ordinal = 0;
    std::uint32_t batch = 0;
    std::uint16_t pack = 0;
    std::uint16_t denomination = 0;
    std::uint16_t platform = 0;
    std::uint32_t district = 0;
    std::int64_t claimed_at_us = 0;
    std::int32_t claim_day = 0;
    std::int32_t last_day = 0;
    std::int64_t face_fen = 0;
    std::int64_t threshold_fen = 0;
    bool counts = true;  // against quotas and caps; never where it was won
};

struct Redemption {
    std::vector<Id> vouchers;
    std::int64_t order_fen = 0;
    std::int64_t subsidy_fen = 0;
    std::int64_t order_left_fen = 0;
    std::int64_t subsidy_left_fen = 0;
    std::int64_t occurred_at_us = 0;
    Answer answer;  // of the redemption: who, where, which day
};

enum class InvoiceState : std::uint8_t { submitted, verified, rejected, reversed };

struct Invoice {
    InvoiceState state = InvoiceState::submitted;
    Id consumer;
    Answer answer;  // of its submission: who, where, which batch and day, how much
};

enum class PlaceState : std::uint8_t { waiting, payable, paid, forfeited, lost, recovering };

struct Place {
    Id invoice;
    // Of the prize that it won or that came to it; 0: a reserve that never had one.
    std::uint16_t tier = 0;
    PlaceState state = PlaceState::waiting;
    std::int64_t recovered_fen = 0;
};

enum class DrawState : std::uint8_t { open, sealed, seeded, executed, aborted };

struct Submission {
    Id consumer;
    std::int32_t day = 0;
};

struct PrizeBatch {
    bool closed = false;
    std::uint16_t draw_platform = 0;
    std::int64_t submit_from_us = 0;
    std::int64_t submit_until_us = 0;
    std::int32_t issue_first_day = 0;
    std::int32_t issue_last_day = 0;
    std::int64_t amount_min_fen = 0;
    std::set<std::uint16_t> categories;
    std::uint8_t cap_per_consumer_day = 0;
    std::uint32_t cap_per_consumer = 0;
    std::int64_t digits_at_us = 0;
    std::int64_t public_value_at_us = 0;
    DrawRules rules;
    std::vector<Submission> submissions;  // accepted, in order
    DrawState draw = DrawState::open;
    std::vector<Ticket> sealed;
    Entropy entropy;
    std::vector<Place> places;  // of the executed draw, in its order

    // Of one tier, 1 to the number of tiers.
    [[nodiscard]] const PrizeTier& tier(std::uint16_t number) const {
        return rules.tiers.at(number - std::size_t{1});
    }
};

struct InstantDraw {
    std::uint32_t batch = 0;
    InstantRules rules;
};

// A chance that was given: the first request of a consumer through a platform on a day.
struct Chance {
    Id consumer;
    Answer answer;
};

struct Request {
    std::uint32_t batch = 0;
    std::uint16_t platform = 0;
    std::int64_t amount_fen = 0;
    std::int64_t paid_fen = 0;
};

struct Deposits {
    std::uint64_t ordinal = 0;
    std::int64_t deposited_fen = 0;
    std::int64_t returned_fen = 0;
};

struct Programme {
    bool closed = false;
    std::vector<std::uint32_t> districts;
    std::set<std::uint16_t> categories;
    std::map<std::uint16_t, std::uint16_t> category_of_industry;
    bool registration_required = false;
    std::uint16_t cut_minute = 0;
    std::int32_t first_day = 0;
    std::int64_t clock_us = 0;
    std::optional<std::int64_t> log_time_us;
    std::map<std::uint16_t, Source> sources;
    std::map<std::uint16_t, Platform> platforms;
    std::map<Id, Merchant> merchants;
    std::map<Id, Deposits> deposits;
    std::map<std::uint32_t, Batch> batches;
    std::map<std::uint32_t, PrizeBatch> prize_batches;
    std::map<Id, std::uint32_t> consumers;  // named: token → ordinal
    std::map<Id, Id> identity_of_consumer;
    std::map<Id, Id> consumer_of_identity;
    std::map<Id, Id> identity_of_phone;   // who gave it first
    std::map<Id, Id> identity_of_device;  // likewise
    std::map<Id, Voucher> vouchers;
    std::map<Id, Redemption> redemptions;
    std::map<Id, Request> requests;
    std::map<Id, Invoice> invoices;
    Sum submitted_fen = 0;  // of all accepted submissions
    std::vector<InstantDraw> instant_draws;
    std::map<std::int32_t, std::string> public_values;  // day → what was published on it
    std::set<std::int32_t> days_opened;                 // their keys are known
    std::vector<Chance> chances;                        // in order
    // Natural keys of accepted events: kind and key → content.
    std::map<std::pair<wire::EventBody, Id>, std::string> keys;

    [[nodiscard]] bool covers(std::uint32_t district) const;
    // First two digits of the first district, 0 when there is none.
    [[nodiscard]] std::uint32_t province() const;
    [[nodiscard]] bool released(std::uint32_t batch, std::int32_t last_day) const;
    // Verified invoices of a prize batch, ascending.
    [[nodiscard]] std::vector<Ticket> tickets(std::uint32_t batch) const;
    // Null when no instant draw has the day.
    [[nodiscard]] const InstantDraw* draw_on(std::int32_t day) const;
    // The vouchers of the batch are won.
    [[nodiscard]] bool draws_from(std::uint32_t batch) const;
};

// Head of a chain → the key of its last day; nothing when it is not known. A request for a chance
// of a chain that is not known cannot be judged.
using LastKeys = std::function<std::optional<std::string>(const std::string& chain_head)>;

// Commitment → the key; nothing when it is not known. A signature under a key that is not known
// cannot be judged.
using SourceKeysKnown = std::function<std::optional<std::string>(const std::string& commitment)>;

class Ledger {
public:
    Ledger(LastKeys last_keys, SourceKeysKnown source_keys)
        : last_keys_(std::move(last_keys)), source_keys_(std::move(source_keys)) {}

    // Judges the record and keeps what it changes.
    Answer apply(const Input& input);

    [[nodiscard]] std::int64_t balance(const Account& account) const;
    // Every account that was ever posted to.
    [[nodiscard]] const std::map<Account, Sum>& balances() const { return balances_; }
    // Null when there is no such programme.
    [[nodiscard]] const Programme* programme(std::uint32_t number) const;
    // Numbers between low and high that were not seen, in the source's present epoch.
    [[nodiscard]] std::vector<std::uint64_t> missing(std::uint32_t programme,
                                                     std::uint16_t source) const;
    // Breaks of the identities of docs/domain.md §4, one sentence each; empty when they hold.
    [[nodiscard]] std::string broken_identities() const;

private:
    friend class Judge;
    [[nodiscard]] std::string broken_prizes(std::uint32_t number, const Programme& programme) const;
    static std::string broken_chances(const Programme& programme);
    void judge(const Reading& reading, Answer& answer);
    void judge_known_source(const Reading& reading,
                            Programme& programme,
                            Source& source,
                            Answer& answer);

    [[nodiscard]] wire::Reason judge_signature(const Reading& reading, const Source& source) const;

    LastKeys last_keys_;
    SourceKeysKnown source_keys_;
    std::uint64_t entries_ = 0;
    std::map<std::uint32_t, Programme> programmes_;
    std::map<Account, Sum> balances_;
};

}  // namespace fiscus::reference
