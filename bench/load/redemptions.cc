// Redemptions and refunds: valid ones, and those that are refused for a known reason.
#include <algorithm>

#include "bench/load/event_bytes.h"
#include "bench/load/programme_load.h"
#include "engine/base/amount.h"
#include "engine/base/time.h"

namespace fiscus::load {
namespace {

constexpr std::uint64_t nobody_tokens = 7;
constexpr std::uint8_t home_province = 42;
constexpr std::uint8_t other_province = 44;

constexpr std::size_t picks_max = 6;
constexpr std::uint64_t probes_max = 16;
// Claims are six of ten events, redemptions a third: lags in events become lags in the rings.
constexpr std::uint64_t redemption_lag_events = 200'000;
constexpr std::uint64_t refund_lag_events = 50'000;

}  // namespace

// ---- picking ----

bool ProgrammeLoad::redeemable(const Voucher& voucher, std::int64_t occurred_us) const {
    return voucher.state == VoucherState::claimed && voucher.last_day >= day_of(occurred_us) &&
           voucher.occurred_us <= occurred_us && !suspended_[voucher.platform] &&
           clock_us_ < day_start_us(voucher.last_day + 1) && !batches_[voucher.batch].closed;
}

std::optional<std::uint64_t> ProgrammeLoad::pick_voucher(std::int64_t occurred_us) {
    const std::uint64_t mean =
        std::min<std::uint64_t>(redemption_lag_events, options_.events / 5) * 6 / 10;
    for (std::size_t pick = 0; pick < picks_max && vouchers_.end() > 0; ++pick) {
        const std::uint64_t lag = random_.exponential(mean) % vouchers_.kept();
        std::uint64_t number = vouchers_.end() - 1 - lag;
        for (std::uint64_t probe = 0; probe < probes_max && number < vouchers_.end(); ++probe) {
            const Voucher& voucher = vouchers_[number];
            if (redeemable(voucher, occurred_us)) {
                return number;
            }
            if (voucher.state == VoucherState::claimed && voucher.last_day < day_of(occurred_us)) {
                expired_.push(number);
            }
            ++number;
        }
    }
    return std::nullopt;
}

// The first ones of the list are the popular ones: the smaller of two draws.
std::size_t ProgrammeLoad::pick_merchant(std::size_t theme, std::size_t pack) {
    const auto& list = eligible_[theme * 2 + pack];
    std::size_t merchant = 0;
    do {
        merchant = list[std::min(random_.below(list.size()), random_.below(list.size()))];
    } while (merchants_[merchant].suspended);
    return merchant;
}

void ProgrammeLoad::describe_order(std::uint64_t number, std::int64_t occurred_us, Order& order) {
    const Voucher& voucher = vouchers_[number];
    const BatchModel& batch = batches_[voucher.batch];
    const Denomination& denomination = batch.theme->denominations[voucher.denomination];
    const auto pack = static_cast<std::size_t>(denomination.pack - 1);
    const Merchant& merchant = merchants_[pick_merchant(batch.theme_index, pack)];
    order = Order{};
    order.occurred_us = occurred_us;
    order.vouchers.push_back(voucher.key);
    order.key = new_key(occurred_us);
    order.consumer = token(consumer_tokens, voucher.consumer);
    order.merchant = merchant.id;
    order.platform = voucher.platform;
    order.subsidy_fen = denomination.face_fen;
    const auto threshold = static_cast<std::uint64_t>(denomination.threshold_fen);
    // Most orders are not far above the threshold.
    order.order_fen = static_cast<std::int64_t>(threshold + random_.exponential(threshold / 2));
    if (random_.below(5) == 0) {
        order.platform_match_fen = 500;
    }
    if (random_.below(7) == 0) {
        order.merchant_match_fen = order.order_fen / 20;
    }
    const std::uint8_t asked = batch.theme->packs[pack].channel;
    const std::uint8_t channel = asked != 0 ? asked : merchant.channel;
    order.online = channel == 1 || (channel == 0 && random_.below(10) < 3);
    if (order.online) {
        order.ship_from = home_province;
        order.ship_to = home_province;
    }
}

void ProgrammeLoad::send_order(const Order& order, wire::Reason reason) {
    const auto vouchers = builder_.CreateVectorOfStructs(order.vouchers);
    const auto body = wire::CreateVoucherRedeemed(
        builder_, vouchers, &order.consumer, &order.merchant, order.order_fen, order.subsidy_fen,
        order.platform_match_fen, order.merchant_match_fen, order.online, order.ship_from,
        order.ship_to);
    send({.source = &platforms_[order.platform],
          .occurred_us = order.occurred_us,
          .key = order.key,
          .kind = wire::EventBody::VoucherRedeemed,
          .body = body.Union(),
          .reason = reason});
}

bool ProgrammeLoad::produce_redemption(std::int64_t occurred_us) {
    const auto number = pick_voucher(occurred_us);
    if (!number) {
        return false;
    }
    Order order;
    describe_order(*number, occurred_us, order);
    const Voucher& voucher = vouchers_[*number];
    // Two vouchers of one consumer, pack and platform pay one order where the batch allows it.
    std::optional<std::uint64_t> second;
    const std::uint64_t other = *number + static_cast<std::uint64_t>(std::int64_t{voucher.partner});
    if (voucher.partner != 0 && vouchers_.has(other)) {
        const Voucher& partner = vouchers_[other];
        const auto& denominations = batches_[voucher.batch].theme->denominations;
        const Denomination& added = denominations[partner.denomination];
        if (redeemable(partner, occurred_us) &&
            added.pack == denominations[voucher.denomination].pack) {
            second = other;
            order.vouchers.push_back(partner.key);
            order.subsidy_fen += added.face_fen;
            order.order_fen += added.threshold_fen;
        }
    }
    send_order(order, wire::Reason::none);
    accept_order(order, *number, second);
    return true;
}

void ProgrammeLoad::accept_order(const Order& order,
                                 std::uint64_t number,
                                 std::optional<std::uint64_t> second) {
    Redemption redemption;
    redemption.key = order.key;
    redemption.occurred_us = order.occurred_us;
    redemption.order_fen = order.order_fen;
    redemption.order_left_fen = order.order_fen;
    redemption.subsidy_fen = order.subsidy_fen;
    redemption.subsidy_left_fen = order.subsidy_fen;
    redemption.vouchers = {number, second.value_or(0)};
    redemption.voucher_count = second ? 2 : 1;
    redemption.batch = vouchers_[number].batch;
    redemption.platform = static_cast<std::uint8_t>(order.platform);
    BatchModel& batch = batches_[redemption.batch];
    for (std::size_t i = 0; i < redemption.voucher_count; ++i) {
        Voucher& voucher = vouchers_[redemption.vouchers[i]];
        const std::int64_t face = face_fen(voucher.batch, voucher.denomination);
        voucher.state = VoucherState::redeemed;
        batch.outstanding_fen[voucher.last_day] -= face;
        batch.payable_fen[order.platform] += face;
        redemption.last_days[i] = voucher.last_day;
        redemption.denominations[i] = voucher.denomination;
    }
    redemptions_.push(redemption);

    expected_.vouchers_redeemed += redemption.voucher_count;
    ExpectedDay& expected = expected_day(order.occurred_us);
    ++expected.redeemed_count;
    expected.redeemed_fen += order.subsidy_fen;
    expected.order_fen += order.order_fen;
    expected.platform_match_fen += order.platform_match_fen;
    expected.merchant_match_fen += order.merchant_match_fen;
    ControlCount& count = control(order.platform, redemption.batch, order.occurred_us);
    ++count.redeemed_count;
    count.redeemed_fen += order.subsidy_fen;
}

// ---- refused redemptions ----

bool ProgrammeLoad::refuse_redemption() {
    const std::uint64_t variant = random_.below(24);
    if (variant < 5) {
        return refuse_spent_voucher(variant);
    }
    const std::int64_t occurred_us = just_now();
    const auto number = pick_voucher(occurred_us);
    if (!number) {
        return false;
    }
    Order order;
    describe_order(*number, occurred_us, order);
    if (variant < 11) {
        return refuse_by_voucher(*number, order, variant - 5);
    }
    return refuse_by_order(*number, order, variant - 11);
}

// Vouchers that were redeemed, voided, returned or have run out of time.
bool ProgrammeLoad::refuse_spent_voucher(std::uint64_t variant) {
    const auto newest = [this](Ring<std::uint64_t>& ring) -> std::optional<std::uint64_t> {
        if (ring.kept() == 0) {
            return std::nullopt;
        }
        const std::uint64_t number = ring[ring.end() - 1 - random_.below(ring.kept())];
        return vouchers_.has(number) ? std::optional(number) : std::nullopt;
    };
    std::optional<std::uint64_t> number;
    auto state = VoucherState::claimed;
    auto reason = wire::Reason::voucher_expired;
    std::int64_t occurred_us = just_now();
    if (variant == 0 && redemptions_.kept() > 0) {
        number =
            redemptions_[redemptions_.end() - 1 - random_.below(redemptions_.kept())].vouchers[0];
        state = VoucherState::redeemed;
        reason = wire::Reason::voucher_already_redeemed;
    } else if (variant == 1) {
        number = newest(voided_);
        state = VoucherState::voided;
        reason = wire::Reason::voucher_voided;
    } else if (variant == 2) {
        number = newest(returned_);
        state = VoucherState::returned;
        reason = wire::Reason::voucher_returned;
    } else if (variant >= 3) {
        number = newest(expired_);
    }
    if (!number || !vouchers_.has(*number)) {
        return false;
    }
    const Voucher& voucher = vouchers_[*number];
    if (voucher.state != state || voucher.occurred_us > occurred_us ||
        suspended_[voucher.platform]) {
        return false;
    }
    const bool released = clock_us_ >= day_start_us(voucher.last_day + 1);
    if (variant == 4 && released) {
        // Sent late: it happened in time, but the cohort's money is gone.
        occurred_us = day_start_us(voucher.last_day + 1) - us_per_minute;
        reason = wire::Reason::cohort_released;
    }
    Order order;
    describe_order(*number, occurred_us, order);
    send_order(order, reason);
    return true;
}

bool ProgrammeLoad::refuse_by_voucher(std::uint64_t number, Order& order, std::uint64_t variant) {
    const Voucher& voucher = vouchers_[number];
    auto reason = wire::Reason::none;
    switch (variant) {
        case 0:
            order.consumer = token(nobody_tokens, random_.next());
            reason = wire::Reason::voucher_of_other_consumer;
            break;
        case 1:
            order.platform = (order.platform + 1) % platform_count;
            if (suspended_[order.platform]) {
                return false;
            }
            reason = wire::Reason::voucher_of_other_platform;
            break;
        case 2:
            order.vouchers[0] = new_key(order.occurred_us);
            reason = wire::Reason::voucher_unknown;
            break;
        case 3:
            order.vouchers.push_back(order.vouchers[0]);
            reason = wire::Reason::voucher_repeated;
            break;
        case 4:
            order.vouchers.clear();
            reason = wire::Reason::voucher_count_out_of_range;
            break;
        default:
            order.occurred_us = voucher.occurred_us - us_per_second;
            if (day_of(order.occurred_us) < 0) {
                return false;
            }
            reason = wire::Reason::voucher_not_yet_valid;
            break;
    }
    send_order(order, reason);
    return true;
}

bool ProgrammeLoad::refuse_by_order(std::uint64_t number, Order& order, std::uint64_t variant) {
    const Voucher& voucher = vouchers_[number];
    const Theme& theme = *batches_[voucher.batch].theme;
    const Denomination& denomination = theme.denominations[voucher.denomination];
    auto reason = wire::Reason::none;
    switch (variant) {
        case 0:
            order.merchant = token(nobody_tokens, random_.next());
            reason = wire::Reason::merchant_unknown;
            break;
        case 1:
        case 2: {
            const Merchant& merchant = merchants_[suspended_merchants_[variant - 1]];
            if (!merchant.suspended) {
                return false;
            }
            order.merchant = merchant.id;
            reason = wire::Reason::merchant_suspended;
            break;
        }
        case 3:
            order.merchant =
                merchants_[pick_merchant((batches_[voucher.batch].theme_index + 1) % theme_count,
                                         0)]
                    .id;
            reason = wire::Reason::merchant_category_not_eligible;
            break;
        case 4:
            if (theme.packs[static_cast<std::size_t>(denomination.pack - 1)].channel == 0) {
                return false;
            }
            order.online = !order.online;
            reason = wire::Reason::channel_not_eligible;
            break;
        case 5:
        case 6:
            if (!theme.shipping_inside_province || !order.online) {
                return false;
            }
            order.ship_from = other_province;
            reason = wire::Reason::shipping_not_eligible;
            break;
        case 7:
        case 8:
            order.order_fen = denomination.threshold_fen - 1;
            reason = wire::Reason::order_below_threshold;
            break;
        case 9:
            order.subsidy_fen -= 100;
            reason = wire::Reason::subsidy_differs_from_face;
            break;
        case 10:
            order.order_fen = -order.order_fen;
            reason = wire::Reason::amount_out_of_range;
            break;
        case 11:
            order.occurred_us = now_us_ + 6 * us_per_minute;
            reason = wire::Reason::occurred_in_future;
            break;
        default: return refuse_borrowed_voucher(number, order);
    }
    send_order(order, reason);
    return true;
}

// Somebody adds a voucher of somebody else to the order: it is refused as a whole.
bool ProgrammeLoad::refuse_borrowed_voucher(std::uint64_t number, Order& order) {
    const Voucher& voucher = vouchers_[number];
    for (std::uint64_t probe = 1; probe <= 64 && vouchers_.has(number + probe); ++probe) {
        const Voucher& other = vouchers_[number + probe];
        if (other.consumer != voucher.consumer) {
            order.vouchers.push_back(other.key);
            send_order(order, wire::Reason::voucher_of_other_consumer);
            return true;
        }
    }
    return false;
}

// ---- refunds ----

std::optional<std::uint64_t> ProgrammeLoad::pick_redemption() {
    const std::uint64_t mean =
        std::min<std::uint64_t>(refund_lag_events, options_.events / 20) * 35 / 100;
    for (std::size_t pick = 0; pick < picks_max && redemptions_.end() > 0; ++pick) {
        const std::uint64_t lag = random_.exponential(mean) % redemptions_.kept();
        std::uint64_t number = redemptions_.end() - 1 - lag;
        for (std::uint64_t probe = 0; probe < probes_max && number < redemptions_.end(); ++probe) {
            if (redemptions_[number].order_left_fen > 0) {
                return number;
            }
            ++number;
        }
    }
    return std::nullopt;
}

bool ProgrammeLoad::produce_refund(std::int64_t occurred_us) {
    const auto number = pick_redemption();
    if (!number) {
        return false;
    }
    const Redemption& redemption = redemptions_[*number];
    const auto at_us = std::max(occurred_us, redemption.occurred_us);
    if (random_.chance(300) && refuse_refund(*number, at_us)) {
        return true;
    }
    Refund refund{.number = *number,
                  .occurred_us = at_us,
                  .order_fen = redemption.order_left_fen,
                  .subsidy_fen = redemption.subsidy_left_fen};
    if (random_.below(10) < 4 && redemption.order_left_fen >= 1'000) {
        // A part: between a fifth and four fifths of what is left, with its share of the subsidy.
        const auto percent = static_cast<std::int64_t>(random_.between(20, 80));
        refund.order_fen = redemption.order_left_fen * percent / 100;
        const Amount share = proportional_share(
            Amount(redemption.subsidy_fen), Amount(refund.order_fen), Amount(redemption.order_fen));
        refund.subsidy_fen = std::min(share.fen(), redemption.subsidy_left_fen);
        if (random_.below(50) == 0 && refund.subsidy_fen > 1) {
            --refund.subsidy_fen;
        }
        expected_.refund_differences += refund.subsidy_fen != share.fen() ? 1U : 0U;
    }
    send_refund(refund, wire::Reason::none, redemption.key);
    accept_refund(refund);
    return true;
}

void ProgrammeLoad::send_refund(const Refund& refund, wire::Reason reason, wire::Id128 redemption) {
    const auto body =
        wire::CreateRedemptionRefunded(builder_, &redemption, refund.order_fen, refund.subsidy_fen);
    send({.source = &platforms_[redemptions_[refund.number].platform],
          .occurred_us = refund.occurred_us,
          .key = new_key(refund.occurred_us),
          .kind = wire::EventBody::RedemptionRefunded,
          .body = body.Union(),
          .reason = reason});
}

void ProgrammeLoad::accept_refund(const Refund& refund) {
    Redemption& redemption = redemptions_[refund.number];
    BatchModel& batch = batches_[redemption.batch];
    const bool whole =
        refund.order_fen == redemption.order_fen && refund.subsidy_fen == redemption.subsidy_fen;
    redemption.order_left_fen -= refund.order_fen;
    redemption.subsidy_left_fen -= refund.subsidy_fen;
    expected_.full_refunds += redemption.order_left_fen == 0 ? 1U : 0U;

    std::int64_t& payable = batch.payable_fen[redemption.platform];
    const std::int64_t from_payable = std::min(payable, refund.subsidy_fen);
    const std::int64_t already_paid = refund.subsidy_fen - from_payable;
    payable -= from_payable;
    paid_fen_[redemption.platform] -= already_paid;
    receivable_fen_[redemption.platform] += already_paid;
    return_payable(refund, from_payable, whole && already_paid == 0);

    ExpectedDay& expected = expected_day(refund.occurred_us);
    ++expected.refunded_count;
    expected.refunded_fen += refund.subsidy_fen;
    expected.refunded_order_fen += refund.order_fen;
    ControlCount& count = control(redemption.platform, redemption.batch, refund.occurred_us);
    ++count.refunded_count;
    count.refunded_fen += refund.subsidy_fen;
}

// What was payable goes back: to outstanding for vouchers that are restored, else to the budget, or
// to the fund once the batch is closed.
void ProgrammeLoad::return_payable(const Refund& refund,
                                   std::int64_t from_payable_fen,
                                   bool whole) {
    const Redemption& redemption = redemptions_[refund.number];
    BatchModel& batch = batches_[redemption.batch];
    std::int64_t& back = batch.closed ? fund_fen_ : batch.budget_fen;
    const bool refunded = redemption.order_left_fen == 0;
    std::int64_t rest = from_payable_fen;
    for (std::size_t i = 0; i < redemption.voucher_count; ++i) {
        const std::int32_t last_day = redemption.last_days[i];
        const bool in_time = day_of(refund.occurred_us) <= last_day && !batch.closed &&
                             clock_us_ < day_start_us(last_day + 1);
        const bool restored = whole && batch.theme->restore_on_full_refund && in_time;
        if (restored) {
            const std::int64_t face = face_fen(redemption.batch, redemption.denominations[i]);
            batch.outstanding_fen[static_cast<std::size_t>(last_day)] += face;
            rest -= face;
            ++expected_.vouchers_restored;
        }
        if (refunded && vouchers_.has(redemption.vouchers[i])) {
            Voucher& voucher = vouchers_[redemption.vouchers[i]];
            voucher.state = restored ? VoucherState::claimed : VoucherState::returned;
            if (!restored) {
                returned_.push(redemption.vouchers[i]);
            }
        }
    }
    back += rest;
}

bool ProgrammeLoad::refuse_refund(std::uint64_t number, std::int64_t occurred_us) {
    const Redemption& redemption = redemptions_[number];
    Refund refund{.number = number,
                  .occurred_us = occurred_us,
                  .order_fen = redemption.order_left_fen,
                  .subsidy_fen = redemption.subsidy_left_fen};
    wire::Id128 named = redemption.key;
    auto reason = wire::Reason::none;
    switch (random_.below(5)) {
        case 0:
            named = new_key(occurred_us);
            reason = wire::Reason::redemption_unknown;
            break;
        case 1:
            refund.order_fen += 1;
            reason = wire::Reason::refund_exceeds_order;
            break;
        case 2:
            refund.subsidy_fen += 1;
            reason = wire::Reason::refund_exceeds_subsidy;
            break;
        case 3:
            if (refund.subsidy_fen < 1) {
                return false;
            }
            refund.subsidy_fen -= 1;
            reason = wire::Reason::refund_leaves_subsidy;
            break;
        default:
            refund.occurred_us = redemption.occurred_us - us_per_second;
            if (day_of(refund.occurred_us) < 0) {
                return false;
            }
            reason = wire::Reason::refund_precedes_redemption;
            break;
    }
    send_refund(refund, reason, named);
    return true;
}

}  // namespace fiscus::load
