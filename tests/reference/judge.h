// One event before the bench: the ladder of each kind and what an accepted event does. Every
// decide() makes all its checks first and returns the first reason that applies; only then does it
// write.
// Thread: that of the ledger. Fails: never.
#pragma once

#include "tests/reference/ledger.h"

namespace fiscus::reference {

class Judge {
public:
    Judge(Ledger& ledger,
          Programme& programme,
          const Source& source,
          const wire::Event& event,
          Answer& answer);

    // From reason 43 on: programme, closing, and the ladder of the kind.
    wire::Reason decide();
    // The event says once more what is known already, under another natural key.
    [[nodiscard]] bool repeats() const { return repeats_; }

private:
    using Reason = wire::Reason;

    // judge_programme.cc
    Reason decide(const wire::ProgrammeOpened& e);
    Reason decide(const wire::ProgrammeClosed& e);
    Reason decide(const wire::SourceRegistered& e);
    Reason decide(const wire::SourceRevoked& e);
    Reason decide(const wire::SourceKeyAdded& e);
    Reason decide(const wire::SourceKeyRevoked& e);
    Reason decide(const wire::PlatformAdmitted& e);
    Reason decide(const wire::PlatformSuspended& e);
    Reason decide(const wire::PlatformResumed& e);
    Reason decide(const wire::PlatformTerminated& e);
    Reason decide(const wire::MerchantRegistered& e);
    Reason decide(const wire::MerchantChanged& e);
    Reason decide(const wire::MerchantSuspended& e);
    Reason decide(const wire::MerchantResumed& e);
    Reason decide(const wire::ConsumerRegistered& e);
    Reason decide(const wire::SourceDayClosed& e);
    // judge_money.cc
    Reason decide(const wire::FundDeposited& e);
    Reason decide(const wire::BatchFunded& e);
    Reason decide(const wire::FundReturned& e);
    Reason decide(const wire::BatchOpened& e);
    Reason decide(const wire::BatchAdjusted& e);
    Reason decide(const wire::BatchClosed& e);
    Reason decide(const wire::SettlementRequested& e);
    Reason decide(const wire::SettlementPaid& e);
    Reason decide(const wire::RecoveryDemanded& e);
    Reason decide(const wire::RecoveryReceived& e);
    Reason decide(const wire::CompensationReceived& e);
    Reason decide(const wire::ClockAdvanced& e);
    // judge_voucher.cc
    Reason decide(const wire::VoucherClaimed& e);
    Reason decide(const wire::VoucherRedeemed& e);
    Reason decide(const wire::RedemptionRefunded& e);
    Reason decide(const wire::VoucherVoided& e);
    // judge_invoice.cc
    Reason decide(const wire::InvoiceSubmitted& e);
    Reason decide(const wire::InvoiceVerified& e);
    Reason decide(const wire::InvoiceRejected& e);
    Reason decide(const wire::InvoiceReversed& e);
    // judge_draw.cc
    Reason decide(const wire::PrizeBatchOpened& e);
    Reason decide(const wire::DrawSealed& e);
    Reason decide(const wire::DrawSeedPublished& e);
    Reason decide(const wire::DrawExecuted& e);
    Reason decide(const wire::DrawAborted& e);
    // judge_instant.cc
    Reason decide(const wire::InstantDrawOpened& e);
    Reason decide(const wire::PublicValuePublished& e);
    Reason decide(const wire::DrawRequested& e);
    Reason decide(const wire::DayKeyOpened& e);
    // judge_prize.cc
    Reason decide(const wire::PrizePaid& e);
    Reason decide(const wire::PrizePayoutFailed& e);
    Reason decide(const wire::PrizeForfeited& e);
    Reason decide(const wire::PrizeRecovered& e);

    // Whether some source of the programme was ever given this key.
    [[nodiscard]] bool knows_key(const std::string& commitment) const;
    // The authority could say nothing any more without this source.
    [[nodiscard]] bool alone_decides(std::uint16_t source) const;
    // none, platform_suspended or platform_terminated: of the source's own platform.
    Reason check_platform() const;
    std::uint32_t name_consumer(const Id& consumer);
    template <typename MerchantEvent>
    void describe_merchant(const MerchantEvent& e, Merchant& merchant);
    void describe_redeeming_merchant(const Merchant& merchant);
    Reason check_batch_rules(const wire::BatchOpened& e) const;
    // What a platform or the authority may publish: the standing of a platform.
    Reason check_publisher() const;
    Reason check_claim(const wire::VoucherClaimed& e, const Batch& batch) const;
    Reason check_claim_limits(const wire::VoucherClaimed& e, const Batch& batch) const;
    Reason check_district_quotas(std::uint32_t district, const Batch& batch) const;
    Reason check_vouchers(const wire::VoucherRedeemed& e) const;
    Reason check_merchant(const wire::VoucherRedeemed& e) const;
    Reason check_order(const wire::VoucherRedeemed& e) const;
    void refund_money(const wire::RedemptionRefunded& e, Redemption& redemption);
    bool restore_vouchers(Redemption& redemption);
    std::vector<const Voucher*> vouchers_of(const wire::VoucherRedeemed& e) const;
    // BatchFunded and BatchClosed of a prize batch.
    Reason fund_prizes(const wire::BatchFunded& e, const PrizeBatch& batch);
    Reason close_prizes(std::uint32_t number, PrizeBatch& batch);
    Reason check_submission(const wire::InvoiceSubmitted& e, const PrizeBatch& batch) const;
    Reason check_seller(const wire::InvoiceSubmitted& e, const PrizeBatch& batch) const;
    Reason check_prize_rules(const wire::PrizeBatchOpened& e) const;
    // A source of a platform speaks of the draw of that platform only.
    Reason check_draw_platform(const PrizeBatch& batch) const;
    // Of an event about the draw of a prize batch: known and not closed.
    Reason check_drawn_batch(std::uint32_t batch) const;
    // Of whoever seals or executes it.
    Reason check_drawer(std::uint32_t batch) const;
    // What PrizePaid, PrizePayoutFailed and PrizeForfeited ask of an invoice and its place.
    Reason check_prize(const Id& invoice) const;
    // Places of the result; who was reversed meanwhile wins nothing.
    void give_prizes(std::uint32_t number, PrizeBatch& batch, const std::vector<Drawn>& result);
    // Null when the invoice is unknown.
    Invoice* invoice_of(const Id& id) const;
    // Null when it has none.
    Place* place_of(const Id& invoice) const;
    // What the entry says of the invoice, and of the prize at its place.
    void state_invoice(const Invoice& invoice);
    void state_prize(const PrizeBatch& batch, const Place& place);
    // A payable prize goes to the first reserve that waits, or back to where it came from.
    void take_away(std::uint32_t number, PrizeBatch& batch, Place& place, PlaceState state);
    Reason check_chance(const wire::DrawRequested& e, const InstantDraw& draw) const;
    // States outcome and tier of a chance that has drawn a tier, or none: 0.
    void decide_chance(const InstantRules& rules, const Id& consumer, std::uint16_t drawn);
    void give_voucher(const wire::DrawRequested& e,
                      const InstantDraw& draw,
                      const InstantAmount& amount);
    // A later request of the day gets what the first one got.
    void answer_again(const Chance& before);
    // Outstanding cohorts with money, by last day, then batch.
    std::vector<Account> cohorts_with_money() const;

    [[nodiscard]] Account fund() const;
    [[nodiscard]] Account budget(std::uint32_t batch) const;
    [[nodiscard]] Account outstanding(std::uint32_t batch, std::int32_t last_day) const;
    [[nodiscard]] Account payable(std::uint32_t batch, std::uint16_t platform) const;
    [[nodiscard]] Account paid(std::uint16_t platform) const;
    [[nodiscard]] Account receivable_of(std::uint16_t platform, const Id& merchant) const;
    // prize_budget, prize_payable, prize_paid or prize_receivable.
    [[nodiscard]] Account prize(wire::AccountKind kind,
                                std::uint32_t batch,
                                std::size_t tier) const;
    [[nodiscard]] Account memorandum(wire::AccountKind kind,
                                     std::uint32_t batch,
                                     std::uint16_t platform) const;
    [[nodiscard]] std::int64_t balance(const Account& account) const;
    // Nothing when the amount is zero.
    void post(const Account& debit, const Account& credit, std::int64_t amount_fen);

    Ledger& ledger_;
    Programme& programme_;
    const Source& source_;
    const wire::Event& event_;
    Answer& answer_;
    bool repeats_ = false;
};

// What the event says of itself, whatever the ledger thinks of it.
void state_dimensions(const wire::Event& event, Answer& answer);

Id id_of(const wire::Id128* id);

}  // namespace fiscus::reference
