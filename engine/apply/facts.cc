#include "engine/apply/facts.h"

#include <algorithm>

#include "engine/base/time.h"
#include "engine/decode/decode.h"
#include "schemas/event_kinds.h"

namespace fiscus::apply {
namespace {

using decode::id_of;
using wire::EventBody;

template <typename Event>
concept HasBatch = requires(const Event& event) {
    event.batch();
};
template <typename Event>
concept HasPlatform = requires(const Event& event) {
    event.platform();
};
template <typename Event>
concept HasDistrict = requires(const Event& event) {
    event.district();
};
template <typename Event>
concept HasMerchant = requires(const Event& event) {
    event.merchant();
};
template <typename Event>
concept HasConsumer = requires(const Event& event) {
    event.consumer();
};
template <typename Event>
concept HasInvoice = requires(const Event& event) {
    event.invoice();
};
template <typename Event>
concept HasAccount = requires(const Event& event) {
    event.account();
};

template <typename Event>
void state_common(const Event& event, Draft& draft) {
    if constexpr (HasBatch<Event>) {
        draft.batch = event.batch();
    }
    if constexpr (HasPlatform<Event>) {
        draft.platform = event.platform();
    }
    if constexpr (HasDistrict<Event>) {
        draft.district = event.district();
    }
    if constexpr (HasInvoice<Event>) {
        draft.subject = id_of(event.invoice());
    } else if constexpr (HasConsumer<Event>) {
        draft.subject = id_of(event.consumer());
    } else if constexpr (HasMerchant<Event>) {
        draft.subject = id_of(event.merchant());
    } else if constexpr (HasAccount<Event>) {
        draft.subject = id_of(event.account());
    }
}

template <typename Event>
void state_more(const Event&, Draft&) {}

void state_more(const wire::VoucherClaimed& event, Draft& draft) {
    draft.pack = event.pack();
    draft.denomination = event.denomination();
}
void state_more(const wire::VoucherRedeemed& event, Draft& draft) {
    draft.subject = {};
    if (event.vouchers() != nullptr && event.vouchers()->size() > 0) {
        draft.subject = id_of(event.vouchers()->Get(0));
        draft.vouchers = static_cast<std::uint8_t>(
            std::min<flatbuffers::uoffset_t>(event.vouchers()->size(), UINT8_MAX));
    }
}
void state_more(const wire::RedemptionRefunded& event, Draft& draft) {
    draft.subject = id_of(event.redemption());
}
void state_more(const wire::VoucherVoided& event, Draft& draft) {
    draft.subject = id_of(event.voucher());
}
void state_more(const wire::BatchFunded& event, Draft& draft) { draft.denomination = event.tier(); }
void state_more(const wire::InvoiceRejected& event, Draft& draft) {
    draft.denomination = static_cast<std::uint16_t>(event.fault());
}
void state_more(const wire::SettlementPaid& event, Draft& draft) {
    draft.subject = id_of(event.request());
}
void state_more(const wire::SourceDayClosed& event, Draft& draft) {
    draft.origin_day = event.day();
}
void state_more(const wire::PublicValuePublished& event, Draft& draft) {
    draft.origin_day = event.day();
}
void state_more(const wire::DayKeyOpened& event, Draft& draft) { draft.origin_day = event.day(); }
void state_more(const wire::ClockAdvanced& event, Draft& draft) {
    draft.origin_day = business_day(event.now_us());
}

}  // namespace

void state_facts(const wire::Event& event, Draft& draft) {
    switch (event.body_type()) {
        case EventBody::NONE: break;
#define FISCUS_STATE_FACTS(Kind)                      \
    case EventBody::Kind:                             \
        state_common(*event.body_as_##Kind(), draft); \
        state_more(*event.body_as_##Kind(), draft);   \
        break;
            FISCUS_EVENT_KINDS(FISCUS_STATE_FACTS)
#undef FISCUS_STATE_FACTS
    }
}

bool entitled(wire::SourceRole role, EventBody kind) {
    const bool authority = role == wire::SourceRole::authority;
    const bool platform = role == wire::SourceRole::platform;
    switch (kind) {
        case EventBody::ProgrammeOpened:
        case EventBody::ProgrammeClosed:
        case EventBody::SourceRegistered:
        case EventBody::SourceRevoked:
        case EventBody::SourceKeyAdded:
        case EventBody::SourceKeyRevoked:
        case EventBody::PlatformAdmitted:
        case EventBody::PlatformSuspended:
        case EventBody::PlatformResumed:
        case EventBody::PlatformTerminated:
        case EventBody::MerchantSuspended:
        case EventBody::MerchantResumed:
        case EventBody::FundDeposited:
        case EventBody::BatchFunded:
        case EventBody::FundReturned:
        case EventBody::BatchOpened:
        case EventBody::BatchAdjusted:
        case EventBody::BatchClosed:
        case EventBody::SettlementPaid:
        case EventBody::RecoveryDemanded:
        case EventBody::RecoveryReceived:
        case EventBody::CompensationReceived:
        case EventBody::ClockAdvanced:
        case EventBody::PrizeBatchOpened:
        case EventBody::DrawAborted:
        case EventBody::InstantDrawOpened:
        case EventBody::PrizeForfeited:
        case EventBody::PrizeRecovered: return authority;
        case EventBody::MerchantRegistered:
        case EventBody::MerchantChanged:
        case EventBody::VoucherVoided:
        case EventBody::InvoiceReversed:
        case EventBody::DrawSealed:
        case EventBody::DrawExecuted: return authority || platform;
        case EventBody::ConsumerRegistered:
        case EventBody::VoucherClaimed:
        case EventBody::VoucherRedeemed:
        case EventBody::RedemptionRefunded:
        case EventBody::SettlementRequested:
        case EventBody::SourceDayClosed:
        case EventBody::InvoiceSubmitted:
        case EventBody::InvoiceVerified:
        case EventBody::InvoiceRejected:
        case EventBody::PrizePaid:
        case EventBody::PrizePayoutFailed:
        case EventBody::DrawRequested: return platform;
        case EventBody::DrawSeedPublished:
        case EventBody::PublicValuePublished:
        case EventBody::DayKeyOpened: return role == wire::SourceRole::notary;
        case EventBody::NONE: break;
    }
    return false;
}

bool allowed_after_close(EventBody kind) {
    static constexpr EventBody allowed[] = {
        EventBody::RedemptionRefunded, EventBody::SettlementRequested,
        EventBody::SettlementPaid,     EventBody::RecoveryDemanded,
        EventBody::RecoveryReceived,   EventBody::CompensationReceived,
        EventBody::FundReturned,       EventBody::SourceDayClosed,
        EventBody::ClockAdvanced,      EventBody::SourceRegistered,
        EventBody::SourceRevoked,      EventBody::SourceKeyAdded,
        EventBody::SourceKeyRevoked,   EventBody::PlatformTerminated,
        EventBody::InvoiceReversed,    EventBody::PrizePaid,
        EventBody::PrizePayoutFailed,  EventBody::PrizeForfeited,
        EventBody::PrizeRecovered,     EventBody::DayKeyOpened};
    return std::find(std::begin(allowed), std::end(allowed), kind) != std::end(allowed);
}

bool keeps_bytes(const wire::Event& event) {
    switch (event.body_type()) {
        case EventBody::ConsumerRegistered:
        case EventBody::VoucherClaimed:
        case EventBody::RedemptionRefunded:
        case EventBody::VoucherVoided:
        case EventBody::InvoiceVerified:
        case EventBody::DrawRequested: return false;
        case EventBody::VoucherRedeemed:
            return event.body_as_VoucherRedeemed()->vouchers()->size() > 1;
        default: return true;
    }
}

}  // namespace fiscus::apply
