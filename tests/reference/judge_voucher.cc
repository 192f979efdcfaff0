// Ladders of the voucher's life: claim, redemption, refund, void.
#include <algorithm>

#include "tests/reference/judge.h"

namespace fiscus::reference {

using wire::AccountKind;
using wire::Channel;
using wire::Reason;

namespace {

// A quota of 0 is none.
bool used_up(std::uint64_t limit, std::uint64_t used) { return limit != 0 && used >= limit; }

// Does a line of the district quotas (a district, a prefecture, a province) cover a district?
bool line_covers(std::uint32_t line, std::uint32_t district, std::uint32_t digits) {
    const std::uint32_t codes = digits == 6 ? 1 : digits == 4 ? 100 : 10'000;
    return line == district / codes * codes;
}

}  // namespace

Reason Judge::check_claim_limits(const wire::VoucherClaimed& e, const Batch& batch) const {
    const Id consumer = id_of(e.consumer());
    const std::int32_t day = answer_.business_day;
    std::uint64_t mine_today = 0;
    std::uint64_t mine = 0;
    std::uint64_t all = 0;
    std::uint64_t today = 0;
    std::uint64_t on_platform = 0;
    for (const Id& id : batch.claims) {
        const Voucher& voucher = programme_.vouchers.at(id);
        if (!voucher.counts) {
            continue;
        }
        const bool is_today = voucher.claim_day == day;
        const bool is_mine = voucher.consumer == consumer;
        ++all;
        today += std::uint64_t{is_today};
        mine += std::uint64_t{is_mine};
        mine_today += std::uint64_t{is_mine && is_today};
        on_platform += std::uint64_t{voucher.platform == source_.platform};
    }
    // Without a cap of the batch's own a consumer still claims at most so often.
    if (mine_today >= (batch.cap_per_consumer_day == 0 ? 65'535U : batch.cap_per_consumer_day)) {
        return Reason::consumer_day_cap_reached;
    }
    if (mine >= (batch.cap_per_consumer == 0 ? 4'294'967'295U : batch.cap_per_consumer)) {
        return Reason::consumer_cap_reached;
    }
    if (used_up(batch.quota, all)) {
        return Reason::batch_quota_exhausted;
    }
    if (used_up(batch.quota_per_day, today)) {
        return Reason::day_quota_exhausted;
    }
    const auto platform = batch.platform_quotas.find(source_.platform);
    if (platform != batch.platform_quotas.end() && used_up(platform->second, on_platform)) {
        return Reason::platform_quota_exhausted;
    }
    return check_district_quotas(e.district(), batch);
}

Reason Judge::check_district_quotas(std::uint32_t district, const Batch& batch) const {
    for (const std::uint32_t digits : {6U, 4U, 2U}) {
        for (const auto& [line, quota] : batch.district_quotas) {
            if (!line_covers(line, district, digits)) {
                continue;
            }
            const auto inside = std::count_if(
                batch.claims.begin(), batch.claims.end(), [&, line = line](const Id& id) {
                    const Voucher& voucher = programme_.vouchers.at(id);
                    return voucher.counts && (line_covers(line, voucher.district, 6) ||
                                              line_covers(line, voucher.district, 4) ||
                                              line_covers(line, voucher.district, 2));
                });
            if (static_cast<std::uint64_t>(inside) >= quota) {
                return Reason::district_quota_exhausted;
            }
        }
    }
    return Reason::none;
}

// From the batch to the draw that gives its vouchers.
Reason Judge::check_claim(const wire::VoucherClaimed& e, const Batch& batch) const {
    if (batch.closed) {
        return Reason::batch_closed;
    }
    const std::int64_t occurred_at_us = event_.occurred_at_us();
    if (occurred_at_us < batch.claim_from_us || occurred_at_us >= batch.claim_until_us) {
        return Reason::claim_outside_window;
    }
    const auto pack = batch.packs.find(e.pack());
    if (pack == batch.packs.end()) {
        return Reason::pack_unknown;
    }
    const auto denomination = batch.denominations.find(e.denomination());
    if (denomination == batch.denominations.end() || denomination->second.pack != e.pack()) {
        return Reason::denomination_unknown;
    }
    if (!programme_.covers(e.district())) {
        return Reason::consumer_district_not_eligible;
    }
    if (programme_.registration_required &&
        programme_.identity_of_consumer.count(id_of(e.consumer())) == 0) {
        return Reason::consumer_not_registered;
    }
    return programme_.draws_from(e.batch()) ? Reason::batch_is_drawn : Reason::none;
}

Reason Judge::decide(const wire::VoucherClaimed& e) {
    const Reason standing = check_platform();
    if (standing != Reason::none) {
        return standing;
    }
    const auto found = programme_.batches.find(e.batch());
    if (found == programme_.batches.end()) {
        return Reason::batch_unknown;
    }
    Batch& batch = found->second;
    const Id consumer = id_of(e.consumer());
    answer_.consumer_ordinal = name_consumer(consumer);
    Reason reason = check_claim(e, batch);
    if (reason == Reason::none) {
        reason = check_claim_limits(e, batch);
    }
    if (reason != Reason::none) {
        return reason;
    }
    const std::int32_t claim_day = answer_.business_day;
    const std::int32_t last_day = batch.last_day_of_claim(claim_day);
    const Denomination& denomination = batch.denominations.at(e.denomination());
    const Pack& pack = batch.packs.at(e.pack());
    const std::int64_t face_fen = denomination.face_fen;
    if (last_day < claim_day) {
        return Reason::voucher_expired;
    }
    if (programme_.released(e.batch(), last_day)) {
        return Reason::cohort_released;
    }
    if (balance(budget(e.batch())) < face_fen) {
        return Reason::budget_exhausted;
    }
    const Id voucher = id_of(event_.key());
    programme_.vouchers[voucher] = {.state = VoucherState::claimed,
                                    .consumer = consumer,
                                    .consumer_ordinal = answer_.consumer_ordinal,
                                    .batch = e.batch(),
                                    .pack = e.pack(),
                                    .denomination = e.denomination(),
                                    .platform = source_.platform,
                                    .district = e.district(),
                                    .claimed_at_us = event_.occurred_at_us(),
                                    .claim_day = claim_day,
                                    .last_day = last_day,
                                    .face_fen = face_fen,
                                    .threshold_fen = denomination.threshold_fen};
    batch.claims.push_back(voucher);
    answer_.amount_fen = face_fen;
    answer_.category = pack.category;
    answer_.channel = static_cast<std::uint8_t>(pack.channel);
    post(budget(e.batch()), outstanding(e.batch(), last_day), face_fen);
    return Reason::none;
}

std::vector<const Voucher*> Judge::vouchers_of(const wire::VoucherRedeemed& e) const {
    std::vector<const Voucher*> vouchers;
    for (const wire::Id128* id : *e.vouchers()) {
        vouchers.push_back(&programme_.vouchers.at(id_of(id)));
    }
    return vouchers;
}

Reason Judge::check_vouchers(const wire::VoucherRedeemed& e) const {
    if (e.vouchers() == nullptr || e.vouchers()->size() == 0 || e.vouchers()->size() > 8) {
        return Reason::voucher_count_out_of_range;
    }
    std::set<Id> distinct;
    for (const wire::Id128* id : *e.vouchers()) {
        distinct.insert(id_of(id));
    }
    if (distinct.size() != e.vouchers()->size()) {
        return Reason::voucher_repeated;
    }
    for (const Id& id : distinct) {
        if (programme_.vouchers.count(id) == 0) {
            return Reason::voucher_unknown;
        }
    }
    const std::vector<const Voucher*> vouchers = vouchers_of(e);
    const auto any = [&vouchers](auto predicate) {
        return std::any_of(vouchers.begin(), vouchers.end(),
                           [&predicate](const Voucher* v) { return predicate(*v); });
    };
    const auto in_state = [&any](VoucherState state) {
        return any([state](const Voucher& v) { return v.state == state; });
    };
    const Id consumer = id_of(e.consumer());
    const std::uint32_t batch_number = vouchers.front()->batch;
    const std::int32_t day = answer_.business_day;
    if (any([&](const Voucher& v) { return v.consumer != consumer; })) {
        return Reason::voucher_of_other_consumer;
    }
    if (any([&](const Voucher& v) { return v.platform != source_.platform; })) {
        return Reason::voucher_of_other_platform;
    }
    if (any([&](const Voucher& v) { return v.batch != batch_number; })) {
        return Reason::vouchers_of_different_batches;
    }
    if (in_state(VoucherState::voided)) {
        return Reason::voucher_voided;
    }
    if (in_state(VoucherState::redeemed)) {
        return Reason::voucher_already_redeemed;
    }
    if (in_state(VoucherState::returned)) {
        return Reason::voucher_returned;
    }
    const Batch& batch = programme_.batches.at(batch_number);
    if (vouchers.size() > batch.stacking_max) {
        return Reason::stacking_not_allowed;
    }
    if (day < batch.redeem_first_day ||
        any([&](const Voucher& v) { return event_.occurred_at_us() < v.claimed_at_us; })) {
        return Reason::voucher_not_yet_valid;
    }
    if (any([&](const Voucher& v) { return day > v.last_day; })) {
        return Reason::voucher_expired;
    }
    if (any([&](const Voucher& v) { return programme_.released(v.batch, v.last_day); })) {
        return Reason::cohort_released;
    }
    return Reason::none;
}

Reason Judge::check_merchant(const wire::VoucherRedeemed& e) const {
    const auto found = programme_.merchants.find(id_of(e.merchant()));
    if (found == programme_.merchants.end()) {
        return Reason::merchant_unknown;
    }
    const Merchant& merchant = found->second;
    if (merchant.suspended) {
        return Reason::merchant_suspended;
    }
    const std::vector<const Voucher*> vouchers = vouchers_of(e);
    const Batch& batch = programme_.batches.at(vouchers.front()->batch);
    if (!batch.categories.empty() && batch.categories.count(merchant.category) == 0) {
        return Reason::merchant_category_not_eligible;
    }
    for (const Voucher* voucher : vouchers) {
        const std::uint16_t category = batch.packs.at(voucher->pack).category;
        if (category != 0 && category != merchant.category) {
            return Reason::merchant_category_not_eligible;
        }
    }
    if (!programme_.covers(merchant.district)) {
        return Reason::merchant_district_not_eligible;
    }
    const Channel order = e.online() ? Channel::online : Channel::offline;
    const auto excludes = [order](Channel asked) {
        return asked != Channel::any && asked != order;
    };
    for (const Voucher* voucher : vouchers) {
        if (excludes(batch.packs.at(voucher->pack).channel)) {
            return Reason::channel_not_eligible;
        }
    }
    if (excludes(merchant.channel)) {
        return Reason::channel_not_eligible;
    }
    const std::uint32_t province = programme_.province();
    if (batch.shipping_inside_province && e.online() &&
        (e.ship_from_province() != province || e.ship_to_province() != province)) {
        return Reason::shipping_not_eligible;
    }
    return Reason::none;
}

Reason Judge::check_order(const wire::VoucherRedeemed& e) const {
    Sum thresholds = 0;
    Sum faces = 0;
    for (const Voucher* voucher : vouchers_of(e)) {
        thresholds += voucher->threshold_fen;
        faces += voucher->face_fen;
    }
    if (e.order_amount_fen() < thresholds || e.order_amount_fen() < e.subsidy_fen()) {
        return Reason::order_below_threshold;
    }
    if (e.subsidy_fen() != faces) {
        return Reason::subsidy_differs_from_face;
    }
    const Account remembered =
        memorandum(AccountKind::memorandum, vouchers_of(e).front()->batch, source_.platform);
    const Sum all = -Sum{balance(remembered)} + e.order_amount_fen() + e.platform_match_fen() +
                    e.merchant_match_fen();
    return all > Sum{1'000'000} * 1'000'000'000 ? Reason::account_limit_reached : Reason::none;
}

void Judge::describe_redeeming_merchant(const Merchant& merchant) {
    answer_.merchant_ordinal = merchant.ordinal;
    answer_.district = merchant.district;
    answer_.industry = merchant.industry;
    answer_.category = merchant.category;
    answer_.size_class = static_cast<std::uint8_t>(merchant.size_class);
    answer_.limit_class = static_cast<std::uint8_t>(merchant.limit_class);
}

Reason Judge::decide(const wire::VoucherRedeemed& e) {
    Reason reason = check_platform();
    if (reason == Reason::none) {
        reason = check_vouchers(e);
    }
    if (reason == Reason::none) {
        reason = check_merchant(e);
    }
    if (reason == Reason::none) {
        reason = check_order(e);
    }
    if (reason != Reason::none) {
        return reason;
    }
    const std::vector<const Voucher*> vouchers = vouchers_of(e);
    const std::uint32_t batch = vouchers.front()->batch;
    const std::uint16_t platform = source_.platform;
    answer_.batch = batch;
    answer_.pack = vouchers.front()->pack;
    answer_.denomination = vouchers.front()->denomination;
    answer_.amount_fen = e.subsidy_fen();
    answer_.order_amount_fen = e.order_amount_fen();
    answer_.platform_match_fen = e.platform_match_fen();
    answer_.merchant_match_fen = e.merchant_match_fen();
    answer_.channel =
        static_cast<std::uint8_t>(e.online() ? wire::Channel::online : wire::Channel::offline);
    answer_.consumer_ordinal = vouchers.front()->consumer_ordinal;
    describe_redeeming_merchant(programme_.merchants.at(id_of(e.merchant())));

    Redemption& redemption = programme_.redemptions[id_of(event_.key())];
    for (const wire::Id128* id : *e.vouchers()) {
        Voucher& voucher = programme_.vouchers.at(id_of(id));
        voucher.state = VoucherState::redeemed;
        redemption.vouchers.push_back(id_of(id));
        post(outstanding(batch, voucher.last_day), payable(batch, platform), voucher.face_fen);
    }
    const Account other_side = memorandum(AccountKind::memorandum, batch, platform);
    post(other_side, memorandum(AccountKind::order_turnover, batch, platform),
         e.order_amount_fen());
    post(other_side, memorandum(AccountKind::platform_match, batch, platform),
         e.platform_match_fen());
    post(other_side, memorandum(AccountKind::merchant_match, batch, platform),
         e.merchant_match_fen());

    redemption.order_fen = e.order_amount_fen();
    redemption.subsidy_fen = e.subsidy_fen();
    redemption.order_left_fen = e.order_amount_fen();
    redemption.subsidy_left_fen = e.subsidy_fen();
    redemption.occurred_at_us = event_.occurred_at_us();
    redemption.answer = answer_;
    return Reason::none;
}

Reason Judge::decide(const wire::RedemptionRefunded& e) {
    const auto found = programme_.redemptions.find(id_of(e.redemption()));
    if (found == programme_.redemptions.end()) {
        return Reason::redemption_unknown;
    }
    Redemption& redemption = found->second;
    if (redemption.answer.platform != source_.platform) {
        return Reason::redemption_of_other_platform;
    }
    if (event_.occurred_at_us() < redemption.occurred_at_us) {
        return Reason::refund_precedes_redemption;
    }
    const std::int64_t order_part = e.order_amount_fen();
    const std::int64_t subsidy_part = e.subsidy_fen();
    if (order_part > redemption.order_left_fen) {
        return Reason::refund_exceeds_order;
    }
    if (subsidy_part > redemption.subsidy_left_fen) {
        return Reason::refund_exceeds_subsidy;
    }
    const bool full = order_part == redemption.order_left_fen;
    if (full && subsidy_part < redemption.subsidy_left_fen) {
        return Reason::refund_leaves_subsidy;
    }
    const Answer& sale = redemption.answer;
    answer_.amount_fen = subsidy_part;
    answer_.order_amount_fen = order_part;
    answer_.batch = sale.batch;
    answer_.pack = sale.pack;
    answer_.denomination = sale.denomination;
    answer_.district = sale.district;
    answer_.industry = sale.industry;
    answer_.category = sale.category;
    answer_.size_class = sale.size_class;
    answer_.limit_class = sale.limit_class;
    answer_.channel = sale.channel;
    answer_.vouchers = sale.vouchers;
    answer_.consumer_ordinal = sale.consumer_ordinal;
    answer_.merchant_ordinal = sale.merchant_ordinal;
    answer_.origin_day = sale.business_day;
    const Sum share = full ? Sum{redemption.subsidy_left_fen}
                           : Sum{redemption.subsidy_fen} * order_part / redemption.order_fen;
    answer_.difference_fen = static_cast<std::int64_t>(subsidy_part - share);
    answer_.flags |= full ? full_refund : std::uint8_t{0};
    if (order_part == redemption.order_fen && subsidy_part == redemption.subsidy_fen) {
        answer_.flags |= refund_in_one_part;
    }
    refund_money(e, redemption);
    redemption.order_left_fen -= order_part;
    redemption.subsidy_left_fen -= subsidy_part;
    return Reason::none;
}

void Judge::refund_money(const wire::RedemptionRefunded& e, Redemption& redemption) {
    const std::uint32_t batch_number = redemption.answer.batch;
    const std::uint16_t platform = redemption.answer.platform;
    const Batch& batch = programme_.batches.at(batch_number);
    const Account unpaid = payable(batch_number, platform);
    const std::int64_t back = std::min(balance(unpaid), e.subsidy_fen());
    const std::int64_t rest = e.subsidy_fen() - back;
    const bool in_one_part = (answer_.flags & refund_in_one_part) != 0;
    const bool restores = batch.restore_on_full_refund && in_one_part && rest == 0;
    for (const Id& id : redemption.vouchers) {
        Voucher& voucher = programme_.vouchers.at(id);
        const bool in_time = answer_.business_day <= voucher.last_day &&
                             !programme_.released(voucher.batch, voucher.last_day);
        if (restores && in_time) {
            post(unpaid, outstanding(batch_number, voucher.last_day), voucher.face_fen);
            voucher.state = VoucherState::claimed;
            answer_.flags |= voucher_restored;
            continue;
        }
        if (restores) {
            post(unpaid, batch.closed ? fund() : budget(batch_number), voucher.face_fen);
        }
        if ((answer_.flags & full_refund) != 0) {
            voucher.state = VoucherState::returned;
        }
    }
    if (!restores) {
        post(unpaid, batch.closed ? fund() : budget(batch_number), back);
    }
    // What the authority has demanded back already is not demanded twice.
    const std::int64_t raised = std::min(rest, balance(paid(platform)));
    if (raised > 0) {
        post(paid(platform), receivable_of(platform, Id{}), raised);
        answer_.flags |= receivable_raised;
    }
    post(memorandum(AccountKind::order_turnover, batch_number, platform),
         memorandum(AccountKind::memorandum, batch_number, platform), e.order_amount_fen());
}

Reason Judge::decide(const wire::VoucherVoided& e) {
    const auto found = programme_.vouchers.find(id_of(e.voucher()));
    if (found == programme_.vouchers.end()) {
        return Reason::voucher_unknown;
    }
    Voucher& voucher = found->second;
    if (source_.role == wire::SourceRole::platform && voucher.platform != source_.platform) {
        return Reason::voucher_of_other_platform;
    }
    if (voucher.state == VoucherState::voided) {
        return Reason::voucher_voided;
    }
    if (voucher.state == VoucherState::redeemed) {
        return Reason::voucher_already_redeemed;
    }
    if (voucher.state == VoucherState::returned) {
        return Reason::voucher_returned;
    }
    if (programme_.released(voucher.batch, voucher.last_day)) {
        return Reason::cohort_released;
    }
    const Batch& batch = programme_.batches.at(voucher.batch);
    answer_.batch = voucher.batch;
    answer_.pack = voucher.pack;
    answer_.denomination = voucher.denomination;
    answer_.district = voucher.district;
    answer_.platform = voucher.platform;
    answer_.consumer_ordinal = voucher.consumer_ordinal;
    answer_.amount_fen = voucher.face_fen;
    answer_.origin_day = voucher.claim_day;
    post(outstanding(voucher.batch, voucher.last_day), budget(voucher.batch), voucher.face_fen);
    voucher.state = VoucherState::voided;
    voucher.counts = voucher.counts && !batch.void_returns_quota;
    return Reason::none;
}

}  // namespace fiscus::reference
