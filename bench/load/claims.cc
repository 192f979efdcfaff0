// Claims, registrations and voids: valid ones, and those that are refused for a known reason.
#include <algorithm>

#include "bench/load/event_bytes.h"
#include "bench/load/programme_load.h"
#include "engine/base/time.h"

namespace fiscus::load {
namespace {

constexpr std::size_t attempts_max = 8;
constexpr std::size_t foreign = district_count;

// Consumers that register are none of those that only claim.
constexpr std::uint64_t registered_consumers_first = std::uint64_t{1} << 32;

// A consumer keeps to one platform; four, three, two and one of ten.
std::size_t platform_of(std::uint64_t bits) {
    static constexpr std::array<std::uint8_t, 10> shares{0, 0, 0, 0, 1, 1, 1, 2, 2, 3};
    return shares[reduce(bits, shares.size())];
}

// Some districts are bigger than others: the smaller of two draws.
std::size_t district_of(std::uint64_t bits) {
    return std::min(reduce(bits << 32, district_count),
                    reduce(bits & ~0xffffffffULL, district_count));
}

}  // namespace

ProgrammeLoad::Body ProgrammeLoad::build_claim(const Claim& claim) {
    const wire::Id128 consumer = token(consumer_tokens, claim.consumer);
    const wire::Id128 device = token(device_tokens, claim.consumer);
    return wire::CreateVoucherClaimed(builder_, &consumer, claim.batch_number, claim.pack_number,
                                      claim.denomination_number, claim.district, &device)
        .Union();
}

void ProgrammeLoad::describe_claim(Claim& claim) {
    const BatchModel& batch = batches_[claim.batch];
    const Denomination& denomination = batch.theme->denominations[claim.denomination];
    claim.key = new_key(claim.occurred_us);
    claim.batch_number = batch.batch;
    claim.pack_number = denomination.pack;
    claim.denomination_number = denomination.denomination;
    claim.district = districts()[claim.district_index].code;
}

bool ProgrammeLoad::pick_fresh_consumer(BatchModel& batch, Claim& claim) {
    const std::uint64_t ordinary = options_.consumers - heavy_consumers_;
    if (random_.below(5) == 0 && batch.heavy_walked < heavy_consumers_) {
        claim.consumer = static_cast<std::uint32_t>((batch.walk_offset + batch.heavy_walked++) %
                                                    heavy_consumers_);
    } else if (batch.walked < ordinary) {
        const auto step = static_cast<UnsignedWide>(batch.walked++) * walk_stride_;
        claim.consumer = static_cast<std::uint32_t>(
            heavy_consumers_ + static_cast<std::uint64_t>((step + batch.walk_offset) % ordinary));
    } else {
        return false;
    }
    const std::uint64_t bits = scatter(options_.seed ^ (std::uint64_t{claim.consumer} << 8));
    claim.platform = platform_of(scatter(bits));
    // One in twenty claims away from home.
    claim.district_index =
        random_.below(20) == 0 ? random_.below(district_count) : district_of(bits);
    return true;
}

// Where a batch allows two vouchers, one claim in eight comes from somebody who has one already.
bool ProgrammeLoad::pick_repeated_consumer(BatchModel& batch, Claim& claim) {
    const std::size_t place = random_.below(recent_max);
    const RecentClaim& recent = batch.recent[place];
    if (recent.claims != 1 || !vouchers_.has(recent.voucher) ||
        recent.day > day_of(claim.occurred_us)) {
        return false;
    }
    claim.repeats = place;
    claim.consumer = recent.consumer;
    claim.platform = recent.platform;
    claim.district_index =
        district_of(scatter(options_.seed ^ (std::uint64_t{claim.consumer} << 8)));
    return true;
}

bool ProgrammeLoad::pick_claim(std::int64_t occurred_us, Claim& claim) {
    static constexpr std::array<std::uint8_t, 20> themes_drawn{0, 0, 0, 0, 0, 0, 1, 1, 1, 1,
                                                               1, 2, 2, 2, 2, 3, 3, 3, 3, 3};
    const auto round = static_cast<std::size_t>(day_of(occurred_us) / round_days);
    claim = Claim{};
    claim.occurred_us = occurred_us;
    claim.batch = round * theme_count + themes_drawn[random_.below(themes_drawn.size())];
    BatchModel& batch = batches_[claim.batch];
    claim.denomination = random_.below(batch.theme->denominations.size());
    const bool repeated = batch.theme->cap_per_consumer == 2 && random_.below(8) == 0 &&
                          pick_repeated_consumer(batch, claim);
    if (!repeated && !pick_fresh_consumer(batch, claim)) {
        return false;
    }
    describe_claim(claim);
    return true;
}

std::int32_t ProgrammeLoad::last_day_of(const BatchModel& batch, std::int32_t claim_day) const {
    const std::int32_t valid_days = batch.theme->valid_days;
    return valid_days == 0 ? batch.redeem_last_day
                           : std::min(batch.redeem_last_day, claim_day + valid_days - 1);
}

// The ladder of docs/domain.md from the window on, without the caps, which the choice of the
// consumer decides.
wire::Reason ProgrammeLoad::judge_claim(const Claim& claim) const {
    const BatchModel& batch = batches_[claim.batch];
    const std::int32_t day = day_of(claim.occurred_us);
    const auto slot = static_cast<std::size_t>(day);
    if (batch.closed) {
        return wire::Reason::batch_closed;
    }
    if (day < batch.first_day || day >= batch.first_day + round_days) {
        return wire::Reason::claim_outside_window;
    }
    if (claim.district_index >= district_count) {
        return wire::Reason::consumer_district_not_eligible;
    }
    if (batch.quota != 0 && batch.claimed >= batch.quota) {
        return wire::Reason::batch_quota_exhausted;
    }
    if (batch.quota_per_day != 0 && batch.claimed_by_day[slot] >= batch.quota_per_day) {
        return wire::Reason::day_quota_exhausted;
    }
    const std::uint64_t platform_quota = batch.platform_quotas[claim.platform];
    if (platform_quota != 0 && batch.claimed_by_platform[claim.platform] >= platform_quota) {
        return wire::Reason::platform_quota_exhausted;
    }
    const std::uint64_t district_quota = batch.district_quotas[claim.district_index];
    if (district_quota != 0 && batch.claimed_by_district[claim.district_index] >= district_quota) {
        return wire::Reason::district_quota_exhausted;
    }
    if (clock_us_ >= day_start_us(last_day_of(batch, day) + 1)) {
        return wire::Reason::cohort_released;
    }
    if (batch.budget_fen < face_fen(claim.batch, claim.denomination)) {
        return wire::Reason::budget_exhausted;
    }
    return wire::Reason::none;
}

void ProgrammeLoad::send_claim(const Claim& claim,
                               wire::Reason reason,
                               std::optional<wire::Origin> origin) {
    send({.source = &platforms_[claim.platform],
          .occurred_us = claim.occurred_us,
          .key = claim.key,
          .kind = wire::EventBody::VoucherClaimed,
          .body = build_claim(claim),
          .reason = reason,
          .origin = origin});
}

void ProgrammeLoad::produce_claim(std::int64_t occurred_us) {
    Claim claim;
    auto reason = wire::Reason::none;
    for (std::size_t attempt = 0; attempt < attempts_max; ++attempt) {
        if (!pick_claim(occurred_us, claim)) {
            continue;
        }
        if (suspended_[claim.platform]) {
            // Most stop asking, one in eight does not.
            if (random_.below(8) == 0) {
                send_claim(claim, wire::Reason::platform_suspended, std::nullopt);
                return;
            }
            continue;
        }
        reason = judge_claim(claim);
        if (reason == wire::Reason::none) {
            send_claim(claim, reason, std::nullopt);
            accept_claim(claim);
            return;
        }
    }
    // Everybody has claimed, or nothing is left: a registration always goes through.
    produce_registration();
}

void ProgrammeLoad::accept_claim(const Claim& claim) {
    BatchModel& batch = batches_[claim.batch];
    const std::int32_t day = day_of(claim.occurred_us);
    const std::int32_t last_day = last_day_of(batch, day);
    const std::int64_t face = face_fen(claim.batch, claim.denomination);
    batch.budget_fen -= face;
    batch.outstanding_fen[static_cast<std::size_t>(last_day)] += face;
    ++batch.claimed;
    ++batch.claimed_by_day[static_cast<std::size_t>(day)];
    ++batch.claimed_by_platform[claim.platform];
    ++batch.claimed_by_district[claim.district_index];

    Voucher voucher;
    voucher.key = claim.key;
    voucher.occurred_us = claim.occurred_us;
    voucher.consumer = claim.consumer;
    voucher.batch = static_cast<std::uint8_t>(claim.batch);
    voucher.denomination = static_cast<std::uint8_t>(claim.denomination);
    voucher.platform = static_cast<std::uint8_t>(claim.platform);
    voucher.last_day = static_cast<std::uint8_t>(last_day);
    const std::uint64_t number = vouchers_.push(voucher);
    if (claim.repeats) {
        RecentClaim& recent = batch.recent[*claim.repeats];
        const auto distance = static_cast<std::int32_t>(number - recent.voucher);
        if (vouchers_.has(recent.voucher)) {
            vouchers_[recent.voucher].partner = distance;
            vouchers_[number].partner = -distance;
        }
        ++recent.claims;
    } else {
        batch.recent[batch.recent_next] = {.consumer = claim.consumer,
                                           .day = day,
                                           .voucher = number,
                                           .platform = static_cast<std::uint8_t>(claim.platform),
                                           .claims = 1};
        batch.recent_next = (batch.recent_next + 1) % recent_max;
    }

    ExpectedDay& expected = expected_day(claim.occurred_us);
    ++expected.issued_count;
    expected.issued_fen += face;
    ControlCount& count = control(claim.platform, claim.batch, claim.occurred_us);
    ++count.issued_count;
    count.issued_fen += face;
}

// ---- refusals ----

bool ProgrammeLoad::refuse_claim() {
    Claim claim;
    if (!pick_claim(just_now(), claim) || suspended_[claim.platform] || claim.repeats ||
        !gap_.empty()) {
        return false;
    }
    const std::uint64_t variant = random_.below(20);
    if (variant < 6) {
        return refuse_claim_by_rules(claim, variant);
    }
    if (variant < 9) {
        return refuse_claim_by_cap(claim, 0, wire::Reason::consumer_day_cap_reached);
    }
    if (variant < 11) {
        return refuse_claim_by_cap(claim, 1, wire::Reason::consumer_cap_reached);
    }
    if (variant < 17) {
        return refuse_claim_by_quota(claim);
    }
    return refuse_claim_by_sequence(claim, variant - 17);
}

bool ProgrammeLoad::refuse_claim_by_rules(Claim& claim, std::uint64_t variant) {
    auto reason = wire::Reason::none;
    switch (variant) {
        case 0:
            // Somebody still asks for an earlier round, whose batch may even be closed.
            if (claim.batch < theme_count) {
                return false;
            }
            claim.batch =
                random_.below(claim.batch / theme_count) * theme_count + claim.batch % theme_count;
            describe_claim(claim);
            reason = judge_claim(claim);
            break;
        case 1:
            claim.district_index = foreign;
            claim.district = foreign_districts()[random_.below(foreign_districts().size())];
            reason = judge_claim(claim);
            break;
        case 2:
            claim.pack_number = 99;
            reason = wire::Reason::pack_unknown;
            break;
        case 3: {
            const Theme& theme = *batches_[claim.batch].theme;
            const std::size_t other = denomination_of_other_pack(theme, claim.pack_number);
            claim.denomination_number = theme.denominations[other].denomination;
            reason = wire::Reason::denomination_unknown;
            break;
        }
        case 4:
            claim.batch_number = 999;
            reason = wire::Reason::batch_unknown;
            break;
        default:
            claim.district = 0;
            reason = wire::Reason::code_out_of_range;
            break;
    }
    if (reason == wire::Reason::none) {
        return false;
    }
    send_claim(claim, reason, std::nullopt);
    return true;
}

// A consumer that has the last voucher it may have asks once more.
bool ProgrammeLoad::refuse_claim_by_cap(Claim& claim, std::size_t theme, wire::Reason reason) {
    const std::int32_t day = day_of(claim.occurred_us);
    claim.batch = claim.batch / theme_count * theme_count + theme;
    const RecentClaim& recent = batches_[claim.batch].recent[random_.below(recent_max)];
    const bool same_day = recent.day == day;
    if (recent.claims == 0 || suspended_[recent.platform] || (theme == 0 && !same_day)) {
        return false;
    }
    claim.consumer = recent.consumer;
    claim.platform = recent.platform;
    claim.denomination = 0;
    describe_claim(claim);
    send_claim(claim, reason, std::nullopt);
    return true;
}

// Asks where a quota or the budget may be used up; refuses only if it is.
bool ProgrammeLoad::refuse_claim_by_quota(Claim& claim) {
    switch (claim.batch % theme_count) {
        case 0: claim.district_index = 5 + 12 * random_.below(district_count / 12); break;
        case 2: claim.platform = platform_count - 1; break;
        default: break;
    }
    describe_claim(claim);
    const wire::Reason reason = judge_claim(claim);
    if (reason == wire::Reason::none) {
        return false;
    }
    send_claim(claim, reason, std::nullopt);
    return true;
}

bool ProgrammeLoad::refuse_claim_by_sequence(Claim& claim, std::uint64_t variant) {
    Source& source = platforms_[claim.platform];
    if (variant == 0) {
        claim.occurred_us = now_us_ + 10 * us_per_minute;
        send_claim(claim, wire::Reason::occurred_in_future, std::nullopt);
        return true;
    }
    if (variant == 1) {
        // The key of a voucher that exists, with other content.
        const std::uint64_t number =
            vouchers_.end() - 1 - random_.below(std::max<std::uint64_t>(1, vouchers_.kept()));
        if (!vouchers_.has(number)) {
            return false;
        }
        claim.key = vouchers_[number].key;
        claim.occurred_us = now_us_;
        send_claim(claim, wire::Reason::natural_key_conflict, std::nullopt);
        return true;
    }
    if (source.epoch > 1 && random_.below(2) == 0) {
        send_claim(claim, wire::Reason::epoch_fenced,
                   wire::Origin(source.next_sequence, source.epoch - 1, source.source, 0));
        return true;
    }
    if (source.next_sequence < 20) {
        return false;
    }
    send_claim(
        claim, wire::Reason::sequence_conflict,
        wire::Origin(source.next_sequence - 1 - random_.below(10), source.epoch, source.source, 0));
    return true;
}

// ---- registrations and voids ----

void ProgrammeLoad::produce_registration() {
    const bool fills_gap = !gap_.empty() && platforms_[1].next_sequence >= gap_fill_at_;
    std::size_t platform = fills_gap ? 1 : random_.below(platform_count);
    if (suspended_[platform]) {
        platform = 0;
    }
    Source& source = platforms_[platform];
    const std::int64_t occurred_us = fills_gap ? gap_occurred_us_ : just_now();
    std::uint64_t consumer = registered_consumers_first + registered_;
    std::uint64_t identity = registered_;
    auto reason = wire::Reason::none;
    bool duplicate = false;
    const std::uint64_t variant = fills_gap || registered_ < 8 ? 2 : random_.below(20);
    if (variant == 0) {
        identity = random_.below(registered_);
        reason = wire::Reason::identity_of_other_consumer;
    } else if (variant == 1) {
        identity = random_.below(registered_);
        consumer = registered_consumers_first + identity;
        duplicate = true;
    } else {
        ++registered_;
    }
    const wire::Id128 consumer_token = token(consumer_tokens, consumer);
    const wire::Id128 identity_token = token(identity_tokens, identity);
    const wire::Id128 phone_token = token(phone_tokens, consumer);
    const wire::Id128 device_token = token(device_tokens, consumer);
    const std::uint32_t district = districts()[district_of(scatter(consumer))].code;
    const auto body = wire::CreateConsumerRegistered(builder_, &consumer_token, &identity_token,
                                                     &phone_token, &device_token, district);
    std::optional<wire::Origin> origin;
    if (fills_gap) {
        origin = wire::Origin(gap_.front(), source.epoch, source.source, 0);
        gap_.pop_front();
        ++expected_.gaps_filled;
    }
    send({.source = &source,
          .occurred_us = occurred_us,
          .key = new_key(occurred_us),
          .kind = wire::EventBody::ConsumerRegistered,
          .body = body.Union(),
          .reason = reason,
          .duplicate = duplicate,
          .origin = origin});
}

bool ProgrammeLoad::produce_void() {
    const std::int64_t occurred_us = just_now();
    const auto number = pick_voucher(occurred_us);
    if (!number) {
        return false;
    }
    void_voucher(platforms_[vouchers_[*number].platform], *number, occurred_us);
    return true;
}

void ProgrammeLoad::void_voucher(Source& source, std::uint64_t number, std::int64_t occurred_us) {
    Voucher& voucher = vouchers_[number];
    BatchModel& batch = batches_[voucher.batch];
    const std::int64_t face = face_fen(voucher.batch, voucher.denomination);
    const auto at_us = std::max(occurred_us, voucher.occurred_us);
    const auto body =
        wire::CreateVoucherVoided(builder_, &voucher.key, builder_.CreateString("用户注销"));
    send_accepted(source, at_us, wire::EventBody::VoucherVoided, body.Union(), new_key(at_us));
    voucher.state = VoucherState::voided;
    voided_.push(number);
    batch.outstanding_fen[voucher.last_day] -= face;
    batch.budget_fen += face;
    expected_.voided_fen += face;
    if (batch.theme->void_returns_quota) {
        --batch.claimed;
        --batch.claimed_by_day[static_cast<std::size_t>(day_of(voucher.occurred_us))];
        --batch.claimed_by_platform[voucher.platform];
    }
}

}  // namespace fiscus::load
