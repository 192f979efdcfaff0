// The first and the last minutes of a month of gift packs.
#include <vector>

#include "bench/load/catalogue.h"
#include "bench/load/event_bytes.h"
#include "bench/load/pack_load.h"
#include "bench/load/pack_tables.h"

namespace fiscus::load {
namespace {

constexpr std::uint32_t hubei = 420'000;
constexpr std::string_view draw_algorithm = "instant-v1";
// More than all that can be won.
constexpr std::int64_t fen_of_request = 900;

}  // namespace

void PackLoad::open(std::uint32_t step) {
    if (step == 0) {
        return open_programme();
    }
    step -= 1;
    if (step < 2 * platforms) {
        return open_platform(step % platforms, step >= platforms);
    }
    step -= 2 * platforms;
    if (step == 0) {
        const auto name = builder_.CreateString("湖北省公证处");
        say(authority, wire::EventBody::SourceRegistered,
            wire::CreateSourceRegistered(builder_, notary, wire::SourceRole::notary, 0, 0, name)
                .Union());
        return;
    }
    const std::int64_t needed_fen = static_cast<std::int64_t>(options_.requests) * fen_of_request;
    if (step == 1) {
        const wire::Id128 account = token(account_tokens, 0);
        expected_.deposited_fen = needed_fen;
        expected_.fund_fen = needed_fen;
        say(authority, wire::EventBody::FundDeposited,
            wire::CreateFundDeposited(builder_, &account, needed_fen).Union());
        return;
    }
    step -= 2;
    if (step < shops) {
        return register_shop(step);
    }
    step -= shops;
    if (step == 0) {
        return open_batch();
    }
    if (step == 1) {
        expected_.fund_fen -= needed_fen;
        expected_.budget_fen += needed_fen;
        say(authority, wire::EventBody::BatchFunded,
            wire::CreateBatchFunded(builder_, batch, needed_fen).Union());
        return;
    }
    open_draw();
}

void PackLoad::open_programme() {
    std::vector<flatbuffers::Offset<wire::Category>> groups;
    for (const Category& category : categories()) {
        std::vector<std::uint16_t> classes;
        for (const Industry& industry : industries()) {
            if (industry.category == category.category) {
                classes.push_back(industry.code);
            }
        }
        const auto name = builder_.CreateString(category.name);
        const auto codes = builder_.CreateVector(classes);
        groups.push_back(wire::CreateCategory(builder_, category.category, name, codes));
    }
    const auto name = builder_.CreateString("2026年湖北省消费礼包");
    const auto office = builder_.CreateString("湖北省商务厅");
    const auto eligible = builder_.CreateVector(std::vector<std::uint32_t>{hubei});
    const auto all_groups = builder_.CreateVector(groups);
    wire::ProgrammeOpenedBuilder opened(builder_);
    opened.add_name(name);
    opened.add_authority(office);
    opened.add_districts(eligible);
    opened.add_district_edition(2'023);
    opened.add_industry_edition(2'017);
    opened.add_categories(all_groups);
    opened.add_registration_required(true);
    opened.add_first_day(first_day);
    say(authority, wire::EventBody::ProgrammeOpened, opened.Finish().Union());
}

void PackLoad::open_platform(std::uint32_t index, bool registers) {
    const auto platform = static_cast<std::uint16_t>(index + 1);
    const auto name = builder_.CreateString(pack_platform_names[index]);
    if (!registers) {
        say(authority, wire::EventBody::PlatformAdmitted,
            wire::CreatePlatformAdmitted(builder_, platform, name).Union());
        return;
    }
    say(authority, wire::EventBody::SourceRegistered,
        wire::CreateSourceRegistered(builder_, static_cast<std::uint16_t>(authority + platform),
                                     wire::SourceRole::platform, platform, 0, name)
            .Union());
}

// A third of them online, the others in town; half of those serve meals.
void PackLoad::register_shop(std::uint32_t index) {
    Shop& shop = shops_[index];
    shop.id = token(merchant_tokens, index);
    shop.online = index % 3 == 0;
    shop.category = index % 3 == 1 ? catering : retail;
    const District& district = districts()[random_.below(home_district_count)];
    const Industry* industry = nullptr;
    while (industry == nullptr || industry->category != shop.category) {
        industry = &industries()[random_.below(industry_count)];
    }
    const auto number = builder_.CreateString(registered_number(district.code, random_));
    const auto name = builder_.CreateString(merchant_name(district, *industry, random_));
    const auto letter = builder_.CreateString("承诺书2026-" + std::to_string(index + 1));
    const auto size = static_cast<wire::SizeClass>(random_.between(1, 4));
    const auto limit =
        size <= wire::SizeClass::medium ? wire::LimitClass::above : wire::LimitClass::below;
    say(authority, wire::EventBody::MerchantRegistered,
        wire::CreateMerchantRegistered(
            builder_, &shop.id, number, name, district.code, industry->code, size, limit,
            shop.online ? wire::Channel::online : wire::Channel::offline, letter)
            .Union());
}

void PackLoad::open_batch() {
    std::vector<flatbuffers::Offset<wire::Pack>> all_packs;
    std::vector<flatbuffers::Offset<wire::Denomination>> all_denominations;
    std::uint16_t denomination = 0;
    for (std::uint16_t pack = 1; pack <= kinds.size(); ++pack) {
        const Kind& kind = kinds[pack - 1U];
        const auto name = builder_.CreateString(kind.name);
        all_packs.push_back(wire::CreatePack(
            builder_, pack, name, static_cast<wire::Channel>(kind.channel), kind.category));
        for (std::size_t i = 0; i < kind.face_fen.size(); ++i) {
            all_denominations.push_back(wire::CreateDenomination(
                builder_, ++denomination, pack, kind.face_fen[i], kind.threshold_fen[i]));
        }
    }
    const auto name = builder_.CreateString("消费礼包");
    const auto pack_list = builder_.CreateVector(all_packs);
    const auto denomination_list = builder_.CreateVector(all_denominations);
    wire::BatchOpenedBuilder opened(builder_);
    opened.add_batch(batch);
    opened.add_name(name);
    opened.add_claim_from_us(start_of_day_us(first_day));
    opened.add_claim_until_us(start_of_day_us(first_day + days));
    opened.add_redeem_first_day(first_day);
    opened.add_redeem_last_day(first_day + days + valid_days);
    opened.add_valid_days(valid_days);
    opened.add_packs(pack_list);
    opened.add_denominations(denomination_list);
    opened.add_shipping_inside_province(true);
    say(authority, wire::EventBody::BatchOpened, opened.Finish().Union());
}

void PackLoad::open_draw() {
    std::vector<flatbuffers::Offset<wire::InstantTier>> lines;
    for (std::uint16_t tier = 1; tier <= tiers_.size(); ++tier) {
        const draw::InstantTier& rules = tiers_[tier - 1U];
        std::vector<flatbuffers::Offset<wire::InstantAmount>> amounts;
        for (std::uint16_t i = 0; i < rules.amounts.size(); ++i) {
            amounts.push_back(wire::CreateInstantAmount(
                builder_, static_cast<std::uint16_t>(2 * tier - 1 + i), rules.amounts[i].weight));
        }
        std::vector<flatbuffers::Offset<wire::InstantRelease>> releases;
        for (const draw::Release& release : rules.releases) {
            releases.push_back(wire::CreateInstantRelease(builder_, release.at_us, release.count));
        }
        const auto amount_list = builder_.CreateVector(amounts);
        const auto release_list = builder_.CreateVector(releases);
        lines.push_back(wire::CreateInstantTier(builder_, tier, tier, rules.chance, rules.moves_on,
                                                amount_list, release_list));
    }
    const draw::Digest& head = keys_.front();
    const auto line_list = builder_.CreateVector(lines);
    const auto name = builder_.CreateString("每日即时抽奖");
    const auto algorithm = builder_.CreateString(draw_algorithm);
    const auto committed =
        builder_.CreateVector(reinterpret_cast<const std::uint8_t*>(head.data()), head.size());
    const auto source = builder_.CreateString("福利彩票前一日开奖号码");
    wire::InstantDrawOpenedBuilder opened(builder_);
    opened.add_batch(batch);
    opened.add_name(name);
    opened.add_algorithm(algorithm);
    opened.add_first_day(first_day);
    opened.add_days(days);
    opened.add_chain_head(committed);
    opened.add_public_value_source(source);
    opened.add_wins_max(wins_max);
    opened.add_tiers(line_list);
    say(authority, wire::EventBody::InstantDrawOpened, opened.Finish().Union());
}

// Platforms ask for their money and get it; batch, programme, the return of the rest.
void PackLoad::close(std::uint32_t step) {
    if (step < 2 * platforms) {
        return settle(static_cast<std::uint16_t>(step % platforms + 1), step >= platforms);
    }
    step -= 2 * platforms;
    if (step == 0) {
        const auto why = builder_.CreateString("到期");
        expected_.fund_fen += expected_.budget_fen;
        expected_.budget_fen = 0;
        say(authority, wire::EventBody::BatchClosed,
            wire::CreateBatchClosed(builder_, batch, why).Union());
    } else if (step == 1) {
        const auto why = builder_.CreateString("到期");
        say(authority, wire::EventBody::ProgrammeClosed,
            wire::CreateProgrammeClosed(builder_, why).Union());
    } else {
        const wire::Id128 account = token(account_tokens, 0);
        expected_.returned_fen = expected_.fund_fen;
        expected_.fund_fen = 0;
        say(authority, wire::EventBody::FundReturned,
            wire::CreateFundReturned(builder_, &account, expected_.returned_fen).Union());
    }
}

void PackLoad::settle(std::uint16_t platform, bool pays) {
    const std::int64_t amount_fen = payable_fen_[platform];
    if (!pays) {
        requests_[platform] = say(
            static_cast<std::uint16_t>(authority + platform), wire::EventBody::SettlementRequested,
            wire::CreateSettlementRequested(builder_, batch, amount_fen).Union());
        return;
    }
    say(authority, wire::EventBody::SettlementPaid,
        wire::CreateSettlementPaid(builder_, &requests_[platform], amount_fen).Union());
    payable_fen_[platform] = 0;
    expected_.payable_fen -= amount_fen;
    expected_.paid_fen += amount_fen;
}

}  // namespace fiscus::load
