#include "engine/decode/fields.h"

#include <algorithm>

#include "engine/base/limits.h"
#include "schemas/event_kinds.h"

namespace fiscus::decode {
namespace {

constexpr std::uint32_t district_min = 110'000;
constexpr std::uint32_t district_end = 830'000;
constexpr std::uint16_t industry_end = 10'000;
constexpr std::size_t hash_bytes = 32;

// Digits and public value of a draw (docs/formats/draw-bundle.md).
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_page_ascii(char c) { return c >= 0x20 && c <= 0x7e && c != '"' && c != '\\'; }

// One method for each kind of field; each only ever sets a fault.
class Finder {
public:
    using Name = const char*;

    void id(Name name, const wire::Id128* value) {
        note(faults_.missing, name, value == nullptr);
        note(faults_.code, name, value != nullptr && value->hi() == 0 && value->lo() == 0);
    }
    // May be zero, must be there.
    void id_or_zero(Name name, const wire::Id128* value) {
        note(faults_.missing, name, value == nullptr);
    }
    void positive(Name name, std::int64_t fen) {
        note(faults_.amount, name, fen < 1 || fen > amount_fen_max);
    }
    void amount(Name name, std::int64_t fen) {
        note(faults_.amount, name, fen < 0 || fen > amount_fen_max);
    }
    void code(Name name, std::uint64_t value) { note(faults_.code, name, value == 0); }
    void code_if(Name name, bool bad) { note(faults_.code, name, bad); }
    void amount_if(Name name, bool bad) { note(faults_.amount, name, bad); }
    void district(Name name, std::uint32_t value) {
        note(faults_.code, name, value < district_min || value >= district_end);
    }
    void industry(Name name, std::uint16_t value) {
        note(faults_.code, name, value == 0 || value >= industry_end);
    }
    void day(Name name, std::int32_t value) {
        note(faults_.day, name, value < day_min || value >= day_end);
    }
    void instant(Name name, std::int64_t value) {
        note(faults_.instant, name, value < occurred_us_min || value >= occurred_us_end);
    }
    template <typename Enum>
    void enumerator(Name name, Enum value, Enum last) {
        note(faults_.enumerator, name, value > last);
    }
    void enumerator_if(Name name, bool bad) { note(faults_.enumerator, name, bad); }
    // Bytes of a hash; absent ones only where that is allowed.
    void hash(Name name, const flatbuffers::Vector<std::uint8_t>* value, bool may_be_absent) {
        code_if(name, value == nullptr ? !may_be_absent : value->size() != hash_bytes);
    }
    // A text that stands in a page of a draw's bundle.
    template <typename Allowed>
    void page_text(Name name,
                   const flatbuffers::String* value,
                   std::size_t length_min,
                   std::size_t length_max,
                   Allowed allowed) {
        code_if(name, value == nullptr || value->size() < length_min ||
                          value->size() > length_max ||
                          !std::all_of(value->begin(), value->end(), allowed));
    }
    // The size of a list within its limit; then `each` sees every element.
    template <typename Vector, typename Each>
    void list(Name name, const Vector* elements, std::size_t count_max, Each each) {
        if (elements == nullptr) {
            return;
        }
        note(faults_.list, name, elements->size() > count_max);
        for (const auto element : *elements) {
            each(element);
        }
    }
    [[nodiscard]] const FieldFaults& faults() const { return faults_; }

private:
    static void note(Name& fault, Name name, bool bad) {
        if (bad && fault == nullptr) [[unlikely]] {
            fault = name;
        }
    }

    FieldFaults faults_;
};

void find(Finder& f, const wire::ProgrammeOpened& body) {
    f.list("districts", body.districts(), programme_districts_max,
           [&f](std::uint32_t d) { f.district("districts", d); });
    f.code_if("districts", body.districts() == nullptr || body.districts()->size() == 0);
    f.list("categories", body.categories(), categories_max, [&f](const wire::Category* category) {
        f.code("categories.category", category->category());
        f.list("categories.industries", category->industries(), category_industries_max,
               [&f](std::uint16_t industry) { f.industry("categories.industries", industry); });
    });
    f.code_if("cut_minute", body.cut_minute() >= 24 * 60);
    f.day("first_day", body.first_day());
}
void find(Finder&, const wire::ProgrammeClosed&) {}
void find(Finder& f, const wire::SourceRegistered& body) {
    f.code("source", body.source());
    f.enumerator("role", body.role(), wire::SourceRole::MAX);
    f.enumerator_if("role", body.role() == wire::SourceRole::unknown);
    f.code_if("platform", body.role() != wire::SourceRole::platform && body.platform() != 0);
    f.code_if("platform", body.role() == wire::SourceRole::platform && body.platform() == 0);
    f.enumerator("key_algorithm", body.key_algorithm(), wire::KeyAlgorithm::MAX);
    if (body.key_algorithm() != wire::KeyAlgorithm::none) {
        f.hash("verification_key", body.verification_key(), false);
    }
}
void find(Finder& f, const wire::SourceRevoked& body) { f.code("source", body.source()); }
void find(Finder& f, const wire::SourceKeyAdded& body) {
    f.code("source", body.source());
    f.code("number", body.number());
    f.enumerator("key_algorithm", body.key_algorithm(), wire::KeyAlgorithm::MAX);
    f.enumerator_if("key_algorithm", body.key_algorithm() == wire::KeyAlgorithm::none);
    f.hash("commitment", body.commitment(), false);
}
void find(Finder& f, const wire::SourceKeyRevoked& body) {
    f.code("source", body.source());
    f.code("number", body.number());
    f.hash("opened", body.opened(), true);
}
void find(Finder& f, const wire::PlatformAdmitted& body) { f.code("platform", body.platform()); }
void find(Finder& f, const wire::PlatformSuspended& body) { f.code("platform", body.platform()); }
void find(Finder& f, const wire::PlatformResumed& body) { f.code("platform", body.platform()); }
void find(Finder& f, const wire::PlatformTerminated& body) { f.code("platform", body.platform()); }

template <typename Body>
void find_merchant(Finder& f, const Body& body) {
    f.id("merchant", body.merchant());
    f.district("district", body.district());
    f.industry("industry", body.industry());
    f.enumerator("size_class", body.size_class(), wire::SizeClass::MAX);
    f.enumerator("limit_class", body.limit_class(), wire::LimitClass::MAX);
    f.enumerator("channel", body.channel(), wire::Channel::MAX);
}
void find(Finder& f, const wire::MerchantRegistered& body) { find_merchant(f, body); }
void find(Finder& f, const wire::MerchantChanged& body) { find_merchant(f, body); }
void find(Finder& f, const wire::MerchantSuspended& body) { f.id("merchant", body.merchant()); }
void find(Finder& f, const wire::MerchantResumed& body) { f.id("merchant", body.merchant()); }

void find(Finder& f, const wire::FundDeposited& body) {
    f.id("account", body.account());
    f.positive("amount_fen", body.amount_fen());
}
void find(Finder& f, const wire::BatchFunded& body) {
    f.code("batch", body.batch());
    f.positive("amount_fen", body.amount_fen());
}
void find(Finder& f, const wire::FundReturned& body) {
    f.id("account", body.account());
    f.positive("amount_fen", body.amount_fen());
}

void find(Finder& f, const wire::BatchOpened& body) {
    f.code("batch", body.batch());
    f.instant("claim_from", body.claim_from_us());
    f.instant("claim_until", body.claim_until_us());
    f.day("redeem_first_day", body.redeem_first_day());
    f.day("redeem_last_day", body.redeem_last_day());
    f.list("packs", body.packs(), packs_max, [&f](const wire::Pack* pack) {
        f.code("packs.pack", pack->pack());
        f.enumerator("packs.channel", pack->channel(), wire::Channel::MAX);
    });
    f.list("denominations", body.denominations(), denominations_max,
           [&f](const wire::Denomination* denomination) {
               f.code("denominations.denomination", denomination->denomination());
               f.code("denominations.pack", denomination->pack());
               f.positive("denominations.face_fen", denomination->face_fen());
               f.amount("denominations.threshold_fen", denomination->threshold_fen());
           });
    f.list("platform_quotas", body.platform_quotas(), platform_quotas_max,
           [&f](const wire::PlatformQuota* quota) {
               f.code("platform_quotas.platform", quota->platform());
           });
    f.list("district_quotas", body.district_quotas(), district_quotas_max,
           [&f](const wire::DistrictQuota* quota) {
               f.district("district_quotas.district", quota->district());
           });
    f.list("categories", body.categories(), batch_categories_max,
           [&f](std::uint16_t category) { f.code("categories", category); });
}
void find(Finder& f, const wire::BatchAdjusted& body) {
    f.code("batch", body.batch());
    if (body.claim_until_us().has_value()) {
        f.instant("claim_until", *body.claim_until_us());
    }
}
void find(Finder& f, const wire::BatchClosed& body) { f.code("batch", body.batch()); }

void find(Finder& f, const wire::ConsumerRegistered& body) {
    f.id("consumer", body.consumer());
    f.id("identity", body.identity());
    f.district("district", body.district());
}

void find(Finder& f, const wire::VoucherClaimed& body) {
    f.id("consumer", body.consumer());
    f.code("batch", body.batch());
    f.code("pack", body.pack());
    f.code("denomination", body.denomination());
    f.district("district", body.district());
}
void find(Finder& f, const wire::VoucherRedeemed& body) {
    f.id("consumer", body.consumer());
    f.id("merchant", body.merchant());
    f.amount("order_amount_fen", body.order_amount_fen());
    f.positive("subsidy_fen", body.subsidy_fen());
    f.amount("platform_match_fen", body.platform_match_fen());
    f.amount("merchant_match_fen", body.merchant_match_fen());
    if (body.vouchers() != nullptr) {
        for (const wire::Id128* voucher : *body.vouchers()) {
            f.id("vouchers", voucher);
        }
    }
}
void find(Finder& f, const wire::RedemptionRefunded& body) {
    f.id("redemption", body.redemption());
    f.amount("order_amount_fen", body.order_amount_fen());
    f.amount("subsidy_fen", body.subsidy_fen());
    f.amount_if("order_amount_fen", body.order_amount_fen() == 0 && body.subsidy_fen() == 0);
}
void find(Finder& f, const wire::VoucherVoided& body) { f.id("voucher", body.voucher()); }

void find(Finder& f, const wire::SettlementRequested& body) {
    f.code("batch", body.batch());
    f.positive("amount_fen", body.amount_fen());
}
void find(Finder& f, const wire::SettlementPaid& body) {
    f.id("request", body.request());
    f.positive("amount_fen", body.amount_fen());
}
void find(Finder& f, const wire::RecoveryDemanded& body) {
    f.code("platform", body.platform());
    f.id_or_zero("merchant", body.merchant());
    f.positive("amount_fen", body.amount_fen());
}
void find(Finder& f, const wire::RecoveryReceived& body) {
    f.code("platform", body.platform());
    f.id_or_zero("merchant", body.merchant());
    f.positive("amount_fen", body.amount_fen());
}
void find(Finder& f, const wire::CompensationReceived& body) {
    f.code("platform", body.platform());
    f.positive("amount_fen", body.amount_fen());
}

void find(Finder& f, const wire::SourceDayClosed& body) {
    f.day("day", body.day());
    f.list("totals", body.totals(), control_totals_max, [&f](const wire::ControlTotal* total) {
        f.code("totals.batch", total->batch());
        f.amount("totals.issued_fen", total->issued_fen());
        f.amount("totals.redeemed_fen", total->redeemed_fen());
        f.amount("totals.refunded_fen", total->refunded_fen());
    });
}
void find(Finder& f, const wire::ClockAdvanced& body) { f.instant("now", body.now_us()); }

void find(Finder& f, const wire::PrizeBatchOpened& body) {
    f.code("batch", body.batch());
    f.code("draw_platform", body.draw_platform());
    f.instant("submit_from", body.submit_from_us());
    f.instant("submit_until", body.submit_until_us());
    f.day("issue_first_day", body.issue_first_day());
    f.day("issue_last_day", body.issue_last_day());
    f.amount("amount_min_fen", body.amount_min_fen());
    f.list("categories", body.categories(), batch_categories_max,
           [&f](std::uint16_t category) { f.code("categories", category); });
    f.list("tiers", body.tiers(), prize_tiers_max, [&f](const wire::PrizeTier* tier) {
        f.code("tiers.tier", tier->tier());
        f.positive("tiers.amount_fen", tier->amount_fen());
    });
    f.hash("commitment", body.commitment(), false);
    f.instant("digits_at", body.digits_at_us());
    f.instant("public_value_at", body.public_value_at_us());
}

void find(Finder& f, const wire::InvoiceSubmitted& body) {
    f.id("invoice", body.invoice());
    f.id("consumer", body.consumer());
    f.code("batch", body.batch());
    f.id("merchant", body.merchant());
    f.day("issue_day", body.issue_day());
    f.positive("amount_fen", body.amount_fen());
}
void find(Finder& f, const wire::InvoiceVerified& body) { f.id("invoice", body.invoice()); }
void find(Finder& f, const wire::InvoiceRejected& body) {
    f.id("invoice", body.invoice());
    f.enumerator("fault", body.fault(), wire::InvoiceFault::MAX);
    f.enumerator_if("fault", body.fault() == wire::InvoiceFault::unknown);
}
void find(Finder& f, const wire::InvoiceReversed& body) { f.id("invoice", body.invoice()); }

void find(Finder& f, const wire::DrawSealed& body) {
    f.code("batch", body.batch());
    f.hash("root", body.root(), false);
}
void find(Finder& f, const wire::DrawSeedPublished& body) {
    f.code("batch", body.batch());
    f.hash("secret", body.secret(), false);
    f.page_text("digits", body.digits(), draw_digits_min, draw_digits_max, is_digit);
    f.page_text("public_value", body.public_value(), 1, draw_public_value_bytes_max, is_page_ascii);
}
void find(Finder& f, const wire::DrawExecuted& body) {
    f.code("batch", body.batch());
    f.hash("result_root", body.result_root(), true);
}
void find(Finder& f, const wire::DrawAborted& body) { f.code("batch", body.batch()); }

void find(Finder& f, const wire::InstantDrawOpened& body) {
    f.code("batch", body.batch());
    f.day("first_day", body.first_day());
    f.hash("chain_head", body.chain_head(), false);
    f.list("tiers", body.tiers(), prize_tiers_max, [&f](const wire::InstantTier* tier) {
        f.code("tiers.tier", tier->tier());
        f.code("tiers.pack", tier->pack());
        f.list("tiers.amounts", tier->amounts(), draw_amounts_max,
               [&f](const wire::InstantAmount* amount) {
                   f.code("tiers.amounts.denomination", amount->denomination());
               });
        f.list("tiers.releases", tier->releases(), draw_releases_max,
               [](const wire::InstantRelease*) {});
    });
}
void find(Finder& f, const wire::PublicValuePublished& body) {
    f.day("day", body.day());
    f.page_text("value", body.value(), 1, draw_public_value_bytes_max, is_page_ascii);
}
void find(Finder& f, const wire::DrawRequested& body) {
    f.id("consumer", body.consumer());
    f.district("district", body.district());
}
void find(Finder& f, const wire::DayKeyOpened& body) {
    f.day("day", body.day());
    f.hash("key", body.key(), false);
}

void find(Finder& f, const wire::PrizePaid& body) {
    f.id("invoice", body.invoice());
    f.positive("amount_fen", body.amount_fen());
}
void find(Finder& f, const wire::PrizePayoutFailed& body) { f.id("invoice", body.invoice()); }
void find(Finder& f, const wire::PrizeForfeited& body) { f.id("invoice", body.invoice()); }
void find(Finder& f, const wire::PrizeRecovered& body) {
    f.id("invoice", body.invoice());
    f.positive("amount_fen", body.amount_fen());
}

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
