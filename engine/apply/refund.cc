// RedemptionRefunded (核销退款): the order is refunded in full or in parts. Money that the platform was
// already paid cannot come back from what is payable to it: it becomes a claim against the
// platform.
#include <algorithm>
#include <array>

#include "engine/apply/families.h"

namespace fiscus::apply {
namespace {

using state::RedemptionRecord;
using state::TableId;
using state::VoucherStatus;
using wire::Reason;

// One part of a refund, and what it does to the order.
struct Part {
    Amount order;
    Amount subsidy;
    bool order_whole = false;  // with this part nothing of the order is left
    bool single = false;       // and it is the only part
};

Reason check_part(const RedemptionRecord& redemption, const Part& part) {
    const Amount order_left = Amount(redemption.order_fen) - Amount(redemption.refunded_order_fen);
    const Amount subsidy_left =
        Amount(redemption.subsidy_fen) - Amount(redemption.refunded_subsidy_fen);
    if (part.order > order_left) {
        return Reason::refund_exceeds_order;
    }
    if (part.subsidy > subsidy_left) {
        return Reason::refund_exceeds_subsidy;
    }
    if (part.order_whole && part.subsidy != subsidy_left) {
        return Reason::refund_leaves_subsidy;
    }
    return Reason::none;
}

// What this part should bring back: rounded down, the rest on the last part.
Amount share_of(const RedemptionRecord& redemption, const Part& part) {
    if (part.order_whole) {
        return Amount(redemption.subsidy_fen) - Amount(redemption.refunded_subsidy_fen);
    }
    return proportional_share(Amount(redemption.subsidy_fen), part.order,
                              Amount(redemption.order_fen));
}

std::size_t voucher_ids(Context& c,
                        Id128 redemption_id,
                        const RedemptionRecord& redemption,
                        std::array<Id128, vouchers_max>& ids) {
    ids[0] = redemption.first_voucher;
    if (redemption.vouchers > 1) {
        const auto* more =
            c.state.redemption_vouchers.get(c.key(TableId::redemption_vouchers, redemption_id));
        FISCUS_CHECK(more != nullptr, "a stacked order knows its vouchers");
        std::copy(more->more.begin(), more->more.end(), ids.begin() + 1);
    }
    return redemption.vouchers;
}

AccountName home_of(Context& c, BatchId batch) {
    return c.batch(batch).closed != 0 ? fund() : budget(batch);
}

// A full refund in one part: vouchers that are still in time are claimed again, the others go home.
void restore(Context& c, const RedemptionRecord& redemption, std::span<const Id128> ids) {
    const BatchId batch(redemption.batch);
    const AccountName from = payable(batch, PlatformId(redemption.platform));
    for (const Id128 id : ids) {
        auto& voucher = c.state.change(c.state.vouchers, c.key(TableId::voucher, id));
        const bool in_time =
            c.draft.business_day <= voucher.last_day && !c.cohort_released(batch, voucher.last_day);
        c.post(from, in_time ? outstanding(batch, voucher.last_day) : home_of(c, batch),
               Amount(voucher.face_fen));
        voucher.status = in_time ? VoucherStatus::claimed : VoucherStatus::returned;
        if (in_time) {
            c.draft.flags |= flag_restored;
        }
    }
}

void return_money(Context& c,
                  const RedemptionRecord& redemption,
                  const Part& part,
                  std::span<const Id128> ids) {
    const BatchId batch(redemption.batch);
    const PlatformId platform(redemption.platform);
    const Amount from_payable = std::min(c.balance(payable(batch, platform)), part.subsidy);
    c.post(payable(batch, platform), home_of(c, batch), from_payable);
    // What the authority has demanded back already is not demanded twice.
    const Amount raised = std::min(c.balance(paid(platform)), part.subsidy - from_payable);
    if (!raised.zero()) {
        c.post(paid(platform), receivable(platform), raised);
        c.draft.flags |= flag_receivable_raised;
    }
    if (part.order_whole) {
        for (const Id128 id : ids) {
            c.state.change(c.state.vouchers, c.key(TableId::voucher, id)).status =
                VoucherStatus::returned;
        }
    }
}

void describe(Context& c, const RedemptionRecord& redemption, const Part& part) {
    Draft& draft = c.draft;
    draft.amount_fen = part.subsidy.fen();
    draft.order_amount_fen = part.order.fen();
    draft.difference_fen = (part.subsidy - share_of(redemption, part)).fen();
    draft.batch = redemption.batch;
    draft.pack = redemption.pack;
    draft.denomination = redemption.denomination;
    draft.district = redemption.district;
    draft.industry = redemption.industry;
    draft.category = redemption.category;
    draft.size_class = redemption.size_class;
    draft.limit_class = redemption.limit_class;
    draft.channel = redemption.channel;
    draft.vouchers = redemption.vouchers;
    draft.consumer_ordinal = redemption.consumer_ordinal;
    draft.merchant_ordinal = redemption.merchant_ordinal;
    draft.origin_day = business_day(redemption.occurred_at_us);
    draft.flags |= part.order_whole ? flag_full_refund : std::uint8_t{0};
    draft.flags |= part.single ? flag_single_part : std::uint8_t{0};
}

}  // namespace

Answer apply(Context& c, const wire::RedemptionRefunded& event) {
    const Id128 id = decode::id_of(event.redemption());
    const state::Key key = c.key(TableId::redemption, id);
    const RedemptionRecord* redemption = c.state.redemptions.get(key);
    if (redemption == nullptr) {
        return refused(Reason::redemption_unknown);
    }
    if (redemption->platform != c.source.platform) {
        return refused(Reason::redemption_of_other_platform);
    }
    if (c.in.occurred_at_us < redemption->occurred_at_us) {
        return refused(Reason::refund_precedes_redemption);
    }
    const Amount order_part(event.order_amount_fen());
    const bool whole =
        order_part == Amount(redemption->order_fen) - Amount(redemption->refunded_order_fen);
    const Part part{.order = order_part,
                    .subsidy = Amount(event.subsidy_fen()),
                    .order_whole = whole,
                    .single = whole && redemption->parts == 0};
    if (const Reason reason = check_part(*redemption, part); reason != Reason::none) {
        return refused(reason);
    }
    std::array<Id128, vouchers_max> ids{};
    const auto vouchers = std::span(ids).first(voucher_ids(c, id, *redemption, ids));
    describe(c, *redemption, part);
    const BatchId batch(redemption->batch);
    const PlatformId platform(redemption->platform);
    if (part.single && c.batch_rules(batch)->restore_on_full_refund &&
        c.balance(payable(batch, platform)) >= part.subsidy) {
        restore(c, *redemption, vouchers);
    } else {
        return_money(c, *redemption, part, vouchers);
    }
    c.post(memorandum(wire::AccountKind::order_turnover, batch, platform),
           memorandum(wire::AccountKind::memorandum, batch, platform), part.order);
    auto& changed = c.state.change(c.state.redemptions, key);
    changed.refunded_order_fen += part.order.fen();
    changed.refunded_subsidy_fen += part.subsidy.fen();
    changed.refunded = part.order_whole ? 1 : 0;
    changed.parts = static_cast<std::uint8_t>(std::min(changed.parts + 1, 255));
    c.remember_natural_key();
    return accepted();
}

}  // namespace fiscus::apply
