#include "engine/decode/fields.h"

#include "engine/base/limits.h"
#include "schemas/event_kinds.h"

namespace fiscus::decode {
namespace {

constexpr std::uint32_t district_min = 110'000;
constexpr std::uint32_t district_end = 830'000;
constexpr std::uint16_t industry_end = 10'000;

// One method for each kind of field; each only ever sets a fault.
class Finder {
public:
    void id(const wire::Id128* value) {
        if (value == nullptr) {
            faults_.missing = true;
        } else if (value->hi() == 0 && value->lo() == 0) {
            faults_.code = true;
        }
    }
    // May be zero, must be there.
    void id_or_zero(const wire::Id128* value) { faults_.missing |= value == nullptr; }
    void positive(std::int64_t fen) { faults_.amount |= fen < 1 || fen > amount_fen_max; }
    void amount(std::int64_t fen) { faults_.amount |= fen < 0 || fen > amount_fen_max; }
    void code(std::uint64_t value) { faults_.code |= value == 0; }
    void code_if(bool bad) { faults_.code |= bad; }
    void amount_if(bool bad) { faults_.amount |= bad; }
    void district(std::uint32_t value) {
        faults_.code |= value < district_min || value >= district_end;
    }
    void industry(std::uint16_t value) { faults_.code |= value == 0 || value >= industry_end; }
    void day(std::int32_t value) { faults_.day |= value < day_min || value >= day_end; }
    void instant(std::int64_t value) {
        faults_.instant |= value < occurred_us_min || value >= occurred_us_end;
    }
    template <typename Enum>
    void enumerator(Enum value, Enum last) {
        faults_.enumerator |= value > last;
    }
    void enumerator_if(bool bad) { faults_.enumerator |= bad; }
    // The size of a list within its limit; then `each` sees every element.
    template <typename Vector, typename Each>
    void list(const Vector* elements, std::size_t count_max, Each each) {
        if (elements == nullptr) {
            return;
        }
        faults_.list |= elements->size() > count_max;
        for (const auto element : *elements) {
            each(element);
        }
    }
    [[nodiscard]] const FieldFaults& faults() const { return faults_; }

private:
    FieldFaults faults_;
};

void find(Finder& f, const wire::ProgrammeOpened& body) {
    f.list(body.districts(), programme_districts_max, [&f](std::uint32_t d) { f.district(d); });
    f.code_if(body.districts() == nullptr || body.districts()->size() == 0);
    f.list(body.categories(), categories_max, [&f](const wire::Category* category) {
        f.code(category->category());
        f.list(category->industries(), category_industries_max,
               [&f](std::uint16_t industry) { f.industry(industry); });
    });
    f.code_if(body.cut_minute() >= 24 * 60);
    f.day(body.first_day());
}
void find(Finder&, const wire::ProgrammeClosed&) {}
void find(Finder& f, const wire::SourceRegistered& body) {
    f.code(body.source());
    f.enumerator(body.role(), wire::SourceRole::MAX);
    f.enumerator_if(body.role() == wire::SourceRole::unknown);
    f.code_if(body.role() == wire::SourceRole::authority && body.platform() != 0);
    f.code_if(body.role() == wire::SourceRole::platform && body.platform() == 0);
}
void find(Finder& f, const wire::SourceRevoked& body) { f.code(body.source()); }
void find(Finder& f, const wire::PlatformAdmitted& body) { f.code(body.platform()); }
void find(Finder& f, const wire::PlatformSuspended& body) { f.code(body.platform()); }
void find(Finder& f, const wire::PlatformResumed& body) { f.code(body.platform()); }
void find(Finder& f, const wire::PlatformTerminated& body) { f.code(body.platform()); }

template <typename Body>
void find_merchant(Finder& f, const Body& body) {
    f.id(body.merchant());
    f.district(body.district());
    f.industry(body.industry());
    f.enumerator(body.size_class(), wire::SizeClass::MAX);
    f.enumerator(body.limit_class(), wire::LimitClass::MAX);
    f.enumerator(body.channel(), wire::Channel::MAX);
}
void find(Finder& f, const wire::MerchantRegistered& body) { find_merchant(f, body); }
void find(Finder& f, const wire::MerchantChanged& body) { find_merchant(f, body); }
void find(Finder& f, const wire::MerchantSuspended& body) { f.id(body.merchant()); }
void find(Finder& f, const wire::MerchantResumed& body) { f.id(body.merchant()); }

void find(Finder& f, const wire::FundDeposited& body) {
    f.id(body.account());
    f.positive(body.amount_fen());
}
void find(Finder& f, const wire::BatchFunded& body) {
    f.code(body.batch());
    f.positive(body.amount_fen());
}
void find(Finder& f, const wire::FundReturned& body) {
    f.id(body.account());
    f.positive(body.amount_fen());
}

void find(Finder& f, const wire::BatchOpened& body) {
    f.code(body.batch());
    f.instant(body.claim_from_us());
    f.instant(body.claim_until_us());
    f.day(body.redeem_first_day());
    f.day(body.redeem_last_day());
    f.list(body.packs(), packs_max, [&f](const wire::Pack* pack) {
        f.code(pack->pack());
        f.enumerator(pack->channel(), wire::Channel::MAX);
    });
    f.list(body.denominations(), denominations_max, [&f](const wire::Denomination* denomination) {
        f.code(denomination->denomination());
        f.code(denomination->pack());
        f.positive(denomination->face_fen());
        f.amount(denomination->threshold_fen());
    });
    f.list(body.platform_quotas(), platform_quotas_max,
           [&f](const wire::PlatformQuota* quota) { f.code(quota->platform()); });
    f.list(body.district_quotas(), district_quotas_max,
           [&f](const wire::DistrictQuota* quota) { f.district(quota->district()); });
    f.list(body.categories(), batch_categories_max,
           [&f](std::uint16_t category) { f.code(category); });
}
void find(Finder& f, const wire::BatchAdjusted& body) {
    f.code(body.batch());
    if (body.claim_until_us().has_value()) {
        f.instant(*body.claim_until_us());
    }
}
void find(Finder& f, const wire::BatchClosed& body) { f.code(body.batch()); }

void find(Finder& f, const wire::ConsumerRegistered& body) {
    f.id(body.consumer());
    f.id(body.identity());
    f.district(body.district());
}

void find(Finder& f, const wire::VoucherClaimed& body) {
    f.id(body.consumer());
    f.code(body.batch());
    f.code(body.pack());
    f.code(body.denomination());
    f.district(body.district());
}
void find(Finder& f, const wire::VoucherRedeemed& body) {
    f.id(body.consumer());
    f.id(body.merchant());
    f.amount(body.order_amount_fen());
    f.positive(body.subsidy_fen());
    f.amount(body.platform_match_fen());
    f.amount(body.merchant_match_fen());
    if (body.vouchers() != nullptr) {
        for (const wire::Id128* voucher : *body.vouchers()) {
            f.id(voucher);
        }
    }
}
void find(Finder& f, const wire::RedemptionRefunded& body) {
    f.id(body.redemption());
    f.amount(body.order_amount_fen());
    f.amount(body.subsidy_fen());
    f.amount_if(body.order_amount_fen() == 0 && body.subsidy_fen() == 0);
}
void find(Finder& f, const wire::VoucherVoided& body) { f.id(body.voucher()); }

void find(Finder& f, const wire::SettlementRequested& body) {
    f.code(body.batch());
    f.positive(body.amount_fen());
}
void find(Finder& f, const wire::SettlementPaid& body) {
    f.id(body.request());
    f.positive(body.amount_fen());
}
void find(Finder& f, const wire::RecoveryDemanded& body) {
    f.code(body.platform());
    f.id_or_zero(body.merchant());
    f.positive(body.amount_fen());
}
void find(Finder& f, const wire::RecoveryReceived& body) {
    f.code(body.platform());
    f.id_or_zero(body.merchant());
    f.positive(body.amount_fen());
}
void find(Finder& f, const wire::CompensationReceived& body) {
    f.code(body.platform());
    f.positive(body.amount_fen());
}

void find(Finder& f, const wire::SourceDayClosed& body) {
    f.day(body.day());
    f.list(body.totals(), control_totals_max, [&f](const wire::ControlTotal* total) {
        f.code(total->batch());
        f.amount(total->issued_fen());
        f.amount(total->redeemed_fen());
        f.amount(total->refunded_fen());
    });
}
void find(Finder& f, const wire::ClockAdvanced& body) { f.instant(body.now_us()); }

}  // namespace

// A kind without its overload of find() does not compile.
FieldFaults find_faults(const wire::Event& event) {
    Finder finder;
    if (event.body() == nullptr) {
        return finder.faults();
    }
    switch (event.body_type()) {
        case wire::EventBody::NONE: break;
#define FISCUS_FIND(Kind) \
    case wire::EventBody::Kind: find(finder, *event.body_as_##Kind()); break;
            FISCUS_EVENT_KINDS(FISCUS_FIND)
#undef FISCUS_FIND
    }
    return finder.faults();
}

}  // namespace fiscus::decode
