// Records of the state: fixed layout, trivially copyable, no padding, little-endian as in memory
// (docs/formats/state.md). Any change of a layout raises layout_version: the state is then rebuilt
// from the log, no migration is ever written.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <type_traits>

#include "engine/base/ids.h"
#include "engine/base/limits.h"
#include "engine/state/key.h"

namespace fiscus::state {

static_assert(std::endian::native == std::endian::little,
              "records are stored as they lie in memory");

inline constexpr std::uint32_t layout_version = 6;

struct ProgrammeRecord {
    static constexpr TableId table = TableId::programme;
    std::int64_t clock_us = 0;     // ClockAdvanced
    std::int64_t log_time_us = 0;  // highest record timestamp seen
    std::uint32_t consumers = 0;   // ordinals given
    std::uint32_t merchants = 0;
    std::uint32_t depositors = 0;
    std::uint16_t authority_source = 0;
    std::uint8_t closed = 0;
    std::uint8_t reserved = 0;
};

// A termination does not lift a suspension, so the two are told apart.
struct PlatformRecord {
    static constexpr TableId table = TableId::platform;
    std::uint8_t suspended = 0;
    std::uint8_t terminated = 0;
};

struct SourceRecord {
    static constexpr TableId table = TableId::source;
    std::uint64_t low = 0;        // all numbers up to here were seen
    std::uint64_t high = 0;       // highest number seen
    std::uint64_t missing = 0;    // numbers between low and high not seen yet
    std::uint64_t abandoned = 0;  // numbers still missing when an epoch ended
    std::uint32_t epoch = 0;
    std::uint16_t platform = 0;
    std::uint8_t role = 0;
    std::uint8_t standing = 0;  // bits

    static constexpr std::uint8_t revoked_bit = 1;
    static constexpr std::uint8_t signs_bit = 2;  // it was given a key: its events are signed
    [[nodiscard]] bool revoked() const { return (standing & revoked_bit) != 0; }
    [[nodiscard]] bool signs() const { return (standing & signs_bit) != 0; }
};

// A key of a source: the key's part is the source, id.lo the number.
struct SourceKeyRecord {
    static constexpr TableId table = TableId::source_key;
    std::array<std::byte, 32> commitment{};
    std::uint8_t algorithm = 0;  // wire::KeyAlgorithm
    std::uint8_t revoked = 0;
    std::array<std::uint8_t, 6> reserved{};
};

// Content hashes of the last source_window numbers, and what each was answered with: number n
// stands in page (n % window) / 64.
struct SourcePageRecord {
    static constexpr TableId table = TableId::source_page;
    static constexpr std::size_t slots = 64;
    std::array<std::uint64_t, slots> number{};
    std::array<std::uint64_t, slots> content{};
    std::array<std::uint16_t, slots> reason{};  // of the first answer; 0: accepted
};
static_assert(source_window % SourcePageRecord::slots == 0);

struct BatchRecord {
    static constexpr TableId table = TableId::batch;
    // Limits as adjusted; the rest of the rules is in the definition.
    std::int64_t claim_until_us = 0;
    std::uint64_t quota = 0;
    std::uint64_t quota_per_day = 0;
    std::uint32_t cap_per_consumer = 0;
    std::uint8_t cap_per_consumer_day = 0;
    std::uint8_t closed = 0;
    // In order of opening, from 1; 0 for those after the 65,535th of a programme.
    std::uint16_t ordinal = 0;
};

struct MerchantRecord {
    static constexpr TableId table = TableId::merchant;
    std::uint32_t ordinal = 0;
    std::uint32_t district = 0;
    std::uint16_t industry = 0;
    std::uint16_t category = 0;
    std::uint8_t size_class = 0;
    std::uint8_t limit_class = 0;
    std::uint8_t channel = 0;
    std::uint8_t suspended = 0;
    std::uint16_t registered_by = 0;  // platform; 0: the authority
    std::uint16_t reserved = 0;
};

struct AccountRecord {
    static constexpr TableId table = TableId::account;
    std::int64_t fen = 0;
};

enum class CounterScope : std::uint8_t {
    batch = 1,
    day = 2,
    platform = 3,
    district = 4,
    won = 5,       // in a tier of an instant draw on a day: day × 2^16 + tier
    invoiced = 6,  // fen of all accepted submissions of the programme; batch 0
};

// Counts what has a limit, or may be given one by BatchAdjusted.
struct CounterRecord {
    static constexpr TableId table = TableId::counter;
    std::uint64_t count = 0;
};

struct DepositorRecord {
    static constexpr TableId table = TableId::depositor;
    std::uint32_t ordinal = 0;
};

struct SettlementRequestRecord {
    static constexpr TableId table = TableId::settlement_request;
    std::int64_t requested_fen = 0;
    std::int64_t paid_fen = 0;
    std::uint32_t batch = 0;
    std::uint16_t platform = 0;
    std::uint16_t reserved = 0;
};

struct NaturalKeyRecord {
    static constexpr TableId table = TableId::natural_key;
    std::uint64_t content = 0;
};

struct IdentityRecord {
    static constexpr TableId table = TableId::identity;
    Id128 consumer{};
};

enum class VoucherStatus : std::uint8_t { claimed = 1, redeemed = 2, returned = 3, voided = 4 };

struct VoucherRecord {
    static constexpr TableId table = TableId::voucher;
    static constexpr bool short_key = true;
    Id128 consumer{};
    std::uint64_t content = 0;
    std::int64_t claimed_at_us = 0;
    std::int64_t face_fen = 0;
    std::uint32_t consumer_ordinal = 0;
    std::uint32_t batch = 0;
    std::uint32_t district = 0;
    std::int32_t last_day = 0;
    std::uint16_t pack = 0;
    std::uint16_t denomination = 0;
    std::uint16_t platform = 0;
    VoucherStatus status = VoucherStatus::claimed;
    std::uint8_t drawn = 0;  // 1: won, so that no quota and no cap counts it
};

// One accepted claim of a consumer.
struct ConsumerClaim {
    std::uint8_t batch = 0;  // its ordinal; 0: a free place
    std::uint8_t day = 0;    // since the batch's first claim day
    friend bool operator==(const ConsumerClaim&, const ConsumerClaim&) = default;
};

// There are tens of millions of them, and all come back: with its key a consumer fills one cache
// line.
struct ConsumerRecord {
    static constexpr TableId table = TableId::consumer;
    static constexpr bool short_key = true;
    std::uint32_t ordinal = 0;
    std::uint8_t registered = 0;
    std::uint8_t overflowed = 0;  // a claim was ever counted in a ConsumerClaimsRecord
    std::uint16_t reserved = 0;
    // In their order, free places last. Most consumers need no more.
    std::array<ConsumerClaim, 16> claims{};
};

// What only a registration asks for.
struct RegistrationRecord {
    static constexpr TableId table = TableId::registration;
    Id128 identity{};
    std::uint64_t district = 0;  // at that time
};

// Claims that found no place in the consumer's own record: one for each batch and page. Page p
// counts the days p × 30 … after the batch's first claim day; the total stands in page 0.
struct ConsumerClaimsRecord {
    static constexpr TableId table = TableId::consumer_claims;
    static constexpr std::int32_t days_per_page = 30;
    std::uint32_t total = 0;
    std::array<std::uint16_t, days_per_page> days{};
};

struct RedemptionRecord {
    static constexpr TableId table = TableId::redemption;
    static constexpr bool short_key = true;
    Id128 first_voucher{};
    std::uint64_t content = 0;
    std::int64_t occurred_at_us = 0;
    std::int64_t order_fen = 0;
    std::int64_t subsidy_fen = 0;
    std::int64_t refunded_order_fen = 0;
    std::int64_t refunded_subsidy_fen = 0;
    std::uint32_t batch = 0;
    std::uint32_t consumer_ordinal = 0;
    std::uint32_t merchant_ordinal = 0;
    std::uint32_t district = 0;
    std::uint16_t platform = 0;
    std::uint16_t pack = 0;
    std::uint16_t denomination = 0;
    std::uint16_t industry = 0;
    std::uint16_t category = 0;
    std::uint8_t size_class = 0;
    std::uint8_t limit_class = 0;
    std::uint8_t channel = 0;
    std::uint8_t vouchers = 0;
    std::uint8_t refunded = 0;  // 1: the order is refunded whole
    std::uint8_t parts = 0;     // refunds accepted, saturating
};

// The second to eighth voucher of a stacked order.
struct RedemptionVouchersRecord {
    static constexpr TableId table = TableId::redemption_vouchers;
    std::array<Id128, vouchers_max - 1> more{};
};

enum class InvoiceStatus : std::uint8_t { submitted = 1, verified = 2, rejected = 3, reversed = 4 };

struct InvoiceRecord {
    static constexpr TableId table = TableId::invoice;
    static constexpr bool short_key = true;
    Id128 consumer{};
    std::int64_t amount_fen = 0;
    std::int64_t submitted_at_us = 0;
    std::uint32_t consumer_ordinal = 0;
    std::uint32_t merchant_ordinal = 0;
    std::uint32_t batch = 0;
    std::uint32_t district = 0;
    std::uint16_t platform = 0;  // that submitted it
    std::uint16_t industry = 0;
    std::uint16_t category = 0;
    std::uint8_t size_class = 0;
    std::uint8_t limit_class = 0;
    std::uint8_t channel = 0;
    InvoiceStatus status = InvoiceStatus::submitted;
    std::array<std::uint8_t, 6> reserved{};
};

enum class TicketStanding : std::uint64_t {
    takes_part = 0,
    removed = 1,   // before the list was sealed: not on it
    reversed = 2,  // afterwards: on it, and cannot win
};

// A verified invoice in the list of its batch; the key's part is the batch.
struct TicketRecord {
    static constexpr TableId table = TableId::ticket;
    Id128 consumer{};
    TicketStanding standing = TicketStanding::takes_part;
};

enum class DrawStatus : std::uint8_t {
    open = 0,
    sealed = 1,
    seeded = 2,
    executed = 3,
    aborted = 4
};

struct PrizeDrawRecord {
    static constexpr TableId table = TableId::prize_draw;
    std::int64_t sealed_at_us = 0;
    std::int64_t opened_at_us = 0;
    std::uint64_t count = 0;  // of the sealed list
    std::array<std::byte, 32> root{};
    std::array<std::byte, 32> seed{};
    std::uint32_t places = 0;  // winners and reserves
    std::uint32_t passed = 0;  // places of which none is waiting, from the first on
    DrawStatus status = DrawStatus::open;
    std::array<std::uint8_t, 7> reserved{};
};

enum class PlaceStatus : std::uint8_t {
    waiting = 1,
    payable = 2,
    paid = 3,
    forfeited = 4,
    lost = 5,
    recovering = 6,
};

// A place of an executed draw, by its ticket; the key's part is the batch.
struct PrizePlaceRecord {
    static constexpr TableId table = TableId::prize_place;
    std::int64_t recovered_fen = 0;
    std::uint32_t place = 0;  // from 1
    std::uint16_t tier = 0;   // 0: a reserve that has not moved up
    PlaceStatus status = PlaceStatus::waiting;
    std::uint8_t reserved = 0;
};

// The same by place: id.lo.
struct PrizeOrderRecord {
    static constexpr TableId table = TableId::prize_order;
    Id128 ticket{};
};

// A day of instant draws; the key's part is the day.
struct DrawDayRecord {
    static constexpr TableId table = TableId::draw_day;
    std::array<std::byte, 32> key{};
    std::uint64_t opened = 0;  // 1: the key is public, the day is closed
};

// The one answer to a consumer on a platform and day; the key's part is day × 2^16 + platform.
struct DrawRequestRecord {
    static constexpr TableId table = TableId::draw_request;
    Id128 voucher{};  // of the first request, whether won or not
    std::int64_t face_fen = 0;
    std::uint32_t batch = 0;
    std::uint16_t pack = 0;
    std::uint16_t denomination = 0;
    std::uint16_t category = 0;
    std::uint8_t channel = 0;
    std::uint8_t outcome = 0;  // wire::DrawOutcome
    std::uint8_t tier = 0;
    std::array<std::uint8_t, 3> reserved{};
};

struct DrawWinsRecord {
    static constexpr TableId table = TableId::draw_wins;
    static constexpr bool short_key = true;
    std::int32_t last_day = 0;      // on which the consumer asked
    std::uint32_t wins_before = 0;  // on earlier days
    std::uint32_t wins_on_day = 0;
    std::uint32_t reserved = 0;
};

enum class ContactKind : std::uint32_t { phone = 1, device = 2 };

// Whose a phone or a device was first; the key's part says which.
struct ContactRecord {
    static constexpr TableId table = TableId::contact;
    Id128 identity{};
};

template <typename... Records>
struct RecordList {
    static_assert((std::is_trivially_copyable_v<Records> && ...));
    static_assert((std::has_unique_object_representations_v<Records> && ...), "no padding");
};
template struct RecordList<ProgrammeRecord,
                           PlatformRecord,
                           SourceRecord,
                           SourceKeyRecord,
                           SourcePageRecord,
                           BatchRecord,
                           MerchantRecord,
                           AccountRecord,
                           CounterRecord,
                           DepositorRecord,
                           SettlementRequestRecord,
                           NaturalKeyRecord,
                           IdentityRecord,
                           VoucherRecord,
                           ConsumerRecord,
                           RegistrationRecord,
                           ConsumerClaimsRecord,
                           RedemptionRecord,
                           RedemptionVouchersRecord,
                           InvoiceRecord,
                           TicketRecord,
                           PrizeDrawRecord,
                           PrizePlaceRecord,
                           PrizeOrderRecord,
                           DrawDayRecord,
                           DrawRequestRecord,
                           DrawWinsRecord,
                           ContactRecord>;

}  // namespace fiscus::state
