// Ladders of fund, batch, settlement, recovery and the clock.
#include <algorithm>

#include "engine/base/limits.h"
#include "tests/reference/judge.h"

namespace fiscus::reference {

using wire::AccountKind;
using wire::Reason;

Reason Judge::decide(const wire::FundDeposited& e) {
    const auto known = programme_.deposits.find(id_of(e.account()));
    const Deposits before = known == programme_.deposits.end() ? Deposits{} : known->second;
    if (Sum{before.deposited_fen} - before.returned_fen + e.amount_fen() > amount_fen_max ||
        (before.ordinal == 0 && programme_.deposits.size() == 4'096)) {
        return Reason::account_limit_reached;
    }
    const std::uint64_t next = programme_.deposits.size() + 1;
    Deposits& deposits = programme_.deposits[id_of(e.account())];
    deposits.ordinal = deposits.ordinal == 0 ? next : deposits.ordinal;
    deposits.deposited_fen += e.amount_fen();
    const Account treasury = {
        .kind = AccountKind::treasury, .programme = event_.programme(), .key = deposits.ordinal};
    post(treasury, fund(), e.amount_fen());
    answer_.amount_fen = e.amount_fen();
    return Reason::none;
}

Reason Judge::decide(const wire::BatchFunded& e) {
    const auto prizes = programme_.prize_batches.find(e.batch());
    if (prizes != programme_.prize_batches.end()) {
        return fund_prizes(e, prizes->second);
    }
    const auto batch = programme_.batches.find(e.batch());
    if (batch == programme_.batches.end()) {
        return Reason::batch_unknown;
    }
    if (batch->second.closed) {
        return Reason::batch_closed;
    }
    if (e.tier() != 0) {
        return Reason::tier_unknown;
    }
    if (balance(fund()) < e.amount_fen()) {
        return Reason::fund_insufficient;
    }
    post(fund(), budget(e.batch()), e.amount_fen());
    answer_.amount_fen = e.amount_fen();
    return Reason::none;
}

Reason Judge::decide(const wire::FundReturned& e) {
    const auto account = programme_.deposits.find(id_of(e.account()));
    if (account == programme_.deposits.end()) {
        return Reason::account_never_deposited;
    }
    Deposits& deposits = account->second;
    if (e.amount_fen() > deposits.deposited_fen - deposits.returned_fen) {
        return Reason::return_exceeds_deposit;
    }
    if (balance(fund()) < e.amount_fen()) {
        return Reason::fund_insufficient;
    }
    deposits.returned_fen += e.amount_fen();
    const Account treasury = {
        .kind = AccountKind::treasury, .programme = event_.programme(), .key = deposits.ordinal};
    post(fund(), treasury, e.amount_fen());
    answer_.amount_fen = e.amount_fen();
    return Reason::none;
}

Reason Judge::check_batch_rules(const wire::BatchOpened& e) const {
    constexpr Reason invalid = Reason::batch_rules_invalid;
    if (e.claim_from_us() >= e.claim_until_us() || e.redeem_first_day() > e.redeem_last_day() ||
        e.stacking_max() < 1 || e.stacking_max() > 8) {
        return invalid;
    }
    if (e.packs() == nullptr || e.packs()->size() == 0 || e.denominations() == nullptr ||
        e.denominations()->size() == 0) {
        return invalid;
    }
    std::set<std::uint16_t> packs;
    for (const wire::Pack* pack : *e.packs()) {
        const bool category_known =
            pack->category() == 0 || programme_.categories.count(pack->category()) != 0;
        if (!packs.insert(pack->pack()).second || !category_known) {
            return invalid;
        }
    }
    std::set<std::uint16_t> denominations;
    for (const wire::Denomination* denomination : *e.denominations()) {
        if (!denominations.insert(denomination->denomination()).second ||
            packs.count(denomination->pack()) == 0) {
            return invalid;
        }
    }
    std::set<std::uint16_t> platforms;
    std::set<std::uint32_t> districts;
    if (e.platform_quotas() != nullptr) {
        for (const wire::PlatformQuota* quota : *e.platform_quotas()) {
            if (!platforms.insert(quota->platform()).second || quota->count() == 0) {
                return invalid;
            }
        }
    }
    if (e.district_quotas() != nullptr) {
        for (const wire::DistrictQuota* quota : *e.district_quotas()) {
            if (!districts.insert(quota->district()).second || quota->count() == 0) {
                return invalid;
            }
        }
    }
    if (e.categories() != nullptr) {
        for (const std::uint16_t category : *e.categories()) {
            if (programme_.categories.count(category) == 0) {
                return invalid;
            }
        }
    }
    return Reason::none;
}

namespace {

// Days from the last day of the earliest claim to redeem_last_day, both inclusive.
std::size_t cohort_days(std::int64_t claim_from_us,
                        std::int32_t redeem_first_day,
                        std::int32_t redeem_last_day,
                        std::uint16_t valid_days) {
    std::set<std::int32_t> days = {redeem_last_day};
    const std::int32_t first = std::max(day_of(claim_from_us), redeem_first_day);
    for (std::int32_t last = first + valid_days - 1; valid_days > 0 && last < redeem_last_day;
         ++last) {
        days.insert(last);
    }
    return days.size();
}

}  // namespace

Reason Judge::decide(const wire::BatchOpened& e) {
    if (programme_.batches.count(e.batch()) != 0 ||
        programme_.prize_batches.count(e.batch()) != 0) {
        return Reason::batch_exists;
    }
    const Reason rules = check_batch_rules(e);
    if (rules != Reason::none) {
        return rules;
    }
    // Days on which vouchers may end: of this batch, and of those that are open.
    std::size_t ends =
        cohort_days(e.claim_from_us(), e.redeem_first_day(), e.redeem_last_day(), e.valid_days());
    for (const auto& [number, open] : programme_.batches) {
        ends += open.closed ? 0
                            : cohort_days(open.claim_from_us, open.redeem_first_day,
                                          open.redeem_last_day, open.valid_days);
    }
    if (ends > 16'384) {
        return Reason::cohort_limit_reached;
    }
    Batch& batch = programme_.batches[e.batch()];
    batch.claim_from_us = e.claim_from_us();
    batch.claim_until_us = e.claim_until_us();
    batch.redeem_first_day = e.redeem_first_day();
    batch.redeem_last_day = e.redeem_last_day();
    batch.valid_days = e.valid_days();
    for (const wire::Pack* pack : *e.packs()) {
        batch.packs[pack->pack()] = {
            .channel = pack->channel(),
            .category = pack->category(),
            .name = pack->name() == nullptr ? std::string() : pack->name()->str()};
    }
    for (const wire::Denomination* denomination : *e.denominations()) {
        batch.denominations[denomination->denomination()] = {
            .pack = denomination->pack(),
            .face_fen = denomination->face_fen(),
            .threshold_fen = denomination->threshold_fen()};
    }
    batch.quota = e.quota();
    batch.quota_per_day = e.quota_per_day();
    if (e.platform_quotas() != nullptr) {
        for (const wire::PlatformQuota* quota : *e.platform_quotas()) {
            batch.platform_quotas[quota->platform()] = quota->count();
        }
    }
    if (e.district_quotas() != nullptr) {
        for (const wire::DistrictQuota* quota : *e.district_quotas()) {
            batch.district_quotas[quota->district()] = quota->count();
        }
    }
    if (e.categories() != nullptr) {
        batch.categories.insert(e.categories()->begin(), e.categories()->end());
    }
    batch.cap_per_consumer_day = e.cap_per_consumer_day();
    batch.cap_per_consumer = e.cap_per_consumer();
    batch.restore_on_full_refund = e.restore_on_full_refund();
    batch.stacking_max = e.stacking_max();
    batch.shipping_inside_province = e.shipping_inside_province();
    batch.void_returns_quota = e.void_returns_quota();
    return Reason::none;
}

Reason Judge::decide(const wire::BatchAdjusted& e) {
    const auto found = programme_.batches.find(e.batch());
    if (found == programme_.batches.end()) {
        return Reason::batch_unknown;
    }
    Batch& batch = found->second;
    if (batch.closed) {
        return Reason::batch_closed;
    }
    if (e.claim_until_us() && *e.claim_until_us() <= batch.claim_from_us) {
        return Reason::batch_rules_invalid;
    }
    const auto used = static_cast<std::uint64_t>(
        std::count_if(batch.claims.begin(), batch.claims.end(),
                      [this](const Id& id) { return programme_.vouchers.at(id).counts; }));
    if (e.quota() && *e.quota() != 0 && *e.quota() < used) {
        return Reason::limit_below_used;
    }
    batch.claim_until_us = e.claim_until_us().value_or(batch.claim_until_us);
    batch.quota = e.quota().value_or(batch.quota);
    batch.quota_per_day = e.quota_per_day().value_or(batch.quota_per_day);
    batch.cap_per_consumer_day = e.cap_per_consumer_day().value_or(batch.cap_per_consumer_day);
    batch.cap_per_consumer = e.cap_per_consumer().value_or(batch.cap_per_consumer);
    return Reason::none;
}

Reason Judge::decide(const wire::BatchClosed& e) {
    const auto prizes = programme_.prize_batches.find(e.batch());
    if (prizes != programme_.prize_batches.end()) {
        return close_prizes(e.batch(), prizes->second);
    }
    const auto batch = programme_.batches.find(e.batch());
    if (batch == programme_.batches.end()) {
        return Reason::batch_unknown;
    }
    if (batch->second.closed) {
        return Reason::batch_closed;
    }
    for (const Account& cohort : cohorts_with_money()) {
        if (cohort.batch == e.batch()) {
            post(cohort, budget(e.batch()), balance(cohort));
        }
    }
    post(budget(e.batch()), fund(), balance(budget(e.batch())));
    batch->second.closed = true;
    return Reason::none;
}

Reason Judge::decide(const wire::SettlementRequested& e) {
    if (programme_.batches.count(e.batch()) == 0) {
        return Reason::batch_unknown;
    }
    if (e.amount_fen() > balance(payable(e.batch(), source_.platform))) {
        return Reason::settlement_exceeds_payable;
    }
    programme_.requests[id_of(event_.key())] = {
        .batch = e.batch(), .platform = source_.platform, .amount_fen = e.amount_fen()};
    answer_.amount_fen = e.amount_fen();
    return Reason::none;
}

Reason Judge::decide(const wire::SettlementPaid& e) {
    const auto found = programme_.requests.find(id_of(e.request()));
    if (found == programme_.requests.end()) {
        return Reason::request_unknown;
    }
    Request& request = found->second;
    const Account from = payable(request.batch, request.platform);
    if (e.amount_fen() > request.amount_fen - request.paid_fen) {
        return Reason::settlement_exceeds_request;
    }
    if (e.amount_fen() > balance(from)) {
        return Reason::settlement_exceeds_payable;
    }
    request.paid_fen += e.amount_fen();
    answer_.batch = request.batch;
    answer_.platform = request.platform;
    post(from, paid(request.platform), e.amount_fen());
    answer_.amount_fen = e.amount_fen();
    return Reason::none;
}

Reason Judge::decide(const wire::RecoveryDemanded& e) {
    if (programme_.platforms.count(e.platform()) == 0) {
        return Reason::platform_unknown;
    }
    const Id merchant = id_of(e.merchant());
    if (!merchant.zero() && programme_.merchants.count(merchant) == 0) {
        return Reason::merchant_unknown;
    }
    if (balance(paid(e.platform())) < e.amount_fen()) {
        return Reason::recovery_exceeds_paid;
    }
    if (!merchant.zero()) {
        answer_.merchant_ordinal = programme_.merchants.at(merchant).ordinal;
    }
    post(paid(e.platform()), receivable_of(e.platform(), merchant), e.amount_fen());
    answer_.amount_fen = e.amount_fen();
    return Reason::none;
}

Reason Judge::decide(const wire::RecoveryReceived& e) {
    if (programme_.platforms.count(e.platform()) == 0) {
        return Reason::platform_unknown;
    }
    const Id merchant = id_of(e.merchant());
    if (!merchant.zero() && programme_.merchants.count(merchant) == 0) {
        return Reason::merchant_unknown;
    }
    const Account receivable = receivable_of(e.platform(), merchant);
    if (balance(receivable) < e.amount_fen()) {
        return Reason::recovery_exceeds_demanded;
    }
    if (!merchant.zero()) {
        answer_.merchant_ordinal = programme_.merchants.at(merchant).ordinal;
    }
    post(receivable, fund(), e.amount_fen());
    answer_.amount_fen = e.amount_fen();
    return Reason::none;
}

Reason Judge::decide(const wire::CompensationReceived& e) {
    if (programme_.platforms.count(e.platform()) == 0) {
        return Reason::platform_unknown;
    }
    const Account compensation = {
        .kind = AccountKind::compensation, .programme = event_.programme(), .key = e.platform()};
    if (-Sum{balance(compensation)} + e.amount_fen() > Sum{10'000} * 1'000'000'000) {
        return Reason::account_limit_reached;
    }
    post(compensation, fund(), e.amount_fen());
    answer_.amount_fen = e.amount_fen();
    return Reason::none;
}

Reason Judge::decide(const wire::ClockAdvanced& e) {
    if (Sum{e.now_us()} > Sum{*programme_.log_time_us} + future_tolerance_us) {
        return Reason::occurred_in_future;
    }
    if (e.now_us() < programme_.clock_us) {
        return Reason::clock_goes_back;
    }
    programme_.clock_us = e.now_us();
    for (const Account& cohort : cohorts_with_money()) {
        if (start_of(static_cast<std::int32_t>(cohort.key) + 1) <= e.now_us()) {
            post(cohort, budget(cohort.batch), balance(cohort));
        }
    }
    return Reason::none;
}

}  // namespace fiscus::reference
