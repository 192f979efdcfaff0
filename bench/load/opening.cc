// The eve of the programme: who takes part, the money, the batches, the merchants.
#include <algorithm>

#include "bench/load/event_bytes.h"
#include "bench/load/programme_load.h"
#include "engine/base/amount.h"
#include "engine/base/check.h"
#include "engine/base/time.h"

namespace fiscus::load {
namespace {

constexpr std::uint64_t merchants_max = 20'000;
constexpr std::uint64_t merchants_min = 100;
constexpr std::uint64_t events_per_merchant = 50;
constexpr std::uint16_t district_edition = 2023;
constexpr std::uint16_t industry_edition = 2017;
constexpr std::uint32_t home_province = 420'000;

constexpr std::array<std::string_view, round_count> round_names{"第一轮", "第二轮", "第三轮",
                                                                "第四轮", "第五轮"};

std::uint64_t share(std::uint64_t whole, std::uint64_t percent) {
    return std::max<std::uint64_t>(1, whole * percent / 100);
}

}  // namespace

void ProgrammeLoad::plan_batches() {
    for (std::size_t index = 0; index < batch_count; ++index) {
        const std::size_t round = index / theme_count;
        BatchModel batch;
        batch.theme_index = index % theme_count;
        batch.theme = &themes()[batch.theme_index];
        batch.batch = static_cast<std::uint32_t>((round + 1) * 100 + batch.theme_index + 1);
        batch.name = std::string(round_names[round]) + std::string(batch.theme->name);
        batch.first_day = static_cast<std::int32_t>(round) * round_days;
        batch.redeem_last_day =
            batch.theme->redeem_days_after_round == 0
                ? programme_days - 1
                : batch.first_day + round_days - 1 + batch.theme->redeem_days_after_round;
        batch.walk_offset =
            scatter(options_.seed ^ (std::uint64_t{options_.programme} << 32) ^ index);
        // One limit bites in each theme: districts, days, platforms, the batch as a whole.
        switch (batch.theme_index) {
            case 0:
                for (std::size_t district = 5; district < district_count; district += 12) {
                    batch.district_quotas[district] =
                        share(claims_per_batch_, 60) / district_count + 1;
                }
                break;
            case 1: batch.quota_per_day = share(claims_per_batch_, 15); break;
            case 2:
                batch.platform_quotas = {
                    share(claims_per_batch_, 100), share(claims_per_batch_, 100),
                    share(claims_per_batch_, 100), share(claims_per_batch_, 6)};
                break;
            default: batch.quota = share(claims_per_batch_, 90); break;
        }
        batches_.push_back(std::move(batch));
    }
}

void ProgrammeLoad::plan_merchants() {
    const auto count =
        std::clamp(options_.events / events_per_merchant, merchants_min, merchants_max);
    for (std::uint64_t number = 0; number < count; ++number) {
        Merchant merchant;
        merchant.id = token(merchant_tokens, number);
        merchant.industry = static_cast<std::uint8_t>(number % industry_count);
        merchant.district =
            static_cast<std::uint8_t>(reduce(scatter(options_.seed + number), district_count));
        // Of each industry every second merchant sells both ways, the others one way.
        static constexpr std::array<std::uint8_t, 4> channels{0, 2, 0, 1};
        merchant.channel = channels[number / industry_count % channels.size()];
        static constexpr std::array<std::uint8_t, 8> sizes{4, 3, 4, 2, 3, 4, 1, 0};
        merchant.size_class = sizes[number / 7 % sizes.size()];
        const std::uint16_t category = industries()[merchant.industry].category;
        for (std::size_t theme = 0; theme < theme_count; ++theme) {
            const auto& listed = themes()[theme].categories;
            if (std::find(listed.begin(), listed.end(), category) == listed.end()) {
                continue;
            }
            for (std::size_t pack = 0; pack < themes()[theme].packs.size(); ++pack) {
                const Pack& asked = themes()[theme].packs[pack];
                const bool sells_there = asked.channel == 0 || merchant.channel == 0 ||
                                         asked.channel == merchant.channel;
                if (sells_there && (asked.category == 0 || asked.category == category)) {
                    eligible_[theme * 2 + pack].push_back(static_cast<std::uint32_t>(number));
                }
            }
        }
        merchants_.push_back(merchant);
    }
    for (const auto& list : eligible_) {
        FISCUS_CHECK(list.size() >= 2, "every pack has merchants that take it");
    }
    suspended_merchants_ = {eligible_[0].front(), eligible_[2].front()};
}

std::size_t ProgrammeLoad::opening_records() const {
    return 1 + 2 * platform_count + deposits_fen_.size() + 2 * batch_count + merchants_.size();
}

void ProgrammeLoad::produce_opening() {
    std::size_t step = index_;
    if (step == 0) {
        open_programme();
        return;
    }
    step -= 1;
    if (step < 2 * platform_count) {
        open_platform(step);
        return;
    }
    step -= 2 * platform_count;
    if (step < deposits_fen_.size()) {
        deposit(step);
        return;
    }
    step -= deposits_fen_.size();
    if (step < 2 * batch_count) {
        if (step % 2 == 0) {
            open_batch(step / 2);
        } else {
            fund_batch(step / 2, funding_fen(step / 2, false));
        }
        return;
    }
    register_merchant(step - 2 * batch_count);
}

void ProgrammeLoad::open_programme() {
    std::vector<std::uint32_t> eligible{home_province};
    for (std::size_t i = home_district_count; i < district_count; ++i) {
        eligible.push_back(districts()[i].code);
    }
    std::vector<flatbuffers::Offset<wire::Category>> groups;
    for (const Category& category : categories()) {
        std::vector<std::uint16_t> members;
        for (const Industry& industry : industries()) {
            if (industry.category == category.category) {
                members.push_back(industry.code);
            }
        }
        // One call for each object: the order in which arguments are evaluated is the compiler's
        // own.
        const auto group_name = builder_.CreateString(category.name);
        const auto group_members = builder_.CreateVector(members);
        groups.push_back(
            wire::CreateCategory(builder_, category.category, group_name, group_members));
    }
    const auto name = builder_.CreateString("2026年湖北省惠民消费券活动");
    const auto authority = builder_.CreateString("湖北省商务厅");
    const auto eligible_districts = builder_.CreateVector(eligible);
    const auto all_groups = builder_.CreateVector(groups);
    const auto body =
        wire::CreateProgrammeOpened(builder_, name, authority, eligible_districts, district_edition,
                                    industry_edition, all_groups, 720, false, expected_.first_day);
    send_accepted(authority_, now_us_, wire::EventBody::ProgrammeOpened, body.Union(),
                  new_key(now_us_));
}

// First all platforms are admitted, then their sources registered.
void ProgrammeLoad::open_platform(std::size_t step) {
    const std::size_t index = step % platform_count;
    const auto platform = static_cast<std::uint16_t>(index + 1);
    const auto name = builder_.CreateString(platform_names()[index]);
    if (step < platform_count) {
        const auto body = wire::CreatePlatformAdmitted(builder_, platform, name);
        send_accepted(authority_, now_us_, wire::EventBody::PlatformAdmitted, body.Union(),
                      new_key(now_us_));
        return;
    }
    std::vector<std::uint8_t> verification_key;
    for (std::size_t i = 0; i < 32; ++i) {
        verification_key.push_back(static_cast<std::uint8_t>(random_.next() >> 56));
    }
    auto algorithm = wire::KeyAlgorithm::none;
    if (options_.with_signatures) {
        verification_key = signatures_.commitment(platforms_[index].source);
        algorithm = wire::KeyAlgorithm::hmac_sha256;
    }
    const auto body = wire::CreateSourceRegistered(
        builder_, platforms_[index].source, wire::SourceRole::platform, platform,
        builder_.CreateVector(verification_key), name, algorithm);
    send_accepted(authority_, now_us_, wire::EventBody::SourceRegistered, body.Union(),
                  new_key(now_us_));
}

// What the batch may issue at most, with room to spare; theme 1 gets its money in two parts, and
// the first part runs out before the second comes.
std::int64_t ProgrammeLoad::funding_fen(std::size_t batch, bool top_up) const {
    const auto claims = static_cast<std::int64_t>(claims_per_batch_);
    switch (batches_[batch].theme_index) {
        case 0: return claims * 2 * 3'000;
        case 1: return claims * 5'000 * (top_up ? 60 : 50) / 100;
        case 2: return claims * 2 * 15'000;
        default: return claims * 3 / 2 * 30'000;
    }
}

void ProgrammeLoad::deposit(std::size_t account) {
    std::int64_t needed_fen = 0;
    for (std::size_t batch = 0; batch < batch_count; ++batch) {
        needed_fen += funding_fen(batch, false);
        needed_fen += batches_[batch].theme_index == 1 ? funding_fen(batch, true) : 0;
    }
    static constexpr std::array<std::int64_t, 3> percents{60, 35, 15};
    const std::int64_t amount_fen = needed_fen * percents[account] / 100;
    deposits_fen_[account] = amount_fen;
    fund_fen_ += amount_fen;
    expected_.deposited_fen += amount_fen;
    const wire::Id128 token_of_account = token(account_tokens, account);
    const auto body = wire::CreateFundDeposited(builder_, &token_of_account, amount_fen);
    send_accepted(authority_, now_us_, wire::EventBody::FundDeposited, body.Union(),
                  new_key(now_us_));
}

void ProgrammeLoad::open_batch(std::size_t index) {
    const BatchModel& batch = batches_[index];
    const Theme& theme = *batch.theme;
    std::vector<flatbuffers::Offset<wire::Pack>> packs;
    for (const Pack& pack : theme.packs) {
        packs.push_back(wire::CreatePack(builder_, pack.pack, builder_.CreateString(pack.name),
                                         static_cast<wire::Channel>(pack.channel), pack.category));
    }
    std::vector<flatbuffers::Offset<wire::Denomination>> denominations;
    for (const Denomination& denomination : theme.denominations) {
        denominations.push_back(wire::CreateDenomination(builder_, denomination.denomination,
                                                         denomination.pack, denomination.face_fen,
                                                         denomination.threshold_fen));
    }
    std::vector<flatbuffers::Offset<wire::PlatformQuota>> platform_quotas;
    std::vector<flatbuffers::Offset<wire::DistrictQuota>> district_quotas;
    for (std::size_t i = 0; i < platform_count; ++i) {
        if (batch.platform_quotas[i] != 0) {
            platform_quotas.push_back(wire::CreatePlatformQuota(
                builder_, static_cast<std::uint16_t>(i + 1), batch.platform_quotas[i]));
        }
    }
    for (std::size_t i = 0; i < district_count; ++i) {
        if (batch.district_quotas[i] != 0) {
            district_quotas.push_back(
                wire::CreateDistrictQuota(builder_, districts()[i].code, batch.district_quotas[i]));
        }
    }
    std::vector<std::uint16_t> listed;
    std::copy_if(theme.categories.begin(), theme.categories.end(), std::back_inserter(listed),
                 [](std::uint16_t category) { return category != 0; });
    const auto name = builder_.CreateString(batch.name);
    const auto all_packs = builder_.CreateVector(packs);
    const auto all_denominations = builder_.CreateVector(denominations);
    const auto all_platform_quotas = builder_.CreateVector(platform_quotas);
    const auto all_district_quotas = builder_.CreateVector(district_quotas);
    const auto all_categories = builder_.CreateVector(listed);
    wire::BatchOpenedBuilder opened(builder_);
    opened.add_batch(batch.batch);
    opened.add_name(name);
    opened.add_claim_from_us(day_start_us(batch.first_day));
    opened.add_claim_until_us(day_start_us(batch.first_day + round_days));
    opened.add_redeem_first_day(expected_.first_day + batch.first_day);
    opened.add_redeem_last_day(expected_.first_day + batch.redeem_last_day);
    opened.add_valid_days(theme.valid_days);
    opened.add_packs(all_packs);
    opened.add_denominations(all_denominations);
    opened.add_quota(batch.quota);
    opened.add_quota_per_day(batch.quota_per_day);
    opened.add_platform_quotas(all_platform_quotas);
    opened.add_district_quotas(all_district_quotas);
    opened.add_categories(all_categories);
    opened.add_cap_per_consumer_day(theme.cap_per_consumer_day);
    opened.add_cap_per_consumer(theme.cap_per_consumer);
    opened.add_restore_on_full_refund(theme.restore_on_full_refund);
    opened.add_stacking_max(theme.stacking_max);
    opened.add_shipping_inside_province(theme.shipping_inside_province);
    opened.add_void_returns_quota(theme.void_returns_quota);
    const auto body = opened.Finish();
    send_accepted(authority_, now_us_, wire::EventBody::BatchOpened, body.Union(),
                  new_key(now_us_));
}

void ProgrammeLoad::fund_batch(std::size_t index, std::int64_t amount_fen) {
    BatchModel& batch = batches_[index];
    FISCUS_CHECK(fund_fen_ >= amount_fen, "the deposits cover every batch");
    fund_fen_ -= amount_fen;
    batch.budget_fen += amount_fen;
    const auto body = wire::CreateBatchFunded(builder_, batch.batch, amount_fen);
    send_accepted(authority_, now_us_, wire::EventBody::BatchFunded, body.Union(),
                  new_key(now_us_));
}

void ProgrammeLoad::register_merchant(std::size_t index) {
    const Merchant& merchant = merchants_[index];
    const District& district = districts()[merchant.district];
    const Industry& industry = industries()[merchant.industry];
    const auto number = builder_.CreateString(registered_number(district.code, random_));
    const auto name = builder_.CreateString(merchant_name(district, industry, random_));
    const auto letter = builder_.CreateString("承诺书2026-" + std::to_string(index + 1));
    const auto limit = merchant.size_class == 1 || merchant.size_class == 2
                           ? wire::LimitClass::above
                           : wire::LimitClass::below;
    const auto body = wire::CreateMerchantRegistered(
        builder_, &merchant.id, number, name, district.code, industry.code,
        static_cast<wire::SizeClass>(merchant.size_class), limit,
        static_cast<wire::Channel>(merchant.channel), letter);
    send_accepted(platforms_[index % platform_count], now_us_, wire::EventBody::MerchantRegistered,
                  body.Union(), new_key(now_us_));
}

}  // namespace fiscus::load
