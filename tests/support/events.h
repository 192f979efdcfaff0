// Events as plain values with safe defaults, and the bytes that a publisher would send for them. An
// id or a text that is nothing is left out of the buffer, so that tests can publish what must not
// be missing.
// Thread: any. Fails: never; nothing here knows a rule.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/base/ids.h"
#include "schemas/events_generated.h"
#include "tests/support/source_keys.h"

namespace fiscus::support {

using MaybeId = std::optional<Id128>;
// A vector of bytes or a string; nothing: left out.
using MaybeText = std::optional<std::string>;

// The same name gives the same id, another name another one; never zero.
Id128 id_named(std::string_view name);

// 2026-03-01, as days since 1970-01-01, and its 10:00 at UTC+08:00.
inline constexpr std::int32_t first_day = 20'513;
inline constexpr std::int64_t first_morning_us =
    std::int64_t{first_day} * 86'400'000'000 + 2 * 3'600'000'000LL;

struct Category {
    std::uint16_t category = 1;
    std::vector<std::uint16_t> industries = {6210};
};
struct ProgrammeOpened {
    std::string name = "体育消费券";
    std::string authority = "体育局";
    std::vector<std::uint32_t> districts = {420100};
    std::vector<Category> categories = {{1, {6210, 6220}}, {2, {8892}}};
    std::uint16_t cut_minute = 720;
    bool registration_required = false;
    std::int32_t first_day = support::first_day;
};
struct ProgrammeClosed {
    std::string why = "到期";
};
struct SourceRegistered {
    std::uint16_t source = 2;
    wire::SourceRole role = wire::SourceRole::platform;
    std::uint16_t platform = 1;
    std::string name = "后台";
    // Nothing: the source has no key.
    std::optional<SourceKey> key = {};
};
struct SourceRevoked {
    std::uint16_t source = 2;
};
struct SourceKeyAdded {
    std::uint16_t source = 2;
    std::uint32_t key = 2;
    wire::KeyAlgorithm algorithm = wire::KeyAlgorithm::hmac_sha256;
    MaybeText commitment = {};
};
struct SourceKeyRevoked {
    std::uint16_t source = 2;
    std::uint32_t key = 1;
    MaybeText opened = {};
};
struct PlatformAdmitted {
    std::uint16_t platform = 1;
    std::string name = "平台";
};
struct PlatformSuspended {
    std::uint16_t platform = 1;
};
struct PlatformResumed {
    std::uint16_t platform = 1;
};
struct PlatformTerminated {
    std::uint16_t platform = 1;
};
struct MerchantRegistered {
    MaybeId merchant = {};
    std::string registered_number = "91420100MA4KXXXXXX";
    std::string name = "商户";
    std::uint32_t district = 420102;
    std::uint16_t industry = 6210;
    wire::SizeClass size_class = wire::SizeClass::small;
    wire::LimitClass limit_class = wire::LimitClass::below;
    wire::Channel channel = wire::Channel::any;
};
struct MerchantChanged {
    MaybeId merchant = {};
    std::string name = "商户";
    std::uint32_t district = 420102;
    std::uint16_t industry = 6210;
    wire::SizeClass size_class = wire::SizeClass::small;
    wire::LimitClass limit_class = wire::LimitClass::below;
    wire::Channel channel = wire::Channel::any;
};
struct MerchantSuspended {
    MaybeId merchant = {};
};
struct MerchantResumed {
    MaybeId merchant = {};
};
struct FundDeposited {
    MaybeId account = {};
    std::int64_t amount_fen = 1'000'000;
};
struct BatchFunded {
    std::uint32_t batch = 1;
    std::int64_t amount_fen = 100'000;
    std::uint16_t tier = 0;
};
struct FundReturned {
    MaybeId account = {};
    std::int64_t amount_fen = 1;
};
struct Pack {
    std::uint16_t pack = 1;
    wire::Channel channel = wire::Channel::any;
    std::uint16_t category = 0;
    MaybeText name = "礼包";
};
struct Denomination {
    std::uint16_t denomination = 1;
    std::uint16_t pack = 1;
    std::int64_t face_fen = 3'000;
    std::int64_t threshold_fen = 10'000;
};
struct PlatformQuota {
    std::uint16_t platform = 1;
    std::uint64_t count = 0;
};
struct DistrictQuota {
    std::uint32_t district = 420102;
    std::uint64_t count = 0;
};
struct BatchOpened {
    std::uint32_t batch = 1;
    std::string name = "第一批";
    std::int64_t claim_from_us = first_morning_us - 10 * 3'600'000'000LL;
    std::int64_t claim_until_us = first_morning_us + 30 * 86'400'000'000LL;
    std::int32_t redeem_first_day = first_day;
    std::int32_t redeem_last_day = first_day + 30;
    std::uint16_t valid_days = 0;
    std::vector<Pack> packs = {{}};
    std::vector<Denomination> denominations = {{}};
    std::uint64_t quota = 0;
    std::uint64_t quota_per_day = 0;
    std::vector<PlatformQuota> platform_quotas = {};
    std::vector<DistrictQuota> district_quotas = {};
    std::vector<std::uint16_t> categories = {};
    std::uint8_t cap_per_consumer_day = 0;
    std::uint32_t cap_per_consumer = 0;
    bool restore_on_full_refund = false;
    std::uint8_t stacking_max = 1;
    bool shipping_inside_province = false;
    bool void_returns_quota = false;
};
struct BatchAdjusted {
    std::uint32_t batch = 1;
    std::optional<std::int64_t> claim_until_us = {};
    std::optional<std::uint64_t> quota = {};
    std::optional<std::uint64_t> quota_per_day = {};
    std::optional<std::uint8_t> cap_per_consumer_day = {};
    std::optional<std::uint32_t> cap_per_consumer = {};
};
struct BatchClosed {
    std::uint32_t batch = 1;
};
struct ConsumerRegistered {
    MaybeId consumer = {};
    MaybeId identity = {};
    MaybeId phone = {};
    MaybeId device = {};
    std::uint32_t district = 420102;
};
struct VoucherClaimed {
    MaybeId consumer = {};
    std::uint32_t batch = 1;
    std::uint16_t pack = 1;
    std::uint16_t denomination = 1;
    std::uint32_t district = 420102;
    MaybeId device = {};
};
struct VoucherRedeemed {
    std::vector<Id128> vouchers = {};
    MaybeId consumer = {};
    MaybeId merchant = {};
    std::int64_t order_amount_fen = 10'000;
    std::int64_t subsidy_fen = 3'000;
    std::int64_t platform_match_fen = 0;
    std::int64_t merchant_match_fen = 0;
    bool online = false;
    std::uint8_t ship_from_province = 0;
    std::uint8_t ship_to_province = 0;
};
struct RedemptionRefunded {
    MaybeId redemption = {};
    std::int64_t order_amount_fen = 10'000;
    std::int64_t subsidy_fen = 3'000;
};
struct VoucherVoided {
    MaybeId voucher = {};
};
struct PrizeTier {
    std::uint16_t tier = 1;
    std::uint32_t count = 1;
    std::int64_t amount_fen = 10'000;
};
struct PrizeBatchOpened {
    std::uint32_t batch = 1;
    MaybeText name = "第一期";
    std::uint16_t draw_platform = 1;
    std::int64_t submit_from_us = first_morning_us - 10 * 3'600'000'000LL;
    std::int64_t submit_until_us = first_morning_us + 7 * 86'400'000'000LL;
    std::int32_t issue_first_day = first_day - 7;
    std::int32_t issue_last_day = first_day + 7;
    std::int64_t amount_min_fen = 1'000;
    std::vector<std::uint16_t> categories = {};
    std::uint8_t cap_per_consumer_day = 0;
    std::uint32_t cap_per_consumer = 0;
    std::vector<PrizeTier> tiers = {{}};
    std::uint32_t reserves = 1;
    MaybeText algorithm = "hash-rank-v1";
    MaybeText commitment = std::string(32, 'c');
    MaybeText digits_source = "公证摇号";
    std::int64_t digits_at_us = first_morning_us + 8 * 86'400'000'000LL;
    MaybeText public_value_source = "双色球";
    std::int64_t public_value_at_us = first_morning_us + 8 * 86'400'000'000LL;
};
struct InvoiceSubmitted {
    MaybeId invoice = {};
    MaybeId consumer = {};
    std::uint32_t batch = 1;
    MaybeId merchant = {};
    std::int32_t issue_day = first_day;
    std::int64_t amount_fen = 10'000;
};
struct InvoiceVerified {
    MaybeId invoice = {};
};
struct InvoiceRejected {
    MaybeId invoice = {};
    wire::InvoiceFault fault = wire::InvoiceFault::not_found;
};
struct InvoiceReversed {
    MaybeId invoice = {};
};
struct DrawSealed {
    std::uint32_t batch = 1;
    std::uint64_t count = 0;
    MaybeText root = std::string(32, 'r');
};
struct DrawSeedPublished {
    std::uint32_t batch = 1;
    MaybeText secret = std::string(32, 's');
    MaybeText digits = "123456";
    MaybeText public_value = "1";
};
struct DrawExecuted {
    std::uint32_t batch = 1;
    MaybeText result_root = {};
};
struct DrawAborted {
    std::uint32_t batch = 1;
};
// Everybody draws tier 1, and it has stock from 00:00 on.
struct InstantAmount {
    std::uint16_t denomination = 1;
    std::uint64_t weight = 1;
};
struct InstantRelease {
    std::int64_t at_us = 0;
    std::uint64_t count = 10'000'000;
};
struct InstantTier {
    std::uint16_t tier = 1;
    std::uint16_t pack = 1;
    std::uint64_t chance = UINT64_MAX;
    bool moves_on = false;
    std::vector<InstantAmount> amounts = {{}};
    std::vector<InstantRelease> releases = {{}};
};
struct InstantDrawOpened {
    std::uint32_t batch = 1;
    MaybeText name = "第一期";
    MaybeText algorithm = "instant-v1";
    std::int32_t first_day = support::first_day;
    std::uint16_t days = 1;
    MaybeText chain_head = std::string(32, 'h');
    MaybeText public_value_source = "双色球";
    std::uint32_t wins_max = 0;
    std::vector<InstantTier> tiers = {{}};
};
struct PublicValuePublished {
    std::int32_t day = first_day - 1;
    MaybeText value = "1";
};
struct DrawRequested {
    MaybeId consumer = {};
    std::uint32_t district = 420102;
    MaybeId device = {};
};
struct DayKeyOpened {
    std::int32_t day = first_day;
    MaybeText key = std::string(32, 'k');
};
struct PrizePaid {
    MaybeId invoice = {};
    std::int64_t amount_fen = 10'000;
};
struct PrizePayoutFailed {
    MaybeId invoice = {};
};
struct PrizeForfeited {
    MaybeId invoice = {};
};
struct PrizeRecovered {
    MaybeId invoice = {};
    std::int64_t amount_fen = 10'000;
};
struct SettlementRequested {
    std::uint32_t batch = 1;
    std::int64_t amount_fen = 3'000;
};
struct SettlementPaid {
    MaybeId request = {};
    std::int64_t amount_fen = 3'000;
};
struct RecoveryDemanded {
    std::uint16_t platform = 1;
    MaybeId merchant = Id128{};  // the platform itself
    std::int64_t amount_fen = 3'000;
};
struct RecoveryReceived {
    std::uint16_t platform = 1;
    MaybeId merchant = Id128{};
    std::int64_t amount_fen = 3'000;
};
struct CompensationReceived {
    std::uint16_t platform = 1;
    std::int64_t amount_fen = 1'000;
};
struct ControlTotal {
    std::uint32_t batch = 1;
    std::uint64_t issued_count = 0;
    std::int64_t issued_fen = 0;
    std::uint64_t redeemed_count = 0;
    std::int64_t redeemed_fen = 0;
    std::uint64_t refunded_count = 0;
    std::int64_t refunded_fen = 0;
};
struct SourceDayClosed {
    std::int32_t day = first_day;
    std::vector<ControlTotal> totals = {};
};
struct ClockAdvanced {
    std::int64_t now_us = first_morning_us;
};

// In the order of the union, after the kind that is none.
using Body = std::variant<std::monostate,
                          ProgrammeOpened,
                          ProgrammeClosed,
                          SourceRegistered,
                          SourceRevoked,
                          PlatformAdmitted,
                          PlatformSuspended,
                          PlatformResumed,
                          PlatformTerminated,
                          MerchantRegistered,
                          MerchantChanged,
                          MerchantSuspended,
                          MerchantResumed,
                          FundDeposited,
                          BatchFunded,
                          FundReturned,
                          BatchOpened,
                          BatchAdjusted,
                          BatchClosed,
                          ConsumerRegistered,
                          VoucherClaimed,
                          VoucherRedeemed,
                          RedemptionRefunded,
                          VoucherVoided,
                          SettlementRequested,
                          SettlementPaid,
                          RecoveryDemanded,
                          RecoveryReceived,
                          CompensationReceived,
                          SourceDayClosed,
                          ClockAdvanced,
                          PrizeBatchOpened,
                          InvoiceSubmitted,
                          InvoiceVerified,
                          InvoiceRejected,
                          InvoiceReversed,
                          DrawSealed,
                          DrawSeedPublished,
                          DrawExecuted,
                          DrawAborted,
                          PrizePaid,
                          PrizePayoutFailed,
                          PrizeForfeited,
                          PrizeRecovered,
                          InstantDrawOpened,
                          PublicValuePublished,
                          DrawRequested,
                          DayKeyOpened,
                          SourceKeyAdded,
                          SourceKeyRevoked>;
static_assert(std::variant_size_v<Body> == static_cast<std::size_t>(wire::EventBody::MAX) + 1,
              "a body for every kind");

// The key that an event is signed with, and the number that it is said to have.
struct Signing {
    std::uint32_t number = 1;
    SourceKey key = {};
};

struct Envelope {
    std::uint32_t programme = 1;
    std::uint16_t source = 1;
    std::uint32_t epoch = 1;
    std::uint64_t sequence = 1;
    std::int64_t occurred_at_us = first_morning_us;
    Id128 key = {.hi = 0, .lo = 1};
    bool with_origin = true;
    bool with_key = true;
    bool with_body = true;
    // Instead of the body's own number; for kinds that nobody knows.
    std::optional<std::uint8_t> kind = {};
    // Nothing: the event is not signed.
    std::optional<Signing> signing = {};
    // Instead of a signature; of any length.
    MaybeText signature = {};
};

// The value of one record of the events topic. No body: the union's type is NONE.
std::string event_bytes(const Envelope& envelope, const Body& body);

// The record's key: the programme in decimal.
std::string record_key(std::uint32_t programme);

}  // namespace fiscus::support
