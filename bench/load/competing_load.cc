#include "bench/load/competing_load.h"

#include <algorithm>
#include <cstring>

#include "bench/load/event_bytes.h"
#include "engine/base/check.h"
#include "engine/base/time.h"
#include "engine/base/wide.h"

namespace fiscus::load {
namespace {

constexpr std::uint32_t programme = 1;
constexpr std::string_view programme_key = "1";
constexpr std::uint16_t authority = 1;
constexpr std::uint32_t batch = 101;
constexpr std::uint16_t pack = 1;
constexpr std::uint16_t denomination = 1;
constexpr std::int64_t face_fen = 5'000;
constexpr std::int64_t threshold_fen = 20'000;
constexpr std::uint32_t cap_per_consumer = 1;
// Ten asks for each voucher.
constexpr std::uint64_t asks_per_voucher = 10;

// 2026-03-01, as the standard load: a day that lies behind us, because brokers refuse timestamps of
// the future.
constexpr std::int32_t first_business_day = 20'513;
constexpr std::int64_t us_per_hour = 60 * us_per_minute;
constexpr std::int64_t doors_open_us = start_of_day_us(first_business_day) + 10 * us_per_hour;
constexpr std::int64_t first_ask_us = doors_open_us - 5 * us_per_second;
constexpr std::int64_t last_ask_us = doors_open_us + 5 * us_per_minute;

// Programme, platforms and their sources, deposit, batch, its money.
constexpr std::uint64_t opening_records = 1 + 2 * platform_count + 3;
// Each platform closes the day; the clock cuts it.
constexpr std::uint64_t closing_records = platform_count + 1;

// Parts of 10,000 asks; the rest ask for the first time.
constexpr std::uint64_t twice_parts = 100;
constexpr std::uint64_t again_parts = 400;
// The impatient ones ask again while so many others ask.
constexpr std::uint64_t impatience = 1'000;
// Far fewer than a source's window of numbers.
constexpr std::size_t recent_max = 64;

}  // namespace

CompetingLoad::CompetingLoad(const CompetingOptions& options)
    : options_(options),
      vouchers_(options.events / asks_per_voucher),
      random_(scatter(options.seed)),
      recent_(recent_max) {
    FISCUS_CHECK(options.events >= events_min, "a load has room for its reference events");
    expected_.first_day = first_business_day;
    expected_.cap_per_consumer = cap_per_consumer;
}

std::int64_t CompetingLoad::budget_fen() const {
    return static_cast<std::int64_t>(vouchers_) * face_fen;
}

bool CompetingLoad::next(LoadBatch& records, std::size_t records_max) {
    sink_.begin(records, records_max);
    while (!sink_.full() && expected_.records < options_.events) {
        produce();
    }
    sink_.finish();
    return !records.empty();
}

void CompetingLoad::produce() {
    const std::uint64_t index = expected_.records;
    const std::uint64_t closing_first = options_.events - closing_records;
    if (index < opening_records) {
        now_us_ = doors_open_us - us_per_hour + static_cast<std::int64_t>(index) * us_per_minute;
        produce_opening(index);
    } else if (index < closing_first) {
        produce_ask(index - opening_records);
    } else if (index < closing_first + platform_count) {
        now_us_ = start_of_day_us(first_business_day + 1) + us_per_hour;
        close_day(index - closing_first);
    } else {
        // Noon of the next day, when the programme's days are cut.
        now_us_ = start_of_day_us(first_business_day + 1) + 12 * us_per_hour;
        say(wire::EventBody::ClockAdvanced, wire::CreateClockAdvanced(builder_, now_us_).Union());
    }
    FISCUS_CHECK(expected_.records == index + 1, "a step of the load is one record");
}

// ---- the morning ----

void CompetingLoad::produce_opening(std::uint64_t step) {
    if (step == 0) {
        open_programme();
    } else if (step <= 2 * platform_count) {
        // First all platforms are admitted, then their sources registered.
        open_platform((step - 1) % platform_count, step > platform_count);
    } else if (step == 2 * platform_count + 1) {
        const wire::Id128 account = token(account_tokens, 0);
        say(wire::EventBody::FundDeposited,
            wire::CreateFundDeposited(builder_, &account, 2 * budget_fen()).Union());
        expected_.deposited_fen = 2 * budget_fen();
        expected_.fund_fen = expected_.deposited_fen;
    } else if (step == 2 * platform_count + 2) {
        open_batch();
    } else {
        say(wire::EventBody::BatchFunded,
            wire::CreateBatchFunded(builder_, batch, budget_fen()).Union());
        expected_.fund_fen -= budget_fen();
        expected_.budget_fen = budget_fen();
    }
}

void CompetingLoad::open_programme() {
    const std::vector<std::uint32_t> eligible{420'000};
    const auto name = builder_.CreateString("2026年湖北省惠民消费券开抢");
    const auto office = builder_.CreateString("湖北省商务厅");
    const auto eligible_districts = builder_.CreateVector(eligible);
    wire::ProgrammeOpenedBuilder opened(builder_);
    opened.add_name(name);
    opened.add_authority(office);
    opened.add_districts(eligible_districts);
    opened.add_district_edition(2'023);
    opened.add_industry_edition(2'017);
    opened.add_first_day(first_business_day);
    say(wire::EventBody::ProgrammeOpened, opened.Finish().Union());
}

void CompetingLoad::open_platform(std::size_t index, bool admitted) {
    const auto platform = static_cast<std::uint16_t>(index + 1);
    const auto name = builder_.CreateString(platform_names()[index]);
    if (!admitted) {
        say(wire::EventBody::PlatformAdmitted,
            wire::CreatePlatformAdmitted(builder_, platform, name).Union());
        return;
    }
    const std::vector<std::uint8_t> verification_key(32, static_cast<std::uint8_t>(platform));
    const auto key = builder_.CreateVector(verification_key);
    const auto source = static_cast<std::uint16_t>(authority + platform);
    say(wire::EventBody::SourceRegistered,
        wire::CreateSourceRegistered(builder_, source, wire::SourceRole::platform, platform, key,
                                     name)
            .Union());
}

void CompetingLoad::open_batch() {
    const std::vector packs{wire::CreatePack(builder_, pack, builder_.CreateString("满200减50"),
                                             wire::Channel::any, 0)};
    const std::vector denominations{
        wire::CreateDenomination(builder_, denomination, pack, face_fen, threshold_fen)};
    const auto name = builder_.CreateString("首轮通用券");
    const auto all_packs = builder_.CreateVector(packs);
    const auto all_denominations = builder_.CreateVector(denominations);
    wire::BatchOpenedBuilder opened(builder_);
    opened.add_batch(batch);
    opened.add_name(name);
    opened.add_claim_from_us(doors_open_us);
    opened.add_claim_until_us(start_of_day_us(first_business_day + 1));
    opened.add_redeem_first_day(first_business_day);
    opened.add_redeem_last_day(first_business_day + 29);
    opened.add_packs(all_packs);
    opened.add_denominations(all_denominations);
    opened.add_quota(vouchers_);
    opened.add_cap_per_consumer(cap_per_consumer);
    say(wire::EventBody::BatchOpened, opened.Finish().Union());
}

// ---- the rush ----

void CompetingLoad::produce_ask(std::uint64_t number) {
    const std::uint64_t asks = options_.events - opening_records - closing_records;
    const auto passed = static_cast<Wide>(last_ask_us - first_ask_us) *
                        static_cast<std::int64_t>(number) / static_cast<std::int64_t>(asks);
    // The log keeps whole milliseconds.
    now_us_ = first_ask_us + static_cast<std::int64_t>(passed) / 1'000 * 1'000;
    const std::uint64_t draw = random_.below(10'000);
    if (now_us_ < doors_open_us) {
        ask(too_early_, platform_of(too_early_), wire::Reason::claim_outside_window);
        ++too_early_;
    } else if (draw < twice_parts && recent_next_ >= recent_max) {
        send_twice();
    } else if (draw < twice_parts + again_parts && asked_ > 0) {
        ask_again();
    } else {
        ask_first();
    }
}

void CompetingLoad::ask_first() {
    const bool in_time = asked_ < vouchers_;
    ask(asked_, platform_of(asked_),
        in_time ? wire::Reason::none : wire::Reason::batch_quota_exhausted);
    ++asked_;
}

// Half of those that ask again have just asked, the others at any time before; half of them try
// another platform.
void CompetingLoad::ask_again() {
    const std::uint64_t among =
        random_.below(2) == 0 ? std::min<std::uint64_t>(asked_, impatience) : asked_;
    const std::uint64_t consumer = asked_ - 1 - random_.below(among);
    const std::size_t other = random_.below(2) == 0 ? 0 : random_.between(1, platform_count - 1);
    // Who has a voucher hears of the cap, before anybody looks at the quota.
    ask(consumer, (platform_of(consumer) + other) % platform_count,
        consumer < vouchers_ ? wire::Reason::consumer_cap_reached
                             : wire::Reason::batch_quota_exhausted);
}

void CompetingLoad::ask(std::uint64_t consumer, std::size_t platform, wire::Reason reason) {
    // What the platform's clock said when it sent the record, on the same side of the opening.
    const auto ago = static_cast<std::int64_t>(random_.below(2 * us_per_second));
    const bool early = reason == wire::Reason::claim_outside_window;
    const std::int64_t occurred_us = early ? now_us_ - ago : std::max(now_us_ - ago, doors_open_us);
    const wire::Id128 consumer_token = token(consumer_tokens, consumer);
    const wire::Id128 device_token = token(device_tokens, consumer);
    const std::size_t district = reduce(scatter(consumer), home_district_count);
    const Body body =
        wire::CreateVoucherClaimed(builder_, &consumer_token, batch, pack, denomination,
                                   districts()[district].code, &device_token)
            .Union();
    const Bytes value = send({.source = static_cast<std::uint16_t>(authority + 1 + platform),
                              .occurred_us = occurred_us,
                              .kind = wire::EventBody::VoucherClaimed,
                              .body = body,
                              .reason = reason});
    const bool accepted = reason == wire::Reason::none;
    Sent& sent = recent_[recent_next_++ % recent_max];
    sent.value.assign(value.begin(), value.end());
    sent.accepted = accepted;
    builder_.Clear();
    if (accepted) {
        ++issued_[platform];
        ExpectedDay& day = expected_.by_day[0];
        ++day.issued_count;
        day.issued_fen += face_fen;
        expected_.budget_fen -= face_fen;
        expected_.outstanding_fen += face_fen;
    }
}

// The very same record once more, or, of an ask that was accepted, the same content under a new
// number: what was refused would be judged anew under that.
void CompetingLoad::send_twice() {
    Sent& sent = recent_[random_.below(recent_max)];
    std::byte* const value = sent.value.data();
    if (sent.accepted && random_.below(2) == 0) {
        const auto* origin = wire::GetEvent(value)->origin();
        const wire::Origin renewed(++sequences_[origin->source()], origin->epoch(),
                                   origin->source(), 0);
        const auto place = reinterpret_cast<const std::byte*>(origin) - value;
        std::memcpy(value + place, &renewed, sizeof renewed);
    }
    sink_.add(programme, programme_key, now_us_, sent.value);
    ++expected_.records;
    ++expected_.duplicates;
}

// ---- the day after, and what all have in common ----

void CompetingLoad::close_day(std::size_t platform) {
    const std::uint64_t issued = issued_[platform];
    const std::vector totals{wire::CreateControlTotal(
        builder_, batch, issued, static_cast<std::int64_t>(issued) * face_fen)};
    const auto all_totals = builder_.CreateVector(totals);
    const Body body = wire::CreateSourceDayClosed(builder_, first_business_day, all_totals).Union();
    send({.source = static_cast<std::uint16_t>(authority + 1 + platform),
          .occurred_us = now_us_,
          .kind = wire::EventBody::SourceDayClosed,
          .body = body});
    builder_.Clear();
}

// The authority, now, and rightly so.
void CompetingLoad::say(wire::EventBody kind, Body body) {
    send({.source = authority, .occurred_us = now_us_, .kind = kind, .body = body});
    builder_.Clear();
}

Bytes CompetingLoad::send(const Event& event) {
    const Bytes value = finish_event(
        builder_, {.programme = programme,
                   .origin = wire::Origin(++sequences_[event.source], 1, event.source, 0),
                   .occurred_us = event.occurred_us,
                   .key = event_key(random_, event.occurred_us),
                   .kind = event.kind,
                   .body = event.body});
    sink_.add(programme, programme_key, now_us_, value);
    ++expected_.records;
    if (event.reason == wire::Reason::none) {
        ++expected_.accepted;
        ++expected_.accepted_by_kind[static_cast<std::size_t>(event.kind)];
    } else {
        ++expected_.refused;
        ++expected_.reasons[static_cast<std::size_t>(event.reason)];
    }
    return value;
}

// A consumer keeps to one platform: four, three, two and one of ten.
std::size_t CompetingLoad::platform_of(std::uint64_t consumer) const {
    static constexpr std::array<std::uint8_t, 10> shares{0, 0, 0, 0, 1, 1, 1, 2, 2, 3};
    return shares[reduce(scatter(options_.seed ^ (consumer << 8)), shares.size())];
}

wire::Id128 CompetingLoad::token(std::uint64_t kind, std::uint64_t number) const {
    return token_of({.seed = options_.seed, .programme = programme}, kind, number);
}

Expected CompetingLoad::expected() const {
    Expected result = expected_;
    result.total = result.by_day[0];
    return result;
}

}  // namespace fiscus::load
