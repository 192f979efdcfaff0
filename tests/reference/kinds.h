// One switch over the kinds of events, for everything in the oracle that treats each kind its own
// way.
// Thread: any. Fails: never; a kind that is not known is not visited.
#pragma once

#include "schemas/events_generated.h"

namespace fiscus::reference {

// Calls visit with the body as its own type; the event is verified and its kind known.
template <typename Visit>
void visit_body(const wire::Event& event, Visit visit) {
    switch (event.body_type()) {
        case wire::EventBody::NONE: return;
        case wire::EventBody::ProgrammeOpened: return visit(*event.body_as_ProgrammeOpened());
        case wire::EventBody::ProgrammeClosed: return visit(*event.body_as_ProgrammeClosed());
        case wire::EventBody::SourceRegistered: return visit(*event.body_as_SourceRegistered());
        case wire::EventBody::SourceRevoked: return visit(*event.body_as_SourceRevoked());
        case wire::EventBody::PlatformAdmitted: return visit(*event.body_as_PlatformAdmitted());
        case wire::EventBody::PlatformSuspended: return visit(*event.body_as_PlatformSuspended());
        case wire::EventBody::PlatformResumed: return visit(*event.body_as_PlatformResumed());
        case wire::EventBody::PlatformTerminated: return visit(*event.body_as_PlatformTerminated());
        case wire::EventBody::MerchantRegistered: return visit(*event.body_as_MerchantRegistered());
        case wire::EventBody::MerchantChanged: return visit(*event.body_as_MerchantChanged());
        case wire::EventBody::MerchantSuspended: return visit(*event.body_as_MerchantSuspended());
        case wire::EventBody::MerchantResumed: return visit(*event.body_as_MerchantResumed());
        case wire::EventBody::FundDeposited: return visit(*event.body_as_FundDeposited());
        case wire::EventBody::BatchFunded: return visit(*event.body_as_BatchFunded());
        case wire::EventBody::FundReturned: return visit(*event.body_as_FundReturned());
        case wire::EventBody::BatchOpened: return visit(*event.body_as_BatchOpened());
        case wire::EventBody::BatchAdjusted: return visit(*event.body_as_BatchAdjusted());
        case wire::EventBody::BatchClosed: return visit(*event.body_as_BatchClosed());
        case wire::EventBody::ConsumerRegistered: return visit(*event.body_as_ConsumerRegistered());
        case wire::EventBody::VoucherClaimed: return visit(*event.body_as_VoucherClaimed());
        case wire::EventBody::VoucherRedeemed: return visit(*event.body_as_VoucherRedeemed());
        case wire::EventBody::RedemptionRefunded: return visit(*event.body_as_RedemptionRefunded());
        case wire::EventBody::VoucherVoided: return visit(*event.body_as_VoucherVoided());
        case wire::EventBody::SettlementRequested:
            return visit(*event.body_as_SettlementRequested());
        case wire::EventBody::SettlementPaid: return visit(*event.body_as_SettlementPaid());
        case wire::EventBody::RecoveryDemanded: return visit(*event.body_as_RecoveryDemanded());
        case wire::EventBody::RecoveryReceived: return visit(*event.body_as_RecoveryReceived());
        case wire::EventBody::CompensationReceived:
            return visit(*event.body_as_CompensationReceived());
        case wire::EventBody::SourceDayClosed: return visit(*event.body_as_SourceDayClosed());
        case wire::EventBody::ClockAdvanced: return visit(*event.body_as_ClockAdvanced());
        case wire::EventBody::PrizeBatchOpened: return visit(*event.body_as_PrizeBatchOpened());
        case wire::EventBody::InvoiceSubmitted: return visit(*event.body_as_InvoiceSubmitted());
        case wire::EventBody::InvoiceVerified: return visit(*event.body_as_InvoiceVerified());
        case wire::EventBody::InvoiceRejected: return visit(*event.body_as_InvoiceRejected());
        case wire::EventBody::InvoiceReversed: return visit(*event.body_as_InvoiceReversed());
        case wire::EventBody::DrawSealed: return visit(*event.body_as_DrawSealed());
        case wire::EventBody::DrawSeedPublished: return visit(*event.body_as_DrawSeedPublished());
        case wire::EventBody::DrawExecuted: return visit(*event.body_as_DrawExecuted());
        case wire::EventBody::DrawAborted: return visit(*event.body_as_DrawAborted());
        case wire::EventBody::PrizePaid: return visit(*event.body_as_PrizePaid());
        case wire::EventBody::PrizePayoutFailed: return visit(*event.body_as_PrizePayoutFailed());
        case wire::EventBody::PrizeForfeited: return visit(*event.body_as_PrizeForfeited());
        case wire::EventBody::PrizeRecovered: return visit(*event.body_as_PrizeRecovered());
        case wire::EventBody::InstantDrawOpened: return visit(*event.body_as_InstantDrawOpened());
        case wire::EventBody::PublicValuePublished:
            return visit(*event.body_as_PublicValuePublished());
        case wire::EventBody::DrawRequested: return visit(*event.body_as_DrawRequested());
        case wire::EventBody::DayKeyOpened: return visit(*event.body_as_DayKeyOpened());
        case wire::EventBody::SourceKeyAdded: return visit(*event.body_as_SourceKeyAdded());
        case wire::EventBody::SourceKeyRevoked: return visit(*event.body_as_SourceKeyRevoked());
    }
}

}  // namespace fiscus::reference
