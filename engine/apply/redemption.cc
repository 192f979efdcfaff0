// VoucherRedeemed (核销): one order, one to eight vouchers, all accepted or all refused. Each check
// is made for every voucher before the next check, so the reason does not depend on their order.
#include <algorithm>
#include <array>

#include "engine/apply/families.h"

namespace fiscus::apply {
namespace {

using state::TableId;
using state::VoucherRecord;
using state::VoucherStatus;
using wire::Reason;

// The vouchers of one order, looked up.
struct Order {
    std::array<Id128, vouchers_max> ids{};
    std::array<const VoucherRecord*, vouchers_max> vouchers{};
    std::size_t count = 0;

    template <typename Bad>
    [[nodiscard]] bool any(Bad bad) const {
        return std::any_of(vouchers.begin(), vouchers.begin() + static_cast<std::ptrdiff_t>(count),
                           [&bad](const VoucherRecord* voucher) { return bad(*voucher); });
    }
};

Reason look_up(Context& c, const wire::VoucherRedeemed& event, Order& order) {
    const std::size_t count = event.vouchers() == nullptr ? 0 : event.vouchers()->size();
    if (count == 0 || count > vouchers_max) {
        return Reason::voucher_count_out_of_range;
    }
    order.count = count;
    for (std::size_t i = 0; i < count; ++i) {
        order.ids[i] = decode::id_of(event.vouchers()->Get(static_cast<flatbuffers::uoffset_t>(i)));
        const auto before = order.ids.begin() + static_cast<std::ptrdiff_t>(i);
        if (std::find(order.ids.begin(), before, order.ids[i]) != before) {
            return Reason::voucher_repeated;
        }
    }
    for (std::size_t i = 0; i < count; ++i) {
        order.vouchers[i] = c.state.vouchers.get(c.key(TableId::voucher, order.ids[i]));
        if (order.vouchers[i] == nullptr) {
            return Reason::voucher_unknown;
        }
    }
    return Reason::none;
}

Reason check_vouchers(Context& c, const wire::VoucherRedeemed& event, const Order& order) {
    const Id128 consumer = decode::id_of(event.consumer());
    const std::uint32_t batch = order.vouchers[0]->batch;
    if (order.any([&](const VoucherRecord& v) { return v.consumer != consumer; })) {
        return Reason::voucher_of_other_consumer;
    }
    if (order.any([&](const VoucherRecord& v) { return v.platform != c.source.platform; })) {
        return Reason::voucher_of_other_platform;
    }
    if (order.any([&](const VoucherRecord& v) { return v.batch != batch; })) {
        return Reason::vouchers_of_different_batches;
    }
    if (order.any([](const VoucherRecord& v) { return v.status == VoucherStatus::voided; })) {
        return Reason::voucher_voided;
    }
    if (order.any([](const VoucherRecord& v) { return v.status == VoucherStatus::redeemed; })) {
        return Reason::voucher_already_redeemed;
    }
    if (order.any([](const VoucherRecord& v) { return v.status == VoucherStatus::returned; })) {
        return Reason::voucher_returned;
    }
    const BatchRules& rules = *c.batch_rules(BatchId(batch));
    if (order.count > rules.stacking_max) {
        return Reason::stacking_not_allowed;
    }
    const std::int32_t day = c.draft.business_day;
    if (day < rules.redeem_first_day ||
        order.any([&](const VoucherRecord& v) { return c.in.occurred_at_us < v.claimed_at_us; })) {
        return Reason::voucher_not_yet_valid;
    }
    if (order.any([day](const VoucherRecord& v) { return day > v.last_day; })) {
        return Reason::voucher_expired;
    }
    if (order.any([&](const VoucherRecord& v) {
            return c.cohort_released(BatchId(batch), v.last_day);
        })) {
        return Reason::cohort_released;
    }
    return Reason::none;
}

bool excludes(wire::Channel asked, bool online) {
    return asked != wire::Channel::any && (asked == wire::Channel::online) != online;
}

Reason check_merchant(Context& c,
                      const wire::VoucherRedeemed& event,
                      const Order& order,
                      const BatchRules& rules) {
    const auto* merchant =
        c.state.merchants.get(c.key(TableId::merchant, decode::id_of(event.merchant())));
    if (merchant == nullptr) {
        return Reason::merchant_unknown;
    }
    if (merchant->suspended != 0) {
        return Reason::merchant_suspended;
    }
    const auto& categories = rules.categories;
    if ((!categories.empty() &&
         !std::binary_search(categories.begin(), categories.end(), merchant->category)) ||
        order.any([&](const VoucherRecord& v) {
            const std::uint16_t asked = rules.pack(PackId(v.pack))->category;
            return asked != 0 && asked != merchant->category;
        })) {
        return Reason::merchant_category_not_eligible;
    }
    if (!c.rules->has_district(merchant->district)) {
        return Reason::merchant_district_not_eligible;
    }
    if (excludes(static_cast<wire::Channel>(merchant->channel), event.online()) ||
        order.any([&](const VoucherRecord& v) {
            return excludes(rules.pack(PackId(v.pack))->channel, event.online());
        })) {
        return Reason::channel_not_eligible;
    }
    if (rules.shipping_inside_province && event.online() &&
        (event.ship_from_province() != c.rules->province ||
         event.ship_to_province() != c.rules->province)) {
        return Reason::shipping_not_eligible;
    }
    return Reason::none;
}

Reason check_amounts(const wire::VoucherRedeemed& event,
                     const Order& order,
                     const BatchRules& rules) {
    Amount threshold;
    Amount face;
    for (std::size_t i = 0; i < order.count; ++i) {
        const auto denomination = DenominationId(order.vouchers[i]->denomination);
        threshold += rules.denomination(denomination)->threshold;
        face += Amount(order.vouchers[i]->face_fen);
    }
    const Amount order_amount(event.order_amount_fen());
    const Amount subsidy(event.subsidy_fen());
    if (order_amount < threshold || order_amount < subsidy) {
        return Reason::order_below_threshold;
    }
    return subsidy == face ? Reason::none : Reason::subsidy_differs_from_face;
}

// The memorandum account is negative by all that its orders said of themselves.
Reason check_memorandum(Context& c, const wire::VoucherRedeemed& event, const Order& order) {
    const BatchId batch(order.vouchers[0]->batch);
    const Amount remembered =
        Amount(0) - c.balance(memorandum(wire::AccountKind::memorandum, batch, c.own_platform()));
    const Amount added = Amount(event.order_amount_fen()) + Amount(event.platform_match_fen()) +
                         Amount(event.merchant_match_fen());
    return remembered + added > Amount(memorandum_fen_max) ? Reason::account_limit_reached
                                                           : Reason::none;
}

void record(Context& c,
            const wire::VoucherRedeemed& event,
            const Order& order,
            const state::MerchantRecord& merchant) {
    const VoucherRecord& first = *order.vouchers[0];
    auto& redemption = c.state.change(c.state.redemptions, c.key(TableId::redemption, c.in.key));
    redemption.first_voucher = order.ids[0];
    redemption.content = c.in.content;
    redemption.occurred_at_us = c.in.occurred_at_us;
    redemption.order_fen = event.order_amount_fen();
    redemption.subsidy_fen = event.subsidy_fen();
    redemption.batch = first.batch;
    redemption.consumer_ordinal = first.consumer_ordinal;
    redemption.merchant_ordinal = merchant.ordinal;
    redemption.district = merchant.district;
    redemption.platform = c.own_platform().value();
    redemption.pack = first.pack;
    redemption.denomination = first.denomination;
    redemption.industry = merchant.industry;
    redemption.category = merchant.category;
    redemption.size_class = merchant.size_class;
    redemption.limit_class = merchant.limit_class;
    redemption.channel =
        static_cast<std::uint8_t>(event.online() ? wire::Channel::online : wire::Channel::offline);
    redemption.vouchers = static_cast<std::uint8_t>(order.count);
    if (order.count > 1) {
        auto& more = c.state.change(c.state.redemption_vouchers,
                                    c.key(TableId::redemption_vouchers, c.in.key));
        std::copy(order.ids.begin() + 1,
                  order.ids.begin() + static_cast<std::ptrdiff_t>(order.count), more.more.begin());
    }
    c.draft.batch = redemption.batch;
    c.draft.pack = redemption.pack;
    c.draft.denomination = redemption.denomination;
    c.draft.district = redemption.district;
    c.draft.industry = redemption.industry;
    c.draft.category = redemption.category;
    c.draft.size_class = redemption.size_class;
    c.draft.limit_class = redemption.limit_class;
    c.draft.channel = redemption.channel;
    c.draft.consumer_ordinal = redemption.consumer_ordinal;
    c.draft.merchant_ordinal = redemption.merchant_ordinal;
}

void pay(Context& c, const wire::VoucherRedeemed& event, const Order& order) {
    const BatchId batch(order.vouchers[0]->batch);
    const PlatformId platform = c.own_platform();
    for (std::size_t i = 0; i < order.count; ++i) {
        c.post(outstanding(batch, order.vouchers[i]->last_day), payable(batch, platform),
               Amount(order.vouchers[i]->face_fen));
        c.state.change(c.state.vouchers, c.key(TableId::voucher, order.ids[i])).status =
            VoucherStatus::redeemed;
    }
    const auto remember = [&](wire::AccountKind kind, std::int64_t fen) {
        c.post(memorandum(wire::AccountKind::memorandum, batch, platform),
               memorandum(kind, batch, platform), Amount(fen));
    };
    remember(wire::AccountKind::order_turnover, event.order_amount_fen());
    remember(wire::AccountKind::platform_match, event.platform_match_fen());
    remember(wire::AccountKind::merchant_match, event.merchant_match_fen());
    c.draft.amount_fen = event.subsidy_fen();
    c.draft.order_amount_fen = event.order_amount_fen();
    c.draft.platform_match_fen = event.platform_match_fen();
    c.draft.merchant_match_fen = event.merchant_match_fen();
}

}  // namespace

Answer apply(Context& c, const wire::VoucherRedeemed& event) {
    if (const Reason reason = c.own_platform_refusal(); reason != Reason::none) {
        return refused(reason);
    }
    Order order;
    if (const Reason reason = look_up(c, event, order); reason != Reason::none) {
        return refused(reason);
    }
    if (const Reason reason = check_vouchers(c, event, order); reason != Reason::none) {
        return refused(reason);
    }
    const BatchRules& rules = *c.batch_rules(BatchId(order.vouchers[0]->batch));
    if (const Reason reason = check_merchant(c, event, order, rules); reason != Reason::none) {
        return refused(reason);
    }
    if (const Reason reason = check_amounts(event, order, rules); reason != Reason::none) {
        return refused(reason);
    }
    if (const Reason reason = check_memorandum(c, event, order); reason != Reason::none) {
        return refused(reason);
    }
    record(c, event, order,
           *c.state.merchants.get(c.key(TableId::merchant, decode::id_of(event.merchant()))));
    pay(c, event, order);
    return accepted();
}

}  // namespace fiscus::apply
