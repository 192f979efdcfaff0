#include "bench/load/pack_load.h"

#include <algorithm>

#include "bench/load/catalogue.h"
#include "bench/load/event_bytes.h"
#include "bench/load/pack_tables.h"
#include "engine/base/check.h"
#include "engine/base/hash.h"

namespace fiscus::load {
namespace {

// Programme, platforms and their sources, the notary, the deposit, shops, batch, its money, draw.
constexpr std::uint32_t opening_steps = 1 + 2 * platforms + 1 + 1 + shops + 3;
constexpr std::uint32_t closing_steps = 2 * platforms + 3;

Id128 id_of(const wire::Id128& id) { return {.hi = id.hi(), .lo = id.lo()}; }

std::int64_t start_of(std::uint32_t day) {
    return start_of_day_us(first_day + static_cast<std::int32_t>(day));
}

}  // namespace

PackLoad::PackLoad(const PackOptions& options)
    : AgendaLoad(programme, programme_key, options.seed ^ 0x5eedfacade5ULL), options_(options) {
    FISCUS_CHECK(options.requests >= requests_min && options.requests <= UINT32_MAX / 4,
                 "a month of gift packs uses up its stock and fits its numbers");
    expected_.first_day = first_day;
    consumers_.resize(options.requests / 5);
    shops_.resize(shops);
    const draw::Digest last = sha256(as_byte_span(key_name()));
    keys_ = draw::make_key_chain(draw::HashKind::sha256, last, days);
    for (const Kind& kind : kinds) {
        draw::InstantTier tier;
        tier.pack = kind.name;
        tier.chance = draw::chance_of(kind.chance_parts, 10'000);
        tier.moves_on = kind.moves_on;
        for (std::size_t i = 0; i < kind.face_fen.size(); ++i) {
            tier.amounts.push_back({.amount = Amount(kind.face_fen[i]), .weight = kind.weight[i]});
        }
        const std::uint64_t stock =
            options.requests / days * kind.chance_parts / 10'000 * stock_percent / 100;
        for (const std::int64_t at_us : release_us) {
            tier.releases.push_back({.at_us = at_us, .count = stock / release_us.size()});
        }
        tiers_.push_back(std::move(tier));
    }
    for (std::uint32_t step = 0; step < opening_steps; ++step) {
        later(start_of(0) + static_cast<std::int64_t>(step) * us_per_second / 10, Deed::open, step);
    }
    for (std::uint32_t day = 0; day <= days; ++day) {
        later(start_of(day) + publish_us, Deed::publish, day);
        if (day > 0) {
            later(start_of(day) + open_key_us, Deed::open_key, day - 1);
        }
        if (day < days) {
            later(start_of(day) + doors_us, Deed::begin_day, day);
        }
    }
    for (std::int32_t day = first_day + 1; day <= closing_day + 1; ++day) {
        later(start_of_day_us(day) + 12 * us_per_hour, Deed::cut, 0);
    }
    for (std::uint32_t step = 0; step < closing_steps; ++step) {
        later(start_of_day_us(closing_day) + 13 * us_per_hour +
                  static_cast<std::int64_t>(step) * us_per_second,
              Deed::close, step);
    }
}

std::string PackLoad::key_name() const { return "gift packs " + std::to_string(options_.seed); }

std::vector<SecretFile> PackLoad::secrets() const {
    return {{.name = "draw-" + std::to_string(programme) + "-" + date_text(first_day) + ".key",
             .text = to_hex(keys_.back()) + "\n"}};
}

Expected PackLoad::expected() const {
    Expected all = expected_;
    for (const ExpectedDay& day : all.by_day) {
        all.total.add(day);
    }
    return all;
}

void PackLoad::perform(const Action& action) {
    switch (action.deed) {
        case Deed::open: return open(action.which);
        case Deed::publish: return publish_value(action.which);
        case Deed::open_key: return open_key(action.which);
        case Deed::begin_day: return begin_day(action.which);
        case Deed::ask: return ask();
        case Deed::redeem: return redeem(action.which);
        case Deed::refund: return refund(action.which);
        case Deed::cut: return cut();
        case Deed::close: return close(action.which);
    }
}

// ---- the chance of a day ----

std::string PackLoad::public_value(std::int32_t day) const {
    return "welfare lottery " + date_text(day) + ": " +
           std::to_string(100'000 +
                          scatter(options_.seed + static_cast<std::uint64_t>(day)) % 900'000);
}

// Of the day before.
void PackLoad::publish_value(std::uint32_t day) {
    const std::int32_t before = first_day + static_cast<std::int32_t>(day) - 1;
    const auto value = builder_.CreateString(public_value(before));
    say(notary, wire::EventBody::PublicValuePublished,
        wire::CreatePublicValuePublished(builder_, before, value).Union());
}

void PackLoad::open_key(std::uint32_t day) {
    const draw::Digest& key = keys_[day + 1];
    const auto bytes =
        builder_.CreateVector(reinterpret_cast<const std::uint8_t*>(key.data()), key.size());
    say(notary, wire::EventBody::DayKeyOpened,
        wire::CreateDayKeyOpened(builder_, first_day + static_cast<std::int32_t>(day), bytes)
            .Union());
}

void PackLoad::begin_day(std::uint32_t day) {
    const std::int32_t today = first_day + static_cast<std::int32_t>(day);
    chance_.emplace(draw::HashKind::sha256, keys_[day + 1], ProgrammeId(programme), today,
                    public_value(today - 1));
    given_.fill(0);
    asked_.clear();
    const std::uint64_t first = options_.requests * day / days;
    const std::uint64_t end = options_.requests * (day + 1) / days;
    for (std::uint64_t i = first; i < end; ++i) {
        later(now_us_ + static_cast<std::int64_t>(random_.below(asking_us)), Deed::ask, 0);
    }
}

void PackLoad::ask() {
    const auto consumer = static_cast<std::uint32_t>(random_.below(consumers_.size()));
    const auto platform = static_cast<std::uint16_t>(1 + random_.below(platforms));
    if (random_.chance(stranger_parts) && !consumers_[consumer].registered) {
        const wire::Id128 who = token(consumer_tokens, consumer);
        say(static_cast<std::uint16_t>(authority + platform), wire::EventBody::DrawRequested,
            wire::CreateDrawRequested(builder_, &who,
                                      districts()[consumer % home_district_count].code)
                .Union(),
            wire::Reason::consumer_not_registered);
        return;
    }
    if (!consumers_[consumer].registered) {
        register_consumer(consumer, platform);
    }
    ask_for(consumer, platform);
    if (random_.chance(again_parts)) {
        ask_for(consumer, platform);
    }
}

void PackLoad::register_consumer(std::uint32_t consumer, std::uint16_t platform) {
    const wire::Id128 who = token(consumer_tokens, consumer);
    const wire::Id128 identity = token(identity_tokens, consumer);
    // Some families share a phone.
    const wire::Id128 phone = token(phone_tokens, consumer % 200 == 7 ? consumer - 1 : consumer);
    const wire::Id128 device = token(device_tokens, consumer);
    say(static_cast<std::uint16_t>(authority + platform), wire::EventBody::ConsumerRegistered,
        wire::CreateConsumerRegistered(builder_, &who, &identity, &phone, &device,
                                       districts()[consumer % home_district_count].code)
            .Union());
    consumers_[consumer].registered = true;
}

void PackLoad::ask_for(std::uint32_t consumer, std::uint16_t platform) {
    const wire::Id128 who = token(consumer_tokens, consumer);
    const Body body =
        wire::CreateDrawRequested(builder_, &who, districts()[consumer % home_district_count].code)
            .Union();
    const auto source = static_cast<std::uint16_t>(authority + platform);
    if (!asked_.insert(std::uint64_t{consumer} * 16 + platform).second) {
        say(source, wire::EventBody::DrawRequested, body);
        // It was counted as accepted.
        --expected_.accepted;
        --expected_.accepted_by_kind[static_cast<std::size_t>(wire::EventBody::DrawRequested)];
        ++expected_.duplicates;
        return;
    }
    const wire::Id128 key = say(source, wire::EventBody::DrawRequested, body);
    const std::int32_t day = business_day(now_us_);
    Consumer& one = consumers_[consumer];
    if (one.last_day != day) {
        one.wins_before += one.wins_today;
        one.wins_today = 0;
        one.last_day = day;
    }
    const draw::Decision decision =
        draw::decide(*chance_, tiers_, {.platform = PlatformId(platform), .consumer = id_of(who)},
                     {.won_today = one.wins_today > 0,
                      .wins_before = one.wins_before,
                      .wins_max = wins_max,
                      .time_of_day_us = now_us_ - start_of_day_us(day),
                      .given = given_});
    ++outcomes_[static_cast<std::size_t>(decision.outcome) + 1];
    if (decision.outcome == draw::DrawOutcome::won) {
        ++one.wins_today;
        ++given_[decision.tier - 1];
        win(consumer, platform, decision, key);
    }
}

// ---- what becomes of a voucher ----

void PackLoad::win(std::uint32_t consumer,
                   std::uint16_t platform,
                   const draw::Decision& decision,
                   const wire::Id128& key) {
    const Kind& kind = kinds[decision.tier - 1];
    const std::size_t which = decision.amount == Amount(kind.face_fen[0]) ? 0 : 1;
    const std::int32_t day = business_day(now_us_);
    Voucher voucher{.id = key, .redemption = {}};
    voucher.consumer = consumer;
    voucher.last_day = day + valid_days - 1;
    voucher.face_fen = kind.face_fen[which];
    voucher.threshold_fen = kind.threshold_fen[which];
    voucher.platform = platform;
    voucher.tier = static_cast<std::uint8_t>(decision.tier);
    ExpectedDay& figures = today();
    ++figures.issued_count;
    figures.issued_fen += voucher.face_fen;
    expected_.budget_fen -= voucher.face_fen;
    expected_.outstanding_fen += voucher.face_fen;
    outstanding_fen_[voucher.last_day] += voucher.face_fen;
    if (random_.chance(redeemed_parts)) {
        const std::int64_t until_us = start_of_day_us(voucher.last_day) + 22 * us_per_hour;
        const std::int64_t room_us = until_us - now_us_ - us_per_minute;
        later(now_us_ + us_per_minute +
                  static_cast<std::int64_t>(random_.below(
                      static_cast<std::uint64_t>(std::max<std::int64_t>(room_us, 1)))),
              Deed::redeem, static_cast<std::uint32_t>(vouchers_.size()));
    }
    vouchers_.push_back(voucher);
}

void PackLoad::redeem(std::uint32_t number) {
    Voucher& voucher = vouchers_[number];
    const Kind& kind = kinds[voucher.tier - 1U];
    const bool online = kind.channel == static_cast<std::uint8_t>(wire::Channel::online);
    std::vector<const Shop*> fits;
    for (const Shop& shop : shops_) {
        if (shop.category == kind.category && shop.online == online) {
            fits.push_back(&shop);
        }
    }
    const Shop& shop = *fits[random_.below(fits.size())];
    const auto threshold = static_cast<std::uint64_t>(voucher.threshold_fen);
    voucher.order_fen = static_cast<std::int64_t>(threshold + random_.exponential(threshold / 2));
    const wire::Id128 who = token(consumer_tokens, voucher.consumer);
    const auto list = builder_.CreateVectorOfStructs(&voucher.id, 1);
    const std::uint8_t province = online ? 42 : 0;
    voucher.redemption = say(
        static_cast<std::uint16_t>(authority + voucher.platform), wire::EventBody::VoucherRedeemed,
        wire::CreateVoucherRedeemed(builder_, list, &who, &shop.id, voucher.order_fen,
                                    voucher.face_fen, 0, 0, online, province, province)
            .Union());
    ExpectedDay& figures = today();
    ++figures.redeemed_count;
    figures.redeemed_fen += voucher.face_fen;
    figures.order_fen += voucher.order_fen;
    ++expected_.vouchers_redeemed;
    expected_.outstanding_fen -= voucher.face_fen;
    outstanding_fen_[voucher.last_day] -= voucher.face_fen;
    expected_.payable_fen += voucher.face_fen;
    payable_fen_[voucher.platform] += voucher.face_fen;
    if (random_.chance(refunded_parts)) {
        later(now_us_ + us_per_hour + static_cast<std::int64_t>(random_.below(48 * us_per_hour)),
              Deed::refund, number);
    }
}

// The whole order; the batch gives no voucher back.
void PackLoad::refund(std::uint32_t number) {
    const Voucher& voucher = vouchers_[number];
    say(static_cast<std::uint16_t>(authority + voucher.platform),
        wire::EventBody::RedemptionRefunded,
        wire::CreateRedemptionRefunded(builder_, &voucher.redemption, voucher.order_fen,
                                       voucher.face_fen)
            .Union());
    ExpectedDay& figures = today();
    ++figures.refunded_count;
    figures.refunded_fen += voucher.face_fen;
    figures.refunded_order_fen += voucher.order_fen;
    ++expected_.full_refunds;
    expected_.payable_fen -= voucher.face_fen;
    payable_fen_[voucher.platform] -= voucher.face_fen;
    expected_.budget_fen += voucher.face_fen;
}

// Days that are over give back what nobody redeemed.
void PackLoad::cut() {
    say(authority, wire::EventBody::ClockAdvanced,
        wire::CreateClockAdvanced(builder_, now_us_).Union());
    for (auto cohort = outstanding_fen_.begin();
         cohort != outstanding_fen_.end() && start_of_day_us(cohort->first + 1) <= now_us_;
         cohort = outstanding_fen_.erase(cohort)) {
        expected_.outstanding_fen -= cohort->second;
        expected_.budget_fen += cohort->second;
    }
}

// ---- what all have in common ----

wire::Id128 PackLoad::token(std::uint64_t kind, std::uint64_t number) const {
    return token_of({options_.seed, programme}, kind, number);
}

ExpectedDay& PackLoad::today() {
    return expected_.by_day[static_cast<std::size_t>(business_day(now_us_) - first_day)];
}

}  // namespace fiscus::load
