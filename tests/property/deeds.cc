// What the people of a random programme do: mostly what makes sense there, now and then with a
// slip.
#include <algorithm>
#include <limits>

#include "engine/base/limits.h"
#include "tests/property/world.h"
#include "tests/reference/reading.h"

namespace fiscus::property {
namespace {

using support::id_named;

constexpr std::int64_t day_us = 86'400'000'000;

Id128 id_of(const reference::Id& id) { return {.hi = id.hi, .lo = id.lo}; }

Id128 merchant_named(std::uint64_t number) { return id_named("m" + std::to_string(number)); }

}  // namespace

// The same for the same number, and never that of another one.
Id128 World::voucher_id(std::uint64_t number) const {
    constexpr std::uint64_t beginning = 1'000'000;
    const Id128 random = id_named("v" + std::to_string(number));
    const Id128 ordered{.hi = beginning + number, .lo = number};
    switch (options_.voucher_ids) {
        case VoucherIds::random: return random;
        case VoucherIds::ordered: return ordered;
        case VoucherIds::disordered: return {.hi = ordered.hi - random.lo % 40, .lo = number};
        case VoucherIds::hostile:
            switch (number % 5) {
                case 0: return {.hi = UINT64_MAX, .lo = UINT64_MAX - number};
                case 1: return {.hi = 0, .lo = number};
                case 2: return {.hi = number % 3, .lo = UINT64_MAX - number};
                case 3: return {.hi = std::uint64_t{1} << (number % 64), .lo = ~number};
                default: return ordered;
            }
    }
    return random;
}

Id128 World::some_consumer() {
    return id_named("c" + std::to_string(random_.below(slip() ? 1'000 : 25)));
}

std::uint32_t World::some_district() {
    static const std::vector<std::uint32_t> inside = {420102, 420103, 420106, 420100};
    static const std::vector<std::uint32_t> others = {420502, 429004, 420200, 420000,
                                                      110000, 829999, 830000, 0};
    return random_.pick(random_.chance(940) ? inside : others);
}

std::int64_t World::some_amount(std::int64_t about) {
    if (random_.chance(9)) {
        static const std::vector<std::int64_t> odd = {0,
                                                      -1,
                                                      1,
                                                      1'000'000'000'000'000,
                                                      1'000'000'000'000'001,
                                                      std::numeric_limits<std::int64_t>::max(),
                                                      std::numeric_limits<std::int64_t>::min()};
        return random_.pick(odd);
    }
    return random_.chance(100) ? about + 1 : about;
}

std::uint32_t World::some_batch() {
    if (slip()) {
        return random_.between(0U, 6U);
    }
    const auto* batch = random_.entry(rules().batches);
    for (int look = 0; look < 5 && batch != nullptr; ++look) {
        if (!batch->second.closed && batch->second.claim_until_us > log_time_us_ &&
            !rules().draws_from(batch->first)) {
            break;
        }
        batch = random_.entry(rules().batches);
    }
    return batch == nullptr ? 1 : batch->first;
}

support::MerchantRegistered World::random_merchant(std::uint32_t number) {
    static const std::vector<std::uint16_t> industries = {6210, 6220, 8892, 8700};
    support::MerchantRegistered merchant;
    merchant.merchant = merchant_named(number);
    merchant.district = some_district();
    merchant.industry = random_.pick(industries);
    merchant.size_class = static_cast<wire::SizeClass>(random_.below(slip() ? 7 : 5));
    merchant.limit_class = static_cast<wire::LimitClass>(random_.below(3));
    merchant.channel =
        random_.chance(600) ? wire::Channel::any : static_cast<wire::Channel>(random_.below(3));
    return merchant;
}

support::BatchOpened World::random_batch(std::uint32_t number) {
    support::BatchOpened batch;
    const auto day = reference::day_of(log_time_us_);
    batch.batch = number;
    batch.claim_from_us =
        reference::start_of(day) + random_.between<std::int64_t>(-6, 12) * 3'600'000'000;
    batch.claim_until_us =
        batch.claim_from_us + random_.between<std::int64_t>(slip() ? 0 : 1, 14) * day_us;
    batch.redeem_first_day = day + (random_.chance(800) ? 0 : random_.between(-1, 2));
    batch.redeem_last_day = batch.redeem_first_day + random_.between(slip() ? -1 : 1, 12);
    batch.valid_days = random_.between<std::uint16_t>(0, 5);
    batch.packs.clear();
    batch.denominations.clear();
    for (std::uint16_t pack = 1; pack <= random_.between<std::uint16_t>(1, 3); ++pack) {
        batch.packs.push_back(
            {.pack = slip() ? std::uint16_t{1} : pack,
             .channel = random_.chance(600) ? wire::Channel::any
                                            : static_cast<wire::Channel>(random_.below(3)),
             .category = random_.chance(700) ? std::uint16_t{0}
                                             : random_.between<std::uint16_t>(1, slip() ? 4 : 3)});
        batch.denominations.push_back({.denomination = pack,
                                       .pack = slip() ? std::uint16_t{9} : pack,
                                       .face_fen = some_amount(random_.between(100, 5'000)),
                                       .threshold_fen = some_amount(random_.between(0, 15'000))});
    }
    const auto limit = [this](std::uint64_t most) {
        return random_.chance(550) ? 0 : random_.between<std::uint64_t>(1, most);
    };
    const auto line = [this](std::uint64_t most) {
        return slip() ? 0 : random_.between<std::uint64_t>(1, most);
    };
    batch.quota = limit(60);
    batch.quota_per_day = limit(20);
    for (std::uint16_t platform = 1; platform <= 2; ++platform) {
        if (random_.chance(300)) {
            batch.platform_quotas.push_back({platform, line(15)});
        }
    }
    if (random_.chance(300)) {
        batch.district_quotas = {{420102, line(15)}, {slip() ? 420102U : 420103U, line(15)}};
    }
    for (const std::uint32_t wider : {420100U, 420000U}) {
        if (random_.chance(150)) {
            batch.district_quotas.push_back({wider, line(40)});
        }
    }
    if (random_.chance(15)) {
        // So many days on which vouchers may end that there is hardly room for another batch.
        batch.redeem_last_day = batch.redeem_first_day + 16'375 + random_.between(0, 12);
        batch.valid_days = 1;
    }
    if (random_.chance(200)) {
        batch.categories = {1, 2};
    }
    batch.cap_per_consumer_day = static_cast<std::uint8_t>(limit(4));
    batch.cap_per_consumer = static_cast<std::uint32_t>(limit(9));
    batch.restore_on_full_refund = random_.chance(500);
    batch.stacking_max = random_.between<std::uint8_t>(slip() ? 0 : 1, slip() ? 9 : 4);
    batch.shipping_inside_province = random_.chance(200);
    batch.void_returns_quota = random_.chance(400);
    return batch;
}

void World::claim() {
    support::VoucherClaimed e;
    e.consumer = some_consumer();
    e.batch = some_batch();
    const auto batch = rules().batches.find(e.batch);
    if (batch != rules().batches.end()) {
        const auto* denomination = random_.entry(batch->second.denominations);
        e.denomination = denomination->first;
        e.pack = denomination->second.pack;
    }
    e.pack = slip() ? random_.between<std::uint16_t>(0, 4) : e.pack;
    e.denomination = slip() ? random_.between<std::uint16_t>(0, 4) : e.denomination;
    e.district = some_district();
    const auto platform = random_.between<std::uint16_t>(1, 3);
    if (slip()) {
        e.consumer.reset();
    }
    say(voice_of(platform), e, voucher_id(slip() ? random_.below(names_ + 1) : ++names_));
}

// One voucher, or several of the same consumer and platform.
std::vector<Id128> World::some_vouchers(const reference::Programme& programme) {
    const auto* first = random_.entry(programme.vouchers);
    for (int look = 0; look < 8; ++look) {
        const reference::Voucher& voucher = first->second;
        if (voucher.state == reference::VoucherState::claimed &&
            !programme.released(voucher.batch, voucher.last_day) &&
            log_time_us_ < reference::start_of(voucher.last_day + 1)) {
            break;
        }
        // Mostly one of the newest of its batch.
        const auto& claims = programme.batches.at(voucher.batch).claims;
        const std::size_t newest = std::min<std::size_t>(claims.size(), 40);
        first = look % 2 == 0
                    ? &*programme.vouchers.find(claims[claims.size() - 1 - random_.below(newest)])
                    : random_.entry(programme.vouchers);
    }
    std::vector<Id128> vouchers = {id_of(first->first)};
    if (!random_.chance(420)) {
        return vouchers;
    }
    const std::size_t count_max = random_.between<std::size_t>(1, slip() ? 9 : 3);
    for (const auto& [id, voucher] : programme.vouchers) {
        const bool fits = voucher.consumer == first->second.consumer &&
                          (voucher.batch == first->second.batch || slip()) &&
                          (voucher.platform == first->second.platform || slip()) &&
                          (voucher.state == reference::VoucherState::claimed || slip());
        if (fits && vouchers.size() < count_max && (id != first->first || slip())) {
            vouchers.push_back(id_of(id));
        }
    }
    if (random_.chance(300)) {
        std::reverse(vouchers.begin(), vouchers.end());
    }
    return vouchers;
}

// Mostly one where the pack's vouchers can be used.
Id128 World::some_merchant(const reference::Pack& pack, bool online) {
    const auto& merchants = rules().merchants;
    const auto* merchant = random_.entry(merchants);
    if (merchant == nullptr || slip()) {
        return merchant_named(random_.below(9));
    }
    for (int look = 0; look < 4; ++look) {
        const reference::Merchant& shop = merchant->second;
        const bool fits = pack.category == 0 || pack.category == shop.category;
        const bool sells =
            shop.channel == wire::Channel::any || (shop.channel == wire::Channel::online) == online;
        if (fits && sells && !shop.suspended) {
            break;
        }
        merchant = random_.entry(merchants);
    }
    return id_of(merchant->first);
}

void World::redeem() {
    const reference::Programme& programme = rules();
    if (programme.vouchers.empty()) {
        return claim();
    }
    redeem_these(some_vouchers(programme));
}

void World::redeem_these(const std::vector<Id128>& vouchers) {
    const reference::Programme& programme = rules();
    support::VoucherRedeemed e;
    e.vouchers = vouchers;
    std::int64_t faces = 0;
    std::int64_t thresholds = 0;
    const reference::Voucher* first = nullptr;
    for (const Id128& id : e.vouchers) {
        const reference::Voucher& voucher = programme.vouchers.at({id.hi, id.lo});
        first = first == nullptr ? &voucher : first;
        faces += voucher.face_fen;
        thresholds += voucher.threshold_fen;
    }
    e.consumer = slip() ? some_consumer() : id_of(first->consumer);
    const reference::Pack& pack = programme.batches.at(first->batch).packs.at(first->pack);
    e.online = pack.channel == wire::Channel::any
                   ? random_.chance(400)
                   : (pack.channel == wire::Channel::online) != slip();
    e.merchant = some_merchant(pack, e.online);
    e.subsidy_fen = some_amount(faces);
    e.order_amount_fen = some_amount(std::max(faces, thresholds) + random_.between(-3, 4'000));
    e.platform_match_fen = random_.chance(300) ? some_amount(random_.between(0, 900)) : 0;
    e.merchant_match_fen = random_.chance(300) ? some_amount(random_.between(0, 900)) : 0;
    if (random_.chance(vouchers.size() > 1 ? 60 : 15)) {
        e.order_amount_fen = faces - 1;
    } else if (random_.chance(vouchers.size() > 1 ? 60 : 10)) {
        e.order_amount_fen = amount_fen_max;
        e.platform_match_fen = amount_fen_max;
    }
    e.ship_from_province = random_.chance(900) ? 42 : 43;
    e.ship_to_province = random_.chance(900) ? 42 : 43;
    if (slip()) {
        e.vouchers.push_back(random_.chance(300) ? Id128{} : voucher_id(random_.below(names_)));
    }
    if (random_.chance(5)) {
        e.vouchers.clear();
    }
    const std::uint16_t platform = slip() ? random_.between<std::uint16_t>(1, 3) : first->platform;
    say(voice_of(platform), e);
}

void World::refund() {
    const reference::Programme& programme = rules();
    const auto* order = random_.entry(programme.redemptions);
    for (int look = 0; look < 9 && order != nullptr && order->second.order_left_fen == 0; ++look) {
        order = random_.entry(programme.redemptions);
    }
    if (order == nullptr) {
        return redeem();
    }
    const reference::Redemption& sold = order->second;
    support::RedemptionRefunded e;
    e.redemption = slip() ? id_named("nothing") : id_of(order->first);
    if (random_.chance(450)) {
        e.order_amount_fen = some_amount(sold.order_left_fen);
        e.subsidy_fen = some_amount(sold.subsidy_left_fen);
    } else {
        e.order_amount_fen = some_amount(random_.between<std::int64_t>(0, sold.order_left_fen));
        const reference::Sum share =
            reference::Sum{sold.subsidy_fen} * e.order_amount_fen / sold.order_fen;
        const bool odd = share < 0 || share > sold.subsidy_left_fen || random_.chance(200);
        e.subsidy_fen = odd ? random_.between<std::int64_t>(0, sold.subsidy_left_fen)
                            : static_cast<std::int64_t>(share);
    }
    const std::uint16_t platform =
        slip() ? random_.between<std::uint16_t>(1, 3) : sold.answer.platform;
    say(voice_of(platform), e);
}

void World::void_voucher() {
    const auto* voucher = random_.entry(rules().vouchers);
    support::VoucherVoided e;
    e.voucher = voucher == nullptr || slip() ? id_named("nothing") : id_of(voucher->first);
    const std::uint16_t platform = voucher == nullptr || slip()
                                       ? random_.between<std::uint16_t>(1, 3)
                                       : voucher->second.platform;
    say(random_.chance(400) ? authority() : voice_of(platform), e);
}

void World::register_consumer() {
    support::ConsumerRegistered e;
    e.consumer = some_consumer();
    // Mostly an identity of one's own, sometimes that of somebody else.
    const Id128 own = *e.consumer;
    e.identity = random_.chance(850) ? Id128{.hi = own.lo, .lo = own.hi}
                                     : Id128{.hi = 7, .lo = random_.below(9)};
    const auto token = [this]() -> support::MaybeId {
        static const std::vector<support::MaybeId> some = {std::nullopt, Id128{}};
        return random_.chance(600) ? random_.pick(some)
                                   : id_named("t" + std::to_string(random_.below(12)));
    };
    e.phone = token();
    e.device = token();
    e.district = some_district();
    if (slip()) {
        e.identity = random_.chance(500) ? support::MaybeId() : Id128{};
    }
    say(voice_of(random_.between<std::uint16_t>(1, 3)), e);
}

void World::merchant_deed() {
    const auto number = random_.between(1U, 9U);
    const Id128 merchant = merchant_named(number);
    Speaker& by = platform_down_ == 0 && random_.chance(500)
                      ? authority()
                      : voice_of(random_.between<std::uint16_t>(1, 3));
    switch (random_.below(platform_down_ == 0 ? 6 : 3)) {
        case 0: return say(by, random_merchant(number));
        case 1:
        case 2: {
            const support::MerchantRegistered as = random_merchant(number);
            return say(by, support::MerchantChanged{.merchant = merchant,
                                                    .district = as.district,
                                                    .industry = as.industry,
                                                    .size_class = as.size_class,
                                                    .limit_class = as.limit_class,
                                                    .channel = as.channel});
        }
        case 3: return say(authority(), support::MerchantSuspended{.merchant = merchant});
        default: return say(authority(), support::MerchantResumed{.merchant = merchant});
    }
}

void World::platform_deed() {
    const auto platform = random_.between<std::uint16_t>(slip() ? 0 : 1, slip() ? 9 : 3);
    switch (random_.below(12)) {
        case 0: return say(authority(), support::PlatformAdmitted{.platform = platform});
        case 1:
        case 2: return say(authority(), support::PlatformSuspended{.platform = platform});
        case 3:
            // For good: not in every run.
            return options_.seed % 3 == 0
                       ? say(authority(), support::PlatformTerminated{.platform = platform})
                       : say(authority(), support::PlatformResumed{.platform = platform});
        default: return say(authority(), support::PlatformResumed{.platform = platform});
    }
}

void World::fund_deed() {
    const Id128 account = id_named(random_.chance(800) ? "city" : "province");
    const std::uint32_t batch = some_batch();
    if (slip()) {
        return say(authority(), support::FundDeposited{.account = id_named("state"),
                                                       .amount_fen = amount_fen_max});
    }
    switch (random_.below(4)) {
        case 0:
            return say(authority(), support::FundDeposited{
                                        .account = account,
                                        .amount_fen = some_amount(random_.between(1, 90'000))});
        case 1:
            return say(authority(), support::FundReturned{
                                        .account = slip() ? id_named("nobody") : account,
                                        .amount_fen = some_amount(random_.between(1, 90'000))});
        default:
            return say(authority(),
                       support::BatchFunded{.batch = batch,
                                            .amount_fen = some_amount(random_.between(1, 60'000))});
    }
}

void World::batch_deed() {
    const auto known = static_cast<std::uint32_t>(rules().batches.size());
    if (random_.chance(500)) {
        const std::uint32_t taken = random_.chance(500) ? 1 : some_prize_batch();
        return say(authority(), random_batch(slip() ? taken : known + 1));
    }
    const std::uint32_t batch = some_batch();
    if (random_.chance(120)) {
        return say(authority(), support::BatchClosed{.batch = batch});
    }
    support::BatchAdjusted e{.batch = batch};
    if (random_.chance(300)) {
        e.claim_until_us =
            log_time_us_ + random_.between<std::int64_t>(slip() ? -9 : 1, 9) * day_us;
    }
    if (random_.chance(500)) {
        e.quota = random_.chance(300) ? 0 : random_.between<std::uint64_t>(1, 80);
    }
    if (random_.chance(300)) {
        e.quota_per_day = random_.chance(500) ? 0 : random_.between<std::uint64_t>(1, 30);
    }
    if (random_.chance(300)) {
        e.cap_per_consumer_day = random_.between<std::uint8_t>(0, 5);
    }
    if (random_.chance(300)) {
        e.cap_per_consumer = random_.between<std::uint32_t>(0, 12);
    }
    say(authority(), e);
}

void World::settlement_deed() {
    const auto* request = random_.entry(rules().requests);
    if (request != nullptr && random_.chance(600)) {
        const std::int64_t left = request->second.amount_fen - request->second.paid_fen;
        support::SettlementPaid e;
        e.request = slip() ? id_named("nothing") : id_of(request->first);
        e.amount_fen =
            some_amount(random_.chance(600) ? left : random_.between<std::int64_t>(1, left + 1));
        return say(authority(), e);
    }
    const std::uint32_t batch = some_batch();
    auto platform = random_.between<std::uint16_t>(1, 3);
    const auto payable_to = [&] {
        return oracle_.balance({.kind = wire::AccountKind::payable,
                                .programme = programme_,
                                .batch = batch,
                                .key = platform});
    };
    for (int look = 0; look < 3 && payable_to() == 0; ++look) {
        platform = random_.between<std::uint16_t>(1, 3);
    }
    const std::int64_t payable = payable_to();
    const bool all = payable > 0 && random_.chance(600);
    say(voice_of(platform),
        support::SettlementRequested{
            .batch = batch,
            .amount_fen = some_amount(all ? payable : random_.between<std::int64_t>(1, 9'000))});
}

void World::recovery_deed() {
    const auto platform = random_.between<std::uint16_t>(1, slip() ? 9 : 3);
    const support::MaybeId merchant =
        random_.chance(500) ? Id128{}
                            : merchant_named(random_.between<std::uint64_t>(1, slip() ? 9 : 4));
    const std::int64_t paid = oracle_.balance(
        {.kind = wire::AccountKind::paid, .programme = programme_, .key = platform});
    const std::int64_t amount = some_amount(
        paid > 0 && random_.chance(300) ? paid : random_.between<std::int64_t>(1, 4'000));
    switch (random_.below(5)) {
        case 0:
            return say(authority(),
                       support::CompensationReceived{.platform = platform, .amount_fen = amount});
        case 1:
        case 2:
            return say(authority(),
                       support::RecoveryReceived{
                           .platform = platform, .merchant = merchant, .amount_fen = amount});
        default:
            return say(authority(),
                       support::RecoveryDemanded{.platform = platform,
                                                 .merchant = slip() ? support::MaybeId() : merchant,
                                                 .amount_fen = amount});
    }
}

void World::control_deed() {
    if (random_.chance(600)) {
        const std::int64_t ahead_s = random_.between<std::int64_t>(-7'200, slip() ? 900 : 200);
        const std::int64_t now_us = snapped(log_time_us_ + ahead_s * 1'000'000);
        return say(authority(), support::ClockAdvanced{.now_us = slip() ? 0 : now_us});
    }
    support::SourceDayClosed e;
    e.day = reference::day_of(log_time_us_) - random_.between(slip() ? -1 : 0, 3);
    for (std::uint32_t batch = slip() ? 0 : 1; batch <= 2; ++batch) {
        e.totals.push_back({.batch = batch,
                            .issued_count = random_.below(9),
                            .issued_fen = some_amount(random_.between(0, 9'000))});
    }
    say(voice_of(random_.between<std::uint16_t>(1, 3)), e);
}

void World::programme_deed() {
    if (random_.chance(500)) {
        return say(authority(), support::ProgrammeOpened{});
    }
    // A close is for good: seldom, or a long run would see little else.
    if (random_.chance(options_.records > 1'000 ? 10 : 150)) {
        return close_programme();
    }
    say(slip() ? voice_of(1) : authority(), support::PlatformAdmitted{.platform = 1});
}

void World::close_programme() {
    for (std::size_t batch = rules().batches.size(); batch > 0; --batch) {
        say(authority(), support::BatchClosed{.batch = static_cast<std::uint32_t>(batch)});
    }
    close_prize_batches();
    say(authority(), support::ProgrammeClosed{});
}

}  // namespace fiscus::property
