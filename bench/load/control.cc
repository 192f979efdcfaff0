// What the authority and the platforms' back offices do: day closes, the clock and its cuts,
// settlement, suspension, a gap, a restart, and the closing of the programme.
#include <algorithm>

#include "bench/load/event_bytes.h"
#include "bench/load/programme_load.h"
#include "engine/base/amount.h"
#include "engine/base/check.h"
#include "engine/base/time.h"

namespace fiscus::load {
namespace {

constexpr std::int64_t us_per_hour = us_per_day / 24;

constexpr std::size_t gap_platform = 1;
constexpr std::size_t suspended_platform = 2;
constexpr std::size_t restarted_platform = 3;
constexpr std::uint64_t gap_numbers = 3;
// Well inside the window of 4,096 numbers.
constexpr std::uint64_t gap_length_max = 500;

constexpr std::int32_t late_every_days = 4;
constexpr std::uint64_t late_events_min = 4;
constexpr std::uint64_t events_per_late_event = 20'000;

// Days after the end of a round on which batches of theme 0 are closed.
constexpr std::int32_t close_after_days = 10;
constexpr std::int64_t compensation_fen = 2'000'000;

}  // namespace

std::vector<std::size_t> ProgrammeLoad::batches_closed_at_the_end() {
    std::vector<std::size_t> batches;
    for (std::size_t batch = 0; batch < batch_count; ++batch) {
        const auto round = static_cast<std::int32_t>(batch / theme_count);
        const std::int32_t day = (round + 1) * round_days - 1 + close_after_days;
        if (batch % theme_count != 0 || day >= programme_days) {
            batches.push_back(batch);
        }
    }
    return batches;
}

// Two recoveries, one for each platform, a compensation, the batches, the programme, three returns,
// the clock.
std::uint64_t ProgrammeLoad::closing_records() {
    return 2 + platform_count + 1 + batches_closed_at_the_end().size() + 1 + 3 + 1;
}

// ---- the script ----

void ProgrammeLoad::plan_actions() {
    for (std::int32_t day = 1; day <= programme_days + 1; ++day) {
        plan_day(day);
    }
    const auto at = [this](std::int32_t day, std::int64_t hour, ActionKind kind,
                           std::size_t which) {
        actions_.push_back(
            {.at_us = day_start_us(day) + hour * us_per_hour, .kind = kind, .which = which});
    };
    for (const std::int32_t day : {9, 19, 29, programme_days}) {
        for (std::size_t platform = 0; platform < platform_count; ++platform) {
            at(day, 14, ActionKind::request_settlement, platform);
        }
        at(day + 1, 10, ActionKind::pay_settlements, 0);
    }
    for (std::size_t round = 0; round < round_count; ++round) {
        const auto first = static_cast<std::int32_t>(round) * round_days;
        at(first + 3, 18, ActionKind::top_up_batch, round * theme_count + 1);
        const std::int32_t close = first + round_days - 1 + close_after_days;
        if (close < programme_days) {
            at(close, 10, ActionKind::close_batch, round * theme_count);
        }
    }
    for (const std::int32_t day : {5, 11, 14, 17, 23}) {
        at(day, 9, ActionKind::change_merchant, static_cast<std::size_t>(day));
    }
    at(8, 10, ActionKind::suspend_merchant, 0);
    at(10, 10, ActionKind::suspend_merchant, 1);
    at(20, 10, ActionKind::resume_merchant, 1);
    at(9, 15, ActionKind::open_gap, gap_platform);
    at(12, 20, ActionKind::suspend_platform, suspended_platform);
    at(12, 21, ActionKind::resume_platform, suspended_platform);
    at(13, 11, ActionKind::void_by_authority, 0);
    at(16, 9, ActionKind::adjust_batch, 2 * theme_count + 3);
    at(18, 3, ActionKind::restart_source, restarted_platform);
    std::stable_sort(actions_.begin(), actions_.end(),
                     [](const Action& a, const Action& b) { return a.at_us < b.at_us; });
}

// What happens on a day about the day before: the platforms close it, the clock cuts it, and now
// and then something comes after the cut.
void ProgrammeLoad::plan_day(std::int32_t day) {
    const std::int64_t start = day_start_us(day);
    const auto before = static_cast<std::size_t>(day - 1);
    for (std::size_t platform = 0; platform < platform_count && day <= programme_days; ++platform) {
        const auto minutes = static_cast<std::int64_t>(platform) * 5;
        actions_.push_back({.at_us = start + us_per_hour + minutes * us_per_minute,
                            .kind = ActionKind::close_source_day,
                            .which = platform,
                            .other = before});
    }
    actions_.push_back({.at_us = start + 12 * us_per_hour, .kind = ActionKind::advance_clock});
    if (day < programme_days && day % late_every_days == 3) {
        actions_.push_back(
            {.at_us = start + 15 * us_per_hour, .kind = ActionKind::late_events, .which = before});
    }
}

void ProgrammeLoad::run(const Action& action) {
    switch (action.kind) {
        case ActionKind::close_source_day:
            close_source_day(action.which, static_cast<std::int32_t>(action.other));
            break;
        case ActionKind::advance_clock: advance_clock(action.at_us); break;
        case ActionKind::late_events: {
            const auto count = std::max(late_events_min, options_.events / events_per_late_event);
            for (std::uint64_t i = 0; i < count; ++i) {
                pending_.push_back({.at_us = action.at_us,
                                    .kind = ActionKind::late_event,
                                    .which = action.which,
                                    .other = i});
            }
            break;
        }
        case ActionKind::late_event: {
            const auto evening =
                day_start_us(static_cast<std::int32_t>(action.which)) + 20 * us_per_hour;
            const std::int64_t occurred_us =
                evening + static_cast<std::int64_t>(random_.below(3 * us_per_hour));
            if (action.other % 3 != 2 || !produce_redemption(occurred_us)) {
                produce_claim(occurred_us);
            }
            ++expected_.late_events;
            break;
        }
        case ActionKind::open_gap: {
            Source& source = platforms_[action.which];
            gap_occurred_us_ = now_us_;
            for (std::uint64_t i = 0; i < gap_numbers; ++i) {
                gap_.push_back(source.next_sequence++);
            }
            gap_fill_at_ =
                source.next_sequence + std::min(gap_length_max, options_.events / 1'000 + 5);
            ++expected_.gaps_opened;
            break;
        }
        case ActionKind::restart_source: {
            Source& source = platforms_[action.which];
            ++source.epoch;
            source.next_sequence = 1;
            // A record of the old epoch would be fenced now, not answered as a duplicate.
            for (auto& value : recent_values_) {
                value.clear();
            }
            recent_value_next_ = 0;
            break;
        }
        case ActionKind::request_settlement:
        case ActionKind::request_one_settlement:
        case ActionKind::pay_settlements:
        case ActionKind::pay_one_settlement: run_settlement(action); break;
        case ActionKind::suspend_platform:
        case ActionKind::resume_platform:
        case ActionKind::suspend_merchant:
        case ActionKind::resume_merchant:
        case ActionKind::change_merchant:
        case ActionKind::adjust_batch:
        case ActionKind::top_up_batch:
        case ActionKind::close_batch:
        case ActionKind::void_by_authority: run_authority(action); break;
    }
}

void ProgrammeLoad::run_settlement(const Action& action) {
    if (action.kind == ActionKind::request_settlement) {
        for (std::size_t batch = 0; batch < batch_count; ++batch) {
            pending_.push_back({.at_us = action.at_us,
                                .kind = ActionKind::request_one_settlement,
                                .which = action.which,
                                .other = batch});
        }
    } else if (action.kind == ActionKind::request_one_settlement) {
        const BatchModel& batch = batches_[action.other];
        const std::int64_t amount_fen = batch.payable_fen[action.which];
        if (amount_fen == 0) {
            return;
        }
        const SettlementRequest request{.key = new_key(now_us_),
                                        .batch = action.other,
                                        .platform = action.which,
                                        .amount_fen = amount_fen};
        const auto body = wire::CreateSettlementRequested(builder_, batch.batch, amount_fen);
        send_accepted(platforms_[action.which], now_us_, wire::EventBody::SettlementRequested,
                      body.Union(), request.key);
        requests_.push_back(request);
    } else if (action.kind == ActionKind::pay_settlements) {
        pending_.insert(pending_.end(), requests_.size(),
                        {.at_us = action.at_us, .kind = ActionKind::pay_one_settlement});
    } else {
        const SettlementRequest request = requests_.front();
        requests_.pop_front();
        // Refunds may have come in between.
        std::int64_t& payable = batches_[request.batch].payable_fen[request.platform];
        const std::int64_t amount_fen = std::min(request.amount_fen, payable);
        if (amount_fen == 0) {
            return;
        }
        const auto body = wire::CreateSettlementPaid(builder_, &request.key, amount_fen);
        send_accepted(authority_, now_us_, wire::EventBody::SettlementPaid, body.Union(),
                      new_key(now_us_));
        payable -= amount_fen;
        paid_fen_[request.platform] += amount_fen;
    }
}

void ProgrammeLoad::run_authority(const Action& action) {
    const auto platform = static_cast<std::uint16_t>(action.which + 1);
    const auto said = [this](const char* why) { return builder_.CreateString(why); };
    const auto tell = [this](wire::EventBody kind, Body body) {
        send_accepted(authority_, now_us_, kind, body, new_key(now_us_));
    };
    switch (action.kind) {
        case ActionKind::suspend_platform:
            tell(wire::EventBody::PlatformSuspended,
                 wire::CreatePlatformSuspended(builder_, platform, said("接口异常，暂停核销"))
                     .Union());
            suspended_[action.which] = true;
            break;
        case ActionKind::resume_platform:
            tell(wire::EventBody::PlatformResumed,
                 wire::CreatePlatformResumed(builder_, platform, said("整改完成")).Union());
            suspended_[action.which] = false;
            break;
        case ActionKind::suspend_merchant: {
            Merchant& merchant = merchants_[suspended_merchants_[action.which]];
            tell(wire::EventBody::MerchantSuspended,
                 wire::CreateMerchantSuspended(builder_, &merchant.id, said("涉嫌虚假交易"))
                     .Union());
            merchant.suspended = true;
            break;
        }
        case ActionKind::resume_merchant: {
            Merchant& merchant = merchants_[suspended_merchants_[action.which]];
            tell(wire::EventBody::MerchantResumed,
                 wire::CreateMerchantResumed(builder_, &merchant.id, said("核查无误")).Union());
            merchant.suspended = false;
            break;
        }
        case ActionKind::change_merchant: {
            // It moves to another district; industry and channel stay.
            Merchant& merchant = merchants_[merchants_.size() / 2 + action.which];
            merchant.district =
                static_cast<std::uint8_t>((merchant.district + action.which) % district_count);
            const Industry& industry = industries()[merchant.industry];
            const District& district = districts()[merchant.district];
            const auto name = builder_.CreateString(merchant_name(district, industry, random_));
            tell(wire::EventBody::MerchantChanged,
                 wire::CreateMerchantChanged(builder_, &merchant.id, name, district.code,
                                             industry.code, wire::SizeClass::small,
                                             wire::LimitClass::below,
                                             static_cast<wire::Channel>(merchant.channel))
                     .Union());
            break;
        }
        case ActionKind::adjust_batch: {
            BatchModel& batch = batches_[action.which];
            batch.quota = batch.quota * 12 / 10;
            wire::BatchAdjustedBuilder adjusted(builder_);
            adjusted.add_batch(batch.batch);
            adjusted.add_quota(batch.quota);
            tell(wire::EventBody::BatchAdjusted, adjusted.Finish().Union());
            break;
        }
        case ActionKind::top_up_batch:
            fund_batch(action.which, funding_fen(action.which, true));
            break;
        case ActionKind::close_batch: close_batch(action.which); break;
        case ActionKind::void_by_authority:
            if (const auto number = pick_voucher(now_us_)) {
                void_voucher(authority_, *number, now_us_);
            }
            break;
        default: FISCUS_CHECK(false, "the authority does what is on its list");
    }
}

// ---- control ----

void ProgrammeLoad::close_source_day(std::size_t platform, std::int32_t day) {
    std::vector<flatbuffers::Offset<wire::ControlTotal>> totals;
    for (std::size_t batch = 0; batch < batch_count; ++batch) {
        const ControlCount& count = control(platform, batch, day_start_us(day));
        if (count.issued_count + count.redeemed_count + count.refunded_count == 0) {
            continue;
        }
        // One report is wrong on purpose, so that the reconciliation has something to find.
        const bool wrong = platform == 0 && day == 6 && totals.empty();
        totals.push_back(wire::CreateControlTotal(
            builder_, batches_[batch].batch, count.issued_count, count.issued_fen,
            count.redeemed_count, count.redeemed_fen + (wrong ? 500 : 0), count.refunded_count,
            count.refunded_fen));
    }
    const auto body = wire::CreateSourceDayClosed(builder_, expected_.first_day + day,
                                                  builder_.CreateVector(totals));
    send_accepted(platforms_[platform], now_us_, wire::EventBody::SourceDayClosed, body.Union(),
                  new_key(now_us_));
}

void ProgrammeLoad::advance_clock(std::int64_t at_us) {
    const auto body = wire::CreateClockAdvanced(builder_, at_us);
    send_accepted(authority_, now_us_, wire::EventBody::ClockAdvanced, body.Union(),
                  new_key(now_us_));
    clock_us_ = at_us;
    for (BatchModel& batch : batches_) {
        for (std::size_t last_day = 0; last_day < day_slots; ++last_day) {
            if (day_start_us(static_cast<std::int32_t>(last_day) + 1) <= clock_us_) {
                release_cohort(batch, last_day);
            }
        }
    }
}

void ProgrammeLoad::release_cohort(BatchModel& batch, std::size_t last_day) {
    batch.budget_fen += batch.outstanding_fen[last_day];
    batch.outstanding_fen[last_day] = 0;
}

void ProgrammeLoad::close_batch(std::size_t index) {
    BatchModel& batch = batches_[index];
    const auto body =
        wire::CreateBatchClosed(builder_, batch.batch, builder_.CreateString("核销期结束"));
    send_accepted(authority_, now_us_, wire::EventBody::BatchClosed, body.Union(),
                  new_key(now_us_));
    for (std::size_t last_day = 0; last_day < day_slots; ++last_day) {
        release_cohort(batch, last_day);
    }
    fund_fen_ += batch.budget_fen;
    batch.budget_fen = 0;
    batch.closed = true;
}

// ---- closing ----

void ProgrammeLoad::produce_closing(std::uint64_t step) {
    FISCUS_CHECK(pending_.empty() && action_next_ == actions_.size() && gap_.empty(),
                 "the script is played before the programme closes");
    if (step < 2 + platform_count + 1) {
        close_recovery(step);
        return;
    }
    step -= 2 + platform_count + 1;
    const std::vector<std::size_t> open = batches_closed_at_the_end();
    if (step < open.size()) {
        close_batch(open[step]);
        return;
    }
    step -= open.size();
    if (step == 0) {
        const auto body =
            wire::CreateProgrammeClosed(builder_, builder_.CreateString("活动结束，资金结清"));
        send_accepted(authority_, now_us_, wire::EventBody::ProgrammeClosed, body.Union(),
                      new_key(now_us_));
    } else if (step <= deposits_fen_.size()) {
        close_fund(step - 1);
    } else {
        advance_clock(now_us_);
    }
}

void ProgrammeLoad::receive_recovery(std::size_t platform,
                                     wire::Id128 merchant,
                                     std::int64_t amount_fen) {
    const auto body = wire::CreateRecoveryReceived(
        builder_, static_cast<std::uint16_t>(platform + 1), &merchant, amount_fen);
    send_accepted(authority_, now_us_, wire::EventBody::RecoveryReceived, body.Union(),
                  new_key(now_us_));
    fund_fen_ += amount_fen;
}

// A merchant cheated and gives back half so far; the platforms give back what was refunded after
// they had been paid; one platform pays for its outage.
void ProgrammeLoad::close_recovery(std::uint64_t step) {
    const wire::Id128 merchant = merchants_[suspended_merchants_[0]].id;
    if (step == 0) {
        const std::int64_t amount_fen = paid_fen_[0] / 1'000 + 2;
        const auto body = wire::CreateRecoveryDemanded(builder_, 1, &merchant, amount_fen,
                                                       builder_.CreateString("虚假交易套取资金"));
        send_accepted(authority_, now_us_, wire::EventBody::RecoveryDemanded, body.Union(),
                      new_key(now_us_));
        paid_fen_[0] -= amount_fen;
        merchant_receivable_fen_ += amount_fen;
    } else if (step == 1) {
        const std::int64_t amount_fen = merchant_receivable_fen_ / 2;
        merchant_receivable_fen_ -= amount_fen;
        receive_recovery(0, merchant, amount_fen);
    } else if (step < 2 + platform_count) {
        const std::size_t platform = step - 2;
        if (receivable_fen_[platform] == 0) {
            close_source_day(platform, programme_days);
            return;
        }
        receive_recovery(platform, wire::Id128(), receivable_fen_[platform]);
        receivable_fen_[platform] = 0;
    } else {
        const auto body =
            wire::CreateCompensationReceived(builder_, suspended_platform + 1, compensation_fen,
                                             builder_.CreateString("系统故障赔付"));
        send_accepted(authority_, now_us_, wire::EventBody::CompensationReceived, body.Union(),
                      new_key(now_us_));
        fund_fen_ += compensation_fen;
        expected_.compensation_fen += compensation_fen;
    }
}

// Each account gets its share of what is left, by the route on which it came; the last one the
// rest.
void ProgrammeLoad::close_fund(std::size_t account) {
    std::int64_t deposited_fen = 0;
    for (std::size_t i = account; i < deposits_fen_.size(); ++i) {
        deposited_fen += deposits_fen_[i];
    }
    const Amount share = proportional_share(Amount(fund_fen_), Amount(deposits_fen_[account]),
                                            Amount(deposited_fen));
    const std::int64_t amount_fen = std::min(share.fen(), deposits_fen_[account]);
    const wire::Id128 token_of_account = token(account_tokens, account);
    const auto body = wire::CreateFundReturned(builder_, &token_of_account, amount_fen);
    send_accepted(authority_, now_us_, wire::EventBody::FundReturned, body.Union(),
                  new_key(now_us_));
    fund_fen_ -= amount_fen;
    expected_.returned_fen += amount_fen;
}

}  // namespace fiscus::load
