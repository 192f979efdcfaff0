#include "projections/statistics/measures.h"

#include <algorithm>
#include <charconv>
#include <iterator>

#include "engine/base/wide.h"

namespace fiscus::projections {

namespace {

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
// Every outcome of a request for a draw.
std::int64_t asked(const Sums& sums) {
    return sums[index(Sum::draws_won_count)] + sums[index(Sum::draws_lost_count)] +
           sums[index(Sum::draws_won_today_count)] + sums[index(Sum::draws_cap_reached_count)] +
           sums[index(Sum::draws_stock_out_count)];
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
    {"issued_count", "Vouchers issued", "发放张数", count,
     "number of claims and draws that were won",
     "accepted VoucherClaimed and winning DrawRequested of the day", 1, "S0 S1 S4",
     of_day<Sum::issued_count>},
    {"issued_amount", "Amount issued", "发放金额", amount, "sum of face values",
     "accepted VoucherClaimed and winning DrawRequested of the day", 1, "S0 S1 S4",
     of_day<Sum::issued_amount>},
    {"claiming_consumers_asked", "Consumers who asked", "抢券用户数", count,
     "distinct consumers of claims and requests for a draw, whatever the answer",
     "VoucherClaimed and DrawRequested of the day, accepted or refused, that name a consumer of "
     "the programme",
     1, "S1 S4", counted<Distinct::claiming_consumers_asked>},
    {"claiming_consumers_received", "Consumers who received", "领券用户数", count,
     "distinct consumers of claims and of draws that were won",
     "accepted VoucherClaimed and winning DrawRequested of the day", 1, "S1 S4",
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
     },
     false, false, false, true},
    {"redemption_rate_day_amount", "Redemption rate of the day by amount", "当日核销率（金额）",
     ratio, "redeemed_amount ÷ issued_amount", "the day alone", 1, "S0 S1", nullptr,
     [](const Figures& f) {
         return Ratio{of_day<Sum::redeemed_amount>(f), of_day<Sum::issued_amount>(f)};
     },
     false, false, false, true},
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
    {"invoices_count", "Invoices submitted", "发票上传笔数", count, "number of submissions",
     "accepted InvoiceSubmitted of the day, also when rejected or reversed later", 1, "S3",
     of_day<Sum::invoices_count>, nullptr, true, true},
    {"invoices_amount", "Amount of invoices submitted", "发票上传金额", amount,
     "sum of invoice amounts",
     "accepted InvoiceSubmitted of the day, also when rejected or reversed later", 1, "S3",
     of_day<Sum::invoices_amount>, nullptr, true, true},
    {"invoice_consumers", "Consumers who submitted", "上传发票用户数", count,
     "distinct consumers of submissions", "accepted InvoiceSubmitted of the day", 1, "S3",
     counted<Distinct::invoice_consumers>, nullptr, true, true},
    {"invoice_merchants", "Sellers of invoices", "开票商家数", count,
     "distinct merchants of submissions", "accepted InvoiceSubmitted of the day", 1, "S3",
     counted<Distinct::invoice_merchants>, nullptr, true, true},
    {"invoices_verified_count", "Invoices verified", "发票查验通过笔数", count,
     "number of verifications",
     "accepted InvoiceVerified of the day, with the dimensions of its submission", 1, "S3",
     of_day<Sum::invoices_verified_count>, nullptr, true, true},
    {"invoices_verified_amount", "Amount of invoices verified", "发票查验通过金额", amount,
     "sum of invoice amounts", "accepted InvoiceVerified of the day, also when reversed later", 1,
     "S3", of_day<Sum::invoices_verified_amount>, nullptr, true, true},
    {"invoices_rejected_count", "Invoices rejected", "发票查验不通过笔数", count,
     "number of rejections",
     "accepted InvoiceRejected of the day, with the dimensions of its submission", 1, "S3",
     of_day<Sum::invoices_rejected_count>, nullptr, true, true},
    {"invoices_reversed_count", "Invoices reversed", "发票红冲笔数", count, "number of reversals",
     "accepted InvoiceReversed of the day, whether the invoice was verified or not", 1, "S3",
     of_day<Sum::invoices_reversed_count>, nullptr, true, true},
    {"invoices_reversed_amount", "Amount of invoices reversed", "发票红冲金额", amount,
     "sum of invoice amounts",
     "accepted InvoiceReversed of the day, whether the invoice was verified or not", 1, "S3",
     of_day<Sum::invoices_reversed_amount>, nullptr, true, true},
    {"invoices_verified_amount_net", "Amount of invoices verified, net", "净查验通过金额", amount,
     "invoices_verified_amount − reversed amounts of invoices that were verified",
     "verifications and reversals of the day; below zero when the reversals are larger", 1, "S3",
     net_of_day<Sum::invoices_verified_amount, Sum::tickets_reversed_amount>, nullptr, true, true},
    {"prizes_awarded_amount", "Prizes awarded", "开奖金额", amount, "sum of what was awarded",
     "accepted DrawExecuted of the day, also when cancelled later; with the batch alone, all other "
     "dimensions are 0",
     1, "S3", of_day<Sum::prizes_awarded_amount>, nullptr, true, true},
    {"prizes_paid_count", "Prizes paid", "奖金兑付笔数", count, "number of payouts",
     "accepted PrizePaid of the day, with the dimensions of the invoice", 1, "S3",
     of_day<Sum::prizes_paid_count>, nullptr, true, true},
    {"prizes_paid_amount", "Amount of prizes paid", "奖金兑付金额", amount, "sum of prizes",
     "accepted PrizePaid of the day, with the dimensions of the invoice", 1, "S3",
     of_day<Sum::prizes_paid_amount>, nullptr, true, true},
    {"invoices_count_to_date", "Invoices submitted to date", "累计发票上传笔数", count,
     "invoices_count of all days up to this one", "as known at the cut", 1, "S3",
     to_date<Sum::invoices_count>, nullptr, true, true},
    {"invoices_amount_to_date", "Amount of invoices submitted to date", "累计发票上传金额", amount,
     "invoices_amount of all days up to this one", "as known at the cut", 1, "S3",
     to_date<Sum::invoices_amount>, nullptr, true, true},
    {"invoices_verified_count_to_date", "Invoices verified to date", "累计发票查验通过笔数", count,
     "invoices_verified_count of all days up to this one", "as known at the cut", 1, "S3",
     to_date<Sum::invoices_verified_count>, nullptr, true, true},
    {"invoices_verified_amount_to_date", "Amount of invoices verified to date",
     "累计发票查验通过金额", amount, "invoices_verified_amount of all days up to this one",
     "as known at the cut", 1, "S3", to_date<Sum::invoices_verified_amount>, nullptr, true, true},
    {"invoices_rejected_count_to_date", "Invoices rejected to date", "累计发票查验不通过笔数",
     count, "invoices_rejected_count of all days up to this one", "as known at the cut", 1, "S3",
     to_date<Sum::invoices_rejected_count>, nullptr, true, true},
    {"invoices_reversed_count_to_date", "Invoices reversed to date", "累计发票红冲笔数", count,
     "invoices_reversed_count of all days up to this one", "as known at the cut", 1, "S3",
     to_date<Sum::invoices_reversed_count>, nullptr, true, true},
    {"invoices_reversed_amount_to_date", "Amount of invoices reversed to date", "累计发票红冲金额",
     amount, "invoices_reversed_amount of all days up to this one", "as known at the cut", 1, "S3",
     to_date<Sum::invoices_reversed_amount>, nullptr, true, true},
    {"invoices_verified_amount_net_to_date", "Amount of invoices verified to date, net",
     "累计净查验通过金额", amount,
     "invoices_verified_amount_to_date − reversed amounts, to date, of invoices that were verified",
     "as known at the cut", 1, "S3",
     net_to_date<Sum::invoices_verified_amount, Sum::tickets_reversed_amount>, nullptr, true, true},
    {"prizes_awarded_amount_to_date", "Prizes awarded to date", "累计开奖金额", amount,
     "prizes_awarded_amount of all days up to this one", "as known at the cut", 1, "S3",
     to_date<Sum::prizes_awarded_amount>, nullptr, true, true},
    {"prizes_paid_count_to_date", "Prizes paid to date", "累计奖金兑付笔数", count,
     "prizes_paid_count of all days up to this one", "as known at the cut", 1, "S3",
     to_date<Sum::prizes_paid_count>, nullptr, true, true},
    {"prizes_paid_amount_to_date", "Amount of prizes paid to date", "累计奖金兑付金额", amount,
     "prizes_paid_amount of all days up to this one", "as known at the cut", 1, "S3",
     to_date<Sum::prizes_paid_amount>, nullptr, true, true},
    {"prize_leverage_ratio", "Leverage ratio of prizes", "奖金拉动比", ratio,
     "invoices_verified_amount_net_to_date ÷ prizes_awarded_amount_to_date",
     "to date, reversed invoices left out; where prizes_awarded_amount counts: the programme and "
     "its prize batches",
     1, "S3", nullptr,
     [](const Figures& f) {
         return Ratio{net_to_date<Sum::invoices_verified_amount, Sum::tickets_reversed_amount>(f),
                      to_date<Sum::prizes_awarded_amount>(f)};
     },
     true, true},
    {"draws_asked_count", "Draws asked for", "抽奖次数", count,
     "number of requests, whatever came out", "accepted DrawRequested of the day", 1, "S4",
     [](const Figures& f) { return asked(f.day); }, nullptr, true, false, true},
    {"draw_consumers", "Consumers who asked for a draw", "抽奖用户数", count,
     "distinct consumers of requests", "accepted DrawRequested of the day, whatever came out", 1,
     "S4", counted<Distinct::draw_consumers>, nullptr, true, false, true},
    {"draws_won_count", "Draws won", "中奖次数", count, "number of draws that gave a voucher",
     "accepted DrawRequested of the day that won", 1, "S4", of_day<Sum::draws_won_count>, nullptr,
     true, false, true},
    {"draws_won_amount", "Amount won", "中奖金额", amount, "sum of face values",
     "accepted DrawRequested of the day that won", 1, "S4", of_day<Sum::draws_won_amount>, nullptr,
     true, false, true},
    {"draws_lost_count", "Draws lost", "未中奖次数", count,
     "number of draws that chance decided against", "accepted DrawRequested of the day that lost",
     1, "S4", of_day<Sum::draws_lost_count>, nullptr, true, false, true},
    {"draws_won_today_count", "Draws of who had won today", "当日已中奖再抽次数", count,
     "number of draws by consumers who had won on the day already",
     "accepted DrawRequested of the day with won_today", 1, "S4",
     of_day<Sum::draws_won_today_count>, nullptr, true, false, true},
    {"draws_cap_reached_count", "Draws beyond the cap of wins", "中奖次数已达上限的抽奖次数", count,
     "number of draws by consumers who had won as often as the programme lets",
     "accepted DrawRequested of the day with cap_reached", 1, "S4",
     of_day<Sum::draws_cap_reached_count>, nullptr, true, false, true},
    {"draws_stock_out_count", "Draws without stock", "库存不足次数", count,
     "number of draws that won when the stock was used up",
     "accepted DrawRequested of the day with stock_out", 1, "S4",
     of_day<Sum::draws_stock_out_count>, nullptr, true, false, true},
    {"draw_win_rate", "Win rate of the day", "当日中奖率", ratio,
     "draws_won_count ÷ draws_asked_count", "the day alone", 1, "S4", nullptr,
     [](const Figures& f) {
         return Ratio{of_day<Sum::draws_won_count>(f), asked(f.day)};
     },
     true, false, true, true},
    {"draws_asked_count_to_date", "Draws asked for to date", "累计抽奖次数", count,
     "draws_asked_count of all days up to this one", "as known at the cut", 1, "S4",
     [](const Figures& f) { return asked(f.to_date); }, nullptr, true, false, true},
    {"draws_won_count_to_date", "Draws won to date", "累计中奖次数", count,
     "draws_won_count of all days up to this one", "as known at the cut", 1, "S4",
     to_date<Sum::draws_won_count>, nullptr, true, false, true},
    {"draws_won_amount_to_date", "Amount won to date", "累计中奖金额", amount,
     "draws_won_amount of all days up to this one", "as known at the cut", 1, "S4",
     to_date<Sum::draws_won_amount>, nullptr, true, false, true},
    {"draw_win_rate_to_date", "Win rate to date", "累计中奖率", ratio,
     "draws_won_count_to_date ÷ draws_asked_count_to_date", "to date", 1, "S4", nullptr,
     [](const Figures& f) {
         return Ratio{to_date<Sum::draws_won_count>(f), asked(f.to_date)};
     },
     true, false, true},
};

// Those of vouchers, of prizes and of draws, in this order.
constexpr auto voucher_measures = static_cast<std::size_t>(
    std::ranges::find(measure_table, true, &Measure::of_prizes) - std::begin(measure_table));
constexpr auto first_of_draws = static_cast<std::size_t>(
    std::ranges::find(measure_table, true, &Measure::of_draws) - std::begin(measure_table));
static_assert(std::all_of(std::begin(measure_table) + voucher_measures,
                          std::begin(measure_table) + first_of_draws,
                          [](const Measure& measure) { return measure.of_prizes; }) &&
                  std::all_of(std::begin(measure_table) + first_of_draws,
                              std::end(measure_table),
                              [](const Measure& measure) {
                                  return measure.of_draws && !measure.of_prizes;
                              }),
              "those of prizes and then those of draws come last");

// The table without those of prizes.
constexpr auto without_prizes = [] {
    std::array<Measure, std::size(measure_table) - (first_of_draws - voucher_measures)> some{};
    const auto rest = std::copy_n(std::begin(measure_table), voucher_measures, some.begin());
    std::copy(std::begin(measure_table) + first_of_draws, std::end(measure_table), rest);
    return some;
}();

}  // namespace

std::span<const Measure> measures() { return measure_table; }

std::span<const Measure> measures_of(bool prizes, bool draws) {
    if (draws && !prizes) {
        return without_prizes;
    }
    return draws    ? measures()
           : prizes ? measures().first(first_of_draws)
                    : measures().first(voucher_measures);
}

const Measure* find_measure(std::string_view id) {
    const auto at = std::ranges::find(measure_table, id, &Measure::id);
    return at != std::end(measure_table) ? &*at : nullptr;
}

bool is_of_day(const Measure& measure) {
    return measure.type != MeasureType::ratio && !measure.id.ends_with("_to_date");
}

bool is_of_batch(const Measure& measure) {
    return measure.type == MeasureType::ratio ? !measure.of_day_alone : is_of_day(measure);
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
