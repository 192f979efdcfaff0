#include "engine/app/journal_json.h"

#include <fmt/format.h>

#include "engine/base/ids.h"
#include "engine/base/limits.h"
#include "engine/base/time.h"
#include "schemas/events_generated.h"

namespace fiscus::app {
namespace {

void field_id(JsonWriter& json, std::string_view name, const wire::Id128& id) {
    json.key(name);
    const Id128 plain{.hi = id.hi(), .lo = id.lo()};
    if (plain.none()) {
        json.null();
    } else {
        json.string(to_hex(plain));
    }
}

void field_day(JsonWriter& json, std::string_view name, std::int32_t day) {
    json.key(name);
    if (day == 0) {
        json.null();
    } else {
        json.string(day >= day_min && day < day_end ? date_text(day) : fmt::format("day {}", day));
    }
}

void field_word(JsonWriter& json, std::string_view name, std::string_view word) {
    json.key(name);
    if (word.empty() || word == "none") {
        json.null();
    } else {
        json.string(word);
    }
}

void append_amounts(JsonWriter& json, const wire::Entry& entry) {
    json.field_number("amount_fen", entry.amount_fen());
    json.field_number("order_amount_fen", entry.order_amount_fen());
    json.field_number("platform_match_fen", entry.platform_match_fen());
    json.field_number("merchant_match_fen", entry.merchant_match_fen());
    json.field_number("difference_fen", entry.difference_fen());
}

void append_dimensions(JsonWriter& json, const wire::Entry& entry) {
    json.field_number("programme", entry.programme());
    json.field_number("source", entry.source());
    json.field_number("epoch", entry.epoch());
    json.field_number("source_sequence", entry.source_sequence());
    json.field_number("gap_from", entry.gap_from());
    json.field_number("platform", entry.platform());
    json.field_number("batch", entry.batch());
    json.field_number("pack", entry.pack());
    json.field_number("denomination", entry.denomination());
    json.field_number("district", entry.district());
    json.field_number("industry", entry.industry());
    json.field_number("category", entry.category());
    json.field_number("size_class", entry.size_class());
    json.field_number("limit_class", entry.limit_class());
    json.field_number("channel", entry.channel());
    json.field_number("vouchers", entry.vouchers());
    json.field_number("consumer_ordinal", entry.consumer_ordinal());
    json.field_number("merchant_ordinal", entry.merchant_ordinal());
}

// Bits 32 and 64 say something else of a registration.
void append_flags(JsonWriter& json, const wire::Entry& entry) {
    const std::uint8_t flags = entry.flags();
    const bool registration =
        static_cast<wire::EventBody>(entry.kind()) == wire::EventBody::ConsumerRegistered;
    json.field_boolean("fills_gap", (flags & 1U) != 0);
    json.field_boolean("full_refund", (flags & 2U) != 0);
    json.field_boolean("voucher_restored", (flags & 4U) != 0);
    json.field_boolean("raises_receivable", (flags & 8U) != 0);
    json.field_boolean("refund_in_one_part", (flags & 16U) != 0);
    json.field_boolean("prize_taken_away", !registration && (flags & 32U) != 0);
    json.field_boolean("reserve_moved_up", !registration && (flags & 64U) != 0);
    json.field_boolean("phone_of_other", registration && (flags & 32U) != 0);
    json.field_boolean("device_of_other", registration && (flags & 64U) != 0);
}

}  // namespace

std::string_view account_word(std::uint8_t kind) {
    return wire::EnumNameAccountKind(static_cast<wire::AccountKind>(kind));
}

std::string_view kind_word(std::uint8_t kind) {
    const std::string_view word = wire::EnumNameEventBody(static_cast<wire::EventBody>(kind));
    return word == "NONE" ? std::string_view() : word;
}

std::string_view outcome_word(std::uint8_t outcome) {
    return wire::EnumNameOutcome(static_cast<wire::Outcome>(outcome));
}

std::string_view reason_word(std::uint16_t reason) {
    return wire::EnumNameReason(static_cast<wire::Reason>(reason));
}

std::string hex_text(Bytes bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    text.reserve(bytes.size() * 2);
    for (const std::byte byte : bytes) {
        text.push_back(digits[std::to_integer<std::size_t>(byte >> 4)]);
        text.push_back(digits[std::to_integer<std::size_t>(byte & std::byte{15})]);
    }
    return text;
}

std::string account_text(const wire::Account& account) {
    constexpr std::uint64_t merchant_liable = 1ULL << 32;
    std::string text(account_word(account.kind()));
    std::string details;
    const auto add = [&details](const std::string& detail) {
        details += (details.empty() ? "" : ", ") + detail;
    };
    if (account.batch() != 0) {
        add(fmt::format("batch {}", account.batch()));
    }
    switch (static_cast<wire::AccountKind>(account.kind())) {
        case wire::AccountKind::treasury: add(fmt::format("account {}", account.key())); break;
        case wire::AccountKind::outstanding:
            add("until " + date_text(static_cast<std::int32_t>(account.key())));
            break;
        case wire::AccountKind::receivable:
            add(account.key() >= merchant_liable
                    ? fmt::format("merchant {}", account.key() - merchant_liable)
                    : fmt::format("platform {}", account.key()));
            break;
        case wire::AccountKind::payable:
        case wire::AccountKind::paid:
        case wire::AccountKind::compensation:
        case wire::AccountKind::order_turnover:
        case wire::AccountKind::platform_match:
        case wire::AccountKind::merchant_match:
        case wire::AccountKind::memorandum: add(fmt::format("platform {}", account.key())); break;
        case wire::AccountKind::prize_budget:
        case wire::AccountKind::prize_payable:
        case wire::AccountKind::prize_paid:
        case wire::AccountKind::prize_receivable: add(fmt::format("tier {}", account.key())); break;
        case wire::AccountKind::none:
        case wire::AccountKind::fund:
        case wire::AccountKind::budget: break;
    }
    return details.empty() ? text : fmt::format("{} ({})", text, details);
}

std::string instant_words(std::int64_t instant_us) {
    return instant_us >= occurred_us_min && instant_us < occurred_us_end
               ? instant_text(instant_us)
               : fmt::format("{} µs", instant_us);
}

void append_account(JsonWriter& json, const wire::Account& account) {
    json.begin_object();
    json.field("kind", account_word(account.kind()));
    json.field_number("programme", account.programme());
    json.field_number("batch", account.batch());
    json.field_number("key", account.key());
    json.end_object();
}

void append_entry(JsonWriter& json,
                  const EntryPlace& place,
                  const wire::Entry& entry,
                  std::span<const wire::Posting> postings,
                  Bytes detail) {
    json.begin_object();
    json.field_number("partition", place.partition);
    json.field_number("sequence", entry.sequence());
    json.field_number("input_offset", entry.input_offset());
    field_word(json, "outcome", outcome_word(entry.outcome()));
    field_word(json, "reason", reason_word(entry.reason()));
    field_word(json, "kind", kind_word(entry.kind()));
    json.field_number("logged_at_us", entry.logged_at_us());
    json.field_number("occurred_at_us", entry.occurred_at_us());
    field_day(json, "business_day", entry.business_day());
    field_day(json, "origin_day", entry.origin_day());
    field_id(json, "key", entry.key());
    field_id(json, "subject", entry.subject());
    append_dimensions(json, entry);
    append_amounts(json, entry);
    append_flags(json, entry);
    json.field_number("content_hash", entry.content_hash());
    json.key("postings");
    json.begin_array();
    for (const wire::Posting& posting : postings) {
        json.begin_object();
        json.key("debit");
        append_account(json, posting.debit());
        json.key("credit");
        append_account(json, posting.credit());
        json.field_number("amount_fen", posting.amount_fen());
        json.end_object();
    }
    json.end_array();
    if (!detail.empty()) {
        json.field("detail_hex", hex_text(detail));
    }
    json.field_number("term", place.term);
    json.field_number("block_offset", place.block_offset);
    json.end_object();
}

void begin_record(JsonWriter& json, std::int32_t partition, const log::Record& record) {
    json.begin_object();
    json.field_number("partition", partition);
    json.field_number("offset", record.offset);
    json.field_number("timestamp_us", record.timestamp_us);
    json.key("key");
    if (record.key_is_null) {
        json.null();
    } else {
        json.string(as_text(record.key));
    }
}

}  // namespace fiscus::app
