#include "bench/load/programme_load.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <numeric>

#include "bench/load/event_bytes.h"
#include "engine/base/check.h"
#include "engine/base/time.h"

namespace fiscus::load {
namespace {

// 2026-03-01: a month that lies behind us, because brokers refuse timestamps of the future.
constexpr std::int32_t first_business_day = 20'513;
constexpr std::int64_t us_per_hour = us_per_day / 24;

// How busy each hour of a day is, in parts of their sum: quiet nights, peaks at ten and at eight.
constexpr std::array<std::uint64_t, 24> hour_weights{
    6, 3, 2, 1, 1, 2, 6, 14, 30, 52, 90, 70, 66, 58, 50, 50, 54, 62, 74, 86, 92, 80, 52, 22};
// Records after the body: room for the last settlements, filled up with late refunds.
constexpr std::uint64_t tail_records = 400;
constexpr std::uint64_t damaged_every = 50'000;
constexpr std::size_t recent_values_max = 64;

// Parts of 10,000 records of traffic; the rest are claims.
constexpr std::uint64_t duplicate_parts = 50;
constexpr std::uint64_t refund_parts = 450;
constexpr std::uint64_t redemption_parts = 3'500;
constexpr std::uint64_t void_parts = 5;
constexpr std::uint64_t registration_parts = 10;

// Mean lag of a redemption is 200,000 events, less in a load that is too short for it.
std::size_t ring_capacity(std::uint64_t things, std::size_t capacity_max) {
    return std::clamp(std::bit_ceil(static_cast<std::size_t>(things)), std::size_t{1} << 10,
                      capacity_max);
}

constexpr bool uses_number(wire::Reason reason) {
    return reason == wire::Reason::none || reason >= wire::Reason::occurred_in_future;
}

}  // namespace

ProgrammeLoad::ProgrammeLoad(const ProgrammeOptions& options)
    : options_(options),
      signatures_(options.seed, options.programme),
      key_text_(std::to_string(options.programme)),
      random_(scatter(options.seed) ^ scatter(std::uint64_t{options.programme} << 32)),
      vouchers_(ring_capacity(options.events, std::size_t{1} << 20)),
      redemptions_(ring_capacity(options.events / 2, std::size_t{1} << 18)),
      controls_(platform_count * batch_count * day_slots) {
    expected_.first_day = first_business_day;
    authority_ = {.source = 1};
    for (std::size_t i = 0; i < platform_count; ++i) {
        platforms_[i] = {.source = static_cast<std::uint16_t>(2 + i)};
    }
    claims_per_batch_ = options.events * 6 / 10 / batch_count;
    heavy_consumers_ = std::max<std::uint64_t>(1, options.consumers / 100);
    walk_stride_ = (options.consumers - heavy_consumers_) * 618 / 1'000 + 1;
    while (std::gcd(walk_stride_, options.consumers - heavy_consumers_) != 1) {
        ++walk_stride_;
    }
    recent_values_.resize(recent_values_max);
    plan_batches();
    plan_merchants();
    plan_timeline();
    plan_actions();
}

void ProgrammeLoad::plan_timeline() {
    body_first_ = opening_records();
    tail_first_ = options_.events - tail_records;
    closing_first_ = options_.events - closing_records();
    FISCUS_CHECK(body_first_ < tail_first_, "a load has room for its body");
    const std::uint64_t body = tail_first_ - body_first_;
    const std::uint64_t day_weight =
        std::accumulate(hour_weights.begin(), hour_weights.end(), std::uint64_t{0});
    const std::uint64_t weight_in_all = day_weight * programme_days;
    std::uint64_t weight = 0;
    for (std::int32_t day = 0; day < programme_days; ++day) {
        for (const std::uint64_t hour_weight : hour_weights) {
            const auto before = static_cast<UnsignedWide>(body) * weight / weight_in_all;
            hours_.push_back(body_first_ + static_cast<std::uint64_t>(before));
            weight += hour_weight;
        }
    }
    hours_.push_back(tail_first_);
}

std::int64_t ProgrammeLoad::day_start_us(std::int32_t day) const {
    return start_of_day_us(first_business_day + day);
}

std::int32_t ProgrammeLoad::day_of(std::int64_t occurred_us) const {
    return business_day(occurred_us) - first_business_day;
}

std::int64_t ProgrammeLoad::just_now() {
    const auto ago = static_cast<std::int64_t>(random_.below(3 * us_per_second));
    return std::max(now_us_ - ago, day_start_us(0));
}

void ProgrammeLoad::advance_time() {
    std::int64_t now = 0;
    const auto part = [](std::int64_t span, std::uint64_t done, std::uint64_t of) {
        return static_cast<std::int64_t>(static_cast<Wide>(span) * static_cast<std::int64_t>(done) /
                                         static_cast<std::int64_t>(of));
    };
    if (index_ < body_first_) {
        // The eve, from eight to four.
        now = day_start_us(-1) + 8 * us_per_hour + part(8 * us_per_hour, index_, body_first_);
    } else if (index_ < tail_first_) {
        while (index_ >= hours_[hour_ + 1]) {
            ++hour_;
        }
        const std::uint64_t first = hours_[hour_];
        now = day_start_us(0) + static_cast<std::int64_t>(hour_) * us_per_hour +
              part(us_per_hour, index_ - first, hours_[hour_ + 1] - first);
    } else if (index_ < closing_first_) {
        // From one in the morning after the last day to eleven two days later.
        now = day_start_us(programme_days) + us_per_hour +
              part(58 * us_per_hour, index_ - tail_first_, closing_first_ - tail_first_);
    } else {
        now = day_start_us(programme_days + 2) + 14 * us_per_hour +
              static_cast<std::int64_t>(index_ - closing_first_) * 10 * us_per_second;
    }
    // The log keeps whole milliseconds.
    now_us_ = now / 1'000 * 1'000;
}

void ProgrammeLoad::produce(RecordSink& sink) {
    sink_ = &sink;
    advance_time();
    if (index_ < body_first_) {
        produce_opening();
    } else if (index_ < closing_first_) {
        produce_body();
    } else {
        produce_closing(index_ - closing_first_);
    }
    ++index_;
    FISCUS_CHECK(expected_.records == index_, "a step of the load is one record");
}

void ProgrammeLoad::produce_body() {
    if (run_due_action()) {
        return;
    }
    if (index_ < tail_first_) {
        produce_traffic();
    } else if (!produce_refund(just_now())) {
        close_source_day(random_.below(platform_count), programme_days - 1);
    }
}

bool ProgrammeLoad::run_due_action() {
    while (action_next_ < actions_.size() && actions_[action_next_].at_us <= now_us_) {
        pending_.push_back(actions_[action_next_++]);
    }
    while (!pending_.empty()) {
        const Action action = pending_.front();
        pending_.pop_front();
        run(action);
        if (expected_.records > index_) {
            return true;
        }
    }
    if (!gap_.empty() && platforms_[1].next_sequence >= gap_fill_at_) {
        produce_registration();
        return true;
    }
    return false;
}

void ProgrammeLoad::produce_traffic() {
    if ((index_ - body_first_) % damaged_every == damaged_every / 2) {
        send_damaged();
        return;
    }
    std::uint64_t draw = random_.below(10'000);
    const auto drawn = [&draw](std::uint64_t parts) {
        const bool in = draw < parts;
        draw -= in ? 0 : parts;
        return in;
    };
    if (drawn(duplicate_parts)) {
        if (!recent_values_.back().empty()) {
            send_duplicate();
            return;
        }
    } else if (drawn(refund_parts)) {
        if (produce_refund(just_now())) {
            return;
        }
    } else if (drawn(redemption_parts)) {
        if ((random_.chance(300) && refuse_redemption()) || produce_redemption(just_now())) {
            return;
        }
    } else if (drawn(void_parts)) {
        if (produce_void()) {
            return;
        }
    } else if (drawn(registration_parts)) {
        produce_registration();
        return;
    }
    if (!(random_.chance(300) && refuse_claim())) {
        produce_claim(just_now());
    }
}

// ---- sending ----

Bytes ProgrammeLoad::finish(const Send& send, const wire::Origin& origin) {
    const bool with_signature = options_.with_signatures && send.source != &authority_;
    const Bytes value = finish_event(builder_, {.programme = options_.programme,
                                                .origin = origin,
                                                .occurred_us = send.occurred_us,
                                                .key = send.key,
                                                .kind = send.kind,
                                                .body = send.body,
                                                .with_signature = with_signature});
    if (with_signature) {
        signatures_.sign(
            std::as_writable_bytes(std::span(builder_.GetBufferPointer(), builder_.GetSize())));
    }
    return value;
}

std::vector<SecretFile> ProgrammeLoad::secrets() const {
    std::vector<SecretFile> files;
    for (const Source& source : platforms_) {
        if (options_.with_signatures) {
            files.push_back(signatures_.file(source.source));
        }
    }
    return files;
}

void ProgrammeLoad::send(const Send& send) {
    wire::Origin origin(send.source->next_sequence, send.source->epoch, send.source->source, 0);
    if (send.origin) {
        origin = *send.origin;
    } else if (uses_number(send.reason)) {
        ++send.source->next_sequence;
    }
    const Bytes value = finish(send, origin);
    sink_->add(options_.programme, key_text_, now_us_, value);
    count_outcome(send);
    const bool voucher_family = send.kind >= wire::EventBody::VoucherClaimed &&
                                send.kind <= wire::EventBody::RedemptionRefunded;
    if (voucher_family && !send.duplicate && send.reason == wire::Reason::none && index_ % 8 == 0) {
        remember(value);
    }
    builder_.Clear();
}

void ProgrammeLoad::count_outcome(const Send& send) {
    ++expected_.records;
    if (send.duplicate) {
        ++expected_.duplicates;
    } else if (send.reason == wire::Reason::none) {
        ++expected_.accepted;
        ++expected_.accepted_by_kind[static_cast<std::size_t>(send.kind)];
    } else {
        ++expected_.refused;
        ++expected_.reasons[static_cast<std::size_t>(send.reason)];
    }
}

void ProgrammeLoad::send_accepted(
    Source& source, std::int64_t occurred_us, wire::EventBody kind, Body body, wire::Id128 key) {
    send({.source = &source, .occurred_us = occurred_us, .key = key, .kind = kind, .body = body});
}

void ProgrammeLoad::remember(Bytes value) {
    recent_values_[recent_value_next_].assign(value.begin(), value.end());
    recent_value_next_ = (recent_value_next_ + 1) % recent_values_max;
}

// Four of five are the very same record once more, the fifth is the same content under a new
// number.
void ProgrammeLoad::send_duplicate() {
    std::vector<std::byte>& value = recent_values_[random_.below(recent_values_max)];
    if (random_.below(5) == 0) {
        const auto* origin = wire::GetEvent(value.data())->origin();
        Source& source = platforms_[static_cast<std::size_t>(origin->source()) - 2];
        const wire::Origin renewed(source.next_sequence++, source.epoch, source.source, 0);
        const auto place = reinterpret_cast<const std::byte*>(origin) - value.data();
        std::memcpy(value.data() + place, &renewed, sizeof renewed);
        if (options_.with_signatures) {
            signatures_.sign(value);
        }
    }
    sink_->add(options_.programme, key_text_, now_us_, value);
    ++expected_.records;
    ++expected_.duplicates;
}

// In turn: half a claim, another file identifier, an empty value, none at all, one that is too
// long.
void ProgrammeLoad::send_damaged() {
    Claim claim;
    claim.occurred_us = now_us_;
    claim.key = new_key(now_us_);
    Bytes value = finish({.source = &platforms_[0],
                          .occurred_us = claim.occurred_us,
                          .key = claim.key,
                          .kind = wire::EventBody::VoucherClaimed,
                          .body = build_claim(claim)},
                         wire::Origin(1, 1, platforms_[0].source, 0));
    std::vector<std::byte> bytes(value.begin(), value.end());
    builder_.Clear();
    auto reason = wire::Reason::null_value;
    switch ((index_ - body_first_) / damaged_every % 5) {
        case 0:
            bytes.resize(bytes.size() / 2);
            reason = wire::Reason::malformed_value;
            break;
        case 1:
            bytes[4] = std::byte{'X'};
            reason = wire::Reason::wrong_identifier;
            break;
        case 2:
            bytes.clear();
            reason = wire::Reason::empty_value;
            break;
        case 3: sink_->add_null_value(options_.programme, key_text_, now_us_); break;
        default:
            bytes.resize(70'000);
            reason = wire::Reason::oversized_value;
            break;
    }
    if (reason != wire::Reason::null_value) {
        sink_->add(options_.programme, key_text_, now_us_, bytes);
    }
    ++expected_.records;
    ++expected_.quarantined;
    ++expected_.reasons[static_cast<std::size_t>(reason)];
}

// ---- small helps ----

wire::Id128 ProgrammeLoad::new_key(std::int64_t occurred_us) {
    return event_key(random_, occurred_us);
}

wire::Id128 ProgrammeLoad::token(std::uint64_t kind, std::uint64_t number) const {
    return token_of({.seed = options_.seed, .programme = options_.programme}, kind, number);
}

ExpectedDay& ProgrammeLoad::expected_day(std::int64_t occurred_us) {
    return expected_.by_day[static_cast<std::size_t>(day_of(occurred_us))];
}

ControlCount& ProgrammeLoad::control(std::size_t platform,
                                     std::size_t batch,
                                     std::int64_t occurred_us) {
    const auto day = static_cast<std::size_t>(day_of(occurred_us));
    return controls_[(day * platform_count + platform) * batch_count + batch];
}

std::int64_t ProgrammeLoad::face_fen(std::size_t batch, std::size_t denomination) const {
    return batches_[batch].theme->denominations[denomination].face_fen;
}

Expected ProgrammeLoad::expected() const {
    Expected result = expected_;
    for (const ExpectedDay& day : result.by_day) {
        result.total.add(day);
    }
    result.fund_fen = fund_fen_;
    for (const BatchModel& batch : batches_) {
        result.budget_fen += batch.budget_fen;
        for (const std::int64_t fen : batch.outstanding_fen) {
            result.outstanding_fen += fen;
        }
        for (const std::int64_t fen : batch.payable_fen) {
            result.payable_fen += fen;
        }
    }
    for (std::size_t platform = 0; platform < platform_count; ++platform) {
        result.paid_fen += paid_fen_[platform];
        result.receivable_fen += receivable_fen_[platform];
    }
    result.receivable_fen += merchant_receivable_fen_;
    return result;
}

}  // namespace fiscus::load
