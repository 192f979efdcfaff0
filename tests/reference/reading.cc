#include "tests/reference/reading.h"

#define XXH_INLINE_ALL
#include <algorithm>

#include <xxhash.h>

#include "engine/base/limits.h"
#include "tests/reference/kinds.h"

namespace fiscus::reference {
namespace {

using flatbuffers::Vector;
using wire::Reason;

// Visits the fields of one event that can be at fault, and notes the faults.
struct Shape {
    Faults faults;

    template <typename T>
    void list(const Vector<T>* vector, std::size_t count_max) {
        faults.list = faults.list || (vector != nullptr && vector->size() > count_max);
    }
    void named(const wire::Id128* id) {
        if (id == nullptr) {
            faults.missing = true;
        } else {
            code(id->hi() != 0 || id->lo() != 0);
        }
    }
    // Must be there, may be zero.
    void named_or_zero(const wire::Id128* id) { faults.missing = faults.missing || id == nullptr; }
    void amount(std::int64_t fen, std::int64_t fen_min) {
        faults.amount = faults.amount || fen < fen_min || fen > amount_fen_max;
    }
    void code(bool good) { faults.code = faults.code || !good; }
    void district(std::uint32_t value) { code(value >= 110'000 && value <= 829'999); }
    void industry(std::uint16_t value) { code(value >= 1 && value <= 9'999); }
    void day(std::int32_t value) { faults.day = faults.day || value < day_min || value >= day_end; }
    void instant(std::int64_t us) { faults.instant = faults.instant || !instant_in_range(us); }
    template <typename Enum>
    void enumerator(Enum value, Enum first, Enum last) {
        faults.enumerator = faults.enumerator || value < first || value > last;
    }
    void merchant_classes(wire::SizeClass size, wire::LimitClass limit, wire::Channel channel) {
        enumerator(size, wire::SizeClass::unknown, wire::SizeClass::micro);
        enumerator(limit, wire::LimitClass::unknown, wire::LimitClass::below);
        enumerator(channel, wire::Channel::any, wire::Channel::offline);
    }
};

void describe(Shape& s, const wire::ProgrammeOpened& e) {
    s.list(e.districts(), programme_districts_max);
    if (e.districts() != nullptr) {
        for (const std::uint32_t district : *e.districts()) {
            s.district(district);
        }
    }
    s.list(e.categories(), categories_max);
    if (e.categories() != nullptr) {
        for (const wire::Category* category : *e.categories()) {
            s.code(category->category() >= 1);
            s.list(category->industries(), category_industries_max);
            if (category->industries() != nullptr) {
                for (const std::uint16_t industry : *category->industries()) {
                    s.industry(industry);
                }
            }
        }
    }
    s.code(e.districts() != nullptr && e.districts()->size() > 0);
    s.code(e.cut_minute() < 24 * 60);
    s.day(e.first_day());
}
void describe(Shape&, const wire::ProgrammeClosed&) {}
void describe(Shape& s, const wire::SourceRegistered& e) {
    s.code(e.source() >= 1);
    s.enumerator(e.role(), wire::SourceRole::authority, wire::SourceRole::platform);
    s.code((e.role() == wire::SourceRole::platform) == (e.platform() >= 1));
}
void describe(Shape& s, const wire::SourceRevoked& e) { s.code(e.source() >= 1); }
void describe(Shape& s, const wire::PlatformAdmitted& e) { s.code(e.platform() >= 1); }
template <typename PlatformEvent>
void describe_platform_decision(Shape& s, const PlatformEvent& e) {
    s.code(e.platform() >= 1);
}
void describe(Shape& s, const wire::PlatformSuspended& e) { describe_platform_decision(s, e); }
void describe(Shape& s, const wire::PlatformResumed& e) { describe_platform_decision(s, e); }
void describe(Shape& s, const wire::PlatformTerminated& e) { describe_platform_decision(s, e); }

void describe(Shape& s, const wire::MerchantRegistered& e) {
    s.named(e.merchant());
    s.district(e.district());
    s.industry(e.industry());
    s.merchant_classes(e.size_class(), e.limit_class(), e.channel());
}
void describe(Shape& s, const wire::MerchantChanged& e) {
    s.named(e.merchant());
    s.district(e.district());
    s.industry(e.industry());
    s.merchant_classes(e.size_class(), e.limit_class(), e.channel());
}
void describe(Shape& s, const wire::MerchantSuspended& e) { s.named(e.merchant()); }
void describe(Shape& s, const wire::MerchantResumed& e) { s.named(e.merchant()); }

void describe(Shape& s, const wire::FundDeposited& e) {
    s.named(e.account());
    s.amount(e.amount_fen(), 1);
}
void describe(Shape& s, const wire::BatchFunded& e) {
    s.code(e.batch() >= 1);
    s.amount(e.amount_fen(), 1);
}
void describe(Shape& s, const wire::FundReturned& e) {
    s.named(e.account());
    s.amount(e.amount_fen(), 1);
}

void describe(Shape& s, const wire::BatchOpened& e) {
    s.code(e.batch() >= 1);
    s.instant(e.claim_from_us());
    s.instant(e.claim_until_us());
    s.day(e.redeem_first_day());
    s.day(e.redeem_last_day());
    s.list(e.packs(), packs_max);
    if (e.packs() != nullptr) {
        for (const wire::Pack* pack : *e.packs()) {
            s.code(pack->pack() >= 1);
            s.enumerator(pack->channel(), wire::Channel::any, wire::Channel::offline);
        }
    }
    s.list(e.denominations(), denominations_max);
    if (e.denominations() != nullptr) {
        for (const wire::Denomination* denomination : *e.denominations()) {
            s.code(denomination->denomination() >= 1 && denomination->pack() >= 1);
            s.amount(denomination->face_fen(), 1);
            s.amount(denomination->threshold_fen(), 0);
        }
    }
    s.list(e.platform_quotas(), platform_quotas_max);
    if (e.platform_quotas() != nullptr) {
        for (const wire::PlatformQuota* quota : *e.platform_quotas()) {
            s.code(quota->platform() >= 1);
        }
    }
    s.list(e.district_quotas(), district_quotas_max);
    if (e.district_quotas() != nullptr) {
        for (const wire::DistrictQuota* quota : *e.district_quotas()) {
            s.district(quota->district());
        }
    }
    s.list(e.categories(), batch_categories_max);
    if (e.categories() != nullptr) {
        for (const std::uint16_t category : *e.categories()) {
            s.code(category >= 1);
        }
    }
}
void describe(Shape& s, const wire::BatchAdjusted& e) {
    s.code(e.batch() >= 1);
    s.instant(e.claim_until_us().value_or(occurred_us_min));
}
void describe(Shape& s, const wire::BatchClosed& e) { s.code(e.batch() >= 1); }

void describe(Shape& s, const wire::ConsumerRegistered& e) {
    s.named(e.consumer());
    s.named(e.identity());
    s.district(e.district());
}
void describe(Shape& s, const wire::VoucherClaimed& e) {
    s.named(e.consumer());
    s.code(e.batch() >= 1 && e.pack() >= 1 && e.denomination() >= 1);
    s.district(e.district());
}
void describe(Shape& s, const wire::VoucherRedeemed& e) {
    if (e.vouchers() != nullptr) {
        for (const wire::Id128* voucher : *e.vouchers()) {
            s.named(voucher);
        }
    }
    s.named(e.consumer());
    s.named(e.merchant());
    s.amount(e.order_amount_fen(), 0);
    s.amount(e.subsidy_fen(), 1);
    s.amount(e.platform_match_fen(), 0);
    s.amount(e.merchant_match_fen(), 0);
}
void describe(Shape& s, const wire::RedemptionRefunded& e) {
    s.named(e.redemption());
    s.amount(e.order_amount_fen(), 0);
    s.amount(e.subsidy_fen(), 0);
    if (e.order_amount_fen() == 0 && e.subsidy_fen() == 0) {
        s.faults.amount = true;
    }
}
void describe(Shape& s, const wire::VoucherVoided& e) { s.named(e.voucher()); }

void describe(Shape& s, const wire::SettlementRequested& e) {
    s.code(e.batch() >= 1);
    s.amount(e.amount_fen(), 1);
}
void describe(Shape& s, const wire::SettlementPaid& e) {
    s.named(e.request());
    s.amount(e.amount_fen(), 1);
}
void describe(Shape& s, const wire::RecoveryDemanded& e) {
    s.code(e.platform() >= 1);
    s.named_or_zero(e.merchant());
    s.amount(e.amount_fen(), 1);
}
void describe(Shape& s, const wire::RecoveryReceived& e) {
    s.code(e.platform() >= 1);
    s.named_or_zero(e.merchant());
    s.amount(e.amount_fen(), 1);
}
void describe(Shape& s, const wire::CompensationReceived& e) {
    s.code(e.platform() >= 1);
    s.amount(e.amount_fen(), 1);
}
void describe(Shape& s, const wire::SourceDayClosed& e) {
    s.day(e.day());
    s.list(e.totals(), control_totals_max);
    if (e.totals() != nullptr) {
        for (const wire::ControlTotal* total : *e.totals()) {
            s.code(total->batch() >= 1);
            s.amount(total->issued_fen(), 0);
            s.amount(total->redeemed_fen(), 0);
            s.amount(total->refunded_fen(), 0);
        }
    }
}
void describe(Shape& s, const wire::ClockAdvanced& e) { s.instant(e.now_us()); }

// Reasons 1 to 5: is there an event at all?
Reason check_bytes(const Input& input) {
    if (!input.value) {
        return Reason::null_value;
    }
    const std::string& value = *input.value;
    if (value.empty()) {
        return Reason::empty_value;
    }
    if (value.size() > event_bytes_max) {
        return Reason::oversized_value;
    }
    if (value.size() < 8 || value.compare(4, 4, wire::EventIdentifier()) != 0) {
        return Reason::wrong_identifier;
    }
    return Reason::none;
}

// After the last object an honest builder leaves fewer than 8 bytes of padding, all zero.
bool has_trailing_bytes(const std::vector<std::uint8_t>& bytes, std::size_t end) {
    return bytes.size() - end >= 8 ||
           std::any_of(bytes.begin() + static_cast<std::ptrdiff_t>(end), bytes.end(),
                       [](std::uint8_t b) { return b != 0; });
}

// Reasons 5 to 10: is it one of the kinds that we know, and whole?
Reason check_structure(Reading& reading) {
    const std::vector<std::uint8_t>& bytes = reading.bytes;
    flatbuffers::Verifier verifier(bytes.data(), bytes.size(), event_depth_max, event_tables_max);
    if (!wire::VerifyEventBuffer(verifier)) {
        return Reason::malformed_value;
    }
    const wire::Event* event = wire::GetEvent(bytes.data());
    const bool typed = event->body_type() != wire::EventBody::NONE;
    const bool known = event->body_type() <= wire::EventBody::MAX;
    // Where the objects of a body end that has no known kind, nobody can say: then this is not
    // asked.
    const bool body_understood = event->body() == nullptr || (typed && known);
    if (body_understood && has_trailing_bytes(bytes, verifier.GetComputedSize())) {
        return Reason::trailing_bytes;
    }
    if (!typed || event->body() == nullptr) {
        return Reason::missing_body;
    }
    if (!known) {
        return Reason::unknown_kind;
    }
    Shape shape;
    visit_body(*event, [&shape](const auto& body) { describe(shape, body); });
    if (event->origin() == nullptr || event->key() == nullptr || shape.faults.missing) {
        return Reason::missing_field;
    }
    if (shape.faults.enumerator) {
        return Reason::enumerator_out_of_range;
    }
    reading.faults = shape.faults;
    reading.event = event;
    return Reason::none;
}

// Reasons 11 to 13: does the record lie where it belongs?
Reason check_place(const Input& input, const wire::Event& event) {
    if (!input.key) {
        return Reason::null_key;
    }
    if (*input.key != std::to_string(event.programme())) {
        return Reason::key_differs_from_programme;
    }
    if (partition_of(*input.key, input.partitions) != input.partition) {
        return Reason::wrong_partition;
    }
    return Reason::none;
}

}  // namespace

Reading read(const Input& input) {
    Reading reading;
    if (input.value) {
        reading.content_hash = XXH3_64bits(input.value->data(), input.value->size());
    }
    reading.quarantine = check_bytes(input);
    if (reading.quarantine != Reason::none) {
        return reading;
    }
    reading.bytes.assign(input.value->begin(), input.value->end());
    reading.quarantine = check_structure(reading);
    if (reading.quarantine == Reason::none) {
        reading.quarantine = check_place(input, *reading.event);
    }
    if (reading.quarantine != Reason::none) {
        reading.event = nullptr;
        return reading;
    }
    const auto origin = static_cast<std::size_t>(
        reinterpret_cast<const std::uint8_t*>(reading.event->origin()) - reading.bytes.data());
    reading.content = input.value->substr(0, origin) + input.value->substr(origin + 16);
    reading.content_hash = XXH3_64bits(reading.content.data(), reading.content.size());
    return reading;
}

Reason Reading::envelope() const {
    const wire::Event& e = *event;
    if (e.key()->hi() == 0 && e.key()->lo() == 0) {
        return Reason::natural_key_zero;
    }
    if (!instant_in_range(e.occurred_at_us()) || faults.instant) {
        return Reason::occurred_at_out_of_range;
    }
    if (faults.amount) {
        return Reason::amount_out_of_range;
    }
    if (faults.list) {
        return Reason::list_too_long;
    }
    if (faults.code || e.programme() == 0 || e.origin()->source() == 0) {
        return Reason::code_out_of_range;
    }
    if (faults.day) {
        return Reason::day_out_of_range;
    }
    return Reason::none;
}

std::int32_t partition_of(const std::string& key, std::int32_t partitions) {
    constexpr std::uint32_t multiplier = 0x5bd1e995U;
    std::uint32_t hash = 0x9747b28cU ^ static_cast<std::uint32_t>(key.size());
    std::size_t position = 0;
    const auto byte = [&key](std::size_t i) {
        return static_cast<std::uint32_t>(static_cast<unsigned char>(key[i]));
    };
    for (; position + 4 <= key.size(); position += 4) {
        std::uint32_t word = byte(position) | byte(position + 1) << 8U | byte(position + 2) << 16U |
                             byte(position + 3) << 24U;
        word *= multiplier;
        word ^= word >> 24U;
        hash = hash * multiplier ^ word * multiplier;
    }
    const std::size_t left = key.size() - position;
    if (left > 0) {
        for (std::size_t i = 0; i < left; ++i) {
            hash ^= byte(position + i) << 8U * i;
        }
        hash *= multiplier;
    }
    hash ^= hash >> 13U;
    hash *= multiplier;
    hash ^= hash >> 15U;
    return static_cast<std::int32_t>(hash & 0x7fffffffU) % partitions;
}

bool instant_in_range(std::int64_t instant_us) {
    return instant_us >= occurred_us_min && instant_us < occurred_us_end;
}

std::int32_t day_of(std::int64_t instant_us) {
    constexpr Sum day_us = Sum{86'400} * 1'000'000;
    const Sum local = Sum{instant_us} + Sum{8} * 3'600 * 1'000'000;
    const Sum whole = local / day_us;
    return static_cast<std::int32_t>(local % day_us < 0 ? whole - 1 : whole);
}

std::int64_t start_of(std::int32_t day) {
    return std::int64_t{day} * 86'400 * 1'000'000 - std::int64_t{8} * 3'600 * 1'000'000;
}

}  // namespace fiscus::reference
