#include "projections/statistics/measures.h"

#include <algorithm>
#include <charconv>
#include <iterator>

#include "engine/base/wide.h"

namespace fiscus::projections {

namespace {

using Kind = wire::EventBody;
using Entry = wire::Entry;

// Every amount of an accepted entry is ≥ 0; fold.cc proves that their sums fit 64 bits.
constexpr std::array<SumRule, sum_count> sum_rule_table{{
    {Sum::issued_count, Kind::VoucherClaimed, [](const Entry&) { return std::int64_t{1}; }},
    {Sum::issued_amount, Kind::VoucherClaimed, [](const Entry& e) { return e.amount_fen(); }},
    {Sum::redeemed_count, Kind::VoucherRedeemed, [](const Entry&) { return std::int64_t{1}; }},
    {Sum::redeemed_amount, Kind::VoucherRedeemed, [](const Entry& e) { return e.amount_fen(); }},
    {Sum::order_amount, Kind::VoucherRedeemed, [](const Entry& e) { return e.order_amount_fen(); }},
    {Sum::platform_match, Kind::VoucherRedeemed,
     [](const Entry& e) { return e.platform_match_fen(); }},
    {Sum::merchant_match, Kind::VoucherRedeemed,
     [](const Entry& e) { return e.merchant_match_fen(); }},
    {Sum::refunded_count, Kind::RedemptionRefunded, [](const Entry&) { return std::int64_t{1}; }},
    {Sum::refunded_amount, Kind::RedemptionRefunded, [](const Entry& e) { return e.amount_fen(); }},
    {Sum::refunded_order_amount, Kind::RedemptionRefunded,
     [](const Entry& e) { return e.order_amount_fen(); }},
}};

// The first rule of a kind, and how many there are.
constexpr SumRange range_of_rules(Kind kind) {
    SumRange range;
    for (std::size_t at = sum_count; at-- > 0;) {
        if (sum_rule_table[at].kind == kind) {
            range.first = at;
            ++range.count;
        }
    }
    return range;
}
static_assert(range_of_rules(Kind::VoucherClaimed) == claim_sums &&
              range_of_rules(Kind::VoucherRedeemed) == redemption_sums &&
              range_of_rules(Kind::RedemptionRefunded) == refund_sums);

constexpr bool rules_stand_in_order() {
    for (std::size_t at = 0; at < sum_count; ++at) {
        const SumRange range = range_of_rules(sum_rule_table[at].kind);
        if (index(sum_rule_table[at].sum) != at || at < range.first ||
            at >= range.first + range.count || range.count > kind_amounts_max) {
            return false;
        }
    }
    return true;
}
static_assert(rules_stand_in_order(), "each at the place of its sum, those of a kind together");

template <Sum Which>
std::int64_t of_day(const Figures& f) {
    return f.day[index(Which)];
}
template <Sum Which>
std::int64_t to_date(const Figures& f) {
    return f.to_date[index(Which)];
}
template <Distinct Which>
std::int64_t counted(const Figures& f) {
    return static_cast<std::int64_t>(f.distinct[index(Which)]);
}
// Two sums of one side of the day: all are ≥ 0, so the difference fits.
template <Sum Plus, Sum Minus>
std::int64_t net_of_day(const Figures& f) {
    return of_day<Plus>(f) - of_day<Minus>(f);
}
template <Sum Plus, Sum Minus>
std::int64_t net_to_date(const Figures& f) {
    return to_date<Plus>(f) - to_date<Minus>(f);
}

constexpr int ratio_places = 10'000;

// floor(x + ½) with x = |numerator| × places ÷ denominator, as a decimal.
template <typename Number>
char* put_rounded(char* to, const Ratio& value) {
    const Number numerator =
        value.numerator < 0 ? -static_cast<Number>(value.numerator) : Number{value.numerator};
    const Number denominator = value.denominator;
    const Number scaled = (numerator * ratio_places * 2 + denominator) / (denominator * 2);
    if (value.numerator < 0 && scaled != 0) {
        *to++ = '-';
    }
    to = std::to_chars(to, to + ratio_text_max, static_cast<std::int64_t>(scaled / ratio_places))
             .ptr;
    *to++ = '.';
    const auto fraction = static_cast<int>(scaled % ratio_places);
    for (int place = ratio_places / 10; place > 0; place /= 10) {
        *to++ = static_cast<char>('0' + fraction / place % 10);
    }
    return to;
}

constexpr MeasureType count = MeasureType::count;
constexpr MeasureType amount = MeasureType::amount;
constexpr MeasureType ratio = MeasureType::ratio;

constexpr Measure measure_table[] = {
    {"issued_count", "Vouchers issued", "发放张数", count, "number of claims",
     "accepted VoucherClaimed of the day", 1, "S0 S1 S4", of_day<Sum::issued_count>},
    {"issued_amount", "Amount issued", "发放金额", amount, "sum of face values",
     "accepted VoucherClaimed of the day", 1, "S0 S1 S4", of_day<Sum::issued_amount>},
    {"claiming_consumers_asked", "Consumers who asked", "抢券用户数", count,
     "distinct consumers of claims, whatever the answer",
     "VoucherClaimed of the day, accepted or refused, that names a consumer of the programme", 1,
     "S1 S4", counted<Distinct::claiming_consumers_asked>},
    {"claiming_consumers_received", "Consumers who received", "领券用户数", count,
     "distinct consumers of claims", "accepted VoucherClaimed of the day", 1, "S1 S4",
     counted<Distinct::claiming_consumers_received>},
    {"redeemed_count", "Redemptions", "核销笔数", count,
     "number of orders; an order with several vouchers counts once",
     "accepted VoucherRedeemed of the day, also when refunded later", 1, "S0 S1 S2 S4",
     of_day<Sum::redeemed_count>},
    {"redeemed_amount", "Amount redeemed", "核销金额", amount, "sum of subsidies",
     "accepted VoucherRedeemed of the day, also when refunded later", 1, "S0 S1 S2 S4",
     of_day<Sum::redeemed_amount>},
    {"redeeming_consumers", "Consumers who redeemed", "核销用户数", count,
     "distinct consumers of redemptions", "accepted VoucherRedeemed of the day", 1, "S1 S4",
     counted<Distinct::redeeming_consumers>},
    {"redeeming_consumers_net", "Consumers who redeemed, net", "核销用户数（净）", count,
     "distinct consumers with a redemption that is not fully refunded by the cut",
     "accepted VoucherRedeemed of the day; full refunds of any day up to the cut", 1, "S1 S4",
     counted<Distinct::redeeming_consumers_net>},
    {"redeeming_merchants", "Merchants that redeemed", "参与核销商家数", count,
     "distinct merchants of redemptions", "accepted VoucherRedeemed of the day", 1, "S1 S4",
     counted<Distinct::redeeming_merchants>},
    {"redeeming_merchants_net", "Merchants that redeemed, net", "参与核销商家数（净）", count,
     "distinct merchants with a redemption that is not fully refunded by the cut",
     "accepted VoucherRedeemed of the day; full refunds of any day up to the cut", 1, "S1 S4",
     counted<Distinct::redeeming_merchants_net>},
    {"order_amount", "Order amount", "订单金额", amount, "sum of order amounts",
     "accepted VoucherRedeemed of the day", 1, "S4", of_day<Sum::order_amount>},
    {"platform_match", "Platform match", "平台配套优惠金额", amount,
     "sum of the platforms' own discounts", "accepted VoucherRedeemed of the day", 1, "S1",
     of_day<Sum::platform_match>},
    {"merchant_match", "Merchant match", "商户配套优惠金额", amount,
     "sum of the merchants' own discounts", "accepted VoucherRedeemed of the day", 1, "S1",
     of_day<Sum::merchant_match>},
    {"refunded_count", "Refunds", "核销退款笔数", count, "number of refunds, each part counts",
     "accepted RedemptionRefunded of the day, with the dimensions of the redemption", 1, "S1 S4",
     of_day<Sum::refunded_count>},
    {"refunded_amount", "Subsidy refunded", "核销退款金额", amount,
     "sum of the subsidies that came back", "accepted RedemptionRefunded of the day", 1, "S1 S4",
     of_day<Sum::refunded_amount>},
    {"refunded_order_amount", "Order amount refunded", "退款订单金额", amount,
     "sum of the order amounts that were refunded", "accepted RedemptionRefunded of the day", 1,
     "S1 S4", of_day<Sum::refunded_order_amount>},
    {"redeemed_amount_net", "Amount redeemed, net", "净核销金额", amount,
     "redeemed_amount − refunded_amount",
     "redemptions and refunds of the day; below zero when the day's refunds are larger", 1, "S1 S4",
     net_of_day<Sum::redeemed_amount, Sum::refunded_amount>},
    {"redemption_rate_day_count", "Redemption rate of the day by count", "当日核销率（张数）",
     ratio, "redeemed_count ÷ issued_count", "the day alone", 1, "S0 S1", nullptr,
     [](const Figures& f) {
         return Ratio{of_day<Sum::redeemed_count>(f), of_day<Sum::issued_count>(f)};
     }},
    {"redemption_rate_day_amount", "Redemption rate of the day by amount", "当日核销率（金额）",
     ratio, "redeemed_amount ÷ issued_amount", "the day alone", 1, "S0 S1", nullptr,
     [](const Figures& f) {
         return Ratio{of_day<Sum::redeemed_amount>(f), of_day<Sum::issued_amount>(f)};
     }},
    {"issued_count_to_date", "Vouchers issued to date", "累计发放张数", count,
     "issued_count of all days up to this one", "as known at the cut", 1, "S0 S1 S4",
     to_date<Sum::issued_count>},
    {"issued_amount_to_date", "Amount issued to date", "累计发放金额", amount,
     "issued_amount of all days up to this one", "as known at the cut", 1, "S0 S1 S4",
     to_date<Sum::issued_amount>},
    {"redeemed_count_to_date", "Redemptions to date", "累计核销笔数", count,
     "redeemed_count of all days up to this one", "as known at the cut", 1, "S0 S1 S2 S4",
     to_date<Sum::redeemed_count>},
    {"redeemed_amount_to_date", "Amount redeemed to date", "累计核销金额", amount,
     "redeemed_amount of all days up to this one", "as known at the cut", 1, "S0 S1 S2 S4",
     to_date<Sum::redeemed_amount>},
    {"order_amount_to_date", "Order amount to date", "累计订单金额", amount,
     "order_amount of all days up to this one", "as known at the cut", 1, "S4",
     to_date<Sum::order_amount>},
    {"platform_match_to_date", "Platform match to date", "累计平台配套优惠金额", amount,
     "platform_match of all days up to this one", "as known at the cut", 1, "S1",
     to_date<Sum::platform_match>},
    {"merchant_match_to_date", "Merchant match to date", "累计商户配套优惠金额", amount,
     "merchant_match of all days up to this one", "as known at the cut", 1, "S1",
     to_date<Sum::merchant_match>},
    {"refunded_count_to_date", "Refunds to date", "累计核销退款笔数", count,
     "refunded_count of all days up to this one", "as known at the cut", 1, "S1 S4",
     to_date<Sum::refunded_count>},
    {"refunded_amount_to_date", "Subsidy refunded to date", "累计核销退款金额", amount,
     "refunded_amount of all days up to this one", "as known at the cut", 1, "S1 S4",
     to_date<Sum::refunded_amount>},
    {"refunded_order_amount_to_date", "Order amount refunded to date", "累计退款订单金额", amount,
     "refunded_order_amount of all days up to this one", "as known at the cut", 1, "S1 S4",
     to_date<Sum::refunded_order_amount>},
    {"redeemed_amount_net_to_date", "Amount redeemed to date, net", "累计净核销金额", amount,
     "redeemed_amount_to_date − refunded_amount_to_date", "as known at the cut", 1, "S1 S4",
     net_to_date<Sum::redeemed_amount, Sum::refunded_amount>},
    {"redemption_rate_count", "Redemption rate by count", "核销率（张数）", ratio,
     "redeemed_count_to_date ÷ issued_count_to_date", "the official rate, to date", 1, "S0 S1",
     nullptr,
     [](const Figures& f) {
         return Ratio{to_date<Sum::redeemed_count>(f), to_date<Sum::issued_count>(f)};
     }},
    {"redemption_rate_amount", "Redemption rate by amount", "核销率（金额）", ratio,
     "redeemed_amount_to_date ÷ issued_amount_to_date", "the official rate, to date", 1, "S0 S1",
     nullptr,
     [](const Figures& f) {
         return Ratio{to_date<Sum::redeemed_amount>(f), to_date<Sum::issued_amount>(f)};
     }},
    {"leverage_ratio", "Leverage ratio", "拉动比", ratio,
     "(order_amount_to_date − refunded_order_amount_to_date) ÷ "
     "(redeemed_amount_to_date − refunded_amount_to_date)",
     "to date, net of refunds", 1, "S1 S3", nullptr,
     [](const Figures& f) {
         return Ratio{net_to_date<Sum::order_amount, Sum::refunded_order_amount>(f),
                      net_to_date<Sum::redeemed_amount, Sum::refunded_amount>(f)};
     }},
    {"leverage_ratio_gross", "Leverage ratio, gross", "拉动比（毛）", ratio,
     "order_amount_to_date ÷ redeemed_amount_to_date", "to date, refunds left out of account", 1,
     "S1 S3", nullptr,
     [](const Figures& f) {
         return Ratio{to_date<Sum::order_amount>(f), to_date<Sum::redeemed_amount>(f)};
     }},
};

}  // namespace

std::span<const Measure> measures() { return measure_table; }

const Measure* find_measure(std::string_view id) {
    const auto at = std::ranges::find(measure_table, id, &Measure::id);
    return at != std::end(measure_table) ? &*at : nullptr;
}

bool is_of_day(const Measure& measure) {
    return measure.type != MeasureType::ratio && !measure.id.ends_with("_to_date");
}

std::span<const SumRule, sum_count> sum_rules() { return sum_rule_table; }

KindAmounts amounts_of(const Entry& entry, const SumRange& sums) {
    KindAmounts amounts{};
    for (std::size_t at = 0; at < sums.count; ++at) {
        amounts[at] = sum_rule_table[sums.first + at].amount(entry);
    }
    return amounts;
}

char* ratio_text(char* to, const Ratio& value) {
    // Doubling and the places take the numerator below this.
    constexpr std::int64_t narrow_max = INT64_MAX / (ratio_places * 4);
    if (value.denominator <= 0) {
        return to;
    }
    const bool narrow = value.numerator <= narrow_max && value.numerator >= -narrow_max &&
                        value.denominator <= narrow_max;
    return narrow ? put_rounded<std::int64_t>(to, value) : put_rounded<Wide>(to, value);
}

std::string ratio_text(const Ratio& value) {
    char text[ratio_text_max];
    return {std::begin(text), ratio_text(std::begin(text), value)};
}

}  // namespace fiscus::projections
