// Faults of form, kind by kind (docs/domain.md §1): each field that can be wrong is visited once.
#include "engine/base/limits.h"
#include "tests/reference/draw.h"
#include "tests/reference/kinds.h"
#include "tests/reference/reading.h"

namespace fiscus::reference {
namespace {

using flatbuffers::Vector;

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
    // Bytes that must be there: a hash or a secret.
    void hash(const Vector<std::uint8_t>* bytes) { code(bytes != nullptr && bytes->size() == 32); }
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
    s.enumerator(e.role(), wire::SourceRole::authority, wire::SourceRole::notary);
    s.code((e.role() == wire::SourceRole::platform) == (e.platform() >= 1));
    s.enumerator(e.key_algorithm(), wire::KeyAlgorithm::none, wire::KeyAlgorithm::hmac_sm3);
    if (e.key_algorithm() != wire::KeyAlgorithm::none) {
        s.hash(e.verification_key());
    }
}
void describe(Shape& s, const wire::SourceRevoked& e) { s.code(e.source() >= 1); }
void describe(Shape& s, const wire::SourceKeyAdded& e) {
    s.code(e.source() >= 1 && e.number() >= 1);
    s.enumerator(e.key_algorithm(), wire::KeyAlgorithm::hmac_sha256, wire::KeyAlgorithm::hmac_sm3);
    s.hash(e.commitment());
}
void describe(Shape& s, const wire::SourceKeyRevoked& e) {
    s.code(e.source() >= 1 && e.number() >= 1);
    if (e.opened() != nullptr) {
        s.hash(e.opened());
    }
}
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

void describe(Shape& s, const wire::PrizeBatchOpened& e) {
    s.code(e.batch() >= 1 && e.draw_platform() >= 1);
    s.instant(e.submit_from_us());
    s.instant(e.submit_until_us());
    s.instant(e.digits_at_us());
    s.instant(e.public_value_at_us());
    s.day(e.issue_first_day());
    s.day(e.issue_last_day());
    s.amount(e.amount_min_fen(), 0);
    s.list(e.categories(), batch_categories_max);
    if (e.categories() != nullptr) {
        for (const std::uint16_t category : *e.categories()) {
            s.code(category >= 1);
        }
    }
    s.list(e.tiers(), 64);
    if (e.tiers() != nullptr) {
        for (const wire::PrizeTier* tier : *e.tiers()) {
            s.code(tier->tier() >= 1);
            s.amount(tier->amount_fen(), 1);
        }
    }
    s.hash(e.commitment());
}
void describe(Shape& s, const wire::InvoiceSubmitted& e) {
    s.named(e.invoice());
    s.named(e.consumer());
    s.named(e.merchant());
    s.code(e.batch() >= 1);
    s.day(e.issue_day());
    s.amount(e.amount_fen(), 1);
}
void describe(Shape& s, const wire::InvoiceVerified& e) { s.named(e.invoice()); }
void describe(Shape& s, const wire::InvoiceRejected& e) {
    s.named(e.invoice());
    s.enumerator(e.fault(), wire::InvoiceFault::not_found, wire::InvoiceFault::unreadable);
}
void describe(Shape& s, const wire::InvoiceReversed& e) { s.named(e.invoice()); }

void describe(Shape& s, const wire::DrawSealed& e) {
    s.code(e.batch() >= 1);
    s.hash(e.root());
}
void describe(Shape& s, const wire::DrawSeedPublished& e) {
    s.code(e.batch() >= 1);
    s.hash(e.secret());
    const std::string digits = e.digits() == nullptr ? "" : e.digits()->str();
    s.code(digits.size() >= 6 && digits.size() <= 1'024 &&
           digits.find_first_not_of("0123456789") == std::string::npos);
    s.code(e.public_value() != nullptr && page_ascii(e.public_value()->str()));
}
void describe(Shape& s, const wire::DrawExecuted& e) {
    s.code(e.batch() >= 1);
    if (e.result_root() != nullptr) {
        s.hash(e.result_root());
    }
}
void describe(Shape& s, const wire::DrawAborted& e) { s.code(e.batch() >= 1); }

void describe(Shape& s, const wire::InstantDrawOpened& e) {
    s.code(e.batch() >= 1);
    s.day(e.first_day());
    s.hash(e.chain_head());
    s.list(e.tiers(), 64);
    if (e.tiers() == nullptr) {
        return;
    }
    for (const wire::InstantTier* tier : *e.tiers()) {
        s.code(tier->tier() >= 1 && tier->pack() >= 1);
        s.list(tier->amounts(), 256);
        s.list(tier->releases(), 1'440);
        if (tier->amounts() != nullptr) {
            for (const wire::InstantAmount* amount : *tier->amounts()) {
                s.code(amount->denomination() >= 1);
            }
        }
    }
}
void describe(Shape& s, const wire::PublicValuePublished& e) {
    s.day(e.day());
    s.code(e.value() != nullptr && page_ascii(e.value()->str()));
}
void describe(Shape& s, const wire::DrawRequested& e) {
    s.named(e.consumer());
    s.district(e.district());
}
void describe(Shape& s, const wire::DayKeyOpened& e) {
    s.day(e.day());
    s.hash(e.key());
}

void describe(Shape& s, const wire::PrizePaid& e) {
    s.named(e.invoice());
    s.amount(e.amount_fen(), 1);
}
void describe(Shape& s, const wire::PrizePayoutFailed& e) { s.named(e.invoice()); }
void describe(Shape& s, const wire::PrizeForfeited& e) { s.named(e.invoice()); }
void describe(Shape& s, const wire::PrizeRecovered& e) {
    s.named(e.invoice());
    s.amount(e.amount_fen(), 1);
}

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

}  // namespace

Faults faults_of(const wire::Event& event) {
    Shape shape;
    visit_body(event, [&shape](const auto& body) { describe(shape, body); });
    return shape.faults;
}

}  // namespace fiscus::reference
